package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"

	"dwtriage/classify"
	"dwtriage/ingest"
	"dwtriage/ingest/words"
)

// explainMost is the longest text explain takes: a trace with its exception has about 20 kB.
const explainMost = 4 << 20

func runExplain(s *session, args []string) (int, error) {
	f := newFlags("dwtriage explain [flags] (TEXT | - | --record ID)", `Says what a record would be taken for: every rule that matches and where, which one wins and
why, the captures, the dual-write map, and the filled-in fix. TEXT is read as run reads a file
that holds it, so a list gives several records; - reads it from standard input; --record
takes a record of the database and says where it came from, and which others are of its operation, too.`)
	var archive archiveFlags
	var record, log, folder string
	var raw bool
	g := f.group("Input")
	g.StringVar(&record, "record", "", "`ID` of a record in the database (column record_id)")
	archive.define(g, "database `FILE` for --record")
	g.BoolVar(&raw, "raw", false, "with --record: print the very bytes of the record out of the file it came from, with nothing withheld, and nothing else")
	g.StringVar(&folder, "source", "", "`FOLDER` that has the file for --raw, where it is not where run read it")
	g.StringVar(&log, "log", "", "`LOG` the text comes from, dualwrite or plugintrace, where it does not tell itself as run takes it")
	var rf ruleFlags
	rf.define(f.group("Rules"))
	f.examples = `  dwtriage explain "Unable to lookup msdyn_customergroups with values {80}"
  xclip -o | dwtriage explain -
  dwtriage explain --record c40b9f6e-18d5-5e02-94b7-2f6a0d3c85a9`
	f.notes = "Exit codes: 0 explained, also when no rule matches. 1 failed. 2 mistake in flags or rules. 5 the\ndatabase is in use."
	if err := f.parse(s, args); err != nil {
		return 0, err
	}
	if log != "" && log != "dualwrite" && log != "plugintrace" {
		return 0, usageError("--log: %q is not one of dualwrite, plugintrace", log)
	}
	if err := archive.check(); err != nil {
		return 0, err
	}
	record = strings.TrimSpace(record) // it is copied out of a table
	stored := record != ""
	if raw && !stored || folder != "" && !raw {
		return 0, usageError("--raw needs --record ID, and --source needs --raw")
	}
	s.fate.is("nothing was changed")
	text, err := "", error(nil)
	switch {
	case stored && f.NArg() == 0:
	case !stored && f.NArg() == 1 && f.Arg(0) == "-":
		if text, err = s.input(explainMost); err != nil {
			return 0, err
		}
	case !stored && f.NArg() > 0:
		text = strings.Join(f.Args(), " ")
	default:
		return 0, usageError("explain needs one text, or - for standard input, or --record ID")
	}
	if !stored && strings.TrimSpace(text) == "" {
		return 0, usageError("the text is empty")
	}
	if stored {
		return exitDone, explainRecord(s, &archive, record, folder, raw, rf.compile)
	}
	rows, err := readTexts(s.ctx, text, log)
	if err != nil {
		return 0, err
	}
	m, err := rf.compile()
	if err != nil {
		return 0, err
	}
	return exitDone, explainRows(s.stdout, m, rows, classify.Texts{Log: log, Error: text})
}

// explainRows explains each record that a text gives. Where it gives none, it is explained as the message of a
// record, as if it stood in a column of an export.
func explainRows(w io.Writer, m *classify.Matcher, rows []classify.Texts, alone classify.Texts) error {
	p := &printer{w: w}
	if len(rows) == 0 {
		p.printf("A file with this text gives run no record that failed. As the message of a record it is:\n\n")
		rows = []classify.Texts{alone}
	}
	for i, t := range rows {
		if len(rows) > 1 {
			if i > 0 {
				p.printf("\n")
			}
			p.printf("Record %d of %d: %s\n\n", i+1, len(rows), excerpt(strings.Join(strings.Fields(cmp.Or(t.Error, t.Trace)), " "), 90))
		}
		explain(p, m, m.JudgeRow(t.Log, t.Type, t.Error, t.Trace, t.Entity, t.Company))
	}
	return p.err
}

// readTexts reads a text as run reads a file that holds it, and gives the records that failed. log, where it is
// given, takes the place of what a text without columns resembles.
func readTexts(ctx context.Context, text, log string) (rows []classify.Texts, err error) {
	err = ingest.Read(ctx, []ingest.Source{{Path: "-", Size: -1}}, ingest.Options{Stdin: strings.NewReader(text)}, func(b *ingest.Batch) error {
		defer b.Release()
		for i := range b.Len() {
			cell := func(col int) string { // a copy: the memory of the batch is given back
				return strings.Clone(b.Records.Column(col).(*array.String).Value(i))
			}
			if cell(ingest.ColOutcome) == ingest.OK {
				continue
			}
			rows = append(rows, classify.Texts{Log: cmp.Or(log, cell(ingest.ColLog)), Type: cell(ingest.ColTypeName), Error: cell(ingest.ColErrorText),
				Trace: cell(ingest.ColTraceText), Entity: cell(ingest.ColEntity), Company: cell(ingest.ColCompany)})
		}
		return nil
	})
	return rows, err
}

func explain(p *printer, m *classify.Matcher, v *classify.Verdict) {
	explainWinner(p, m, v)
	explainHits(p, v)
	explainCaptures(p, v)
	explainMap(p, v)
	if len(v.Hits) > 0 {
		explainFix(p, v)
	} else {
		explainNearest(p, m, v)
	}
}

func explainWinner(p *printer, m *classify.Matcher, v *classify.Verdict) {
	switch {
	case len(v.Hits) > 0:
		r := v.Hits[0].Rule
		p.printf("%s\n%s\n%s, %s, %s, priority %d, %s:%d\n", r.ID, r.FillTitle(v.Captures, oneMap(v)), r.Status, r.Severity, r.Category, r.Priority, r.File, r.Line)
	case v.Status == classify.StatusCode:
		p.printf("%s\n%s, from the Dataverse code table; no rule matches\n", v.Signature, v.Code.Name)
		if v.Code.Message != "" {
			p.printf("%s\n", v.Code.Message)
		}
	case v.Status == classify.StatusText:
		c, _ := m.Named(v.Signature)
		p.printf("%s\n%s, by its text, which is a sentence of the Dataverse code table: less certain than a code; no rule matches\n%s\n", v.Signature, c.Name, c.Message)
	default:
		p.printf("unknown\nNo rule matches, and there is no error code that decides.\n")
	}
	signature := v.Signature
	if signature == "" {
		signature = "unknown/" + v.TemplateID
	}
	if mute := m.Mute(signature); mute != nil {
		p.printf("%s\n", muteLine(mute))
	}
	if v.Code != nil && v.Status != classify.StatusCode {
		p.printf("error code %s, %s\n", v.Code, v.Code.Name)
	}
	if v.Log != "" {
		p.printf("log %s\n", v.Log)
	}
	p.printf("template %s: %s\n", v.TemplateID, v.Template)
}

// explainHits shows every match, and for each loser the first criterion that it lost by.
func explainHits(p *printer, v *classify.Verdict) {
	if len(v.Hits) == 0 {
		return
	}
	p.printf("\nMatching rules:\n")
	for i, h := range v.Hits {
		note := "wins"
		if i > 0 {
			note = "loses: " + h.Lost
		} else if len(v.Hits) == 1 {
			note = "wins: no other rule matches"
		}
		p.printf("  %d. %s (%s)\n     %s, bytes %d to %d, by its %s: %s\n", i+1, h.Rule.ID, note, h.Field, h.Start, h.End, h.Part, excerpt(h.Text, 160))
	}
}

// oneMap is the map of the record where it is known, else nil.
func oneMap(v *classify.Verdict) *classify.Map {
	if len(v.Maps) == 1 {
		return v.Maps[0]
	}
	return nil
}

func muteLine(m *classify.Mute) string {
	until := m.Expires.Format(time.DateOnly)
	if m.Expired(time.Now()) {
		return fmt.Sprintf("the mute by %s ended on %s: it counts again (%s)", m.Owner, until, m.Reason)
	}
	return fmt.Sprintf("muted by %s until %s: %s", m.Owner, until, m.Reason)
}

// shownNearest is how many rules explain shows for a text that no rule explains.
const shownNearest = 3

func explainNearest(p *printer, m *classify.Matcher, v *classify.Verdict) {
	near := m.Nearest(v.Log, v.Texts[0], v.Texts[1], shownNearest)
	if len(near) == 0 {
		p.printf("\nNo rule comes near.\n")
		return
	}
	p.printf("\nNearest rules:\n")
	for _, n := range near {
		p.printf("  %s: %s\n", n.Rule.ID, n.Rule.FillTitle(nil, nil))
		if n.Why != "" {
			p.printf("     %s\n", n.Why)
			continue
		}
		if len(n.Has) > 0 {
			p.printf("     holds %s\n", quotedList(n.Has))
		}
		p.printf("     lacks %s\n", quotedList(n.Lacks))
	}
}

func quotedList(texts []string) string {
	quoted := make([]string, len(texts))
	for i, t := range texts {
		quoted[i] = strconv.Quote(excerpt(t, 80))
	}
	return strings.Join(quoted, ", ")
}

func explainCaptures(p *printer, v *classify.Verdict) {
	if len(v.Captures) == 0 {
		return
	}
	p.printf("\nCaptures:\n")
	for _, name := range slices.Sorted(maps.Keys(v.Captures)) {
		p.printf("  %s = %s\n", name, excerpt(v.Captures[name], 200))
	}
}

func explainMap(p *printer, v *classify.Verdict) {
	switch len(v.Maps) {
	case 0:
	case 1:
		mp := v.Maps[0]
		p.printf("\nMap: %s\n  F&O entity %s, Dataverse table %s (set %s)\n", mp.Title, cmp.Or(mp.FnoEntity, "not documented"), cmp.Or(mp.Table, "not documented"), cmp.Or(mp.Set, "not documented"))
	default:
		p.printf("\nMap: one of\n")
		for _, mp := range v.Maps {
			p.printf("  %s (set %s)\n", mp.Title, mp.Set)
		}
	}
	for i, row := range v.Missing {
		if i == 0 {
			p.printf("\nMissing, to create or to synchronize first:\n")
		}
		p.printf("  %s%s\n", row.Phrase, keyColumn(row.Key))
	}
	switch {
	case len(v.Needs.First) > 0:
		p.printf("\nMaps to synchronize first, as far as the row needs their data, in this order:\n  %s\n", strings.Join(v.Needs.First, ", "))
		if n := len(v.Needs.Others); n > 0 {
			p.printf("  %s more, needed only if the row uses them\n", words.Thousands(n))
		}
	case len(v.Maps) == 1 && len(v.Hits) > 0 && v.Hits[0].Rule.WaitsForMaps():
		p.printf("\nNo prerequisite maps are documented for %s.\n", v.Maps[0].Title)
	}
}

func keyColumn(key string) string {
	if key == "" {
		return ""
	}
	return ", key column " + key
}

func explainFix(p *printer, v *classify.Verdict) {
	cause, fix := v.Hits[0].Rule.Fill(v.Captures, oneMap(v), v.Needs.First)
	printFix(p, cause, fix, v.Hits[0].Rule.Queries(v.Captures, v.Maps, v.Needs.First))
}
