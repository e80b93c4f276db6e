//go:build cgo

package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"

	"dwtriage/ingest"
	"dwtriage/ingest/words"
)

// progress shows how far a run has come: a bar on a terminal, a line per file elsewhere. A bar in the log
// of a scheduler is a thousand lines of escapes, and no line at all is a job that seems to hang; so what
// standard error is decides, unless --progress does. It goes by the bytes of the inputs as stored: records
// are not known before they are read, and unpacked bytes not before they are unpacked.
type progress struct {
	w        io.Writer
	lines    io.Writer                // gets a line for each file and stage; nil: nobody
	bar      *progressbar.ProgressBar // nil: no bar
	plain    bool
	terminal bool
	started  time.Time
	said     time.Time // when a line was written
	drawn    time.Time // when the bar changed its words
	written  string    // the file that it speaks of
	mu       sync.Mutex
	path     func(string) string // as it may be printed; nil: as it is
}

// redraw is how often a line on a terminal changes at most.
const redraw = 100 * time.Millisecond

// newProgress shows what mode says on a stream; moves says whether a terminal can go back in a line there.
func newProgress(w io.Writer, mode string, quiet, moves bool, sources []ingest.Source) *progress {
	p := &progress{w: w, started: time.Now()}
	terminal := isTerminal(w) && moves
	switch {
	case quiet || mode == "none":
	case mode == "auto" && terminal:
		p.terminal = true
		var total int64
		for _, s := range sources {
			if s.Size < 0 {
				total = -1 // standard input: a spinner
				break
			}
			total += s.Size
		}
		p.bar = progressbar.NewOptions64(total, progressbar.OptionSetWriter(unescaped(w)), progressbar.OptionShowBytes(true),
			progressbar.OptionThrottle(redraw), progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(24),
			progressbar.OptionFullWidth())
	default:
		p.plain, p.lines = true, w
	}
	return p
}

// update is called by ingest as it reads, from the reading goroutine, while files and messages are printed
// from the loading one: hence the lock.
func (p *progress) update(at ingest.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar == nil {
		return
	}
	rate := float64(at.Records) / time.Since(p.started).Seconds()
	p.bar.Describe(fmt.Sprintf("%s records, %s/s", words.Thousands(at.Records), words.Thousands(int64(rate))))
	p.bar.Set64(at.Bytes)
}

// file prints the line of a finished file. On a terminal there is none: the bar is enough while it runs,
// and the ledger says the rest.
func (p *progress) file(f *ingest.File) {
	if p.lines == nil || f.Format == "" && (f.Problem != nil || len(f.Warnings) > 0) { // which is said in a sentence
		return
	}
	what := f.Format
	if what == "" {
		what = "not read"
	}
	if f.Log != "" {
		what += ", " + f.Log
	}
	path := f.Path
	if p.path != nil {
		path = p.path(path)
	}
	tell(p.lines, "%s: %s, %s", path, what, words.Count(f.Read, "row"))
	if f.Rejected > 0 {
		tell(p.lines, ", %s rejected", words.Thousands(f.Rejected))
	}
	if f.Filtered > 0 {
		tell(p.lines, ", %s filtered", words.Thousands(f.Filtered))
	}
	tell(p.lines, "\n")
}

// clear takes the bar off the screen, so that a message can be printed.
func (p *progress) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		p.bar.Clear()
	}
}

// stage says what a run does when its inputs are read.
func (p *progress) stage(what string) {
	if p.lines != nil {
		tell(p.lines, "%s\n", what)
		p.said = time.Now()
	}
	p.turn(what)
}

// turn says on a terminal what is done there. How long it takes nobody knows, so a sign turns beside it.
func (p *progress) turn(what string) {
	if !p.terminal {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.finish()
	p.bar = progressbar.NewOptions64(-1, progressbar.OptionSetWriter(unescaped(p.w)), progressbar.OptionClearOnFinish(),
		progressbar.OptionSetDescription(what), progressbar.OptionSpinnerType(14), progressbar.OptionSetElapsedTime(true))
	p.bar.RenderBlank() // else it waits for its first number
}

// judged says on a terminal how many stored records were judged again.
func (p *progress) judged(records int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now := time.Now(); p.bar != nil && now.Sub(p.drawn) >= redraw {
		p.drawn = now
		rate := float64(records) / max(now.Sub(p.started).Seconds(), 0.001)
		p.bar.Describe(fmt.Sprintf("judging again, %s records, %s/s", words.Thousands(records), words.Thousands(int64(rate))))
	}
}

// writing says how much of a file of the report is written: on a terminal always, else when nothing was said for as long as makes a long run.
func (p *progress) writing(file string, bytes int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	text := func() string { return fmt.Sprintf("writing %s, %.1f MB", file, float64(bytes)/1e6) }
	if p.lines != nil && now.Sub(p.said) >= longRun*time.Second {
		p.said = now
		tell(p.lines, "%s\n", text())
	}
	// A sheet of a million rows is as many calls, and a terminal takes longer for a line than a disk.
	if p.bar != nil && (now.Sub(p.drawn) >= redraw || file != p.written) {
		p.drawn, p.written = now, file
		p.bar.Describe(text())
	}
}

// end takes the bar away for good. The messages behind it are printed as if there had been none.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.finish()
}

func (p *progress) finish() {
	if p.bar != nil {
		p.bar.Finish()
		p.bar = nil
	}
}
