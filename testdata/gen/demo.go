package main

import (
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"dwtriage/testdata/exports"
)

// What a run over testdata/demo has to count, printed by --demo-counts (a test compares):
//
//	file                                     records  rejects duplicates
//	dualwrite-activity.ndjson.gz                  28        1          0
//	dualwrite-errors.csv                          84        1          0
//	infolog-pasted.txt                             7        0          0
//	plugintrace-archive.zip/traces-export.xlsx      26        0          0
//	plugintrace-archive.zip/traces-ppds.json      24        0          0
//	plugintrace-excel.csv                         24        1          4
//	plugintrace-night.csv.zst                    106        0          6
//	plugintrace-webapi.json                       48        0          0
//	all                                          347        3         10
//
//	read 350 = loaded 337 + duplicates 10 + rejected 3
//	loaded 337 = ok 90 + classified 200 + unclassified 47
//
//	code/0x8004480E                                2
//	dv-access-check-failed                         3
//	dv-concurrency-version                         3
//	dv-entity-key-duplicate                        4
//	dv-infinite-loop-depth                         2
//	dv-isv-transaction-count                       2
//	dv-key-not-in-dictionary                       3
//	dv-null-reference                              6
//	dv-record-not-found                            3
//	dv-sandbox-execute-timeout                     2
//	dv-sandbox-throttled                           2
//	dv-sandbox-timeout                             5
//	dv-sandbox-worker-crashed                      3
//	dv-sql-deadlock-1205                           5
//	dv-sql-timeout                                 5
//	dv-string-too-long                             2
//	dv-throttle-concurrency                        2
//	dv-throttle-requests                           9
//	dv-throttle-time                               3
//	dv-transaction-rolled-back-deadlock            2
//	dw-batch-db-connection-not-closed              1
//	dw-fo-call-timed-out                           3
//	dw-fo-record-error                             3
//	dw-isv-connection-attempt-failed              27
//	dw-lookup-not-resolved                        47
//	dw-missing-privilege-owning-team              11
//	dw-odata-literal-conversion                    2
//	dw-party-record-not-found                      4
//	dw-payload-empty-uri                          11
//	dw-secureconfig-org-mismatch                   4
//	dw-unable-to-sync-reference-data               7
//	dw-user-not-member-of-org                     12
//	ok                                            90
//	unknown: Kreditgrenze                          5
//	unknown: credit limit                         14
//	unknown: overlapping routes                    9
//	unknown: tax service                           9
//	unknown: trade agreement                       6
//	unknown: warehouse work                        4

const demoSeed = 20261122

// A demoRecord is a record of the story, filled in.
type demoRecord struct {
	what                        string
	at                          time.Time
	fraction                    string // 7 digits
	id, corr, request, activity string
	company, fno, set           string
	p                           *plugin
	mode, depth, duration       int
	trace, errText              string
	envelope                    bool
}

// demo tells the story: the records of every file, in order of time.
func demo() (map[string][]*demoRecord, error) {
	g, err := newGenerator("plugintrace", "csv", "", demoSeed)
	if err != nil {
		return nil, err
	}
	files := map[string][]*demoRecord{}
	for i := range story {
		for n := range story[i].n {
			r, err := g.demoRecord(&story[i], n)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", story[i].what, err)
			}
			files[story[i].file] = append(files[story[i].file], r)
		}
	}
	for _, list := range files {
		slices.SortStableFunc(list, func(a, b *demoRecord) int { return a.at.Compare(b.at) })
	}
	for _, o := range overlaps {
		files[o.to] = overlap(files[o.from], files[o.to], o.n)
	}
	return files, nil
}

// overlap adds the last n records of from to the beginning of to: the second export began
// before the first had ended.
func overlap(from, to []*demoRecord, n int) []*demoRecord {
	to = append(slices.Clone(from[len(from)-n:]), to...)
	slices.SortStableFunc(to, func(a, b *demoRecord) int { return a.at.Compare(b.at) })
	return to
}

// demoRecord fills in record n of s.
func (g *generator) demoRecord(s *scene, n int) (*demoRecord, error) {
	from, err := clockTime(s.from)
	if err != nil {
		return nil, err
	}
	to, err := clockTime(s.to)
	if err != nil {
		return nil, err
	}
	step := to.Sub(from) / time.Duration(s.n)
	at := from.Add(time.Duration(n)*step + time.Duration(g.pick(int(step/time.Second)))*time.Second)
	r := &demoRecord{what: s.what, at: at, company: s.company, envelope: s.frame == envelope,
		id: string(g.guid(nil)), activity: string(g.guid(nil)), request: string(g.guid(nil)),
		mode: g.pick(2), depth: 1 + g.pick(2), duration: 20 + g.pick(900)}
	g.guid(g.corr[:0])
	r.corr = string(g.corr[:])
	if r.company == "" {
		r.company = companies[g.pick(3)]
	}
	g.company = r.company
	g.day = at.Format(time.DateOnly)
	midnight := at.Truncate(24 * time.Hour)
	g.setClock(int64(at.Sub(midnight)/100) + int64(g.pick(10_000_000)))
	r.fraction = string(g.clock[9:])

	where := s.where
	if s.what == "ok" {
		where = []string{"credit", "tax", "visit", "number", "split", "renewal", "pre", "post"}[g.pick(8)]
	}
	if r.p = plugins[where]; r.p == nil {
		r.fno, r.set, _ = strings.Cut(where, "/")
		r.p = plugins["post"]
	}
	g.sdk = r.p.sdk
	g.m = &entityMap{r.p.table, r.fno, r.set, r.p.table}
	g.parent = &parents[0]
	g.setType(r.p.typeName)
	return r, g.fillTexts(s, r)
}

func (g *generator) fillTexts(s *scene, r *demoRecord) error {
	fill := func(text string) (string, error) {
		t, err := compile(text)
		return string(g.render(nil, t)), err
	}
	traced := r.p.trace
	if s.what != "ok" {
		traced = traced[:(len(traced)+1)/2]
	}
	var err error
	if r.trace, err = fill("[$asm: $type]\n[$guid: $type: $sdk of $table]\n" + strings.Join(traced, "\n")); err != nil {
		return err
	}
	if s.what == "ok" {
		return nil
	}
	msg, err := fill(s.text)
	if err != nil {
		return err
	}
	g.msg = []byte(msg)
	g.hex = s.code
	if g.hex == "" {
		g.hex = "0x80040224"
	}
	if g.code, err = signed(g.hex); err != nil {
		return err
	}
	frame := strings.ReplaceAll(s.frame, "$stack", r.p.stack)
	switch frame {
	case envelope:
		frame = plain
	case chain:
		frame += r.p.stack
	}
	r.errText, err = fill(frame)
	return err
}

// clockTime is hh:mm of the night: before noon it is the 23rd.
func clockTime(hm string) (time.Time, error) {
	t, err := time.Parse("2006-01-02 15:04", day+" "+hm)
	if t.Hour() < 12 {
		t = t.AddDate(0, 0, 1)
	}
	return t, err
}

// demoFiles are the contents of the folder by name, compressed as they lie on disk.
func demoFiles() (map[string][]byte, error) {
	files, err := demo()
	if err != nil {
		return nil, err
	}
	var errs []error
	export := func(format string, l *exports.Log) (b []byte) {
		f, err := findFormat(format)
		if err == nil {
			b, err = f.Write(l)
		}
		errs = append(errs, err)
		return b
	}
	wrap := func(container string, b []byte) []byte {
		c, err := findContainer(container)
		if err == nil {
			b, err = c.Wrap("", b)
		}
		errs = append(errs, err)
		return b
	}
	traces := func(name string) *exports.Log { return &exports.Log{Traces: rows(files[name])} }
	archive, err := exports.Archive(map[string][]byte{
		strings.TrimPrefix(memberBook, fileArchive+"/"): export("xlsx of a model-driven app", traces(memberBook)),
		strings.TrimPrefix(memberPPDS, fileArchive+"/"): export("json ppds", traces(memberPPDS)),
	})
	errs = append(errs, err)
	contents := map[string][]byte{
		fileErrors:   errorsCSV(files[fileErrors]),
		fileActivity: wrap("gz", activityLines(export("envelopes", &exports.Log{Envelopes: activities(files[fileActivity])}))),
		fileWeb:      export("json page, indented", &exports.Log{Traces: newestFirst(files[fileWeb])}),
		fileNight:    wrap("zst", export("csv of a query", traces(fileNight))),
		fileArchive:  archive,
		// Its last row is one that somebody emptied.
		fileExcel:  append(export("csv saved by a German Excel", traces(fileExcel)), strings.Repeat(";", 12)+"\r\n"...),
		filePasted: export("text infologs, blank lines between", &exports.Log{Infologs: pasted(files[filePasted])}),
	}
	return contents, errors.Join(errs...)
}

// writeDemo writes the folder anew; files that are not part of it stay.
func writeDemo(dir string) error {
	files, err := demoFiles()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// errorsCSV is UTF-8 with BOM and semicolons; one row got too many cells.
func errorsCSV(list []*demoRecord) []byte {
	t := exports.Table{{"Company", "Entity Name", "RecordIdentifier", "Created On", "Error Message", "Verbose Error", "Activity Id"}}
	for _, r := range list {
		text := r.errText
		if r.envelope {
			e := envelopeOf(r)
			text = e.Text()
		}
		t = append(t, []string{r.company, r.fno, r.key(), r.at.Format(time.DateTime), text, "", r.activity})
	}
	broken := 1 + len(list)/3
	return slices.Concat([]byte("\ufeff"), t[:broken].CSV(";", "\r\n"), []byte(tooManyCells+"\r\n"), t[broken:].CSV(";", "\r\n"))
}

// lineOf is how a message of the story names the order line that failed.
var lineOf = regexp.MustCompile(`line (\d+) of order (SO-\d+)`)

// key is the business key of the row that failed, as the error log prints it: the one that the message names, else one that
// is made of the record's id. The night has few customers and groups, so that some fail more than once.
func (r *demoRecord) key() string {
	if m := lineOf.FindStringSubmatch(r.errText); m != nil {
		return m[2] + ", " + m[1]
	}
	h := fnv.New32a()
	h.Write([]byte(r.id))
	n := int(h.Sum32() % 1000)
	heads := map[string]string{"USMF": "US", "DEMF": "DE", "GBSI": "GB"}
	switch head := heads[r.company]; r.set {
	case "msdyn_customergroups":
		return strconv.Itoa(10 + n%9*10)
	case "uoms":
		return []string{"box", "pcs", "pal", "kg"}[n%4]
	case "msdyn_vendors":
		return fmt.Sprintf("%s-V%02d", head, n%40)
	case "salesorders":
		return fmt.Sprintf("SO-%06d", 1000+n)
	case "salesorderdetails":
		return fmt.Sprintf("SO-%06d, %d", 1000+n, 1+n%9)
	default:
		return fmt.Sprintf("%s-%03d", head, n%90)
	}
}

// envelopeOf is what the activity log keeps of records that failed together. A payload error is told in the verbose error.
func envelopeOf(records ...*demoRecord) exports.Envelope {
	e := exports.Envelope{Entity: records[0].fno, External: records[0].set}
	for _, r := range records {
		response := exports.Response{Message: r.errText, At: r.at.Format("2006-01-02T15:04:05.") + r.fraction + "Z"}
		if r.what == "dw-payload-empty-uri" {
			response.Message, response.Verbose = "Unable to generate payload for entity "+r.fno, r.errText
		}
		e.Responses = append(e.Responses, response)
	}
	return e
}

// activities are the envelopes of an activity log. The failures of contact persons come in pairs.
func activities(list []*demoRecord) (out []exports.Envelope) {
	var pair []*demoRecord
	for _, r := range list {
		if r.set != "contacts" {
			out = append(out, envelopeOf(r))
			continue
		}
		if pair = append(pair, r); len(pair) == 2 {
			second := *pair[1]
			second.at = pair[0].at
			out = append(out, envelopeOf(pair[0], &second))
			pair = nil
		}
	}
	return out
}

// activityLines has two lines more in its middle than the log: what Microsoft publishes, and one that was cut.
func activityLines(log []byte) []byte {
	lines := strings.SplitAfter(string(log), "\n")
	lines = slices.Insert(lines, (len(lines)-1)/2, invalidEnvelope+"\n", brokenLine+"\n")
	return []byte(strings.Join(lines, ""))
}

// pasted is what people copy out of the message bar.
func pasted(list []*demoRecord) (out []exports.Infolog) {
	for _, r := range list {
		out = append(out, exports.Infolog{At: r.at.Format(time.DateTime), Text: r.errText})
	}
	return out
}

// rows are the records as rows of the table of traces.
func rows(list []*demoRecord) (out []exports.Trace) {
	for _, r := range list {
		out = append(out, exports.Trace{ID: r.id, Correlation: r.corr, Request: r.request, Type: r.p.typeName, Message: r.p.sdk,
			Table: r.p.table, Operation: 1, Mode: r.mode, Depth: r.depth, Duration: r.duration, Constructor: 1,
			Created: r.at, Block: r.trace, Exception: r.errText, Secure: "sample-secure-settings", Step: r.activity})
	}
	return out
}

// newestFirst is their order in the answer of the Web API, whose lines end as on Windows.
func newestFirst(list []*demoRecord) []exports.Trace {
	out := rows(list)
	slices.Reverse(out)
	for i := range out {
		out[i].Block, out[i].Exception = crlf(out[i].Block), crlf(out[i].Exception)
	}
	return out
}

func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }

// What is in the files besides the records of the story.
var (
	demoRejects = map[string]int{fileErrors: 1, fileActivity: 1, fileExcel: 1}
	demoExtras  = map[string]string{fileActivity: "dw-batch-db-connection-not-closed"}
)

// printDemoCounts prints what a reader of the folder has to find.
func printDemoCounts(w io.Writer) error {
	files, err := demo()
	if err != nil {
		return err
	}
	shared := map[string]int{}
	for _, o := range overlaps {
		shared[o.to] += o.n
	}
	kinds := map[string]int{}
	var records, duplicates, rejects int
	fmt.Fprintf(w, "%-40s %7s %8s %10s\n", "file", "records", "rejects", "duplicates")
	for _, name := range slices.Sorted(maps.Keys(files)) {
		n := len(files[name])
		if extra := demoExtras[name]; extra != "" {
			n++
			kinds[extra]++
		}
		fmt.Fprintf(w, "%-40s %7d %8d %10d\n", name, n, demoRejects[name], shared[name])
		records, duplicates, rejects = records+n, duplicates+shared[name], rejects+demoRejects[name]
	}
	fmt.Fprintf(w, "%-40s %7d %8d %10d\n\n", "all", records, rejects, duplicates)
	for _, s := range story {
		kinds[s.what] += s.n
	}
	var unknown int
	for what, n := range kinds {
		if strings.HasPrefix(what, "unknown: ") {
			unknown += n
		}
	}
	fmt.Fprintf(w, "read %d = loaded %d + duplicates %d + rejected %d\n", records+rejects, records-duplicates, duplicates, rejects)
	fmt.Fprintf(w, "loaded %d = ok %d + classified %d + unclassified %d\n\n", records-duplicates, kinds["ok"],
		records-duplicates-kinds["ok"]-unknown, unknown)
	for _, what := range slices.Sorted(maps.Keys(kinds)) {
		fmt.Fprintf(w, "%-40s %7d\n", what, kinds[what])
	}
	return nil
}
