package ingest

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"dwtriage/ingest/clock"
	"dwtriage/ingest/secrets"
	"dwtriage/ingest/unpack"
	"dwtriage/ingest/window"
	"dwtriage/ingest/words"
)

// begin opens the account of a file and takes the window over. in is what it holds.
func (run *run) begin(m unpack.Member, in io.Reader, opt window.Options) *file {
	run.row.fresh()
	run.window.Reset(run.ctx, in, opt)
	return &file{
		run: run, member: m, row: &run.row, w: &run.window, dmfLog: dmfLog(m.Path),
		clock:   clock.Clock{Zone: run.opt.Zone, Order: run.opt.DateOrder},
		account: File{Path: run.name(m.Path), Container: m.Containers()},
	}
}

// name is the path of a file as it is shown and stored: without the secrets of an address, valid UTF-8, and no other file's
// name. Nearly every path is its own name.
func (run *run) name(path string) string {
	if name, known := run.names[path]; known {
		return name
	}
	if run.taken == nil {
		run.names, run.taken = make(map[string]string), make(map[string]int)
	}
	clean := secrets.Clean(path)
	name := clean
	for n := run.taken[clean]; run.taken[name] > 0; {
		n++
		name = fmt.Sprintf("%s (%d)", clean, n)
		run.taken[clean] = n
	}
	run.taken[name]++
	if name != path {
		run.names[path] = name
	}
	return name
}

// close ends the account of the file. whole says that a parser went through to its end.
func (r *file) close(whole bool) error {
	w, f := r.w, &r.account
	if err := r.run.ctx.Err(); err != nil {
		return err
	}
	if whole && !w.Cut() {
		w.Skip(len(w.Rest()))
	}
	f.Bytes, f.Skipped, f.NoZone = w.Size(), w.Skipped(), r.clock.Bare
	f.Log = r.kinds.String()
	if whole {
		f.Encoding = w.Encoding()
	}
	if whole && w.Err() == io.EOF {
		f.Digest = w.Digest()
	}
	if n := w.Replaced(); n > 0 {
		r.warn(fmt.Sprintf("%s %s replaced: the encoding of the file (%s) is damaged", words.Count(n, "invalid character"), words.Were(n), w.Encoding()))
	}
	r.warnOfPassed(&r.passed, "without any sign of an error")
	r.warnOfPassed(&r.prosaic, words.Plural(r.prosaic.paragraphs, "that only speaks of errors", "that only speak of errors"))
	r.warnOfTimes()
	r.warnOfColumns()
	if change := r.member.Changed(); change != "" {
		r.warn(change)
	} else if r.lacking && !w.Cut() && !f.Sampled {
		r.warn("the file ends in the middle of its last row, which has fewer cells than there are columns: read it again when it is whole")
	}
	r.estimate()
	f.Counted = r.counted
	if whole && r.counted > f.Read && !f.Sampled {
		f.Incomplete = true
		r.warn(fmt.Sprintf("the export is incomplete: it counts %s, and %s %s in the file; export the rest, too", words.Count(r.counted, "row"), words.Thousands(f.Read), words.Plural(f.Read, "is", "are")))
	}
	if w.Cut() && f.Problem == nil && !f.Sampled {
		f.Problem = unpack.CutOff(f.Path, w.Size(), keptBefore(f.Read, r.cutRows), w.Err())
	}
	r.run.tell(0)
	return r.run.b.done(*f)
}

// keptBefore says what is had of a file that breaks off, of whose rows read ones are counted and cut of these lie at the break, where they are rejected.
func keptBefore(read, cut int64) string {
	text := "no whole row came before it"
	if n := read - cut; n > 0 {
		text = "the " + words.Plural(n, "row", words.Thousands(n)+" rows") + " before it " + words.Were(n) + " read"
	}
	if cut > 0 {
		text += ", and the " + words.Plural(cut, "row", words.Thousands(cut)+" rows") + " that it cuts " + words.Were(cut) + " rejected"
	}
	return text
}

// counts takes note of how many rows the export says there are. Each of several pages says it of all, and a tool that does not know says -1.
func (r *file) counts(number []byte) {
	if n, err := strconv.ParseInt(string(bytes.TrimSpace(number)), 10, 64); err == nil {
		r.counted = max(r.counted, n)
	}
}

// estimate says how many rows a file may have of which the start was read: by its size, or by
// how much of the source the start took.
func (r *file) estimate() {
	w, f := r.w, &r.account
	if w.Err() != window.ErrSampled {
		return
	}
	f.Sampled, f.Estimated = true, -1
	read, size, alone := r.member.Share()
	switch {
	case r.member.Size > 0 && w.Size() > 0:
		f.Estimated = int64(float64(f.Read) * float64(r.member.Size) / float64(w.Size()))
	case alone:
		f.Estimated = int64(float64(f.Read) * float64(size) / float64(read))
	}
}

// warnOfColumns says that a plug-in trace log has no column for the text of the exception: what
// failed cannot be told from what went well. XML leaves out what is empty, so there it says
// nothing.
func (r *file) warnOfColumns() {
	f := &r.account
	feeds := func(c Column) bool { return c.Feeds == "error_text" }
	if f.Log != PluginTrace || len(f.Columns) == 0 || f.Read == 0 || f.Format == formatXML || slices.ContainsFunc(f.Columns, feeds) {
		return
	}
	if slices.ContainsFunc(f.Columns, func(c Column) bool { return c.Feeds == "outcome" }) {
		r.warn("no column holds the text of the exception, so a failed row says only that it failed: export exceptiondetails too")
		return
	}
	r.warn("no column holds the text of the exception, so every row counts as ok, also one that failed: export exceptiondetails too")
}

// warnOfPassed says how many paragraphs were passed over, and which, and shows the first of them.
func (r *file) warnOfPassed(p *passed, which string) {
	if p.paragraphs > 0 {
		r.warn(fmt.Sprintf("%s %s %s passed over, the first one is %q", words.Count(p.paragraphs, "paragraph"), which, words.Were(p.paragraphs), window.Shorten([]byte(p.first), 60)))
	}
}

// warnOfTimes says which times stayed text, or are not exact, and what to do.
func (r *file) warnOfTimes() {
	if n := r.clock.Days; n > 0 {
		r.warn(fmt.Sprintf("%s %s no time of day and %s taken for 00:00, so nobody knows in which hour %s: export the time, too", words.Count(n, "time"), words.Plural(n, "has", "have"), words.Plural(n, "is", "are"), words.Plural(n, "it was", "they were")))
	}
	if n := r.clock.Twice; n > 0 {
		r.warn(fmt.Sprintf("%s %s in an hour that %s has twice, when clocks go back: %s may be an hour off", words.Count(n, "time"), words.Plural(n, "lies", "lie"), r.run.opt.Zone, words.Plural(n, "it", "they")))
	}
	if n := r.clock.Never; n > 0 {
		r.warn(fmt.Sprintf("%s %s in an hour that %s does not have, when clocks go forward: --tz may be of another zone than the export", words.Count(n, "time"), words.Plural(n, "lies", "lie"), r.run.opt.Zone))
	}
	if r.rawTimes == 0 {
		return
	}
	times, stay := words.Count(r.rawTimes, "time"), "stay"
	if r.rawTimes == 1 {
		stay = "stays"
	}
	switch {
	case r.clock.TwoWays([]byte(r.rawTime)):
		r.warn(fmt.Sprintf("%s that can be read two ways, such as %q, %s text: --date-order dmy or mdy says which is meant", times, r.rawTime, stay))
	case r.clock.Order != clock.AnyOrder:
		r.warn(fmt.Sprintf("%s that cannot be read with --date-order %s, such as %q, %s text", times, r.clock.Order, r.rawTime, stay))
	default:
		r.warn(fmt.Sprintf("%s that cannot be read, such as %q, %s text", times, r.rawTime, stay))
	}
}

// unread closes the account of a file that no parser saw.
func (r *run) unread(path, names string, err error) error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	if name := r.name(path); name != path {
		err = &problem{strings.ReplaceAll(err.Error(), path, name), err}
		path = name
	}
	return r.b.done(File{Path: path, Container: names, Problem: err})
}
