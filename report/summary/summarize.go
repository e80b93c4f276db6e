package summary

import (
	"cmp"
	"context"
	"database/sql"
	"embed"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"dwtriage/classify"
	"dwtriage/report/store"
)

//go:embed sql/*.sql
var queries embed.FS

// query gives the text of an embedded query.
func query(name string) string {
	text, err := queries.ReadFile("sql/" + name + ".sql")
	if err != nil {
		panic(err) // a file that the build lacks
	}
	return string(text)
}

// Of answers every question of the report about run id, with the texts of m's rules. The
// Summary's EachRecord and EachReject need the database open. Timings and ExitCode are those that
// [store.DB.End] booked, so they are there when a report is drawn again.
func Of(ctx context.Context, db *store.DB, id int64, m *classify.Matcher) (*Summary, error) {
	z := &summarizer{db: db, ctx: ctx, m: m, id: id, s: &Summary{}}
	for _, step := range []func() error{
		z.run, z.inputs, z.totals, z.captures, z.findings, z.compare, z.signatures, z.evidence, z.mutes, z.fixes, z.rejects,
	} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("summarizing run %d: %w", id, err)
		}
	}
	z.s.Heat = heat(z.s.Findings)
	z.s.EachRecord, z.s.EachReject = z.eachRecord, z.eachReject
	return z.s, nil
}

type summarizer struct {
	db  *store.DB
	ctx context.Context
	m   *classify.Matcher
	id  int64
	s   *Summary

	status     map[string]string                  // per signature
	bySig      map[string][]*Finding              // of s.Findings
	candidates map[string][]string                // MapTitle → titles of the maps it may be
	values     map[findingKey]map[string][]string // signature (in a map, or in all) → capture → most frequent values
}

// each runs an embedded query and calls scan for every row.
func (z *summarizer) each(name string, scan func(*sql.Rows) error, args ...any) error {
	if err := z.db.Each(z.ctx, query(name), scan, args...); err != nil {
		return fmt.Errorf("query %s: %w", name, err)
	}
	return nil
}

func (z *summarizer) run() (err error) {
	if z.s.Run, z.s.Tool, err = z.db.Run(z.ctx, z.id); err != nil {
		return err
	}
	if z.s.ExitCode, z.s.Timings, err = z.db.Ending(z.ctx, z.id); err != nil {
		return err
	}
	z.s.Environment = z.s.Run.Environment
	return z.db.Scope(z.ctx, "scope", z.id)
}

func (z *summarizer) inputs() (err error) {
	if z.s.Inputs, err = z.db.Inputs(z.ctx, z.id); err != nil {
		return err
	}
	for _, in := range z.s.Inputs {
		z.s.Totals.Add(in.Counts)
	}
	return nil
}

func (z *summarizer) totals() error {
	s := z.s
	err := z.each("totals", func(rows *sql.Rows) error {
		var from, until sql.NullTime
		err := rows.Scan(&s.Records, &s.Failing, &s.OK, &s.Unknown, &s.Entities, &from, &until)
		s.From, s.Until = from.Time, until.Time
		return err
	})
	if err != nil {
		return err
	}
	counts := make(map[string]int64)
	if err := z.each("statuses", func(rows *sql.Rows) error {
		var c Count
		err := rows.Scan(&c.Name, &c.Records)
		counts[c.Name] = c.Records
		return err
	}); err != nil {
		return err
	}
	s.Statuses = ordered(counts, "documented", "observed", "experimental", "deprecated", classify.StatusCode, classify.StatusUnknown, classify.StatusOK)
	return nil
}

// ordered lists counts in the order of names, then the others by name.
func ordered(counts map[string]int64, names ...string) []Count {
	var out []Count
	for _, n := range append(names, slices.Sorted(maps.Keys(counts))...) {
		if c, ok := counts[n]; ok {
			out = append(out, Count{n, c})
			delete(counts, n)
		}
	}
	return out
}

func (z *summarizer) findings() error {
	z.status = make(map[string]string)
	z.candidates = make(map[string][]string)
	severities := make(map[string]int64)
	same := make(map[string]string) // findings repeat a few hundred names in thousands of rows
	err := z.each("findings", func(rows *sql.Rows) error {
		var f Finding
		var status string
		var first, last sql.NullTime
		var candidates []string
		err := rows.Scan(&f.Map, &f.MapTitle, &f.DataverseTable, &f.FnoEntity, &f.Company, &f.Signature, &f.Category, &f.Severity, &status,
			&f.Records, &f.AffectedKeys, &first, &last, (*store.List)(&candidates))
		z.candidates[f.MapTitle] = candidates
		f.FirstSeen, f.LastSeen = first.Time, last.Time
		for _, name := range []*string{&f.Map, &f.MapTitle, &f.DataverseTable, &f.FnoEntity, &f.Company, &f.Signature, &f.Category, &f.Severity} {
			if known, ok := same[*name]; ok {
				*name = known
			} else {
				same[*name] = *name
			}
		}
		f.ID = findingID(f.MapTitle, f.DataverseTable, f.FnoEntity, f.Company, f.Signature)
		f.Title = z.title(f.Signature)
		z.status[f.Signature] = status
		severities[cmp.Or(f.Severity, "unrated")] += f.Records
		z.s.Findings = append(z.s.Findings, f)
		return err
	})
	z.s.Severities = ordered(severities, append(slices.Clone(classify.Severities), "unrated")...)
	z.bySig = make(map[string][]*Finding)
	for i := range z.s.Findings {
		f := &z.s.Findings[i]
		z.bySig[f.Signature] = append(z.bySig[f.Signature], f)
	}
	return err
}

func findingID(parts ...string) string {
	h := fnv.New32a()
	h.Write([]byte(strings.Join(parts, "\x00")))
	return fmt.Sprintf("%08x", h.Sum32())
}

// title is the title of a rule, the name of a code, or the words for neither.
func (z *summarizer) title(sig string) string {
	if r := z.m.Rule(sig); r != nil {
		return r.FillTitle(z.only(sig), nil)
	}
	if code, ok := strings.CutPrefix(sig, "code/"); ok {
		if c := z.m.Code(code); c != nil {
			return c.Name + " (" + code + ")"
		}
		return "Error code " + code
	}
	if strings.HasPrefix(sig, "unknown/") {
		return "Unknown message"
	}
	return sig // a rule that the database knows and today's rules do not
}

// A findingKey is what changes are told by: a signature in a map, over all companies.
type findingKey struct{ sig, mapTitle string }

// compare finds the run to compare with, and what changed against it.
func (z *summarizer) compare() error {
	s := z.s
	err := z.each("baseline", func(rows *sql.Rows) error {
		s.Baseline = &store.Run{}
		return rows.Scan(&s.Baseline.ID, &s.Baseline.Environment, &s.Baseline.Started, &s.Baseline.Finished)
	}, z.id)
	if err != nil || s.Baseline == nil {
		return err
	}
	before, err := z.before()
	if err != nil {
		return err
	}
	now := make(map[findingKey]*Change)
	for i := range s.Findings {
		f := &s.Findings[i]
		k := findingKey{f.Signature, f.MapTitle}
		f.Change = "new"
		if _, ok := before[k]; ok {
			f.Change = "ongoing"
		}
		c := now[k]
		if c == nil {
			c = &Change{Change: f.Change, Signature: f.Signature, Title: f.Title, Severity: f.Severity, MapTitle: f.MapTitle, Map: f.Map}
			now[k] = c
		}
		c.Records += f.Records
		c.FirstSeen, c.LastSeen = earlier(c.FirstSeen, f.FirstSeen), later(c.LastSeen, f.LastSeen)
	}
	for _, c := range now {
		if c.Change == "new" {
			s.Changes = append(s.Changes, *c)
		}
	}
	for k, c := range before {
		if now[k] == nil {
			s.Changes = append(s.Changes, c)
		}
	}
	slices.SortFunc(s.Changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(a.Change, b.Change), cmp.Compare(b.Records, a.Records), cmp.Compare(b.PreviousRecords, a.PreviousRecords),
			cmp.Compare(a.Signature, b.Signature), cmp.Compare(a.MapTitle, b.MapTitle))
	})
	return nil
}

// before lists what failed in the baseline, each as the change it is if it does not fail now.
func (z *summarizer) before() (map[findingKey]Change, error) {
	if err := z.db.Scope(z.ctx, "baseline", z.s.Baseline.ID); err != nil {
		return nil, err
	}
	before := make(map[findingKey]Change)
	err := z.each("before", func(rows *sql.Rows) error {
		c := Change{Change: "resolved"}
		var first, last sql.NullTime
		err := rows.Scan(&c.Signature, &c.MapTitle, &c.Map, &c.Severity, &c.PreviousRecords, &first, &last)
		c.FirstSeen, c.LastSeen, c.Title = first.Time, last.Time, z.title(c.Signature)
		before[findingKey{c.Signature, c.MapTitle}] = c
		return err
	})
	return before, err
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// change of a whole signature: new where no map had it before.
func (z *summarizer) change(fs []*Finding) string {
	change := ""
	for _, f := range fs {
		if f.Change == "ongoing" {
			return "ongoing"
		}
		change = f.Change
	}
	return change
}

// signatures sums the findings up per rule and code, and per unknown message.
func (z *summarizer) signatures() error {
	for _, sig := range slices.Sorted(maps.Keys(z.bySig)) {
		fs := z.bySig[sig]
		if z.status[sig] == classify.StatusUnknown {
			z.s.Clusters = append(z.s.Clusters, z.cluster(strings.TrimPrefix(sig, "unknown/"), fs))
			continue
		}
		z.s.Signatures = append(z.s.Signatures, z.signature(sig, fs))
	}
	slices.SortStableFunc(z.s.Signatures, func(a, b Signature) int { return cmp.Compare(b.Records, a.Records) })
	slices.SortStableFunc(z.s.Clusters, func(a, b Cluster) int { return cmp.Compare(b.Records, a.Records) })
	if err := z.each("codes", func(rows *sql.Rows) error {
		var sig, code string
		var n int64
		err := rows.Scan(&sig, &code, &n)
		if s := z.find(sig); s != nil && len(s.Codes) < 5 {
			s.Codes = append(s.Codes, code)
		}
		return err
	}); err != nil {
		return err
	}
	types := make(map[string][]string)
	if err := z.each("types", func(rows *sql.Rows) error {
		var sig, name string
		var n int64
		err := rows.Scan(&sig, &name, &n)
		types[sig] = append(types[sig], name)
		return err
	}); err != nil {
		return err
	}
	for i := range z.s.Clusters {
		z.s.Clusters[i].TypeNames = types["unknown/"+z.s.Clusters[i].TemplateID]
	}
	return z.each("keys", func(rows *sql.Rows) error {
		var sig string
		var n int64
		err := rows.Scan(&sig, &n)
		if s := z.find(sig); s != nil {
			s.AffectedKeys = n
		}
		return err
	})
}

func (z *summarizer) find(sig string) *Signature {
	for i := range z.s.Signatures {
		if z.s.Signatures[i].ID == sig {
			return &z.s.Signatures[i]
		}
	}
	return nil
}

// sum adds findings up: how many records, from when to when.
func sum(fs []*Finding) (records int64, first, last time.Time) {
	for _, f := range fs {
		records += f.Records
		first, last = earlier(first, f.FirstSeen), later(last, f.LastSeen)
	}
	return records, first, last
}

func (z *summarizer) cluster(id string, fs []*Finding) Cluster {
	c := Cluster{TemplateID: id, Change: z.change(fs), Maps: mapTitles(fs), Companies: companies(fs)}
	c.Records, c.FirstSeen, c.LastSeen = sum(fs)
	return c
}

func (z *summarizer) signature(sig string, fs []*Finding) Signature {
	s := Signature{ID: sig, Title: z.title(sig), Status: z.status[sig], Category: fs[0].Category, Severity: fs[0].Severity, Change: z.change(fs)}
	s.Records, s.FirstSeen, s.LastSeen = sum(fs)
	s.Where = where(fs)
	if r := z.m.Rule(sig); r != nil {
		s.File, s.Priority, s.Meaning = r.File, r.Priority, r.Cause
	} else if c := z.m.Code(strings.TrimPrefix(sig, "code/")); c != nil {
		s.Meaning = cmp.Or(c.Message, "The Dataverse code table names this error "+c.Name+" and says no more about it.")
	}
	return s
}

// where sums findings up by map and company, most records first.
func where(fs []*Finding) []Where {
	sum := make(map[Where]int64)
	for _, f := range fs {
		sum[Where{MapTitle: f.MapTitle, Company: f.Company}] += f.Records
	}
	var out []Where
	for w, n := range sum {
		w.Records = n
		out = append(out, w)
	}
	slices.SortFunc(out, func(a, b Where) int {
		return cmp.Or(cmp.Compare(b.Records, a.Records), cmp.Compare(a.MapTitle, b.MapTitle), cmp.Compare(a.Company, b.Company))
	})
	return out
}

func mapTitles(fs []*Finding) []string {
	return mostFirst(fs, func(f *Finding) string { return f.MapTitle })
}

func companies(fs []*Finding) []string {
	return mostFirst(fs, func(f *Finding) string { return f.Company })
}

// mostFirst lists the different non-empty names of findings, most records first.
func mostFirst(fs []*Finding, name func(*Finding) string) []string {
	sum := make(map[string]int64)
	for _, f := range fs {
		if n := name(f); n != "" {
			sum[n] += f.Records
		}
	}
	names := slices.Collect(maps.Keys(sum))
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(sum[b], sum[a]), cmp.Compare(a, b)) })
	return names
}

// Texts shown as evidence: around the match, and in full.
const (
	aroundMatch  = 200
	fullMessage  = 20000
	moreClusters = 50 // clusters beyond these only keep the start of their message
)

// noText stands for the message of a record whose export had a status but no text.
const noText = "(the export says that it failed, not why)"

func (z *summarizer) evidence() error {
	found := make(map[string][]Evidence)
	templates := make(map[string]string)
	err := z.each("evidence", func(rows *sql.Rows) error {
		var sig, field, entity string
		var e Evidence
		var text sql.NullString
		var at sql.NullTime
		var start, end int
		err := rows.Scan(&sig, &e.RecordID, &e.File, &e.Row, &e.ByteOffset, &at, &e.OccurredRaw, &e.Company, &e.MapTitle, &e.TypeName,
			&e.AffectedKey, &field, &text, &start, &end, &entity)
		e.OccurredAt = at.Time
		e.Message = cut(text.String, fullMessage)
		normal := classify.NormalizeString(text.String)
		if z.status[sig] == classify.StatusUnknown {
			start, end = 0, 0
			headline := classify.Headline([]byte(normal))
			normal = string(headline)
			templates[sig] = cmp.Or(string(classify.Template(nil, headline, []byte(entity), []byte(e.Company))), noText)
		}
		e.Message = cmp.Or(e.Message, noText)
		e.Before, e.Matched, e.After = around(cmp.Or(normal, noText), start, end)
		found[sig] = append(found[sig], e)
		return err
	})
	if err != nil {
		return err
	}
	z.nameUnknown(templates)
	for i := range z.s.Signatures {
		z.s.Signatures[i].Evidence = found[z.s.Signatures[i].ID]
	}
	for i := range z.s.Clusters {
		c := &z.s.Clusters[i]
		if es := found["unknown/"+c.TemplateID]; len(es) > 0 {
			c.Sample = es[0]
			c.Template = templates["unknown/"+c.TemplateID]
			if i >= moreClusters {
				c.Sample.Message = cut(c.Sample.Message, 500)
			}
		}
	}
	return nil
}

// nameUnknown gives findings and changes of unknown messages their template for a title.
func (z *summarizer) nameUnknown(templates map[string]string) {
	name := func(sig string, title *string) {
		if t := templates[sig]; t != "" {
			*title = "Unknown: " + t
			if short := cut(t, titleBytes); len(short) < len(t) {
				*title = "Unknown: " + short + " …"
			}
		}
	}
	for i := range z.s.Findings {
		name(z.s.Findings[i].Signature, &z.s.Findings[i].Title)
	}
	for i := range z.s.Changes {
		name(z.s.Changes[i].Signature, &z.s.Changes[i].Title)
	}
}

// titleBytes is how much of a template a title shows.
const titleBytes = 76

// cut shortens text to at most n bytes at a character's end.
func cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}

// around cuts a text at the matched part, with some text on either side.
func around(text string, start, end int) (before, matched, after string) {
	if start < 0 || end <= start || end > len(text) {
		if short := cut(text, 2*aroundMatch); len(short) < len(text) {
			return short + " …", "", ""
		}
		return text, "", ""
	}
	before, matched, after = text[:start], text[start:end], text[end:]
	if len(before) > aroundMatch {
		from := len(before) - aroundMatch
		for !utf8.RuneStart(before[from]) {
			from++
		}
		before = "… " + before[from:]
	}
	if short := cut(matched, 3*aroundMatch); len(short) < len(matched) {
		matched, after = short+" …", ""
	}
	if short := cut(after, aroundMatch); len(short) < len(after) {
		after = short + " …"
	}
	return before, matched, after
}

func (z *summarizer) rejects() error {
	return z.each("reject_reasons", func(rows *sql.Rows) error {
		var r RejectReason
		err := rows.Scan(&r.Reason, &r.Rows, &r.First.File, &r.First.Row, &r.First.ByteOffset, &r.First.Column, &r.First.Excerpt)
		r.First.Reason = r.Reason
		z.s.RejectReasons = append(z.s.RejectReasons, r)
		return err
	}, z.id)
}

// A part is a stretch of the failing records in the order of file and row, small enough to be
// sorted in memory: whole files, or some rows of one file.
type part struct {
	firstFile, lastFile string
	firstRow, lastRow   int64
}

// partRecords is how many records a part should have. Their texts are sorted with them.
const partRecords = 8192

// parts cuts the failing records into parts, as if the records of a file were spread evenly over
// its rows.
func (z *summarizer) parts() ([]part, error) {
	var parts []part
	room := int64(0) // left in the last part
	err := z.each("parts", func(rows *sql.Rows) error {
		var file string
		var n, first, last int64
		if err := rows.Scan(&file, &n, &first, &last); err != nil {
			return err
		}
		if n <= room {
			p := &parts[len(parts)-1]
			p.lastFile, p.firstRow, p.lastRow = file, min(p.firstRow, first), max(p.lastRow, last)
			room -= n
			return nil
		}
		room = partRecords - n
		step := (last-first)/(n/partRecords+1) + 1
		for ; first <= last; first += step {
			parts = append(parts, part{file, file, first, min(first+step-1, last)})
		}
		return nil
	})
	return parts, err
}

func (z *summarizer) eachRecord(yield func(*Record) error) error {
	// Made again: another Summary may have been made since.
	if err := z.db.Scope(z.ctx, "scope", z.id); err != nil {
		return err
	}
	if err := z.db.Places(z.ctx, "scope"); err != nil {
		return err
	}
	parts, err := z.parts()
	if err != nil {
		return err
	}
	var normal []byte
	for _, p := range parts {
		if err := z.each("records", func(rows *sql.Rows) error {
			r, text, err := scanRecord(rows)
			if err != nil {
				return err
			}
			normal = classify.Normalize(normal[:0], text)
			r.Message = cmp.Or(cut(string(classify.Headline(normal)), messageBytes), noText)
			return yield(r)
		}, p.firstFile, p.lastFile, p.firstRow, p.lastRow); err != nil {
			return err
		}
	}
	return nil
}

func scanRecord(rows *sql.Rows) (*Record, sql.RawBytes, error) {
	var r Record
	var at sql.NullTime
	var text sql.RawBytes
	err := rows.Scan(&r.RecordID, &r.File, &r.Row, &r.ByteOffset, &at, &r.Log, &r.Environment, &r.Map, &r.DataverseTable, &r.FnoEntity,
		&r.Entity, &r.Company, &r.TypeName, &r.MessageName, &r.CorrelationID, &r.RequestID, &r.ErrorCode, &r.Status, &r.Signature,
		(*store.List)(&r.Signatures), &r.Category, &r.Severity, (*store.Map)(&r.Captures), &r.AffectedKey, &r.TemplateID, &text, &r.Truncated, &r.Withheld)
	if err != nil {
		return nil, nil, err
	}
	r.OccurredAt = at.Time
	return &r, text, nil
}

// messageBytes is the longest message in records.csv: what went wrong, without the frame that
// .NET and Dataverse put around it; the whole text is in the database and in the file.
const messageBytes = 4000

func (z *summarizer) eachReject(yield func(*Reject) error) error {
	return z.each("rejects", func(rows *sql.Rows) error {
		var r Reject
		if err := rows.Scan(&r.File, &r.Row, &r.ByteOffset, &r.Column, &r.Reason, &r.Excerpt); err != nil {
			return err
		}
		return yield(&r)
	}, z.id)
}
