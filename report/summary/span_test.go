package summary

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dwtriage/report/store"
	"dwtriage/report/store/storetest"
)

// drawnOf is everything that a Summary says, rows of its tables included, but for what is of runs and not of records: the runs, their
// ledgers and rejects, and how many records a run of another environment had loaded.
type drawnOf struct {
	Summary  Summary
	Records  []Record
	Missing  []MissingRow
	Retry    []Retry
	Captures []string
}

func drawn(t *testing.T, s *Summary) (d drawnOf) {
	t.Helper()
	err := errors.Join(
		s.EachRecord(func(r *Record) error { d.Records = append(d.Records, owned(*r)); return nil }),
		s.EachRetry(func(r *Retry) error { d.Retry = append(d.Retry, *r); return nil }),
		s.EachCaptures(func(r *Record) error {
			for _, c := range r.Captures {
				d.Captures = append(d.Captures, r.RecordID+c.Name+c.Value)
			}
			return nil
		}))
	if s.EachMissing != nil {
		err = errors.Join(err, s.EachMissing(func(r *MissingRow) error { d.Missing = append(d.Missing, *r); return nil }))
	}
	if err != nil {
		t.Fatal(err)
	}
	for i := range d.Records {
		d.Records[i].Captures = slices.Clone(d.Records[i].Captures)
	}
	d.Summary = *s
	c := &d.Summary
	c.MetElsewhere = nil // who loaded a record first makes no other difference
	c.Run, c.Runs, c.Inputs, c.Totals, c.RejectReasons, c.Known, c.Span, c.Timings = store.Run{}, nil, nil, store.Counts{}, nil, 0, Period{}, nil
	c.EachRecord, c.EachReject, c.EachCaptures, c.EachMissing, c.EachRetry, c.Scan, c.Lister, c.Cluster = nil, nil, nil, nil, nil, nil, nil, nil
	return d
}

func spanned(t *testing.T, db *store.DB, s Span) *Summary {
	t.Helper()
	sum, err := OfSpan(t.Context(), db, s, storetest.Matcher(), CompareTo{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

// A night in pieces, in any order, with copies in other files, pieces that come again and records that another environment loaded
// before, is the night that one run over the same files reads.
func TestSpanAddsUp(t *testing.T) {
	var id uint16
	before, behind := nightOf{19, [5]int{3, 0, 2, 0, 0}, false}.lines(&id, 0, 1), nightOf{21, [5]int{2, 9, 0, 1, 0}, false}.lines(&id, 0, 1)
	var pieces [][]storetest.Line
	night := nightOf{20, [5]int{12, 4, 0, 5, 2}, false}
	for piece := range 3 {
		pieces = append(pieces, night.lines(&id, piece, 3))
	}
	pieces[1] = append(pieces[1], storetest.Line{ID: 9000, File: "20-1.csv", Row: 900, At: "2026-11-19 20:00:00", Company: "USMF", Entity: "accounts", Err: missingGroup("80"), Key: "4711"})
	copied := func(file string, lines []storetest.Line) (list []storetest.Line) {
		for _, l := range lines {
			l.File = file
			list = append(list, l)
		}
		return list
	}
	pieces = append(pieces, copied("20-0-late.csv", pieces[1]), copied("zz.csv", pieces[0])) // before its first place, and behind it

	whole := open(t, filepath.Join(t.TempDir(), "whole.duckdb"))
	loadRun(t, whole, "PROD", before)
	inOrder := slices.Concat(pieces...) // of paths, as a run reads them
	slices.SortStableFunc(inOrder, func(a, b storetest.Line) int { return strings.Compare(a.File, b.File) })
	of20 := loadRun(t, whole, "PROD", inOrder)
	loadRun(t, whole, "PROD", behind)
	asked := Span{Environment: "PROD", Day: time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)}
	one := drawn(t, spanned(t, whole, asked))
	if one.Summary.Failing < 20 || len(one.Missing) == 0 || len(one.Retry) == 0 || one.Summary.Changed.New == 0 || one.Summary.Logs[0].Night.Hours() != 12 {
		t.Fatalf("%d failing records, %d missing rows, %d to save again, %+v, %+v", one.Summary.Failing, len(one.Missing), len(one.Retry), one.Summary.Changed, one.Summary.Logs)
	}
	if d := cmp.Diff(drawn(t, of(t, whole, of20)), one); d != "" {
		t.Errorf("the period of a run is not the run (-run +period):\n%s", d)
	}

	for seed := range uint64(1) {
		r := rand.New(rand.NewPCG(seed, 3))
		db := open(t, filepath.Join(t.TempDir(), "pieces.duckdb"))
		loadRun(t, db, "UAT", copied("uat.csv", pieces[0]))
		order := append(r.Perm(len(pieces)), r.IntN(len(pieces)), r.IntN(len(pieces)))
		loadRun(t, db, "PROD", behind)
		for _, i := range order {
			loadRun(t, db, "PROD", pieces[i])
		}
		loadRun(t, db, "PROD", before)
		s := spanned(t, db, asked)
		if d := cmp.Diff(one, drawn(t, s)); d != "" {
			t.Errorf("pieces in order %v (-one run +pieces):\n%s", order, d)
		}
		if len(s.Runs) != len(order) || s.Totals.Read != sumOfRead(s.Runs) || !s.Totals.Balances() {
			t.Errorf("%d runs of %d, ledger %+v", len(s.Runs), len(order), s.Totals)
		}
		if uat := spanned(t, db, Span{Environment: "UAT", Day: asked.Day}); uat.Failing != int64(len(pieces[0])) {
			t.Errorf("UAT: %d failing records, want %d", uat.Failing, len(pieces[0]))
		}
	}
}

func sumOfRead(runs []PastRun) (n int64) {
	for _, r := range runs {
		n += r.Totals.Read
	}
	return n
}

// Hours that are asked for are the period, whatever is covered of them; what is not is said; and nothing of others comes in.
func TestSpanOfHours(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
	clocked := func(id uint16, at string) storetest.Line {
		return storetest.Line{ID: id, File: "a.csv", Row: int64(id), At: at, Company: "USMF", Entity: "accounts", Err: storetest.NotMember}
	}
	loadRun(t, db, "", []storetest.Line{clocked(1, "2026-11-19 18:30:00"), clocked(2, "2026-11-19 19:59:59"), clocked(3, "")})
	loadRun(t, db, "", []storetest.Line{clocked(4, "2026-11-19 22:00:00"), clocked(5, "2026-11-20 00:10:00")})
	at := func(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 0, 0, 0, time.UTC) }
	for _, test := range []struct {
		name    string
		asked   Span
		failing int64
		span    Period
		gaps    []Period
	}{
		{"both ends", Span{From: at(19, 19), Until: at(20, 6)}, 3, Period{at(19, 19), at(20, 6)}, []Period{{at(19, 20), at(19, 22)}, {at(20, 1), at(20, 6)}}},
		{"open", Span{From: at(19, 22)}, 2, Period{at(19, 22), at(20, 1)}, nil},
		{"open before", Span{Until: at(19, 23)}, 3, Period{at(19, 18), at(19, 23)}, []Period{{at(19, 20), at(19, 22)}}},
		{"a night", Span{Day: at(20, 0)}, 4, Period{at(19, 18), at(20, 1)}, []Period{{at(19, 20), at(19, 22)}}},
	} {
		s := spanned(t, db, test.asked)
		if s.Failing != test.failing || s.Span != test.span {
			t.Errorf("%s: %d failing records of %v, want %d of %v", test.name, s.Failing, s.Span, test.failing, test.span)
		}
		if d := cmp.Diff(test.gaps, s.Logs[0].Gaps); d != "" {
			t.Errorf("%s: gaps (-want +got):\n%s", test.name, d)
		}
	}
	_, err := OfSpan(t.Context(), db, Span{From: at(21, 0)}, storetest.Matcher(), CompareTo{}, nil)
	if !errors.Is(err, ErrNotCovered) {
		t.Errorf("hours that nobody read: error %v", err)
	}
}

// The night of a run and the same night asked for by its day miss the same hours of each log: beyond the records of a log neither says
// that anything was not read, since a log of failures holds nothing of quiet hours.
func TestSpanMissesWhatItsRunMisses(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
	trace := func(id uint16, at string) storetest.Line {
		return storetest.Line{ID: id, File: fmt.Sprintf("b%d.csv", id), Row: int64(id), At: at, Log: "plugintrace", Entity: "accounts", Err: storetest.NotMember}
	}
	failed := func(id uint16, at string) storetest.Line {
		return storetest.Line{ID: id, File: fmt.Sprintf("a%d.csv", id), Row: int64(id), At: at, Entity: "accounts", Err: storetest.NotMember}
	}
	id := loadRun(t, db, "", []storetest.Line{
		failed(1, "2026-11-19 22:10:00"), failed(2, "2026-11-20 01:10:00"),
		trace(3, "2026-11-19 18:00:00"), trace(4, "2026-11-19 23:30:00"), trace(5, "2026-11-20 05:30:00"),
	})
	run, err := Of(t.Context(), db, id, storetest.Matcher())
	if err != nil {
		t.Fatal(err)
	}
	at := func(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 0, 0, 0, time.UTC) }
	for i, want := range [][]Period{{{at(19, 23), at(20, 1)}}, {{at(19, 19), at(19, 23)}, {at(20, 0), at(20, 5)}}} {
		if d := cmp.Diff(want, run.Logs[i].Gaps); d != "" {
			t.Errorf("%s, gaps of the run (-want +got):\n%s", run.Logs[i].Log, d)
		}
		for name, s := range map[string]*Summary{"the night": spanned(t, db, Span{Day: at(20, 0)}), "no ends": spanned(t, db, Span{})} {
			if d := cmp.Diff(want, s.Logs[i].Gaps); d != "" {
				t.Errorf("%s, gaps of %s (-want +got):\n%s", s.Logs[i].Log, name, d)
			}
		}
	}
}

// An export that breaks off may have held anything as far as the other log goes, so these hours are missed; one that was read whole and ends
// there did not.
func TestGapOfABrokenExport(t *testing.T) {
	at := func(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 0, 0, 0, time.UTC) }
	for _, broken := range []bool{false, true} {
		db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
		failed := func(id uint16, file, log, when string) storetest.Line {
			return storetest.Line{ID: id, File: file, Row: int64(id), Log: log, At: when, Entity: "accounts", Err: storetest.NotMember}
		}
		lines := []storetest.Line{
			failed(1, "a.csv", "dualwrite", "2026-11-19 20:10:00"), failed(2, "a.csv", "dualwrite", "2026-11-20 01:10:00"),
			failed(3, "b.csv", "plugintrace", "2026-11-19 18:10:00"), failed(4, "b.csv", "plugintrace", "2026-11-20 05:10:00"),
		}
		account := storetest.Account(lines)
		account.Files[0].Incomplete = broken
		run, err := Of(t.Context(), db, loadRun(t, db, "", lines, account), storetest.Matcher())
		if err != nil {
			t.Fatal(err)
		}
		var want []Period
		if broken {
			want = []Period{{at(19, 18), at(20, 6)}}
		}
		for name, s := range map[string]*Summary{"the run": run, "its night": spanned(t, db, Span{Day: at(20, 0)})} {
			if d := cmp.Diff(want, s.Logs[0].Gaps); d != "" {
				t.Errorf("%s, broken %v: gaps (-want +got):\n%s", name, broken, d)
			}
			if s.Logs[1].Gaps != nil {
				t.Errorf("%s: gaps %v of a log that was read whole", name, s.Logs[1].Gaps)
			}
		}
	}
}

// What is compared with is the night before only where it is all that is known of it.
func TestPartBefore(t *testing.T) {
	at := func(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 0, 0, 0, time.UTC) }
	night := Period{at(22, 20), at(23, 2)}
	for _, c := range []struct {
		before []Period
		ranges []Period
		want   bool
	}{
		{nil, []Period{{at(21, 20), at(22, 6)}}, false},
		{[]Period{{at(22, 0), at(22, 6)}}, []Period{{at(21, 20), at(22, 6)}, {at(22, 20), at(23, 2)}}, true},
		{[]Period{{at(21, 20), at(22, 2)}}, []Period{{at(21, 20), at(22, 2)}, {at(22, 20), at(23, 2)}}, false},
		{[]Period{{at(21, 20), at(22, 2)}}, []Period{{at(20, 20), at(21, 11)}, {at(21, 20), at(22, 2)}}, false},
		{[]Period{{at(21, 20), at(22, 2)}}, []Period{{at(21, 13), at(21, 14)}, {at(21, 20), at(22, 2)}}, true},
	} {
		if got := partBefore(c.ranges, Comparison{Night: night, Before: c.before}); got != c.want {
			t.Errorf("%v of %v: %v", c.before, c.ranges, got)
		}
	}
}

// An export of one log that came late is of another night than that of the other log: the nights in between are covered by no export, where none of another run covers
// them, and are no quiet ones. A report of all these hours misses them of either log.
func TestNightsApart(t *testing.T) {
	at := func(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 0, 0, 0, time.UTC) }
	db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
	failed := func(id uint16, file, log, when string) storetest.Line {
		return storetest.Line{ID: id, File: file, Row: int64(id), Log: log, At: when, Entity: "accounts", Err: storetest.NotMember}
	}
	loadRun(t, db, "", []storetest.Line{failed(1, "a.csv", "dualwrite", "2026-11-18 20:10:00"), failed(2, "a.csv", "dualwrite", "2026-11-18 22:10:00")})
	run, err := Of(t.Context(), db, loadRun(t, db, "", []storetest.Line{
		failed(3, "b.csv", "dualwrite", "2026-11-20 20:10:00"), failed(4, "b.csv", "dualwrite", "2026-11-20 22:10:00"),
		failed(5, "late.csv", "plugintrace", "2026-11-17 20:10:00"), failed(6, "late.csv", "plugintrace", "2026-11-17 22:10:00"),
	}), storetest.Matcher())
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]Period{{at(17, 23), at(18, 20)}, {at(18, 23), at(20, 20)}}, run.Logs[0].Apart); d != "" {
		t.Errorf("hours before the night (-want +got):\n%s", d)
	}
	if run.Logs[0].Gaps != nil || run.Logs[1].Gaps != nil || run.Logs[1].Apart != nil {
		t.Errorf("gaps %v and %v, apart %v", run.Logs[0].Gaps, run.Logs[1].Gaps, run.Logs[1].Apart)
	}
	if s := spanned(t, db, Span{From: at(17, 0), Until: at(21, 0)}); len(s.Logs[0].Gaps) == 0 || len(s.Logs[0].Apart)+len(s.Logs[1].Apart) > 0 {
		t.Errorf("hours that were asked for: gaps %v, apart %v and %v", s.Logs[0].Gaps, s.Logs[0].Apart, s.Logs[1].Apart)
	}
}
