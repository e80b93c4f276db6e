//go:build cgo

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	paper "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"dwtriage/ingest/words"
)

// shownPage opens a page in chromium; without one the test is skipped, unless DWTRIAGE_BROWSER=required.
func shownPage(t *testing.T, path string) context.Context {
	t.Helper()
	program, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("DWTRIAGE_BROWSER") == "required" {
			t.Fatal(err)
		}
		t.Skip("no chromium to show the page with; DWTRIAGE_BROWSER=required makes this a failure")
	}
	// The sandbox of chromium refuses root, which is who runs in a container.
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.WindowSize(1440, 1000))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 5*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Run(ctx, chromedp.Navigate("file://"+path)); err != nil {
		t.Fatal(err)
	}
	return ctx
}

// answered is what an expression of JavaScript gives in the page.
func answered[T any](t *testing.T, ctx context.Context, expression string) (answer T) {
	t.Helper()
	if err := chromedp.Run(ctx, chromedp.Evaluate(expression, &answer)); err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return answer
}

// The page of the sample night: it prints on at most 20 pages, of which the first has the plan to its last fix, and what it says under every
// choice of every filter is what the database says.
func TestPageOfTheSampleNight(t *testing.T) {
	dir := t.TempDir()
	db, out := filepath.Join(dir, "x.duckdb"), filepath.Join(dir, "report")
	shownBy(t, nil, "run", "-q", "--db", db, "-o", out, shared(t, "demo"))
	ctx := shownPage(t, filepath.Join(out, "index.html"))
	filteredTotals(t, ctx, db)
	filteredLists(t, ctx, db, out)
	filteredItems(t, ctx, db, out)
	onPaper(t, ctx)
}

// onPaper goes by what A4 leaves between the margins of the page, in pixels of CSS: 186 by 273 millimetres.
func onPaper(t *testing.T, ctx context.Context) {
	t.Helper()
	var pdf []byte
	if err := chromedp.Run(ctx, chromedp.Evaluate("document.querySelector('[data-reset]').click()", nil), chromedp.ActionFunc(func(ctx context.Context) (err error) {
		pdf, _, err = paper.PrintToPDF().WithPreferCSSPageSize(true).WithPrintBackground(true).Do(ctx)
		return err
	})); err != nil {
		t.Fatal(err)
	}
	if n := len(regexp.MustCompile(`/Type\s*/Page\b[^s]`).FindAll(pdf, -1)); n == 0 || n > 20 {
		t.Errorf("the sample night prints on %d pages, want at most 20", n)
	}
	if err := chromedp.Run(ctx, emulation.SetEmulatedMedia().WithMedia("print"), chromedp.EmulateViewport(703, 1032)); err != nil {
		t.Fatal(err)
	}
	if end := answered[float64](t, ctx, "Math.max(...[...document.querySelectorAll('#fixes .fixes > li')].map(f => f.getBoundingClientRect().bottom + scrollY))"); end > 1032 {
		t.Errorf("the plan ends %.0f pixels down, and the first page is 1032 long", end)
	}
}

// A kept is what a query over the database counts for a choice.
type kept struct{ Findings, Records int64 }

// failingByHand spells out what the page calls a map or table, so that it is not asked of itself.
const failingByHand = `FROM (SELECT *, coalesce(signature, 'unknown/' || template_id) AS sig, CASE WHEN map IS NOT NULL THEN map
	WHEN len(map_candidates) > 0 THEN array_to_string(map_candidates[1:3], ' or ') || CASE WHEN len(map_candidates) > 3 THEN ' or another' ELSE '' END
	WHEN dataverse_table IS NOT NULL THEN 'No map: ' || dataverse_table WHEN entity IS NOT NULL THEN 'No map known: ' || entity ELSE 'No map' END AS place
	FROM v_records WHERE outcome = 'error')`

// filteredTotals chooses everything that every filter offers.
func filteredTotals(t *testing.T, ctx context.Context, db string) {
	t.Helper()
	const night = failingByHand
	wrappers := "'" + strings.Join(wrapperIDs(t), "', '") + "'"
	finding := "count(DISTINCT concat_ws(chr(0), place, coalesce(map, ''), coalesce(dataverse_table, ''), coalesce(fno_entity, ''), coalesce(company, ''), sig, CASE WHEN sig IN (" + wrappers + ") THEN coalesce(template_id, '') ELSE '' END))"
	for _, f := range []struct{ field, column string }{
		{"map", "place"}, {"company", "coalesce(company, '(none)')"}, {"severity", "coalesce(severity, 'unrated')"}, {"signature", "regexp_replace(sig, '[^a-zA-Z0-9-]', '-', 'g')"},
	} {
		want := map[string]kept{}
		said := json.NewDecoder(strings.NewReader(shownBy(t, nil, "query", "--db", db, "--json", fmt.Sprintf("SELECT %s AS choice, %s AS findings, count(*) AS records %s GROUP BY 1", f.column, finding, night))))
		for said.More() {
			var r struct {
				Choice string
				kept
			}
			if err := said.Decode(&r); err != nil {
				t.Fatal(err)
			}
			want[r.Choice] = r.kept
		}
		got := map[string]kept{}
		for choice, said := range answered[map[string]string](t, ctx, fmt.Sprintf(`(f => Object.fromEntries([...f.options].map(o => o.value).filter(v => v).map(v => {
			f.value = v; f.dispatchEvent(new Event('input', { bubbles: true }));
			const said = document.getElementById('shown').textContent;
			f.value = ''; f.dispatchEvent(new Event('input', { bubbles: true }));
			return [v, said];
		})))(document.getElementById('filter').elements[%q])`, f.field)) {
			m := regexp.MustCompile(`: ([\d,]+) of [\d,]+ findings? with ([\d,]+) of`).FindStringSubmatch(said)
			if m == nil {
				t.Fatalf("%s %s: the page says %q", f.field, choice, said)
			}
			got[choice] = kept{number(m[1]), number(m[2])}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("filter %s: -database +page:\n%s", f.field, d)
		}
	}
}

func number(text string) (n int64) {
	fmt.Sscan(strings.ReplaceAll(text, ",", ""), &n)
	return n
}

// wrapperIDs are the rules whose findings are told apart by message.
func wrapperIDs(t *testing.T) []string {
	t.Helper()
	var r ruleFlags
	m, err := r.compile()
	if err != nil {
		t.Fatal(err)
	}
	return m.ByMessage()
}

// filteredLists chooses every map: of the other lists an item stays exactly when one of its maps is chosen, by what summary.json and the
// database say of it.
func filteredLists(t *testing.T, ctx context.Context, db, out string) {
	t.Helper()
	lists := answered[[]string](t, ctx, "[...document.querySelectorAll('[data-list]')].map(l => l.dataset.list)")
	if want := []string{"fixes", "root causes", "incidents", "signatures", "unknown clusters"}; cmp.Diff(want, lists) != "" {
		t.Fatalf("the page filters %q, want %q", lists, want)
	}
	var told struct {
		Incidents []struct {
			Kind, Name string
			Maps       []string
		}
		Causes []struct {
			Map    string
			Levels []struct{ Map string }
		}
	}
	text, err := os.ReadFile(filepath.Join(out, "summary.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &told); err != nil {
		t.Fatal(err)
	}
	want := map[string]int{}
	fixes := json.NewDecoder(strings.NewReader(shownBy(t, nil, "query", "--db", db, "--json", "SELECT place, count(*) AS fixes FROM (SELECT unnest(entities) AS place FROM v_fixes) GROUP BY 1")))
	for fixes.More() {
		var f struct {
			Place string
			Fixes int
		}
		if err := fixes.Decode(&f); err != nil {
			t.Fatal(err)
		}
		want["fixes "+f.Place] = f.Fixes
	}
	for _, b := range told.Incidents {
		for _, m := range b.Maps {
			want["incidents "+m]++
		}
	}
	for _, c := range told.Causes {
		met := map[string]bool{c.Map: true}
		for _, l := range c.Levels {
			met[l.Map] = true
		}
		for m := range met {
			want["root causes "+m]++
		}
	}
	got := answered[map[string]int](t, ctx, `(f => {
		const counts = {};
		for (const map of [...f.options].map(o => o.value).filter(v => v)) {
			f.value = map; f.dispatchEvent(new Event('input', { bubbles: true }));
			for (const list of document.querySelectorAll('[data-list]')) {
				const n = [...list.querySelectorAll('[data-item]')].filter(i => !i.hidden).length;
				if (n && ['fixes', 'root causes', 'incidents'].includes(list.dataset.list)) counts[list.dataset.list + ' ' + map] = n;
				if (list.querySelector('.none').hidden !== n > 0) counts[list.dataset.list + ' ' + map + ': the sentence for none'] = 1;
			}
		}
		f.value = ''; f.dispatchEvent(new Event('input', { bubbles: true }));
		return counts;
	})(document.getElementById('filter').elements.map)`)
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("items of lists by map: -summary.json +page:\n%s", d)
	}
	// Every unknown record is in a cluster of the page.
	unknown := number(strings.TrimSpace(shownBy(t, nil, "query", "--db", db, "--csv", "SELECT count(*) FROM v_records WHERE status = 'unknown'")[len("count_star()"):]))
	page := answered[string](t, ctx, "document.querySelector('#unknown .lead').textContent")
	if want := words.Count(unknown, "record"); unknown == 0 || !strings.HasPrefix(page, want+" in ") {
		t.Errorf("of unknown messages the page says %q, the database has %s", page, want)
	}
}

// A choice is a state of the filter; what it leaves empty it leaves open.
type choice struct{ Map, Company, Severity, Signature string }

// keeps reports whether a record passes.
func (c choice) keeps(r choice) bool {
	is := func(want, has string) bool { return want == "" || want == has }
	return is(c.Map, r.Map) && is(c.Company, r.Company) && is(c.Severity, r.Severity) && is(c.Signature, r.Signature)
}

// filteredItems tries every choice and every pair of choices: an item of a list stays exactly when a record that it speaks of passes. Which records
// these are the database says, by a condition on each item that is written anew here.
func filteredItems(t *testing.T, ctx context.Context, db, out string) {
	t.Helper()
	const anchored = "regexp_replace(sig, '[^a-zA-Z0-9-]', '-', 'g')"
	records := map[string][]choice{}
	all := map[choice]bool{}
	for id, condition := range itemConditions(t, ctx, out) {
		said := json.NewDecoder(strings.NewReader(shownBy(t, nil, "query", "--db", db, "--json",
			fmt.Sprintf("SELECT DISTINCT place AS map, coalesce(company, '(none)') AS company, coalesce(severity, 'unrated') AS severity, %s AS signature %s WHERE %s", anchored, failingByHand, condition))))
		for said.More() {
			var r choice
			if err := said.Decode(&r); err != nil {
				t.Fatal(err)
			}
			records[id] = append(records[id], r)
			for _, one := range []choice{{Map: r.Map}, {Company: r.Company}, {Severity: r.Severity}, {Signature: r.Signature}} {
				all[one] = true
			}
		}
		if len(records[id]) == 0 {
			t.Errorf("%s: no record fits %s", id, condition)
		}
	}
	var tried []choice
	for a := range all {
		tried = append(tried, a)
		for b := range all {
			both := choice{a.Map + b.Map, a.Company + b.Company, a.Severity + b.Severity, a.Signature + b.Signature}
			if (a.Map == "" || b.Map == "") && (a.Company == "" || b.Company == "") && (a.Severity == "" || b.Severity == "") && (a.Signature == "" || b.Signature == "") {
				tried = append(tried, both)
			}
		}
	}
	asked, err := json.Marshal(tried)
	if err != nil {
		t.Fatal(err)
	}
	shown := answered[[][]string](t, ctx, fmt.Sprintf(`(tried => {
		const fields = document.getElementById('filter').elements;
		return tried.map(c => {
			for (const k of ['Map', 'Company', 'Severity', 'Signature']) fields[k.toLowerCase()].value = c[k];
			fields.q.dispatchEvent(new Event('input', { bubbles: true }));
			const idle = [...document.querySelectorAll('h3.group:not([hidden])')].filter(h => !h.nextElementSibling.querySelector('[data-item]:not([hidden])')).map(() => 'a heading of nothing');
			return idle.concat([...document.querySelectorAll('[data-item]:not([hidden])')].map(i => i.matches('#signatures *, #unknown *') ? i.dataset.signature : i.id));
		});
	})(%s)`, asked))
	wrong := 0
	for i, c := range tried {
		if slices.Contains(shown[i], "a heading of nothing") && wrong < 20 {
			wrong++
			t.Errorf("%+v: a heading stands over items that are hidden", c)
		}
		for id, list := range records {
			want := slices.ContainsFunc(list, c.keeps)
			if got := slices.Contains(shown[i], id); got != want && wrong < 20 {
				wrong++
				t.Errorf("%+v: %s is shown: %t, and a record of it passes: %t", c, id, got, want)
			}
		}
	}
	t.Logf("%d items under %d choices", len(records), len(tried))
}

// itemConditions say of the items of the lists which records they speak of.
func itemConditions(t *testing.T, ctx context.Context, out string) map[string]string {
	t.Helper()
	type part struct{ ID string }
	var told struct {
		Incidents []struct {
			Records    int
			Onset, End string
			Kind       string
			Signatures []part
		}
		Causes []struct{ Map, Company, Signature string }
		Fixes  []struct {
			Rank       int
			MissingIn  string `json:"missing_in"`
			Signatures []part
		}
	}
	text, err := os.ReadFile(filepath.Join(out, "summary.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &told); err != nil {
		t.Fatal(err)
	}
	among := func(list []part) string {
		var ids []string
		for _, p := range list {
			ids = append(ids, "'"+p.ID+"'")
		}
		return "sig IN (" + strings.Join(ids, ", ") + ")"
	}
	conditions := map[string]string{}
	for _, sig := range answered[[]string](t, ctx, "[...document.querySelectorAll(':is(#signatures, #unknown) [data-item]')].map(i => i.dataset.signature)") {
		conditions[sig] = "regexp_replace(sig, '[^a-zA-Z0-9-]', '-', 'g') = '" + sig + "'"
	}
	for i, b := range told.Incidents {
		if b.Kind == "signature" {
			conditions["incident-"+string(rune('A'+i))] = fmt.Sprintf("%s AND date_trunc('second', occurred_at) BETWEEN '%s' AND '%s'", among(b.Signatures), b.Onset, b.End)
		}
	}
	for i, c := range told.Causes { // of the sample night, as TestCausesOfTheSampleNight counts it
		conditions[fmt.Sprint("cause-", i+1)] = fmt.Sprintf("place = '%s' AND company = '%s' AND sig = '%s' OR captures['lookup_map'] = '%[1]s' AND captures['lookup_map_2'] IS NULL", c.Map, c.Company, c.Signature)
	}
	split := map[string]bool{}
	for _, f := range told.Fixes {
		for _, p := range f.Signatures {
			split[p.ID] = split[p.ID] || f.MissingIn != ""
		}
	}
	for _, f := range told.Fixes {
		id := fmt.Sprint("fix-", f.Rank)
		switch {
		case f.MissingIn != "":
			conditions[id] = among(f.Signatures) + fmt.Sprintf(" AND '%s' IN (captures['lookup_map'], captures['lookup_map_2'])", f.MissingIn)
		case !split[f.Signatures[0].ID]:
			conditions[id] = among(f.Signatures)
		}
	}
	return conditions
}
