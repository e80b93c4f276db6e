package store

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dwtriage/classify"
	"dwtriage/ingest"
	"dwtriage/report/store/storetest"
	"dwtriage/rules"
)

// without are the built-in rules without some.
func without(t *testing.T, gone func(i int, r *classify.Rule) bool) *classify.Matcher {
	t.Helper()
	set := *storetest.Matcher().Set()
	set.Rules = nil
	for i, r := range storetest.Matcher().Rules() {
		if !gone(i, r) {
			set.Rules = append(set.Rules, r)
		}
	}
	set.Digest = fmt.Sprintf("sha256:of %d rules", len(set.Rules))
	m, err := classify.Compile(&set, rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func judgingOf(program string, m *classify.Matcher) *Judging {
	return &Judging{ID: program + "-" + m.Digest(), Decides: m.Decides()}
}

// sieving is a judge with the sieve of its rules, without goroutines; judged counts the records that were judged in the end.
func sieving(m *classify.Matcher, judged *int) Judge {
	return Judge{
		By: judgingOf("this", m),
		Pipe: func(read func(context.Context, func(*ingest.Batch) error) error, load func(Source) error) error {
			return plainly(m)(func(ctx context.Context, emit func(*ingest.Batch) error) error {
				return read(ctx, func(b *ingest.Batch) error { *judged += b.Len(); return emit(b) })
			}, load)
		},
		Sieve: func(before []map[string]uint64) (*Sieve, error) {
			s, err := m.Sieve(before...)
			if s == nil || err != nil {
				return nil, err
			}
			if s.Empty() {
				return &Sieve{Gone: s.Gone}, nil
			}
			return &Sieve{s.Gone, func(read func(context.Context, func(*ingest.Batch) error) error, take func(func() ([]bool, error)) error) error {
				var all [][]bool
				if err := read(context.Background(), func(b *ingest.Batch) error {
					defer b.Release()
					all = append(all, s.Holds(nil, b))
					return nil
				}); err != nil {
					return err
				}
				return take(func() ([]bool, error) {
					if len(all) == 0 {
						return nil, io.EOF
					}
					first := all[0]
					all = all[1:]
					return first, nil
				})
			}}, nil
		},
	}
}

// With a sieve, judging again writes what judging all of it writes, whoever judged the records before: today's program by several sets of rules, another
// program, nobody knows who. And it judges less.
func TestSieve(t *testing.T) {
	all := storetest.Matcher()
	var texts []string
	for _, r := range all.Rules() {
		texts = append(texts, r.Examples.Match[0].Text)
	}
	lines := make(map[string][]storetest.Line)
	const each = 600
	for night, file := range []string{"a.csv", "b.csv", "c.csv", "d.csv"} {
		for i := range each {
			l := storetest.Line{ID: uint16(night*each + i + 1), File: file, Row: int64(i + 2), At: "01:00:00", Entity: "uoms", Company: "USMF", Err: texts[(i*13+night)%len(texts)]}
			switch i % 40 {
			case 7:
				l.Err = strings.Repeat("Row of the batch was skipped. ", 3000) + l.Err
			case 8:
				l.Err, l.Trace = "The dock is shut", l.Err
			}
			lines[file] = append(lines[file], l)
		}
	}
	fewer := without(t, func(i int, _ *classify.Rule) bool { return i%100 == 5 })
	others := without(t, func(i int, _ *classify.Rule) bool { return i%100 == 50 })
	seed := seeded(t, func(db *DB) {
		for _, run := range []struct {
			file    string
			m       *classify.Matcher
			judging *Judging
		}{
			{"a.csv", all, judgingOf("this", all)}, {"b.csv", fewer, judgingOf("this", fewer)},
			{"c.csv", without(t, func(i int, _ *classify.Rule) bool { return i%3 == 0 }), judgingOf("another", all)}, // would judge otherwise than its rules tell
			{"d.csv", others, nil},
		} {
			tool := Tool{Version: "test", Rules: len(run.m.Rules()), RulesDigest: run.m.Digest()}
			source := storetest.Source(storetest.Judged(run.m, Allocator(), lines[run.file]...), storetest.Account(lines[run.file]))
			if _, _, err := db.Load(t.Context(), Run{Started: time.Now(), Judging: func() *Judging { return run.judging }}, tool, source, nil); err != nil {
				t.Fatal(err)
			}
		}
	})
	for _, c := range []struct {
		name     string
		m        *classify.Matcher
		least    int // records that must be judged
		most     int
		leaveOut bool // the runs of which nothing is known
	}{
		{"all rules", all, 2 * each, 3 * each, false},
		{"all rules, of runs that are known", all, 1, each, true},
		{"fewer", fewer, 2 * each, 3 * each, false},
		{"half of them", without(t, func(i int, _ *classify.Rule) bool { return i%2 == 0 }), 4 * each, 4 * each, false},
		{"one rule less", without(t, func(i int, _ *classify.Rule) bool { return i == 9 }), 1, each, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			tool := Tool{Version: "test", Rules: len(c.m.Rules()), RulesDigest: c.m.Digest()}
			judged := 0
			var done [2]Reclassified
			var held [2][]string
			for i, judge := range []Judge{{Pipe: plainly(c.m), By: judgingOf("this", c.m)}, sieving(c.m, &judged)} {
				path := filepath.Join(t.TempDir(), "x.duckdb")
				copyDatabase(t, seed, path)
				db := openTest(t, path)
				if c.leaveOut {
					if err := db.Forget(t.Context(), 4); err != nil {
						t.Fatal(err)
					}
					if err := db.Forget(t.Context(), 3); err != nil {
						t.Fatal(err)
					}
				}
				for range 2 { // the second time nothing is left to do
					d, err := db.Reclassify(t.Context(), Only{}, tool, "dwtriage reclassify", judgedAt, false, judge)
					if err != nil {
						t.Fatal(err)
					}
					if done[i].Records == 0 {
						done[i] = d
						if i == 1 && (judged < c.least || judged > c.most) {
							t.Errorf("%d records were judged, want %d to %d", judged, c.least, c.most)
						}
						judged = 0
					} else if d.Kept || d.Changed > 0 || i == 1 && judged > 0 {
						t.Errorf("once more: %+v, %d judged", d, judged)
					}
				}
				for _, of := range []string{"records", "runs", "files", "judgements"} {
					held[i] = append(held[i], list(t, db, "SELECT concat('"+of+" ', t::VARCHAR) FROM (SELECT * EXCLUDE ("+map[string]string{"records": "file", "runs": "started_at, finished_at", "files": "container", "judgements": "arguments"}[of]+") FROM dw."+of+") t ORDER BY 1")...)
				}
			}
			if d := cmp.Diff(done[0], done[1]); d != "" {
				t.Errorf("it says something else (-all +sieved):\n%s", d)
			}
			if d := cmp.Diff(held[0], held[1]); d != "" {
				t.Errorf("it writes something else (-all +sieved):\n%.3000s", d)
			}
			if done[0].Changed == 0 && c.name != "one rule less" {
				t.Errorf("nothing changed: %+v", done[0])
			}
		})
	}
}

// What decided verdicts that nothing has any more is forgotten with the last run or judgement that had them.
func TestJudgingIsKept(t *testing.T) {
	db := openTest(t, filepath.Join(t.TempDir(), "x.duckdb"))
	ids := func() []string {
		return list(t, db, "SELECT concat(judging, ' ', count(*)) FROM dw.judging GROUP BY judging ORDER BY 1")
	}
	for i, name := range []string{"first", "second", "second"} {
		judging := func() *Judging {
			return &Judging{ID: "p-" + name, Decides: map[string]uint64{"": 1, "a-rule": 1<<64 - 1}}
		}
		night := slices.Clone(night[:1])
		night[0].ID = uint16(90 + i)
		if _, _, err := db.Load(t.Context(), Run{Started: time.Now(), Judging: judging}, Tool{Version: "test"}, storetest.Source(storetest.Batch(Allocator(), night...), storetest.Account(night)), nil); err != nil {
			t.Fatal(err)
		}
	}
	if got := ids(); !slices.Equal(got, []string{"p-first 2", "p-second 2"}) {
		t.Errorf("kept: %q", got)
	}
	if got := list(t, db, "SELECT decides::VARCHAR FROM dw.judging WHERE rule_id = 'a-rule'"); !slices.Equal(got, []string{"18446744073709551615", "18446744073709551615"}) {
		t.Errorf("numbers: %q", got)
	}
	for run, want := range map[int64][]string{1: {"p-second 2"}} {
		if err := db.Forget(t.Context(), run); err != nil {
			t.Fatal(err)
		}
		if got := ids(); !slices.Equal(got, want) {
			t.Errorf("run %d forgotten: %q, want %q", run, got, want)
		}
	}
}
