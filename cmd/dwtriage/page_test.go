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

// filteredTotals chooses everything that every filter offers.
func filteredTotals(t *testing.T, ctx context.Context, db string) {
	t.Helper()
	// What the page calls a map or table is spelt out by hand here, so that it is not asked of itself.
	const night = `FROM (SELECT *, coalesce(signature, 'unknown/' || template_id) AS sig, CASE WHEN map IS NOT NULL THEN map
		WHEN len(map_candidates) > 0 THEN array_to_string(map_candidates[1:3], ' or ') || CASE WHEN len(map_candidates) > 3 THEN ' or another' ELSE '' END
		WHEN dataverse_table IS NOT NULL THEN 'No map: ' || dataverse_table WHEN entity IS NOT NULL THEN 'No map known: ' || entity ELSE 'No map' END AS place
		FROM v_records WHERE outcome = 'error')`
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
	return m.Wrappers()
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
