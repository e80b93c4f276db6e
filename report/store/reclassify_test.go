package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
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

// noRules are rules that know one message only.
func noRules(t *testing.T) *classify.Matcher {
	t.Helper()
	set, err := classify.Load([]classify.Layer{{FS: rules.FS, Name: "rules"}}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	set.Rules = slices.DeleteFunc(slices.Clone(set.Rules), func(r *classify.Rule) bool { return r.ID != "dw-user-not-member-of-org" })
	set.Digest = "sha256:of one rule"
	m, err := classify.Compile(set, rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// plainly is a pipe without goroutines: all that is read is judged, and then loaded.
func plainly(m *classify.Matcher) Pipe {
	return func(read func(context.Context, func(*ingest.Batch) error) error, load func(Source) error) error {
		var batches []*ingest.Batch
		err := read(context.Background(), func(b *ingest.Batch) error {
			m.Classify(b, Allocator())
			batches = append(batches, b)
			return nil
		})
		if err != nil {
			return err
		}
		return load(func() (*ingest.Batch, error) {
			if len(batches) == 0 {
				return nil, io.EOF
			}
			b := batches[0]
			batches = batches[1:]
			return b, nil
		})
	}
}

var judgedAt = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

func reclassify(t *testing.T, db *DB, m *classify.Matcher, only Only, dry bool) Reclassified {
	t.Helper()
	tool := Tool{Version: "test", Rules: len(m.Rules()), RulesDigest: m.Digest()}
	done, err := db.Reclassify(t.Context(), only, tool, "dwtriage reclassify", judgedAt, dry, Judge{Pipe: plainly(m)})
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// bySignature lists how many records have which signature, by which rules.
func bySignature(t *testing.T, db *DB) []string {
	t.Helper()
	return list(t, db, `SELECT concat(run_id, ' ', coalesce(signature, status), ' ', coalesce(judgement_id, 0), ' ', count(*))
		FROM dw.records WHERE outcome = 'error' GROUP BY run_id, signature, status, judgement_id ORDER BY ALL`)
}

func TestReclassifyOnly(t *testing.T) {
	m := noRules(t)
	hour := func(h int) time.Time { return time.Date(2026, 11, 22, h, 0, 0, 0, time.UTC) }
	none, uat := "", "UAT"
	for _, c := range []struct {
		name     string
		only     Only
		records  int64
		changed  int64
		judgedBy string
	}{
		{"all", Only{}, 5, 3, "all"},
		{"since", Only{Since: hour(2)}, 3, 2, "row >= 3 AND occurred_at IS NOT NULL OR file = 'b.csv' AND row = 2"},
		{"until", Only{Until: hour(3)}, 2, 2, "occurred_at < TIMESTAMP '2026-11-22 03:00:00'"},
		{"both", Only{Since: hour(2), Until: hour(3)}, 1, 1, "occurred_at = TIMESTAMP '2026-11-22 02:00:00'"},
		{"run", Only{Run: 1}, 5, 3, "all"},
		{"another run", Only{Run: 9}, 0, 0, "none"},
		{"no environment", Only{Environment: &none}, 5, 3, "all"},
		{"another environment", Only{Environment: &uat}, 0, 0, "none"},
	} {
		t.Run(c.name, func(t *testing.T) {
			db := openTest(t, filepath.Join(t.TempDir(), "x.duckdb"))
			load(t, db, night)
			dry := reclassify(t, db, m, c.only, true)
			if got := list(t, db, "SELECT record_id::VARCHAR FROM dw.records WHERE judgement_id IS NOT NULL"); len(got) > 0 || dry.Kept {
				t.Errorf("a dry run wrote: %q, kept %v", got, dry.Kept)
			}
			done := reclassify(t, db, m, c.only, false)
			if done.Records != c.records || done.Changed != c.changed {
				t.Errorf("%d records judged and %d changed, want %d and %d", done.Records, done.Changed, c.records, c.changed)
			}
			if done.Kept != (c.records > 0) {
				t.Errorf("kept %v", done.Kept)
			}
			done.Kept = false
			if d := cmp.Diff(dry, done); d != "" {
				t.Errorf("a dry run said something else (-dry +done):\n%s", d)
			}
			want := map[string]string{"all": "outcome = 'error'", "none": "false"}[c.judgedBy]
			if want == "" {
				want = "outcome = 'error' AND (" + c.judgedBy + ")"
			}
			if wrong := list(t, db, "SELECT record_id::VARCHAR FROM dw.records WHERE (judgement_id IS NOT NULL) <> coalesce("+want+", false)"); len(wrong) > 0 {
				t.Errorf("records that are judged and should not be, or the other way round: %q", wrong)
			}
			rows := list(t, db, "SELECT concat(judgement_id, ' ', coalesce(run_id, 0), ' ', made_at, ' ', rules, ' ', rules_digest, ' ', records, ' ', changed) FROM dw.judgements")
			if c.records > 0 && !slices.Equal(rows, []string{fmt.Sprintf("1 0 2026-11-29 12:00:00 1 sha256:of one rule %d %d", c.records, c.changed)}) || c.records == 0 && len(rows) > 0 {
				t.Errorf("judgements %q", rows)
			}
			if problems := list(t, db, query("check_runs")); len(problems) > 0 {
				t.Errorf("ledgers: %q", problems)
			}
			// What it moved in the ledger comes back with the rules that were there before.
			before := list(t, db, "SELECT concat(path, classified, ' ', unclassified) FROM dw.files ORDER BY 1")
			again := reclassify(t, db, storetest.Matcher(), Only{}, false)
			after := list(t, db, "SELECT concat(path, classified, ' ', unclassified) FROM dw.files ORDER BY 1")
			if c.changed > 0 && slices.Equal(before, after) || again.Changed != c.changed {
				t.Errorf("ledger %q, then %q; %d changed back", before, after, again.Changed)
			}
			if d := cmp.Diff(list(t, seededNight(t), "SELECT concat(path, classified, ' ', unclassified) FROM dw.files ORDER BY 1"), after); d != "" {
				t.Errorf("the ledger is not that of the night (-night +again):\n%s", d)
			}
		})
	}
}

// seededNight is a database with the night and nothing else.
func seededNight(t *testing.T) *DB {
	t.Helper()
	db := openTest(t, filepath.Join(t.TempDir(), "night.duckdb"))
	load(t, db, night)
	return db
}

// Records that a run was handed keep the verdicts of the rules that made them, and say so; they move no ledger of their new run.
func TestReclassifyHanded(t *testing.T) {
	db := openTest(t, filepath.Join(t.TempDir(), "x.duckdb"))
	load(t, db, night)
	load(t, db, night)
	execute(t, db, "UPDATE dw.runs SET rules_digest = 'sha256:of last year' WHERE run_id = 1")
	if err := db.Forget(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	digests := list(t, db, "SELECT DISTINCT rules_digest FROM dw.v_records WHERE outcome = 'error'")
	if !slices.Equal(digests, []string{"sha256:of last year"}) {
		t.Errorf("handed records are judged by %q", digests)
	}
	ledger := "SELECT concat(path, ' ', loaded, classified, unclassified) FROM dw.files UNION SELECT concat(loaded, classified, unclassified, inherited) FROM dw.runs ORDER BY 1"
	before := list(t, db, ledger)
	if done := reclassify(t, db, noRules(t), Only{}, false); done.Changed != 3 || done.Records != 5 || !cmp.Equal(done.Before, []JudgedBy{{"sha256:of last year", 5}}) {
		t.Errorf("%+v", done)
	}
	if d := cmp.Diff(before, list(t, db, ledger)); d != "" {
		t.Errorf("the ledger of a run that loaded nothing (-before +after):\n%s", d)
	}
	if problems := list(t, db, query("check_runs")); len(problems) > 0 {
		t.Errorf("ledgers: %q", problems)
	}
	if got := list(t, db, "SELECT concat(judgement_id, ' ', coalesce(run_id, 0), ' ', records) FROM dw.v_judgements ORDER BY 1"); !slices.Equal(got, []string{"1 1 5", "2 0 5"}) {
		t.Errorf("judgements %q", got)
	}
}

// Windows, batches and parts of any size give the same: every record is judged once, whatever it is as long as.
func TestReclassifyWindows(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var lines []storetest.Line
	for i := range 7000 {
		text := []string{storetest.NotMember, storetest.UnitOfMeasure, storetest.Odd}[i%3]
		if i%100 == 7 {
			text = strings.Repeat("Row of the batch was skipped. ", r.IntN(3000)) + text
		}
		trace := ""
		if i%50 == 3 {
			trace = strings.Repeat("line of a trace ", r.IntN(4000))
		}
		lines = append(lines, storetest.Line{ID: uint16(i + 1), File: fmt.Sprintf("%d.csv", i%5), Row: int64(i + 2), At: "01:00:00", Entity: "uoms", Company: "USMF", Err: text, Trace: trace})
	}
	db := openTest(t, filepath.Join(t.TempDir(), "x.duckdb"))
	load(t, db, lines)
	same := reclassify(t, db, storetest.Matcher(), Only{}, false)
	if same.Records != 7000 || same.Changed != 0 {
		t.Fatalf("by the same rules: %+v", same)
	}
	done := reclassify(t, db, noRules(t), Only{}, false)
	var sum int64
	for _, c := range done.Changes {
		sum += c.Records
	}
	if done.Records != 7000 || sum != done.Changed || done.Changed < 2000 {
		t.Errorf("%d judged, %d changed, %d in the list", done.Records, done.Changed, sum)
	}
	m := noRules(t)
	wrong := 0
	if err := db.EachMessage(t.Context(), "", nil, func(msg classify.Message, _ bool) error {
		v := m.JudgeRow(msg.Log, "", msg.Error, msg.Trace, msg.Entity, "USMF")
		if want := v.Signature; want != msg.Signature && (want != "" || msg.Signature != "unknown/"+v.TemplateID) {
			wrong++
		}
		return nil
	}); err != nil || wrong > 0 {
		t.Errorf("%d records have another verdict than each alone; error %v", wrong, err)
	}
}

// Which runs a judgement is about is the same in however many parts their ids are looked for, whatever it is restricted to.
func TestUntold(t *testing.T) {
	db := openTest(t, filepath.Join(t.TempDir(), "x.duckdb"))
	load(t, db, night)
	load(t, db, night[:2])
	load(t, db, night[3:])
	met := list(t, db, "SELECT DISTINCT run_id::VARCHAR FROM dw.sightings ORDER BY ALL")
	if !slices.Equal(met, []string{"2", "3"}) {
		t.Fatalf("runs that met records: %q", met)
	}
	for condition, want := range map[string][]string{
		"true":       {"1", "2", "3"},
		"run_id = 2": nil,
		"record_id IN (SELECT record_id FROM dw.sightings WHERE run_id = 2)": {"1", "2"},
	} {
		for _, parts := range []int64{1, 2, 7} {
			execute(t, db, fmt.Sprintf(query("untold"), condition))
			for i := range parts {
				if _, err := db.exec(t.Context(), "untold_part", fmt.Sprintf(query("untold_part"), condition), i, parts); err != nil {
					t.Fatal(err)
				}
			}
			if got := list(t, db, "SELECT run_id::VARCHAR FROM untold ORDER BY ALL"); !slices.Equal(got, want) {
				t.Errorf("%s in %d parts: runs %q, want %q", condition, parts, got, want)
			}
		}
	}
}

// Whatever ends it, the database is as it was.
func TestReclassifyFails(t *testing.T) {
	db := openTest(t, filepath.Join(t.TempDir(), "x.duckdb"))
	load(t, db, night)
	before := bySignature(t, db)
	boom := errors.New("boom")
	m := noRules(t)
	for name, pipe := range map[string]Pipe{
		"reading": func(read func(context.Context, func(*ingest.Batch) error) error, load func(Source) error) error {
			return read(t.Context(), func(b *ingest.Batch) error { b.Release(); return boom })
		},
		"judging": func(read func(context.Context, func(*ingest.Batch) error) error, load func(Source) error) error {
			return plainly(m)(read, func(next Source) error {
				n := 0
				return load(func() (*ingest.Batch, error) {
					if n++; n > 1 {
						return nil, boom
					}
					return next()
				})
			})
		},
	} {
		if _, err := db.Reclassify(t.Context(), Only{}, Tool{Version: "test", RulesDigest: m.Digest()}, "", judgedAt, false, Judge{Pipe: pipe}); !errors.Is(err, boom) {
			t.Errorf("%s: error %v", name, err)
		}
		if d := cmp.Diff(before, bySignature(t, db)); d != "" {
			t.Errorf("%s (-before +after):\n%s", name, d)
		}
		if got := list(t, db, "SELECT count(*)::VARCHAR FROM dw.judgements"); got[0] != "0" {
			t.Errorf("%s: %s judgements", name, got[0])
		}
	}
	if done := reclassify(t, db, m, Only{}, false); done.Changed != 3 {
		t.Errorf("after failures: %+v", done)
	}
}

// A verdict that is one text has every column in it whatever they hold, and a text that is none is told.
func TestSplitVerdict(t *testing.T) {
	columns := make([]string, len(verdictColumns))
	for i := range columns {
		columns[i] = []string{"", "a", "1:b", ":", "ü=3:x\x1fy", "\x00"}[i%6]
	}
	var text strings.Builder
	for _, c := range columns {
		fmt.Fprintf(&text, "%d:%s", len(c), c)
	}
	got, err := splitVerdict(text.String())
	if err != nil || !slices.Equal(got, columns) {
		t.Errorf("split into %q, %v", got, err)
	}
	for _, bad := range []string{"", "0:", text.String() + "x", strings.Replace(text.String(), "0:", "-1:", 1), strings.Replace(text.String(), "1:", "9999:", 1)} {
		if got, err := splitVerdict(bad); err == nil {
			t.Errorf("%q is taken for %q", bad, got)
		}
	}
}

// A record that is one text is read in its columns whatever they hold, and a text that is none is told.
func TestStoredBatch(t *testing.T) {
	pack := func(columns ...string) (text string) {
		for _, c := range columns {
			text += fmt.Sprintf("%d:%s", len(c), c)
		}
		return text
	}
	whole := []string{"17", "00000000-0000-0000-0000-000000000001", "dualwrite", "", "5:a:ü\x00", "", "uoms", "USMF", "C,1", "9", "the verdict"}
	b := newStoredBatch(false)
	if err := b.add(pack(whole...)); err != nil {
		t.Fatal(err)
	}
	got := []string{fmt.Sprint(b.olds.places[0]), b.olds.ids[0], b.logs[0], b.types[0], b.errors[0], b.traces[0], b.names[0], b.firms[0], b.keys[0], "9", "the verdict"}
	if d := cmp.Diff(whole, got); d != "" || b.olds.verdicts[0] != pack("the verdict") || b.long[whole[1]] != 0 || len(b.long) != 1 || b.bytes != len(pack(whole...))+9 {
		t.Errorf("(-want +got):\n%s\nverdict %q, long %v, %d bytes", d, b.olds.verdicts[0], b.long, b.bytes)
	}
	few := newStoredBatch(true)
	if err := few.add(pack("17", "dualwrite", "", "a", "b")); err != nil || few.olds.places[0] != 17 || few.logs[0] != "dualwrite" || few.errors[0] != "a" || few.traces[0] != "b" {
		t.Errorf("of those that are sifted: %+v, %v", few, err)
	}
	for _, bad := range []string{"", "1:x", pack(whole[:5]...), strings.Replace(pack(whole...), "2:17", "99999:17", 1), strings.Replace(pack(whole...), "2:17", "-2:17", 1)} {
		if err := newStoredBatch(false).add(bad); err == nil {
			t.Errorf("%q is taken for a record", bad)
		}
	}
}
