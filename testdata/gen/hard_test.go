package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/google/go-cmp/cmp"

	"dwtriage/classify"
	"dwtriage/ingest"
	"dwtriage/rules"
)

func matcher(t *testing.T) *classify.Matcher {
	t.Helper()
	set, err := classify.Load([]classify.Layer{{FS: rules.FS, Name: "rules"}}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	m, err := classify.Compile(set, rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Each example comes out as its rule in every frame that it is told in, with other values in it. An example that does not
// is known by what stands around it: mark it as whole in newHardText, or leave it out in opened.
func TestEveryExampleInEveryFrame(t *testing.T) {
	m := matcher(t)
	for _, kind := range []string{"dualwrite", "plugintrace"} {
		g, err := mix{&hardOptions{clusters: 1}}.generator(kind, "csv", "columns", 1)
		if err != nil {
			t.Fatal(err)
		}
		h := g.hard
		type told struct {
			rule, text string
			frame      int
		}
		var all []told
		var file bytes.Buffer
		w := g.stream.NewWriter(&file)
		for i := range h.rules {
			r := &h.rules[i]
			for j := range r.texts {
				for h.frame = range h.mayStandIn(r, &r.texts[j]) {
					g.next(size{records: 1})
					g.code, g.hex = "-2147220891", "0x80040265"
					g.site = -1
					g.msg = g.fill(g.msg[:0], &r.texts[j])
					values := make([][]byte, len(g.stream.Columns))
					for c, name := range g.stream.Columns {
						if name == "exceptiondetails" || name == "Error Message" {
							values[c] = g.render(nil, h.frames[h.frame])
						}
					}
					w.Add(values...)
					all = append(all, told{r.id, r.texts[j].text, h.frame})
				}
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if len(h.rules) < 120 || len(all) < 1000 {
			t.Errorf("%s: only %d rules and %d texts", kind, len(h.rules), len(all))
		}
		eachRecord(t, m, ingest.Source{Path: "-", Size: -1}, ingest.Options{Stdin: &file}, func(b *ingest.Batch, i int) {
			want := all[b.Records.Column(ingest.ColRow).(*array.Int64).Value(i)-2]
			if got := b.Records.Column(classify.ColSignature).(*array.String).Value(i); got != want.rule {
				t.Errorf("%s: %s in frame %d comes out as %q: %.300q", kind, want.rule, want.frame, got, want.text)
			}
		})
	}
}

// What the generator counted is what is found in the file, by rule, and each sentence of unknown errors is a cluster of
// its own.
func TestHardCountsAreFound(t *testing.T) {
	m := matcher(t)
	for _, k := range kinds {
		if k.format == "json" {
			continue // as ndjson
		}
		t.Run(k.kind+" "+k.format+" "+k.shape, func(t *testing.T) {
			dir := t.TempDir()
			file, counted := filepath.Join(dir, "hard."+k.format), filepath.Join(dir, "counts.csv")
			records := 8000
			if testing.Short() {
				records = 3000
			}
			args := []string{"--mix", "hard", "--clusters", "700", "--kind", k.kind, "--format", k.format, "--shape", k.shape,
				"--records", strconv.Itoa(records), "--seed", "3", "--out", file, "--counts", counted}
			if err := run(args, io.Discard, io.Discard); err != nil {
				t.Fatal(err)
			}
			got, wrong := foundIn(t, m, file)
			if diff := cmp.Diff(countsIn(t, counted), got); diff != "" {
				t.Errorf("counted (-), found (+):\n%s\nfor example %.600q", diff, wrong)
			}
		})
	}
}

// countsIn reads the counts of a file, those that are not 0.
func countsIn(t *testing.T, name string) map[string]int {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for _, row := range rows[1:] {
		n, err := strconv.Atoi(row[1])
		if err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			counts[row[0]] = n
		}
	}
	return counts
}

// eachRecord reads and classifies a file, in which nothing may be wrong.
func eachRecord(t *testing.T, m *classify.Matcher, file ingest.Source, opt ingest.Options, do func(b *ingest.Batch, i int)) {
	t.Helper()
	err := ingest.Read(context.Background(), []ingest.Source{file}, opt, func(b *ingest.Batch) error {
		defer b.Release()
		for _, f := range b.Files {
			if f.Problem != nil || f.Rejected > 0 {
				t.Errorf("%d rejects, %v", f.Rejected, f.Problem)
			}
		}
		m.Classify(b, nil)
		for i := range b.Len() {
			do(b, i)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// foundIn counts the verdicts of a file; one that is unknown is an example.
func foundIn(t *testing.T, m *classify.Matcher, name string) (counts map[string]int, unknown string) {
	t.Helper()
	counts = map[string]int{}
	clusters := map[string]bool{}
	eachRecord(t, m, ingest.Source{Path: name, Size: -1}, ingest.Options{}, func(b *ingest.Batch, i int) {
		text := func(column int) string { return b.Records.Column(column).(*array.String).Value(i) }
		switch {
		case text(ingest.ColOutcome) == ingest.OK:
			counts["ok"]++
		case b.Records.Column(classify.ColSignature).IsNull(i):
			counts["unknown"]++
			clusters[text(classify.ColTemplateID)] = true
			unknown = text(ingest.ColErrorText)
		default:
			counts[text(classify.ColSignature)]++
		}
	})
	counts["unknown sentences"] = len(clusters)
	return counts, unknown
}

// Equal seeds give equal bytes, other ones others; keys are as many as asked for, and so are maps.
func TestHardOptions(t *testing.T) {
	write := func(args ...string) []byte {
		t.Helper()
		var out bytes.Buffer
		if err := run(append([]string{"--mix", "hard", "--kind", "dualwrite", "--records", "4000", "--out", "-"}, args...), &out, io.Discard); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	once := write("--seed", "1")
	if !bytes.Equal(once, write("--seed", "1")) || bytes.Equal(once, write("--seed", "2")) {
		t.Error("equal seeds do not give equal bytes, or others give the same")
	}
	for _, c := range []struct {
		args       []string
		keys, maps int
	}{
		{nil, 4000, 222},
		{[]string{"--keys", "50", "--maps", "200"}, 50, 200},
		{[]string{"--keys", "1000000", "--maps", "1"}, 4000, 1},
	} {
		column, rows := readCSV(t, write(c.args...))
		keys, names := map[string]bool{}, map[string]bool{}
		for _, row := range rows {
			keys[row[column["RecordIdentifier"]]] = true
			names[row[column["Entity Name"]]] = true
		}
		// A map has a technical name and a title, or the title only; few titles are of two maps.
		if len(keys) != c.keys || len(names) > 2*c.maps || len(names) < c.maps*9/10 {
			t.Errorf("%v: %d keys and %d names of maps, want %d and those of %d", c.args, len(keys), len(names), c.keys, c.maps)
		}
	}
	for _, args := range [][]string{{"--mix", "cruel"}, {"--keys", "3"}, {"--counts", "x"}, {"--mix", "hard", "--clusters", "0"},
		{"--mix", "hard", "--clusters", "200000000"}, {"--mix", "hard", "--maps", "5000"}, {"--mix", "hard", "--keys", "-1"}} {
		if err := run(append([]string{"--records", "1", "--out", "-"}, args...), io.Discard, io.Discard); err == nil {
			t.Errorf("%q: no error", args)
		}
	}
}

// A sentence is of one number only.
func TestSentencesDiffer(t *testing.T) {
	lists := [][]string{hardHeads, hardNouns, hardParties, hardVerbs, hardNouns, hardTails}
	product := 1
	for _, l := range lists {
		product *= len(l)
		if len(l)&(len(l)-1) != 0 {
			t.Errorf("%q: %d words are no power of two", l[0], len(l))
		}
	}
	if product != mostClusters {
		t.Errorf("%d sentences, want %d", product, mostClusters)
	}
	h := hardOptions{keys: 1}
	g := &generator{m: &entityMaps[0]}
	g.hard = &hardMix{hardOptions: h}
	seen := map[string]int64{}
	for c := range int64(300_000) {
		g.rng.Seed(1, 2) // equal values
		s := string(g.sentence(nil, c*447%mostClusters))
		if other, ok := seen[s]; ok {
			t.Fatalf("%q is of %d and %d", s, other, c)
		}
		seen[s] = c
	}
}

func BenchmarkWriteHard(b *testing.B) {
	for _, k := range kinds {
		b.Run(k.kind+" "+k.format+" "+k.shape, func(b *testing.B) {
			b.SetBytes(20e6)
			g, err := mix{&hardOptions{clusters: 300_000}}.generator(k.kind, k.format, k.shape, 1)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				g.counts = counts{hard: g.hard}
				if err := g.write(io.Discard, size{bytes: 20e6}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
