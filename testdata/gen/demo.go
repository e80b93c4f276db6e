package main

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/xuri/excelize/v2"

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
	web, err := exported("json page, indented", newestFirst(files[fileWeb]))
	if err != nil {
		return nil, err
	}
	night, err := exported("csv of a query", rows(files[fileNight]))
	if err != nil {
		return nil, err
	}
	excel, err := exported("csv saved by a German Excel", rows(files[fileExcel]))
	if err != nil {
		return nil, err
	}
	// Its last row is one that somebody emptied.
	excel = append(excel, strings.Repeat(";", 12)+"\r\n"...)
	ppds, err := ppdsJSON(files[memberPPDS])
	if err != nil {
		return nil, err
	}
	book, err := modelDriven(files[memberBook])
	if err != nil {
		return nil, err
	}
	archive, err := zipped(map[string][]byte{
		strings.TrimPrefix(memberBook, fileArchive+"/"): book,
		strings.TrimPrefix(memberPPDS, fileArchive+"/"): ppds,
	})
	if err != nil {
		return nil, err
	}
	activity, err := gzipped(activityLines(files[fileActivity]))
	if err != nil {
		return nil, err
	}
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	return map[string][]byte{
		fileErrors:   errorsCSV(files[fileErrors]),
		fileActivity: activity,
		fileWeb:      web,
		fileNight:    encoder.EncodeAll(night, nil),
		fileArchive:  archive,
		fileExcel:    excel,
		filePasted:   pastedText(files[filePasted]),
	}, nil
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

// A sheet writes rows of cells, quoting where it must.
type sheet struct {
	bytes.Buffer
	comma string
}

func (s *sheet) row(cells ...string) {
	for i, c := range cells {
		if i > 0 {
			s.WriteString(s.comma)
		}
		if strings.ContainsAny(c, "\"\r\n"+s.comma) {
			c = `"` + strings.ReplaceAll(c, `"`, `""`) + `"`
		}
		s.WriteString(c)
	}
	s.WriteString("\r\n")
}

// errorsCSV is UTF-8 with BOM and semicolons; one row got too many cells.
func errorsCSV(list []*demoRecord) []byte {
	s := &sheet{comma: ";"}
	s.WriteString("\ufeff")
	s.row("Company", "Entity Name", "Created On", "Error Message", "Verbose Error", "Activity Id")
	for i, r := range list {
		if i == len(list)/3 {
			s.WriteString(tooManyCells + "\r\n")
		}
		text := r.errText
		if r.envelope {
			text = envelopeJSON(r)
		}
		s.row(r.company, r.fno, r.at.Format(time.DateTime), text, "", r.activity)
	}
	return s.Bytes()
}

type envelopeRecord struct {
	EntityName         string           `json:"entityName"`
	ExternalEntityName string           `json:"externalEntityName"`
	ExecutionStatus    int              `json:"executionStatus"`
	FieldResponses     []any            `json:"fieldResponses"`
	RecordResponses    []recordResponse `json:"recordResponses"`
	IsErrorCount       bool             `json:"isErrorCountUpdated"`
}

type recordResponse struct {
	ErrorMessage string `json:"errorMessage"`
	LogDateTime  string `json:"logDateTime"`
	VerboseError string `json:"verboseError"`
}

// envelopeJSON is one line. A payload error is told in the verbose error.
func envelopeJSON(records ...*demoRecord) string {
	e := envelopeRecord{EntityName: records[0].fno, ExternalEntityName: records[0].set, ExecutionStatus: 2,
		FieldResponses: []any{}, IsErrorCount: true}
	for _, r := range records {
		message, verbose := r.errText, ""
		if r.what == "dw-payload-empty-uri" {
			message, verbose = "Unable to generate payload for entity "+r.fno, r.errText
		}
		e.RecordResponses = append(e.RecordResponses, recordResponse{message,
			r.at.Format("2006-01-02T15:04:05.") + r.fraction + "Z", verbose})
	}
	var b strings.Builder
	j := json.NewEncoder(&b)
	j.SetEscapeHTML(false)
	_ = j.Encode(e) // cannot fail: strings and numbers only
	return strings.TrimSpace(b.String())
}

// activityLines are envelopes, one a line. The failures of contact persons come in pairs.
func activityLines(list []*demoRecord) []byte {
	var lines []string
	var pair []*demoRecord
	for _, r := range list {
		if r.set != "contacts" {
			lines = append(lines, envelopeJSON(r))
			continue
		}
		if pair = append(pair, r); len(pair) == 2 {
			second := *pair[1]
			second.at = pair[0].at
			pair[1] = &second
			lines = append(lines, envelopeJSON(pair...))
			pair = nil
		}
	}
	lines = slices.Insert(lines, len(lines)/2, invalidEnvelope, brokenLine)
	return []byte(strings.Join(lines, "\n") + "\n")
}

// exported are the rows in a format of the table.
func exported(name string, list []exports.Trace) ([]byte, error) {
	f, err := findFormat(name)
	if err != nil {
		return nil, err
	}
	return f.Write(&exports.Log{Traces: list})
}

// rows are the records as rows of the table of traces.
func rows(list []*demoRecord) (out []exports.Trace) {
	for _, r := range list {
		out = append(out, exports.Trace{ID: r.id, Correlation: r.corr, Request: r.request, Type: r.p.typeName, Message: r.p.sdk,
			Table: r.p.table, Operation: 1, Mode: r.mode, Depth: r.depth, Duration: r.duration, Created: r.at,
			Block: r.trace, Exception: r.errText})
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

func indented(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	return b.Bytes(), err
}

func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }

func modeLabel(r *demoRecord) string {
	if r.mode == 0 {
		return "Synchronous"
	}
	return "Asynchronous"
}

// modelDriven is what a model-driven app exports to Excel: three hidden columns first, labels for
// choices, serial numbers for times, and a sheet that nobody sees with the names of the columns.
func modelDriven(list []*demoRecord) ([]byte, error) {
	f := excelize.NewFile()
	defer f.Close()
	const view, hidden = "All Plug-in Trace Logs", "hiddenSheet"
	if err := f.SetSheetName("Sheet1", view); err != nil {
		return nil, err
	}
	format := "m/d/yyyy h:mm AM/PM"
	date, err := f.NewStyle(&excelize.Style{CustomNumFmt: &format})
	if err != nil {
		return nil, err
	}
	rows := [][]any{{"(Do Not Modify) Plug-in Trace Log", "(Do Not Modify) Row Checksum", "(Do Not Modify) Modified On",
		"Type Name", "Message Name", "Primary Entity", "Operation Type", "Mode", "Depth", "Created On", "Execution Duration",
		"Correlation Id", "Request ID", "Message Block", "Exception Details"}}
	for i, r := range list {
		rows = append(rows, []any{r.id, fmt.Sprintf("%08X==", i), nil, r.p.typeName, r.p.sdk, r.p.table, "Plug-in", modeLabel(r), r.depth,
			r.at, r.duration, r.corr, r.request, r.trace, r.errText})
	}
	for i, row := range rows {
		if err := f.SetSheetRow(view, fmt.Sprintf("A%d", i+1), &row); err != nil {
			return nil, err
		}
	}
	names := "plugintracelog:Zm9vYmFy==:" + url.Values{
		"typename": {"Type Name"}, "messagename": {"Message Name"}, "createdon": {"Created On"},
		"messageblock": {"Message Block"}, "exceptiondetails": {"Exception Details"},
	}.Encode()
	_, err = f.NewSheet(hidden)
	err = errors.Join(err,
		f.SetCellStyle(view, "J2", fmt.Sprintf("J%d", len(rows)), date),
		f.SetColVisible(view, "A:C", false),
		f.SetCellStr(hidden, "A1", names),
		f.SetSheetVisible(hidden, false, true))
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = f.Write(&b)
	return b.Bytes(), err
}

type ppdsRecord struct {
	ID          string `json:"id"`
	CreatedOn   string `json:"createdOn"`
	PluginName  string `json:"pluginName"`
	EntityName  string `json:"entityName"`
	MessageName string `json:"messageName"`
	Operation   int    `json:"operationType"`
	Mode        int    `json:"mode"`
	Depth       int    `json:"depth"`
	Duration    int    `json:"duration"`
	Constructor int    `json:"constructorDuration"`
	Status      string `json:"status"`
	Exception   string `json:"exceptionDetails"`
	Block       string `json:"messageBlock"`
	Config      string `json:"configuration"`
	Secure      string `json:"secureConfiguration"`
	Corr        string `json:"correlationId"`
	Request     string `json:"requestId"`
	Step        string `json:"pluginStepId"`
	Persistence string `json:"persistenceKey"`
}

// ppdsJSON is the export of Power Platform Developer Suite.
func ppdsJSON(list []*demoRecord) ([]byte, error) {
	var out []ppdsRecord
	for _, r := range list {
		status := "Success"
		if r.errText != "" {
			status = "Exception"
		}
		out = append(out, ppdsRecord{ID: r.id, CreatedOn: r.at.Format(time.RFC3339), PluginName: r.p.typeName,
			EntityName: r.p.table, MessageName: r.p.sdk, Operation: 1, Mode: r.mode, Depth: r.depth, Duration: r.duration,
			Constructor: 1, Status: status, Exception: r.errText, Block: r.trace,
			Secure: "sample-secure-settings", Corr: r.corr, Request: r.request, Step: r.activity})
	}
	return indented(out)
}

// pastedText is what people copy out of the message bar, a blank line between two messages.
func pastedText(list []*demoRecord) []byte {
	var out []string
	for _, r := range list {
		out = append(out, r.at.Format(time.DateTime)+"Z "+r.errText)
	}
	return []byte(strings.Join(out, "\n\n") + "\n")
}

func gzipped(data []byte) ([]byte, error) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	err := w.Close()
	return b.Bytes(), err
}

func zipped(members map[string][]byte) ([]byte, error) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(members)) {
		m, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: time.Date(2026, 11, 23, 5, 30, 0, 0, time.UTC)})
		if err != nil {
			return nil, err
		}
		if _, err := m.Write(members[name]); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return b.Bytes(), err
}

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
