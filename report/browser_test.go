package report

import (
	"context"
	"encoding/csv"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"dwtriage/ingest/words"
	"dwtriage/report/summary"
)

// axeVersion is which axe-core is asked: another one may find more.
const axeVersion = "4.10.3"

// Variables that the checks of a change set, so that a test fails there instead of being skipped.
const (
	browserRequired = "DWTRIAGE_BROWSER"
	officeRequired  = "DWTRIAGE_OFFICE"
)

// lacking skips a test that needs what this machine does not have.
func lacking(t testing.TB, required, what string) {
	t.Helper()
	if os.Getenv(required) == "required" {
		t.Fatal(what)
	}
	t.Skip(what + "; " + required + "=required makes this a failure")
}

// axe returns the program that looks for what shuts people out.
func axe(t testing.TB) string {
	t.Helper()
	return fromNPM(t, "axe-core", axeVersion, "axe.min.js")
}

// A browser shows one page and notes what it must not do.
type browser struct {
	t   testing.TB
	ctx context.Context
	url string
	axe string

	mu     sync.Mutex
	faults []string // requests and errors, in the order in which the browser tells of them
}

func openBrowser(t testing.TB, page string) *browser {
	t.Helper()
	program := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" {
		lacking(t, browserRequired, "no chromium to show the page with")
	}
	b := &browser{t: t, url: "file://" + page, axe: axe(t)}
	// The sandbox of chromium refuses root, which is who runs in a container.
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.WindowSize(1440, 1000))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 5*time.Minute)
	t.Cleanup(cancel)
	b.ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	chromedp.ListenTarget(b.ctx, b.listen)
	b.do(network.Enable(), runtime.Enable(), chromedp.Navigate(b.url))
	return b
}

func (b *browser) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if e.Request.URL != b.url && !strings.HasPrefix(e.Request.URL, "data:") {
			b.faults = append(b.faults, "request: "+e.Request.URL)
		}
	case *runtime.EventExceptionThrown:
		b.faults = append(b.faults, "exception: "+e.ExceptionDetails.Error())
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.APITypeError || e.Type == runtime.APITypeWarning {
			b.faults = append(b.faults, "console: "+string(e.Type))
		}
	}
}

func (b *browser) do(actions ...chromedp.Action) {
	b.t.Helper()
	if err := chromedp.Run(b.ctx, actions...); err != nil {
		b.t.Fatal(err)
	}
}

// ask returns what an expression of JavaScript that gives a text is.
func (b *browser) ask(expression string) (answer string) {
	b.t.Helper()
	await := func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }
	if err := chromedp.Run(b.ctx, chromedp.Evaluate("(async () => String(await ("+expression+")))()", &answer, await)); err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return answer
}

func (b *browser) want(expression, want string) {
	b.t.Helper()
	if got := b.ask(expression); got != want {
		b.t.Errorf("%s is %q, want %q", expression, got, want)
	}
}

// set gives a field of the filter a value as somebody who types does.
func (b *browser) set(field, value string) {
	b.t.Helper()
	b.ask(fmt.Sprintf(`(f => { f.value = %q; f.dispatchEvent(new Event('input', { bubbles: true })); })(document.getElementById('filter').elements[%q])`, value, field))
}

// open follows a link to a state of the page, as a mail holds one.
func (b *browser) open(hash string) {
	b.t.Helper()
	b.do(chromedp.Navigate("about:blank"), chromedp.Navigate(b.url+hash))
}

// accessible asserts that axe finds nothing in the state that the page is in.
func (b *browser) accessible(state string) {
	b.t.Helper()
	if b.ask("typeof axe") == "undefined" {
		b.do(chromedp.Evaluate(b.axe, nil))
	}
	// Colours run for a moment when a state changes, and what is half way has no contrast of its own.
	b.ask("Promise.all(document.getAnimations().map(a => a.finished.catch(() => {})))")
	if got := b.ask(`(await axe.run({ resultTypes: ['violations'] })).violations.map(v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.target.join(' ')).join(', ')).join('; ')`); got != "" {
		b.t.Errorf("%s: %s", state, got)
	}
}

// narrow asserts that nobody has to scroll sideways.
func (b *browser) narrow(state string) {
	b.t.Helper()
	if got := b.ask("document.documentElement.scrollWidth - document.documentElement.clientWidth"); got != "0" {
		b.t.Errorf("%s: %s pixels stand out at the side", state, got)
	}
}

// shownFindings counts the rows of the findings that the filter leaves.
const shownFindings = `document.querySelectorAll('#t-findings tbody tr').length`

// TestInBrowser shows the page of a night in chromium: what people do with it works, it asks nothing of the network, and
// axe finds no fault in any state.
func TestInBrowser(t *testing.T) {
	page := filepath.Join(t.TempDir(), "index.html")
	s := night()
	files := draw(t, s, Options{})
	if err := os.WriteFile(page, []byte(files["index.html"]), 0o600); err != nil {
		t.Fatal(err)
	}
	b := openBrowser(t, page)
	b.narrow("wide")
	b.accessible("wide")

	drawnRows(b)
	filters(b, s)
	sorts(b)
	orders(b)
	keyboard(b)
	copies(b)
	copiedRows(b, files)
	anchors(b)
	hiddenLinks(b)

	b.ask("document.querySelectorAll('details').forEach(d => d.open = true)")
	b.accessible("all open")
	for _, media := range []struct{ name, media, feature, value string }{
		{"dark", "screen", "prefers-color-scheme", "dark"}, {"forced colours", "screen", "forced-colors", "active"}, {"print", "print", "prefers-color-scheme", "light"},
	} {
		b.do(emulation.SetEmulatedMedia().WithMedia(media.media).WithFeatures([]*emulation.MediaFeature{{Name: media.feature, Value: media.value}}))
		b.accessible(media.name)
	}
	b.want(`getComputedStyle(document.querySelector('.side')).display`, "none") // on paper
	b.do(emulation.SetEmulatedMedia(), chromedp.EmulateViewport(390, 844))
	b.open("")
	b.narrow("phone")
	b.accessible("phone")
	b.want(`[...document.querySelectorAll('#t-findings :is(th, td)')].filter(c => c.getBoundingClientRect().right > innerWidth).length`, "0") // cards, not a table to push

	b.mu.Lock()
	defer b.mu.Unlock()
	for _, fault := range b.faults {
		t.Error(fault)
	}
}

// filters tries every choice of every filter against the findings of the night, and every state by its address.
func filters(b *browser, s *summary.Summary) {
	b.t.Helper()
	all := b.ask(shownFindings)
	for _, field := range []string{"map", "company", "severity", "change", "signature"} {
		offered := b.ask(fmt.Sprintf(`[...document.getElementById('filter').elements[%q].options].map(o => o.value).join('\n')`, field))
		choices := strings.Split(offered, "\n")[1:]
		if len(choices) < 2 {
			b.t.Errorf("the filter %s offers %q", field, choices)
		}
		for _, choice := range choices {
			b.set(field, choice)
			b.keeps(s, func(f *summary.Finding) bool {
				// A finding that was there before says nothing of a change, which does not exclude it.
				said := map[string]string{"map": f.MapTitle, "company": companyKey(f.Company), "severity": sevClass(f.Severity), "change": orWords(chgClass(f.Change), choice), "signature": anchor(f.Signature)}
				return said[field] == choice
			})
			b.want("document.getElementById('banner').hidden", "false")
			if field == "company" {
				n, open := 0, 0
				for _, c := range s.Changes {
					if c.Records == 0 {
						open++
					}
					if c.Records == 0 || slices.ContainsFunc(s.Findings, func(f summary.Finding) bool {
						return f.Signature == c.Signature && f.MapTitle == c.MapTitle && companyKey(f.Company) == choice
					}) {
						n++
					}
				}
				said := fmt.Sprintf(", %d of %s", n, words.Count(len(s.Changes), "change"))
				if open > 0 {
					said += fmt.Sprintf(" (%d whose company the page does not know)", open)
				}
				if len(s.Changes) > 0 && !strings.Contains(b.ask("document.getElementById('shown').textContent"), said) {
					b.t.Errorf("company %s: the page says %q, want %q", choice, b.ask("document.getElementById('shown').textContent"), said)
				}
			}
		}
		hash, shown := b.ask("location.hash"), b.ask(shownFindings)
		b.open(hash)
		b.want(shownFindings, shown)
		b.want("location.hash", hash)
		b.set(field, "")
		b.want(shownFindings, all)
	}
	clock := s.Findings[0].LastSeen.UTC().Truncate(time.Minute)
	b.set("from", clock.Format("2006-01-02T15:04"))
	b.keeps(s, func(f *summary.Finding) bool { return f.LastSeen.IsZero() || !f.LastSeen.Before(clock) })
	b.set("from", "")
	b.set("to", clock.Format("2006-01-02T15:04"))
	b.keeps(s, func(f *summary.Finding) bool { return f.FirstSeen.IsZero() || !f.FirstSeen.After(clock) })
	b.open("#findings&severity=critical")
	b.accessible("filtered")
	b.do(emulation.SetEmulatedMedia().WithMedia("print"))
	b.want("document.getElementById('banner').checkVisibility() && document.getElementById('shown').textContent.startsWith('Filtered by severity “Critical”')", "true")
	b.do(emulation.SetEmulatedMedia())
	b.want("getComputedStyle(document.querySelector('#fixes .roles')).display", "none") // it names fixes that the filter hides
	b.open("#findings&company=NOSUCH")
	b.want("document.getElementById('shown').textContent", "The link asks for company “NOSUCH”, which this page does not have. ")
	b.want("document.getElementById('banner').hidden", "false")
	b.set("q", "nothing holds this")
	b.want(shownFindings, "0")
	b.want("document.querySelector('#findings .match').textContent", "No finding matches the filter. ")
	const elsewhere = "document.getElementById('shown').textContent.includes(' keys and messages of records are in records.csv, and in the database (dwtriage query).')"
	b.want(elsewhere, "true")
	b.set("q", "customers")
	b.want(elsewhere, "false")
	b.set("q", "US-031187") // the key of a record, which its evidence has
	b.want(elsewhere, "true")
	b.want("(f => f.placeholder + (f.scrollWidth > f.clientWidth ? ' is cut' : ''))(document.getElementById('filter').elements.q)", "names, titles, signatures")
	b.set("q", "nothing holds this")
	b.want("document.querySelector('#entities .none').hidden", "false")
	b.accessible("filtered to nothing")
	b.ask("document.querySelector('[data-reset]').click()")
	b.want("new Promise(r => setTimeout(() => r("+shownFindings+")))", all)
}

// keeps asserts that the page says of its filter what a count over the findings says, in its words and in the heat table.
func (b *browser) keeps(s *summary.Summary, keep func(*summary.Finding) bool) {
	b.t.Helper()
	var rows, records int64
	cells := map[string]int64{}
	for i := range s.Findings {
		if f := &s.Findings[i]; keep(f) {
			rows++
			records += f.Records
			cells[f.MapTitle] += f.Records
			cells[f.MapTitle+"/"+strings.ReplaceAll(f.Category, "-", " ")] += f.Records
		}
	}
	page := strings.SplitN(b.ask("[location.hash, document.getElementById('shown').textContent, "+shownFindings+", "+heatCells+"].join('\\n')"), "\n", 4)
	state := page[0]
	said := fmt.Sprintf("%s of %s with %s of ", words.Thousands(rows), words.Count(len(s.Findings), "finding"), words.Thousands(records))
	if got := page[1]; !strings.Contains(got, said) {
		b.t.Errorf("%s: the page says %q, want %q", state, got, said)
	}
	if got, want := page[2], fmt.Sprint(min(rows, mostFindings)); got != want {
		b.t.Errorf("%s: %s rows are shown, want %s", state, got, want)
	}
	if !strings.HasPrefix(state, "#company=") || strings.Contains(state, "&") { // the rows of one company stand as they came, and the sums of the night are gone
		for name, n := range maps.Clone(cells) {
			_, category, _ := strings.Cut(name, "/")
			cells[strings.TrimSuffix("All that match/"+category, "/")] += n
		}
	}
	var want []string
	for name, n := range cells {
		want = append(want, fmt.Sprint(name, "=", n))
	}
	slices.Sort(want)
	if got := page[3]; got != strings.Join(want, "\n") {
		b.t.Errorf("%s: the heat table has\n%s\nwant\n%s", state, got, strings.Join(want, "\n"))
	}
}

// heatCells reads the numbers of the heat table that are to be seen, as sorted lines.
const heatCells = `(() => {
	const heads = [...document.querySelectorAll('#heat thead th')].map(h => h.textContent), lines = [];
	for (const row of document.querySelectorAll('#heat :is(tbody, tfoot):not([hidden]) tr:not(.grp)')) [...row.cells].slice(1).forEach((c, i) => {
		if (c.textContent) lines.push(row.cells[0].textContent + (i ? '/' + heads[i + 1] : '') + '=' + (c.dataset.v ?? c.textContent.replace(/,/g, '')));
	});
	return lines.sort().join('\n');
})()`

// drawnRows asserts that the rows that the script draws from the data of the page are those that the page came with.
func drawnRows(b *browser) {
	b.t.Helper()
	b.open("")
	for _, table := range []string{"t-findings", "t-changes"} {
		got := b.ask(fmt.Sprintf(`(() => {
			const table = document.getElementById(%q), html = () => [...table.tBodies[0].rows].map(r => r.outerHTML.replace(/\n/g, '')).sort();
			const came = html(), first = table.tBodies[0].rows[0];
			table.querySelector('th button').click();
			const drawn = html();
			return [...table.tBodies[0].rows].includes(first) ? 'nothing was drawn' : came.length + ' ' + came.filter((row, i) => row !== drawn[i]).map((row, i) => row + ' and ' + drawn[i])[0];
		})()`, table))
		if want := " undefined"; !strings.HasSuffix(got, want) || got == "0"+want {
			b.t.Errorf("%s: %s", table, got)
		}
	}
	b.open("")
}

// sorts presses every heading that sorts, twice, and reads the column back.
func sorts(b *browser) {
	b.t.Helper()
	b.open("")
	b.want(`[...document.querySelectorAll('th[data-sort]')].map(th => {
		const b = th.querySelector('button'), col = th.cellIndex, table = th.closest('table'), seen = [];
		const cell = r => r.cells[col].textContent === 'not known' ? '' : r.cells[col].dataset.v ?? r.cells[col].querySelector('time')?.dateTime ?? [...r.cells[col].childNodes].map(n => n.textContent).join('\t').trim().replace(/,/g, '');
		for (const _ of [1, 2]) {
			b.click();
			const sign = th.getAttribute('aria-sort') === 'descending' ? -1 : 1;
			seen.push(sign);
			for (const body of table.tBodies) {
				const v = [...body.rows].filter(r => !r.matches('.grp')).map(cell);
				for (let i = 1; i < v.length; i++) if (sign * v[i - 1].localeCompare(v[i], 'en', { numeric: true }) > 0) return table.id + ' ' + col + ': ' + v[i - 1] + ' before ' + v[i];
			}
		}
		return seen[0] + seen[1] ? table.id + ' ' + col + ' does not turn' : '';
	}).filter(Boolean).join('; ')`, "")
	sorted := `document.getElementById(new URLSearchParams(location.hash.slice(1)).get('sort').split('.')[0]).textContent`
	hash, want := b.ask("location.hash"), b.ask(sorted)
	b.open(hash)
	b.want(sorted, want)
}

// orders presses a heading of every table that sorts and opens the address of that: it holds the order of each, and what is equal stands as it did.
func orders(b *browser) {
	b.t.Helper()
	b.open("")
	b.ask(`[...document.querySelectorAll('table:has(th[data-sort])')].forEach((table, i) => { for (const n of [4, 2 + i]) table.querySelectorAll('th[data-sort] button')[n].click(); })`)
	drawn := `[...document.querySelectorAll('table:has(th[data-sort])')].map(table => table.textContent + [...table.querySelectorAll('[aria-sort]')].map(th => th.cellIndex + th.ariaSort)).join('\n')`
	hash, want := b.ask("location.hash"), b.ask(drawn)
	if tables := b.ask("document.querySelectorAll('table:has(th[data-sort])').length"); tables != strconv.Itoa(strings.Count(hash, "sort=")) || tables < "3" {
		b.t.Errorf("the address of %s sorted tables is %s", tables, hash)
	}
	for _, address := range []string{hash, "#sort=" + strings.ReplaceAll(strings.TrimPrefix(hash, "#sort="), "&sort=", ",")} {
		b.open(address)
		b.want("location.hash", hash)
		if got := b.ask(drawn); got != want {
			b.t.Errorf("%s draws\n%s\nwant\n%s", address, got, want)
		}
	}
}

// keyboard skips to the report, and sorts and opens without a mouse.
func keyboard(b *browser) {
	b.t.Helper()
	b.open("")
	b.do(chromedp.KeyEvent(kb.Tab))
	b.want("document.activeElement.className", "skip")
	b.do(chromedp.Focus("#t-findings th[data-sort] button"), chromedp.KeyEvent(kb.Enter))
	b.want("document.querySelector('#t-findings th').getAttribute('aria-sort')", "ascending")
	b.do(chromedp.Focus("#fixes li:nth-child(2) summary"), chromedp.KeyEvent(" "))
	b.want("document.querySelector('#fixes li:nth-child(2) details').open", "true")
	b.want(`[...document.querySelectorAll('a, button, summary, input, select')].filter(e => e.tabIndex < 0).length`, "0")
}

// anchors follows the links within the page, by name one to a cluster, whose id is a part of it.
func anchors(b *browser) {
	b.t.Helper()
	b.open("")
	b.want(`[...document.querySelectorAll('a[href^="#"]')].filter(a => !document.getElementById(a.hash.slice(1).split('&')[0])).map(a => a.hash).join(' ')`, "")
	b.open("#sig-unknown-t-4f1c09ae")
	b.want("document.querySelector(':target').textContent.includes('t-4f1c09ae')", "true")
	b.set("signature", "unknown-t-4f1c09ae")
	b.want(shownFindings, "1")
}

// copiedRows copies the rows of the long tables: they are those of their files, in as many columns of them as the page has.
func copiedRows(b *browser, files map[string]string) {
	b.t.Helper()
	b.open("")
	for table, file := range map[string]string{"findings": "failing_entities.csv", "changes": "changes.csv"} {
		b.ask(`navigator.clipboard.writeText = async text => { window.copied = text }`)
		got := readTable(b.t, b.ask(fmt.Sprintf(`new Promise(done => { document.querySelector('#%s .rows').click(); setTimeout(() => done(window.copied)); })`, table)))
		want := readTable(b.t, files[file])
		var columns []int
		for _, name := range got[0] {
			// The severity of a change is only in the findings, and on the page.
			if at := slices.Index(want[0], name); at >= 0 || name != "severity" || table != "changes" {
				columns = append(columns, at)
			}
		}
		if !slices.IsSorted(columns) || columns[0] < 0 || len(columns) < 9 {
			b.t.Errorf("columns of copied %s are %q, those of %s %q", table, got[0], file, want[0])
			continue
		}
		if len(got) != len(want) {
			b.t.Errorf("%d rows of copied %s, %d of %s", len(got), table, len(want), file)
			continue
		}
		for i := range got {
			for j, at := range columns {
				if got[i][j] != want[i][at] {
					b.t.Errorf("copied %s, row %d, %s: %q, in %s %q", table, i, got[0][j], got[i][j], file, want[i][at])
				}
			}
		}
	}
}

func readTable(t testing.TB, content string) [][]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(content, "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// hiddenLinks follows links to what a filter hides: it is shown and the banner says why, until the filter or the link is another.
func hiddenLinks(b *browser) {
	b.t.Helper()
	const says = "document.getElementById('shown').textContent.startsWith('The item that the link leads to does not match the filter. Filtered by ')"
	inView := func(id, want string) {
		b.t.Helper()
		b.want(fmt.Sprintf(`(e => Boolean(e?.checkVisibility()) && e.getBoundingClientRect().top >= document.getElementById('banner').getBoundingClientRect().bottom && e.getBoundingClientRect().top < innerHeight)(document.getElementById(%q))`, id), want)
	}
	follow := func(id string) {
		b.t.Helper()
		b.ask(fmt.Sprintf(`new Promise(done => { addEventListener('hashchange', () => setTimeout(done), { once: true }); const a = document.createElement('a'); a.href = '#' + %q; document.body.append(a); a.click(); a.remove(); })`, id))
	}
	b.open("")
	b.ask("document.querySelectorAll('details').forEach(d => d.open = false)")
	ids := strings.Fields(b.ask(`[...document.querySelectorAll('[data-item], #t-findings tbody tr')].map(e => e.id || e.querySelector('[id]').id).join(' ')`))
	if kinds := strings.Join(ids, " "); !strings.Contains(kinds, "fix-") || !strings.Contains(kinds, "sig-") || !strings.Contains(kinds, "f-30d") || !strings.Contains(kinds, "incident-") {
		b.t.Errorf("the page has only %s", kinds)
	}
	const nothing = "nothing holds this"
	for _, id := range ids {
		b.set("q", nothing)
		b.want("document.getElementById('shown').textContent.startsWith('Filtered by ')", "true")
		inView(id, "false")
		follow(id)
		inView(id, "true")
		b.want(says, "true")
		b.want("location.hash", "#"+id+"&q=nothing+holds+this")
		b.want(`[...document.querySelectorAll('[data-item], #t-findings tbody tr')].filter(e => e.checkVisibility()).length`, "1")
		b.set("q", nothing+" either") // another filter hides it again
		inView(id, "false")
		b.want(says, "false")
		b.want("location.hash", "#q=nothing+holds+this+either")
	}
	for _, id := range ids[:1] {
		b.open("#" + id + "&q=nothing+holds+this") // sent
		inView(id, "true")
		b.want(says, "true")
		b.accessible("linked")
		b.ask("document.querySelector('#t-findings th button').click()") // an order is no other filter
		b.want(says, "true")
		follow(ids[1])
		inView(id, "false")
		follow("fix-99") // of another night
		b.want("document.getElementById('shown').textContent.startsWith('The link asks for item “fix-99”, which this page does not have. Filtered by ')", "true")
		follow(ids[1])
		b.want(says, "true")
		follow("findings")
		inView(ids[1], "false")
		b.want(says, "false")
	}
}

// copies presses the button of a query.
func copies(b *browser) {
	b.t.Helper()
	b.ask(`navigator.clipboard.writeText = async text => { window.copied = text }`)
	b.ask(`document.querySelector('.sql .copy').click()`)
	b.want(`new Promise(r => setTimeout(() => r(window.copied === document.querySelector('.sql pre').textContent)))`, "true")
	b.want(`document.querySelector('.sql .copy').textContent`, "Copied")
	b.want(`document.getElementById('said').textContent`, "Copied to the clipboard")
}

// BenchmarkPage opens a page as somebody who clicks on it does, DWTRIAGE_PAGE or that of a night of this package's, and filters it: how long until it
// is drawn and answers, and until a filter shows what it keeps.
func BenchmarkPage(b *testing.B) {
	page := os.Getenv("DWTRIAGE_PAGE")
	if page == "" {
		dir := b.TempDir()
		if err := Write(dir, night(), Options{}); err != nil {
			b.Fatal(err)
		}
		page = filepath.Join(dir, "index.html")
	}
	shown := openBrowser(b, page)
	var complete, filtered float64
	add := func(to *float64, expression string) {
		ms, err := strconv.ParseFloat(shown.ask(expression), 64)
		if err != nil {
			b.Fatal(err)
		}
		*to += ms
	}
	for b.Loop() {
		shown.do(chromedp.Navigate("about:blank"), chromedp.Navigate(shown.url))
		// Two frames behind the end of loading everything was drawn once.
		add(&complete, `(async () => { const frame = () => new Promise(requestAnimationFrame); await frame(); await frame(); return performance.now(); })()`)
		add(&filtered, `(async () => { const frame = () => new Promise(requestAnimationFrame), start = performance.now(), f = document.getElementById('filter').elements.severity;
			f.value = [...f.options].map(o => o.value).filter(v => v)[0]; f.dispatchEvent(new Event('input', { bubbles: true })); await frame(); await frame(); return performance.now() - start; })()`)
	}
	b.ReportMetric(complete/float64(b.N), "ms-to-drawn")
	b.ReportMetric(filtered/float64(b.N), "ms-to-filtered")
}

// A company of which the page has no finding can be chosen where its heat table has it, which counts all records.
func TestCompanyOfTheHeatTable(t *testing.T) {
	s := night()
	cells := make([]int64, len(s.Heat.Categories))
	cells[0] = 9
	s.Heat.Companies = append(s.Heat.Companies, "FRRT")
	s.Heat.Groups = append(s.Heat.Groups, summary.HeatGroup{Company: "FRRT", Records: 9, Rows: []summary.HeatRow{{MapTitle: "Vendors V2", Records: 9, Cells: cells}}})
	page := filepath.Join(t.TempDir(), "index.html")
	if err := os.WriteFile(page, []byte(draw(t, s, Options{})["index.html"]), 0o600); err != nil {
		t.Fatal(err)
	}
	b := openBrowser(t, page)
	b.ask(`document.querySelector('button[data-company="FRRT"]').click()`)
	b.want("location.hash", "#company=FRRT")
	b.want(shownFindings, "0")
	b.want("[...document.querySelectorAll('#heat tbody:not([hidden]) th')].map(h => h.textContent).join()", "Company FRRT: 9 records, 1 entity,Vendors V2")
}

// What the page says of rows that it does not have is true of the files beside it: more are there only where there are more.
func TestLackingRows(t *testing.T) {
	page := filepath.Join(t.TempDir(), "index.html")
	for _, c := range []struct {
		name   string
		night  func() *summary.Summary
		find   string
		suffix string
	}{
		{"all listed", night, "#findings", " that match are shown. "},
		{"summed up", func() *summary.Summary {
			s := night()
			s.Findings[len(s.Findings)-1].Others = 9
			return s
		}, "#findings", "; the page has all 12 rows of failing_entities.csv, for 20 findings. "},
		{"changes that are counted only", func() *summary.Summary {
			s := night()
			s.Changed.Resolved += 40
			return s
		}, "#changes", "; the page has all 6 rows of changes.csv, for 46 changes. "},
		{"too many for the page", func() *summary.Summary {
			s := night()
			for i := range 60000 {
				f := s.Findings[0]
				f.ID, f.Company, f.Records = fmt.Sprintf("%08x", i), fmt.Sprintf("C%05d", i), 1
				s.Findings = append(s.Findings, f)
			}
			return s
		}, "#findings", " of 60,012 findings, more are in failing_entities.csv. "},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := os.WriteFile(page, []byte(draw(t, c.night(), Options{})["index.html"]), 0o600); err != nil {
				t.Fatal(err)
			}
			b := openBrowser(t, page)
			b.open("#severity=critical")
			said := b.ask("document.querySelector('" + c.find + " .match').firstChild.textContent")
			if !strings.HasSuffix(said, c.suffix) {
				t.Errorf("the page says %q, want it to end with %q", said, c.suffix)
			}
		})
	}
}

// A name of 200 characters without a blank, wherever names stand, makes no table wider than short names do, and nothing stands out at the side; numbers
// are never broken.
func TestLongNames(t *testing.T) {
	page := filepath.Join(t.TempDir(), "index.html")
	s := night()
	short := draw(t, s, Options{})["index.html"]
	var pairs []string
	for _, f := range s.Findings {
		for _, name := range []string{f.MapTitle, f.DataverseTable, f.Company, f.Title, f.Role, f.Signature} {
			if name != "" && !strings.Contains(name, "<") {
				pairs = append(pairs, ">"+name+"<", ">"+strings.Repeat("N", 200)+"<", `"`+name+`"`, `"`+strings.Repeat("N", 200)+`"`)
			}
		}
	}
	long := strings.NewReplacer(pairs...).Replace(short)
	const widths = `[...document.querySelectorAll('.scroll')].filter(e => e.clientWidth).map(e => Math.max(0, e.scrollWidth - e.clientWidth)).join(' ')`
	var b *browser
	for _, width := range []int64{375, 768, 1280, 1440} {
		was := ""
		for _, content := range []string{short, long} {
			if err := os.WriteFile(page, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			if b == nil {
				b = openBrowser(t, page)
			}
			b.do(chromedp.EmulateViewport(width, 900))
			b.open("")
			b.ask("document.querySelectorAll('details').forEach(d => d.open = true)")
			if content == short {
				was = b.ask(widths)
				continue
			}
			if got := b.ask("document.body.textContent.split('N'.repeat(200)).length > 50"); got != "true" {
				t.Fatal("there are no long names")
			}
			if got := b.ask(widths); got != was {
				t.Errorf("at %d tables stand out by %s, with short names by %s", width, got, was)
			}
			b.narrow(fmt.Sprint("long names at ", width))
			b.want(standsOut, "")
			b.want(brokenNumbers, "")
		}
	}
	// On paper nothing can be pushed aside.
	b.do(emulation.SetEmulatedMedia().WithMedia("print"), chromedp.EmulateViewport(703, 900)) // A4 between its margins
	b.want(`[...document.querySelectorAll('main *')].filter(e => e.getClientRects().length && e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.hide')).map(e => (e.closest('[id]')?.id ?? '') + ' ' + e.tagName + ' ' + e.className + ' ' + e.getBoundingClientRect().right).slice(0, 9).join('; ')`, "")
	b.want(brokenNumbers, "")
}

// What belongs together stands on one sheet, wherever a sheet ends: the chart with its heading, legend and hours, the head of a table with its first
// row, the head of a fix. Columns as large as a sheet break as sheets do, and can be measured.
func TestSheets(t *testing.T) {
	page := filepath.Join(t.TempDir(), "index.html")
	if err := os.WriteFile(page, []byte(draw(t, night(), Options{})["index.html"]), 0o600); err != nil {
		t.Fatal(err)
	}
	b := openBrowser(t, page)
	b.do(emulation.SetEmulatedMedia().WithMedia("print"), chromedp.EmulateViewport(703, 1032)) // A4 between its margins
	for _, together := range []string{
		"#timeline > h2, #timeline > .lead, #timeline > .legend, #timeline > .plot, #timeline > .plot .x",
		"#timeline > h3, #timeline .events > li:first-child",
		"#heat caption, #heat thead th:first-child, #heat tbody:nth-of-type(1) tr:nth-child(-n+2) > th",
		"#heat tbody:nth-of-type(2) tr:nth-child(-n+2) > th",
		"#t-findings caption, #t-findings thead th:first-child, #t-findings tbody tr:first-child > th",
		"#t-changes caption, #t-changes thead th:first-child, #t-changes tbody tr:first-child > th",
		"#fixes .group, #fixes .group + ol > li:first-child",
		"#fix-2, #fix-2 > .rank, #fix-2 > div, #fix-2 > .facts",
	} {
		b.want(fmt.Sprintf(`(() => {
			const main = document.getElementById('main'), width = 703, parts = [...document.querySelectorAll(%q)], space = document.createElement('div');
			main.style.cssText = 'width: 703px; height: 1032px; column-width: 703px; column-gap: 0; column-fill: auto';
			parts[0].closest('section').before(space);
			const torn = [];
			for (let height = 0; height < 1032; height += 24) {
				space.style.height = height + 'px';
				const sheets = parts.map(e => [...new Set([...e.getClientRects()].map(r => Math.floor((r.left + scrollX - main.offsetLeft + 1) / width)))].join('+'));
				if (new Set(sheets).size !== 1 || sheets[0].includes('+')) torn.push(height + ': ' + sheets);
			}
			space.remove();
			return parts.length < 2 ? 'nothing' : torn.slice(0, 4).join('; ');
		})()`, together), "")
	}
}

const (
	// standsOut names what is wider than the screen and in no place that scrolls.
	standsOut = `[...document.querySelectorAll('body *')].filter(e => e.getClientRects().length && e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.scroll, .hide, svg, .plot, .side nav')).map(e => (e.closest('[id]')?.id ?? '') + ' ' + e.tagName + ' ' + e.className).slice(0, 9).join('; ')`
	// brokenNumbers names cells whose number stands in several lines; those of several periods may.
	brokenNumbers = `[...document.querySelectorAll('td.num, .heat td, .figures td:not(:last-child), time')].filter(c => !c.textContent.includes(' · ')).filter(c => {
		const r = document.createRange();
		r.selectNodeContents(c);
		return new Set([...r.getClientRects()].map(x => Math.round(x.top))).size > 1;
	}).map(c => (c.closest('[id]')?.id ?? '') + ' ' + c.textContent).slice(0, 9).join('; ')`
)
