package store

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dwtriage/report/store/storetest"
)

// loadCut loads lines, of which those with these indexes may be cut.
func loadCut(t *testing.T, db *DB, lines []storetest.Line, cut ...int) int64 {
	t.Helper()
	b := storetest.Batch(Allocator(), lines...)
	b.Cut = cut
	id, _, err := db.Load(t.Context(), Run{Started: time.Now()}, Tool{}, storetest.Source(b, storetest.Account(lines)), nil)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// A record that was cut is replaced by the whole one, of the same id or, made of its content, of the same time and entity; the
// ledgers call it a duplicate then. One that resembles it replaces nothing.
func TestCutRecords(t *testing.T) {
	half := storetest.Line{ID: 1, File: "half.csv", Row: 3, At: "01:00:00", Entity: "customers", Err: "Unable to lookup msdyn_c"}
	whole := storetest.Line{ID: 1, File: "whole.csv", Row: 3, At: "01:00:00", Entity: "customers", Err: "Unable to lookup msdyn_customergroups with values {80}"}
	other := storetest.Line{ID: 9, File: "half.csv", Row: 2, At: "01:00:00", Entity: "vendors", Err: "Unable to lookup x"}
	with := func(l storetest.Line, change func(*storetest.Line)) storetest.Line { change(&l); return l }
	another := with(whole, func(l *storetest.Line) { l.ID = 2 })
	// Cut in its time, so a failure without a text that nobody knows the time of; and the row itself, which went well.
	inTime := storetest.Line{ID: 3, File: "half.csv", Row: 3, Log: "dualwrite", Entity: "customers", Key: "US-9", Raw: "2026-11-22T01:0", Bytes: 40}
	fine := storetest.Line{ID: 4, File: "half.csv", Row: 3, Log: "dualwrite", At: "01:00:00", Entity: "customers", Key: "US-9"}
	prev := with(other, func(l *storetest.Line) { l.ID = 8 })
	prevAway := with(prev, func(l *storetest.Line) { l.File = "whole.csv" })
	second := storetest.Line{ID: 20, File: "a.csv", Row: 2, At: "01:00:00", Entity: "customers", Key: "US-1000", Err: "Deadlock", Bytes: 130}
	const before = "1 half.csv:2 Unable to lookup x"
	fineAway := with(fine, func(l *storetest.Line) { l.File = "whole.csv" })
	for name, c := range map[string]struct {
		runs [][]storetest.Line
		cut  [][]int
		want []string // records, then loaded and duplicates of each run
	}{
		"same id":                 {[][]storetest.Line{{other, half}, {whole}}, [][]int{{1}, nil}, []string{"1 half.csv:2 Unable to lookup x", "2 whole.csv:3 " + whole.Err, "1 1 1", "2 1 0"}},
		"another id":              {[][]storetest.Line{{half}, {another}}, [][]int{{0}, nil}, []string{"2 whole.csv:3 " + whole.Err, "1 0 1", "2 1 0"}},
		"half again":              {[][]storetest.Line{{half}, {half}, {whole}}, [][]int{{0}, {0}, nil}, []string{"3 whole.csv:3 " + whole.Err, "1 0 1", "2 0 1", "3 1 0"}},
		"half again, another id":  {[][]storetest.Line{{half}, {half}, {another}}, [][]int{{0}, {0}, nil}, []string{"3 whole.csv:3 " + whole.Err, "1 0 1", "2 0 1", "3 1 0"}},
		"half behind the whole":   {[][]storetest.Line{{whole}, {half}}, [][]int{nil, {0}}, []string{"1 whole.csv:3 " + whole.Err, "1 1 0", "2 0 1"}},
		"half behind another id":  {[][]storetest.Line{{another}, {half}, {half}}, [][]int{nil, {0}, {0}}, []string{"1 whole.csv:3 " + whole.Err, "1 1 0", "2 0 1", "3 0 1"}},
		"in one run":              {[][]storetest.Line{{half, whole}}, [][]int{{0}}, []string{"1 whole.csv:3 " + whole.Err, "1 1 1"}},
		"in one run, another id":  {[][]storetest.Line{{half, another}}, [][]int{{0}}, []string{"1 whole.csv:3 " + whole.Err, "1 1 1"}},
		"whole is cut, too":       {[][]storetest.Line{{half}, {another}}, [][]int{{0}, {0}}, []string{"1 half.csv:3 " + half.Err, "2 whole.csv:3 " + whole.Err, "1 1 0", "2 1 0"}},
		"was not cut":             {[][]storetest.Line{{half}, {whole}}, [][]int{nil, nil}, []string{"1 half.csv:3 " + half.Err, "1 1 0", "2 0 1"}},
		"cut in its time":         {[][]storetest.Line{{prev, inTime}, {prev, fine}}, [][]int{{1}, nil}, []string{before, "2 half.csv:3 ", "1 1 1", "2 1 1"}},
		"of a longer copy":        {[][]storetest.Line{{prev, inTime}, {prevAway, fineAway}}, [][]int{{1}, nil}, []string{before, "2 whole.csv:3 ", "1 1 1", "2 1 1"}},
		"behind the longer copy":  {[][]storetest.Line{{prevAway, fineAway}, {prev, inTime}}, [][]int{nil, {1}}, []string{"1 whole.csv:2 Unable to lookup x", "1 whole.csv:3 ", "1 2 0", "2 0 2"}},
		"of a copy in one run":    {[][]storetest.Line{{prev, inTime, prevAway, fineAway}}, [][]int{{1}}, []string{before, "1 whole.csv:3 ", "1 2 2"}},
		"a time of another form":  {[][]storetest.Line{{prev, with(inTime, func(l *storetest.Line) { l.Raw = "22.11.2026 0" })}, {prevAway, fineAway}}, [][]int{{1}, nil}, []string{before, "2 whole.csv:3 ", "1 1 1", "2 1 1"}},
		"the day alone":           {[][]storetest.Line{{prev, with(inTime, func(l *storetest.Line) { l.Raw, l.At = "", "00:00:00" })}, {prev, fine}}, [][]int{{1}, nil}, []string{before, "2 half.csv:3 ", "1 1 1", "2 1 1"}},
		"key of what went well":   {[][]storetest.Line{{prev, inTime}, {prev, with(fine, func(l *storetest.Line) { l.Key = "" })}}, [][]int{{1}, nil}, []string{before, "2 half.csv:3 ", "1 1 1", "2 1 1"}},
		"another before it":       {[][]storetest.Line{{prev, inTime}, {with(prevAway, func(l *storetest.Line) { l.ID = 7 }), fineAway}}, [][]int{{1}, nil}, []string{before, "1 half.csv:3 ", "2 whole.csv:2 Unable to lookup x", "2 whole.csv:3 ", "1 2 0", "2 2 0"}},
		"another row":             {[][]storetest.Line{{prev, inTime}, {prev, with(fine, func(l *storetest.Line) { l.Row = 4 })}}, [][]int{{1}, nil}, []string{before, "1 half.csv:3 ", "2 half.csv:4 ", "1 2 0", "2 1 1"}},
		"another key there":       {[][]storetest.Line{{prev, inTime}, {prev, with(fine, func(l *storetest.Line) { l.Key = "DE-9" })}}, [][]int{{1}, nil}, []string{before, "1 half.csv:3 ", "2 half.csv:3 ", "1 2 0", "2 1 1"}},
		"first, of that hour":     {[][]storetest.Line{{inTime}, {fine}}, [][]int{{0}, nil}, []string{"2 half.csv:3 ", "1 0 1", "2 1 0"}},
		"first, the hour alone":   {[][]storetest.Line{{with(inTime, func(l *storetest.Line) { l.Raw, l.At = "", "01:00:00" })}, {with(fine, func(l *storetest.Line) { l.At = "01:20:30" })}}, [][]int{{0}, nil}, []string{"2 half.csv:3 ", "1 0 1", "2 1 0"}},
		"first, begun anew":       {[][]storetest.Line{{inTime}, {with(fine, func(l *storetest.Line) { l.At = "2026-11-23 01:00:00" })}}, [][]int{{0}, nil}, []string{"1 half.csv:3 ", "2 half.csv:3 ", "1 1 0", "2 1 0"}},
		"first, without an hour":  {[][]storetest.Line{{with(inTime, func(l *storetest.Line) { l.Raw = "2026-11-22T0" })}, {fine}}, [][]int{{0}, nil}, []string{"1 half.csv:3 ", "2 half.csv:3 ", "1 1 0", "2 1 0"}},
		"first, of another file":  {[][]storetest.Line{{inTime}, {fineAway}}, [][]int{{0}, nil}, []string{"1 half.csv:3 ", "2 whole.csv:3 ", "1 1 0", "2 1 0"}},
		"two rows of a second":    {[][]storetest.Line{{second, with(second, func(l *storetest.Line) { l.ID, l.Row, l.Key, l.Bytes = 21, 3, "V-1", 90 })}}, [][]int{{1}}, []string{"1 a.csv:2 Deadlock", "1 a.csv:3 Deadlock", "1 2 0"}},
		"a row twice in a second": {[][]storetest.Line{{second, with(second, func(l *storetest.Line) { l.ID, l.Row, l.Bytes = 21, 3, 128 })}}, [][]int{{1}}, []string{"1 a.csv:2 Deadlock", "1 a.csv:3 Deadlock", "1 2 0"}},
		"another time":            {[][]storetest.Line{{half}, {with(another, func(l *storetest.Line) { l.At = "02:00:00" })}}, [][]int{{0}, nil}, []string{"1 half.csv:3 " + half.Err, "2 whole.csv:3 " + whole.Err, "1 1 0", "2 1 0"}},
		"another entity":          {[][]storetest.Line{{half}, {with(another, func(l *storetest.Line) { l.Entity = "x" })}}, [][]int{{0}, nil}, []string{"1 half.csv:3 " + half.Err, "2 whole.csv:3 " + whole.Err, "1 1 0", "2 1 0"}},
		"another beginning":       {[][]storetest.Line{{half}, {with(another, func(l *storetest.Line) { l.Err = "Unable to find" })}}, [][]int{{0}, nil}, []string{"1 half.csv:3 " + half.Err, "2 whole.csv:3 Unable to find", "1 1 0", "2 1 0"}},
		"of two, one is the half": {[][]storetest.Line{{half, with(other, func(l *storetest.Line) { l.File = "b.csv" })}, {whole}}, [][]int{{0, 1}, nil}, []string{"1 b.csv:2 Unable to lookup x", "2 whole.csv:3 " + whole.Err, "1 1 1", "2 1 0"}},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.duckdb")
			db := openTest(t, path)
			for i, lines := range c.runs {
				loadCut(t, db, lines, c.cut[i]...)
			}
			got := append(list(t, db, "SELECT concat(run_id, ' ', file, ':', row, ' ', error_text) FROM dw.records ORDER BY ALL"),
				list(t, db, "SELECT concat_ws(' ', run_id, loaded, duplicates) FROM dw.runs ORDER BY run_id")...)
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("records and runs (-want +got):\n%s", d)
			}
			db.Close()
			for _, p := range problems(t, path) {
				t.Error(p)
			}
		})
	}
}

// When the whole record goes with its run or file, nothing of its text stays with those that met a half of it: the half is a rejected row, and is a record
// again when its file is read once more. Who met the whole one gets it.
func TestForgetTheWholeOfAHalf(t *testing.T) {
	half := storetest.Line{ID: 1, File: "half.csv", Row: 3, At: "01:00:00", Entity: "customers", Err: "Unable to lookup msdyn_c"}
	whole := storetest.Line{ID: 1, File: "whole.csv", Row: 3, At: "01:00:00", Entity: "customers", Err: "Unable to lookup msdyn_customergroups with values {80}"}
	another := whole
	another.ID = 2
	rejected := " half.csv:3 rejected"
	for name, c := range map[string]struct {
		runs   [][]storetest.Line
		cut    [][]int
		forget int64  // a run
		file   string // of it; all where it is empty
		want   []string
	}{
		"same id":               {[][]storetest.Line{{half}, {whole}}, [][]int{{0}, nil}, 2, "", []string{"1" + rejected, "1 0 0 1"}},
		"another id":            {[][]storetest.Line{{half}, {another}}, [][]int{{0}, nil}, 2, "", []string{"1" + rejected, "1 0 0 1"}},
		"half twice":            {[][]storetest.Line{{half}, {half}, {whole}}, [][]int{{0}, {0}, nil}, 3, "", []string{"1" + rejected, "2" + rejected, "1 0 0 1", "2 0 0 1"}},
		"half twice, other id":  {[][]storetest.Line{{half}, {half}, {another}}, [][]int{{0}, {0}, nil}, 3, "", []string{"1" + rejected, "2" + rejected, "1 0 0 1", "2 0 0 1"}},
		"whole twice":           {[][]storetest.Line{{half}, {whole}, {whole}}, [][]int{{0}, nil, nil}, 2, "", []string{"3 whole.csv:3 " + whole.Err, "1 0 1 0", "3 0 1 0"}},
		"half behind":           {[][]storetest.Line{{another}, {half}}, [][]int{nil, {0}}, 1, "", []string{"2" + rejected, "2 0 0 1"}},
		"half behind, same id":  {[][]storetest.Line{{whole}, {half}}, [][]int{nil, {0}}, 1, "", []string{"2" + rejected, "2 0 0 1"}},
		"half passes as a half": {[][]storetest.Line{{half}, {half}}, [][]int{{0}, {0}}, 1, "", []string{"2 half.csv:3 " + half.Err, "2 0 1 0"}},
		"file of one run":       {[][]storetest.Line{{half, whole}}, [][]int{{0}}, 1, "whole.csv", []string{"1" + rejected, "1 0 0 1"}},
		"file of another run":   {[][]storetest.Line{{half}, {another, {ID: 7, File: "b.csv", Row: 2}}}, [][]int{{0}, nil}, 2, "whole.csv", []string{"2 b.csv:2 ", "1" + rejected, "1 0 0 1", "2 1 0 0"}},
		"the half goes":         {[][]storetest.Line{{half}, {whole}}, [][]int{{0}, nil}, 1, "", []string{"2 whole.csv:3 " + whole.Err, "2 1 0 0"}},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.duckdb")
			db := openTest(t, path)
			for i, lines := range c.runs {
				loadCut(t, db, lines, c.cut[i]...)
			}
			var err error
			if c.file != "" {
				err = db.ForgetFile(t.Context(), c.forget, c.file)
			} else {
				err = db.Forget(t.Context(), c.forget)
			}
			if err != nil {
				t.Fatal(err)
			}
			got := append(list(t, db, "SELECT concat(run_id, ' ', file, ':', row, ' ', error_text) FROM dw.records ORDER BY ALL"),
				list(t, db, "SELECT concat(run_id, ' ', file, ':', row, ' rejected') FROM dw.rejects ORDER BY ALL")...)
			got = append(got, list(t, db, "SELECT concat_ws(' ', run_id, loaded, duplicates, rejected) FROM dw.runs ORDER BY run_id")...)
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("records, rejects and runs (-want +got):\n%s", d)
			}
			if digests := list(t, db, `SELECT u.run_id FROM dw.runs u JOIN (
				SELECT run_id, count(*) AS records, bit_xor(hash(record_id)) AS digest
				FROM (SELECT run_id, record_id FROM dw.records UNION SELECT run_id, record_id FROM dw.sightings) GROUP BY run_id
			) h USING (run_id) WHERE (u.scope_records, u.scope_digest) IS DISTINCT FROM (h.records, h.digest)`); len(digests) > 0 {
				t.Errorf("the scopes of runs %q are not theirs", digests)
			}
			if len(c.want) == 2 && c.want[0] == "1"+rejected { // read again it is a record again
				loadCut(t, db, []storetest.Line{half}, 0)
				if again := list(t, db, "SELECT concat(file, ':', row, ' ', error_text) FROM dw.records"); !cmp.Equal(again, []string{"half.csv:3 " + half.Err}) {
					t.Errorf("read again: %q", again)
				}
			}
			db.Close()
			for _, p := range problems(t, path) {
				t.Error(p)
			}
		})
	}
}

// In two environments the same id is one record, as ever: the whole one of another environment is a duplicate of the half.
func TestCutRecordOfAnotherEnvironment(t *testing.T) {
	db := openTest(t, filepath.Join(t.TempDir(), "x.duckdb"))
	for i, l := range []storetest.Line{
		{ID: 1, File: "half.csv", Row: 2, At: "01:00:00", Entity: "customers", Err: "Unable to lookup msdyn_c"},
		{ID: 1, File: "whole.csv", Row: 2, At: "01:00:00", Entity: "customers", Err: "Unable to lookup msdyn_customergroups with values {80}"},
	} {
		b := storetest.Batch(Allocator(), l)
		if i == 0 {
			b.Cut = []int{0}
		}
		run := Run{Started: time.Now(), Environment: []string{"PROD", "TEST"}[i]}
		if _, _, err := db.Load(t.Context(), run, Tool{}, storetest.Source(b, storetest.Account([]storetest.Line{l})), nil); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"1 half.csv", "1 1 0", "2 0 1"}
	got := append(list(t, db, "SELECT concat_ws(' ', run_id, file) FROM dw.records ORDER BY ALL"),
		list(t, db, "SELECT concat_ws(' ', run_id, loaded, duplicates) FROM dw.runs ORDER BY run_id")...)
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("records and runs (-want +got):\n%s", d)
	}
}
