//go:build cgo

package main

import (
	"bytes"
	"database/sql"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dwtriage/report/store"
)

// chainRule knows the failure of the generated operations in both logs: what failed, of which company.
const chainRule = `- id: site-parcel-lost
  title: Parcel {record_key} is lost
  status: observed
  logs: [dualwrite, plugintrace]
  severity: low
  category: parcels
  match: {regex: 'parcel (?P<record_key>[\w-]+) of company (?P<company>\w+) is lost'}
  cause: It is lost.
  fix: {summary: Find it., role: Warehouse manager, retry: after-fix, steps: [Find it.]}
  examples: {match: [{text: "parcel P-1 of company USMF is lost"}], no_match: ["parcel P-1 is late"]}
`

// A chainNight is generated: every record tells in its text which operation it is of.
type chainNight struct {
	*rand.Rand
	errors, traces [][]string
	records        int
	start          time.Time
	withIDs        map[int]bool // operations whose records all name an id of it
}

func newChainNight(seed uint64) *chainNight {
	return &chainNight{Rand: rand.New(rand.NewPCG(seed, 12)), start: time.Date(2026, 11, 22, 18, 0, 0, 0, time.UTC), withIDs: make(map[int]bool),
		errors: [][]string{{"Company", "Entity Name", "RecordIdentifier", "Created On", "Error Message", "Activity Id"}},
		traces: [][]string{{"Type Name", "Primary Entity", "Message Name", "Depth", "Mode", "Created On", "Execution Start Time", "Execution Duration", "Correlation Id", "Request Id", "Message Block", "Exception Details"}}}
}

func (n *chainNight) guid() string {
	return fmt.Sprintf("%08x-%04x-4%03x-a%03x-%012x", n.Uint32(), n.IntN(1<<16), n.IntN(1<<12), n.IntN(1<<12), n.Int64N(1<<48))
}

const iso = "2006-01-02T15:04:05.000Z"

// message is what failed; tag says to the test which operation it was.
func (n *chainNight) message(op int, key, company string) string {
	n.records++
	return fmt.Sprintf("parcel %s of company %s is lost [op-%d rec-%d]", key, company, op, n.records)
}

func (n *chainNight) failed(op int, at time.Time, key, company, activity, more string) {
	n.errors = append(n.errors, []string{company, "Customers V3", key, at.Format(iso), n.message(op, key, company) + more, activity})
}

// A traced is a trace to be written.
type traced struct {
	op, depth            int
	start                time.Time
	length               time.Duration
	key, company         string
	corr, request, block string
	ok                   bool
}

func (n *chainNight) trace(t traced) {
	text := n.message(t.op, t.key, t.company)
	if t.ok {
		t.block, text = t.block+fmt.Sprintf(" [op-%d rec-%d]", t.op, n.records), ""
	}
	n.traces = append(n.traces, []string{fmt.Sprintf("Contoso.Parcel%d", t.depth), "account", "Update", strconv.Itoa(t.depth), "Synchronous", t.start.Add(t.length).Format(iso), t.start.Format(iso),
		strconv.Itoa(int(t.length.Milliseconds())), t.corr, t.request, strings.TrimSpace("Entered Execute " + t.block), text})
}

// operation writes one operation of an error and some traces, each within the one before.
func (n *chainNight) operation(op int, at time.Time, key, company string, ids string) {
	id := n.guid()
	activity, more, corr, block := "", "", "", ""
	switch ids {
	case "columns":
		activity, corr = id, id
	case "texts":
		more, block = " [ Activity ID for troubleshooting {"+id+"}. ]", "Correlation Id: "+id+", Initiating User: 09bf305c-8272-4fc4-801b-479280cb3069"
	case "some":
		activity, corr = id, id
	}
	depths := 1 + n.IntN(4)
	if ids == "key" || ids == "none" {
		depths = 1
	}
	start, length := at.Add(-time.Duration(1000+n.IntN(500))*time.Millisecond), 900*time.Millisecond
	for depth := 1; depth <= depths; depth++ {
		t := traced{op: op, depth: depth, start: start, length: length, key: key, company: company, corr: corr, block: block, ok: n.IntN(3) == 0 && depth > 1}
		if ids == "some" && depth > 1 {
			t.corr = ""
			if n.IntN(2) == 0 {
				t.block = "CorrelationId:" + id
			}
		}
		if ids == "none" {
			t.key = "Z-" + t.key // it names another record
		}
		n.trace(t)
		start, length = start.Add(20*time.Millisecond), length-100*time.Millisecond
	}
	n.failed(op, at, key, company, activity, more)
	n.withIDs[op] = ids == "columns" || ids == "texts"
}

// write makes the exports of the night, in rows of any order, the traces in several files.
func (n *chainNight) write(t *testing.T, dir string, files int) (paths []string) {
	put := func(name string, head []string, rows [][]string) {
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		w.WriteAll(append([][]string{head}, rows...))
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	errors, traces := n.errors[1:], n.traces[1:]
	n.Shuffle(len(errors), func(i, j int) { errors[i], errors[j] = errors[j], errors[i] })
	n.Shuffle(len(traces), func(i, j int) { traces[i], traces[j] = traces[j], traces[i] })
	for i := range files {
		put(fmt.Sprintf("errors-%d.csv", i), n.errors[0], errors[len(errors)*i/files:len(errors)*(i+1)/files])
		put(fmt.Sprintf("traces-%d.csv", i), n.traces[0], traces[len(traces)*i/files:len(traces)*(i+1)/files])
	}
	n.Shuffle(len(paths), func(i, j int) { paths[i], paths[j] = paths[j], paths[i] })
	return paths
}

// A chainRow is a row of v_chains.
type chainRow struct {
	chain, link, confidence, parent, record string
	op, rec, position                       int
}

// chainsOf loads exports and reads v_chains.
func chainsOf(t *testing.T, dir string, paths []string) (rows []chainRow) {
	t.Helper()
	rule, db := filepath.Join(dir, "site.yaml"), filepath.Join(dir, "x.duckdb")
	if err := os.WriteFile(rule, []byte(chainRule), 0o666); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	if code := run(t.Context(), append([]string{"run", "-q", "--rules", rule, "--db", db, "-o", filepath.Join(dir, "r")}, paths...), nil, &said, &said, func(string) string { return "" }); code != exitDone {
		t.Fatalf("exit code %d: %s", code, &said)
	}
	return readChains(t, db)
}

func readChains(t *testing.T, path string) (rows []chainRow) {
	t.Helper()
	db, err := store.Open(t.Context(), path, store.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Each(t.Context(), `SELECT c.chain_id::VARCHAR, c.link, c.confidence, coalesce(regexp_extract(coalesce(nullif(p.error_text, ''), p.trace_text), 'rec-(\d+)', 1), ''), c.record_id::VARCHAR,
			regexp_extract(r.error_text || r.trace_text, 'op-(\d+)', 1)::INTEGER, regexp_extract(r.error_text || r.trace_text, 'rec-(\d+)', 1)::INTEGER, c.position
		FROM dw.v_chains c JOIN (SELECT * REPLACE (coalesce(error_text, '') AS error_text, coalesce(trace_text, '') AS trace_text) FROM dw.v_records) r USING (record_id)
		LEFT JOIN dw.v_records p ON p.record_id = c.parent_record_id ORDER BY c.chain_id, c.position`, func(rows_ *sql.Rows) error {
		var c chainRow
		err := rows_.Scan(&c.chain, &c.link, &c.confidence, &c.parent, &c.record, &c.op, &c.rec, &c.position)
		rows = append(rows, c)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return rows
}

// linked counts the pairs of records that chains link, and those of them that are of one operation.
func linked(rows []chainRow, of func(op int) bool) (right, wrong int) {
	chains := make(map[string][]chainRow)
	for _, r := range rows {
		chains[r.chain] = append(chains[r.chain], r)
	}
	for _, c := range chains {
		for i, a := range c {
			for _, b := range c[:i] {
				switch {
				case a.op != b.op:
					wrong++
				case of(a.op):
					right++
				}
			}
		}
	}
	return right, wrong
}

// Chains of a night whose operations are known: with ids in columns, in texts, in some records, with a key only, and with
// nothing; among neighbours that look like them.
func TestChainsOfKnownOperations(t *testing.T) {
	for _, seed := range []uint64{1, 2} {
		n := newChainNight(seed)
		op, sizes := 0, make(map[int]int)
		kind := make(map[int]string)
		everywhere, job := n.guid(), n.guid()
		companies := []string{"USMF", "DEMF", "GBSI"}
		for i := range 400 {
			ids := []string{"columns", "texts", "some", "key", "none"}[i%5]
			at := n.start.Add(time.Duration(i*90+n.IntN(20)) * time.Second)
			key, company := fmt.Sprintf("P-%d", n.IntN(150)), companies[n.IntN(3)]
			op++
			before := n.records
			n.operation(op, at, key, company, ids)
			sizes[op], kind[op] = n.records-before, ids
			switch op++; i % 8 { // a neighbour, which is an operation of its own
			case 0: // the same key in the same second, of another company
				n.failed(op, at.Add(100*time.Millisecond), key, company+"2", "", "")
			case 1: // the same key and company in the same minute
				n.failed(op, at.Add(25*time.Second), key, company, "", "")
			case 2: // the same key, company and second, of an operation with other ids
				if ids != "none" { // whose error would be the trace's by all that the records say
					n.trace(traced{op: op, depth: 1, start: at, length: time.Second, key: key, company: company, corr: n.guid()})
				}
			case 3: // an id that half the night has
				n.trace(traced{op: op, depth: 1, start: at.Add(40 * time.Second), length: time.Second, key: "E-" + key, company: company, request: everywhere})
			case 4: // a text that quotes the ids of others
				n.trace(traced{op: op, depth: 1, start: at.Add(40 * time.Second), length: time.Second, key: "Q-" + key, company: company, block: quoted(n)})
			case 5: // a job that runs all night, and fails in few records
				n.trace(traced{op: op, depth: 1, start: at.Add(40 * time.Second), length: time.Second, key: "J-" + key, company: company, corr: job})
			case 6: // the id of nothing
				n.trace(traced{op: op, depth: 1, start: at.Add(40 * time.Second), length: time.Second, key: "N-" + key, company: company, corr: "00000000-0000-0000-0000-000000000000"})
			}
		}
		for i := range n.traces { // the id of the environment, in every trace that has no request of its own
			if n.traces[i][9] == "" && n.IntN(2) == 0 {
				n.traces[i][9] = everywhere
			}
		}
		dir := t.TempDir()
		rows := chainsOf(t, dir, n.write(t, dir, 1))
		right, wrong := linked(rows, func(op int) bool { return n.withIDs[op] })
		all, _ := linked(rows, func(int) bool { return true })
		want := 0
		for op, has := range n.withIDs {
			if has {
				want += sizes[op] * (sizes[op] - 1) / 2
			}
		}
		if recall := float64(right) / float64(want); recall < 0.95 {
			t.Errorf("seed %d: recall with ids %.3f: %d of %d pairs", seed, recall, right, want)
		}
		if precision := float64(all) / float64(all+wrong); precision < 0.99 {
			t.Errorf("seed %d: precision %.4f: %d right, %d wrong", seed, precision, all, wrong)
		}
		byKey, nothing, certain := 0, 0, 0
		for _, r := range rows {
			switch kind[r.op] {
			case "key":
				byKey++
				if r.link != "key" || r.confidence != "medium" {
					t.Errorf("seed %d: operation %d without ids has link %s, %s", seed, r.op, r.link, r.confidence)
				}
			case "texts":
				if r.confidence != "high" && r.confidence != "certain" || r.link == "key" {
					t.Errorf("seed %d: operation %d with ids in texts has link %s, %s", seed, r.op, r.link, r.confidence)
				}
			case "columns":
				certain++
				if r.confidence != "certain" {
					t.Errorf("seed %d: operation %d with ids in columns has link %s, %s", seed, r.op, r.link, r.confidence)
				}
			case "some":
			default:
				nothing++
			}
		}
		if nothing > 0 {
			t.Errorf("seed %d: %d records in chains without evidence", seed, nothing)
		}
		if byKey < 100 || certain < 100 {
			t.Errorf("seed %d: %d records by key, %d certain; the night has 160 and more of each", seed, byKey, certain)
		}
		nested(t, n, rows)
		t.Logf("seed %d: %d records, %d in chains, %d pairs right, %d wrong", seed, n.records, len(rows), all, wrong)
	}
}

// quoted is a list of the ids of other operations.
func quoted(n *chainNight) string {
	var ids []string
	for _, r := range n.traces[1:] {
		if r[8] != "" && len(ids) < 12 {
			ids = append(ids, "Correlation Id: "+r[8])
		}
	}
	if len(ids) < 7 {
		return ""
	}
	return "failed before: " + strings.Join(ids, ", ")
}

// nested makes sure that every trace's parent is the one it was generated within, and that those with ids in columns have theirs.
func nested(t *testing.T, n *chainNight, rows []chainRow) {
	t.Helper()
	depth := make(map[string]int)
	for _, r := range append(n.traces[1:], n.errors[1:]...) {
		text := strings.Join(r, " ")
		_, rest, _ := strings.Cut(text, "rec-")
		rec, _, _ := strings.Cut(rest, "]")
		if len(r) > 6 {
			depth[rec], _ = strconv.Atoi(r[3])
		}
	}
	with := 0
	for _, r := range rows {
		if d := depth[strconv.Itoa(r.rec)]; r.parent != "" {
			with++
			if depth[r.parent] != d-1 {
				t.Errorf("record %d of depth %d lies within %s of depth %d", r.rec, d, r.parent, depth[r.parent])
			}
		} else if d > 1 && n.withIDs[r.op] {
			t.Errorf("record %d of depth %d has no parent", r.rec, d)
		}
	}
	if with < 100 {
		t.Errorf("%d records have a parent", with)
	}
}

// The same records in other files, in another order, and loaded by several calls are the same chains.
func TestChainsOfAnyOrder(t *testing.T) {
	var first []chainRow
	for i := range 3 {
		n := newChainNight(7)
		for op := range 60 {
			n.operation(op, n.start.Add(time.Duration(op)*time.Minute), fmt.Sprintf("P-%d", op), "USMF", []string{"columns", "texts", "some", "key"}[op%4])
		}
		n.Rand = rand.New(rand.NewPCG(uint64(i), 1))
		dir := t.TempDir()
		paths := n.write(t, dir, min(i+1, 2))
		var rows []chainRow
		for len(paths) > 0 { // one call, or two
			now := len(paths)
			if i == 2 {
				now = (now + 1) / 2
			}
			rows = chainsOf(t, dir, paths[:now])
			paths = paths[now:]
		}
		if i == 0 {
			first = rows
		} else if d := cmp.Diff(first, rows, cmp.AllowUnexported(chainRow{})); d != "" {
			t.Errorf("order %d (-first +now):\n%s", i, d)
		}
	}
	if len(first) < 130 {
		t.Errorf("%d records in chains", len(first))
	}
}

// What is evidence, at its limits: an id of a hundred records and not of one more, for an hour and not for longer, of which one failed, in one
// environment.
func TestChainsNeedEvidence(t *testing.T) {
	n := newChainNight(3)
	several := func(op, records int, over time.Duration, ok bool) {
		id := n.guid()
		for i := range records {
			n.trace(traced{op: op, depth: 1, start: n.start.Add(over * time.Duration(i) / time.Duration(max(1, records-1))), length: 0, key: fmt.Sprintf("P-%d", i), company: "USMF", corr: id, ok: ok || i > 0})
		}
	}
	several(1, 100, time.Minute, false)
	several(2, 101, time.Minute, false)
	several(3, 2, time.Hour, false)
	several(4, 2, time.Hour+time.Millisecond, false)
	several(5, 3, time.Minute, true)
	several(6, 1, 0, false)
	id := n.guid() // of two records, each of another environment
	n.trace(traced{op: 7, depth: 1, start: n.start, key: "P-1", company: "USMF", corr: id})
	dir := t.TempDir()
	chainsOf(t, dir, n.write(t, dir, 1))
	n.traces = n.traces[:1]
	n.trace(traced{op: 7, depth: 1, start: n.start, key: "P-1", company: "USMF", corr: id})
	var said bytes.Buffer
	if code := run(t.Context(), append([]string{"run", "-q", "--environment", "UAT", "--rules", filepath.Join(dir, "site.yaml"), "--db", filepath.Join(dir, "x.duckdb"), "-o", filepath.Join(dir, "r")}, n.write(t, dir, 1)...), nil, &said, &said, func(string) string { return "" }); code != exitDone {
		t.Fatalf("exit code %d: %s", code, &said)
	}
	got := make(map[int]int)
	for _, r := range readChains(t, filepath.Join(dir, "x.duckdb")) {
		got[r.op]++
	}
	if d := cmp.Diff(map[int]int{1: 100, 3: 2}, got); d != "" {
		t.Errorf("records in chains by operation (-want +got):\n%s", d)
	}
}
