package report

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// axeVersion is which axe-core is asked: another one may find more.
const axeVersion = "4.10.3"

// lacking skips a test that needs what this machine does not have. The checks of a change set DWTRIAGE_BROWSER, so there
// it fails instead.
func lacking(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("DWTRIAGE_BROWSER") == "required" {
		t.Fatal(what)
	}
	t.Skip(what + "; DWTRIAGE_BROWSER=required makes this a failure")
}

// axe returns the program that looks for what shuts people out, which npm keeps in its cache after the first time.
func axe(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("npm"); err != nil {
		lacking(t, "no npm to get axe-core with")
	}
	dir := t.TempDir()
	pack := exec.Command("npm", "pack", "--silent", "--prefer-offline", "axe-core@"+axeVersion)
	pack.Dir = dir
	if out, err := pack.CombinedOutput(); err != nil {
		lacking(t, fmt.Sprintf("npm pack axe-core: %v: %s", err, out))
	}
	f, err := os.Open(filepath.Join(dir, "axe-core-"+axeVersion+".tgz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for files := tar.NewReader(unzipped); ; {
		h, err := files.Next()
		if err != nil {
			t.Fatalf("axe.min.js: %v", err)
		}
		if h.Name == "package/axe.min.js" {
			program, err := io.ReadAll(files)
			if err != nil {
				t.Fatal(err)
			}
			return string(program)
		}
	}
}

// A browser shows one page and notes what it must not do.
type browser struct {
	t   *testing.T
	ctx context.Context
	url string
	axe string

	mu     sync.Mutex
	faults []string // requests and errors, in the order in which the browser tells of them
}

func openBrowser(t *testing.T, page string) *browser {
	t.Helper()
	program := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" {
		lacking(t, "no chromium to show the page with")
	}
	b := &browser{t: t, url: "file://" + page, axe: axe(t)}
	// The sandbox of chromium refuses root, which is who runs in a container.
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.WindowSize(1440, 1000))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 2*time.Minute)
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
const shownFindings = `document.querySelectorAll('#t-findings tr[data-item]:not([hidden])').length`

// TestInBrowser shows the page of a night in chromium: what people do with it works, it asks nothing of the network, and
// axe finds no fault in any state.
func TestInBrowser(t *testing.T) {
	page := filepath.Join(t.TempDir(), "index.html")
	if err := os.WriteFile(page, []byte(draw(t, night(), Options{})["index.html"]), 0o600); err != nil {
		t.Fatal(err)
	}
	b := openBrowser(t, page)
	b.narrow("wide")
	b.accessible("wide")

	filters(b)
	sorts(b)
	keyboard(b)
	copies(b)

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

	b.mu.Lock()
	defer b.mu.Unlock()
	for _, fault := range b.faults {
		t.Error(fault)
	}
}

// filters tries every choice of every filter against what the rows say of themselves, and every state by its address.
func filters(b *browser) {
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
			said := map[string]string{"severity": `r.querySelector('.sev').classList[1]`, "change": `r.querySelector('.chg')?.classList[1] ?? 'none'`}[field]
			if said == "" {
				said = "r.dataset." + field
			}
			// A row that was there before says none, which does not exclude it.
			want := b.ask(fmt.Sprintf(`[...document.querySelectorAll('#t-findings tr[data-item]')].filter(r => ['none', %q].includes(%s)).length`, choice, said))
			b.want(shownFindings, want)
			b.want("document.getElementById('banner').hidden", "false")
		}
		hash, shown := b.ask("location.hash"), b.ask(shownFindings)
		b.open(hash)
		b.want(shownFindings, shown)
		b.want("location.hash", hash)
		b.set(field, "")
		b.want(shownFindings, all)
	}
	b.open("#findings&severity=critical")
	b.accessible("filtered")
	b.do(emulation.SetEmulatedMedia().WithMedia("print"))
	b.want("document.getElementById('banner').checkVisibility() && document.getElementById('shown').textContent.startsWith('Filtered by severity “Critical”')", "true")
	b.do(emulation.SetEmulatedMedia())
	b.open("#findings&company=NOSUCH")
	b.want("document.getElementById('shown').textContent", "The link asks for company “NOSUCH”, which this page does not have. ")
	b.want("document.getElementById('banner').hidden", "false")
	b.set("q", "nothing holds this")
	b.want(shownFindings, "0")
	b.want("document.querySelector('#findings .none').hidden", "false")
	b.accessible("filtered to nothing")
	b.ask("document.querySelector('[data-reset]').click()")
	b.want("new Promise(r => setTimeout(() => r("+shownFindings+")))", all)
}

// sorts presses every heading that sorts, twice, and reads the column back.
func sorts(b *browser) {
	b.t.Helper()
	b.open("")
	b.want(`[...document.querySelectorAll('th[data-sort]')].map(th => {
		const b = th.querySelector('button'), col = th.cellIndex, table = th.closest('table'), seen = [];
		const cell = r => r.cells[col].dataset.v ?? r.cells[col].querySelector('time')?.dateTime ?? [...r.cells[col].childNodes].map(n => n.textContent).join('\t').trim().replace(/,/g, '');
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

// copies presses the button of a query.
func copies(b *browser) {
	b.t.Helper()
	b.ask(`navigator.clipboard.writeText = async text => { window.copied = text }`)
	b.ask(`document.querySelector('.sql .copy').click()`)
	b.want(`new Promise(r => setTimeout(() => r(window.copied === document.querySelector('.sql pre').textContent)))`, "true")
	b.want(`document.querySelector('.sql .copy').textContent`, "Copied")
	b.want(`document.getElementById('said').textContent`, "Copied to the clipboard")
}
