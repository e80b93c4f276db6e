package classify

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"
	gocmp "github.com/google/go-cmp/cmp"

	"dwtriage/ingest"
)

// nearMisses are texts that make work for a rule when they are repeated: what it matches and what it must not, whole, without
// their ends and without their starts, and each literal by itself.
func nearMisses(r *Rule) (out []string) {
	add := func(x string) {
		if x = strings.TrimSpace(x); x != "" {
			out = append(out, x+" ")
		}
	}
	for _, x := range r.Examples.Match {
		add(x.Text)
		fields := strings.Fields(x.Text)
		for _, cut := range []int{1, 2, len(fields) / 3, len(fields) / 2} {
			if cut > 0 && cut < len(fields) {
				add(strings.Join(fields[:len(fields)-cut], " "))
				add(strings.Join(fields[cut:], " "))
			}
		}
	}
	for _, x := range r.Examples.NoMatch {
		add(x)
	}
	if x := r.expr(); x != nil {
		for _, l := range x.Literals() {
			add(l)
		}
	}
	for _, l := range r.Match.Any {
		add(l)
	}
	return out
}

// repeated is x over and over again, of size bytes or a little more.
func repeated(x string, size int) []byte { return []byte(strings.Repeat(x, size/len(x)+1)) }

// BenchmarkSlowest judges near misses of every rule, 128 KB of each, and the slowest of those again in 10 MB. It prints the
// rule whose text is judged at the lowest speed.
func BenchmarkSlowest(b *testing.B) {
	m := builtinMatcher(b)
	type judged struct {
		rule  *Rule
		text  string
		speed float64 // MB/s
		cut   bool
	}
	j := &judge{m: m}
	measure := func(r *Rule, x string, size int) judged {
		text := repeated(x, size)
		started := time.Now()
		j.record(r.Logs[0], nil, [numFields][]byte{text}, nil, nil)
		return judged{r, x, float64(len(text)) / 1e6 / time.Since(started).Seconds(), j.capture(judgedName) != nil}
	}
	bySpeed := func(x, y judged) int { return cmp.Compare(x.speed, y.speed) }
	for b.Loop() {
		var all, long []judged
		for _, r := range m.Rules() {
			for _, x := range nearMisses(r) {
				all = append(all, measure(r, x, 128<<10))
			}
		}
		slices.SortFunc(all, bySpeed)
		cut := 0
		for _, x := range all[:40] {
			long = append(long, measure(x.rule, x.text, 10<<20))
		}
		for _, x := range all {
			if x.cut {
				cut++
			}
		}
		slices.SortFunc(long, bySpeed)
		fmt.Printf("%d texts of 128 KB: slowest %.1f MB/s (%s), median %.0f MB/s, %d judged by their first bytes\n",
			len(all), all[0].speed, all[0].rule.ID, all[len(all)/2].speed, cut)
		fmt.Printf("the %d slowest in 10 MB: slowest %.1f MB/s (%s: %.60q)\n", len(long), long[0].speed, long[0].rule.ID, long[0].text)
		b.ReportMetric(long[0].speed, "MB/s-slowest")
	}
}

// laborious is a text whose near misses take more steps than a long record may.
const laborious = "or crm is a company-specific entity dual-write only supports mapping between cross-company "

// A long record that takes too many steps is judged as if it ended behind its first bytes, and says so; another one is
// judged to its end, wherever its message stands.
func TestLongRecords(t *testing.T) {
	m := builtinMatcher(t)
	message := "Unable to lookup msdyn_customergroups with values {80}"
	harmless := repeated("Entered AccountPlugin.Execute(), retrieved 12 contacts in 84 ms. ", 1<<20)
	v := m.Judge(ingest.DualWrite, string(harmless)+message, "", "")
	if v.Captures[judgedName] != "" || len(v.Hits) == 0 || v.Hits[0].Start < len(harmless)-1 {
		t.Errorf("a harmless record is not judged to its end: %q, %d matches", v.Captures, len(v.Hits))
	}
	whole := repeated(laborious, 1<<20)
	v = m.Judge(ingest.DualWrite, string(whole)+message, "", "")
	if v.Captures[judgedName] != "16384" {
		t.Fatalf("a laborious record is not marked: %q", v.Captures)
	}
	want := m.Judge(ingest.DualWrite, string(whole[:judgedBytes]), "", "")
	delete(v.Captures, judgedName)
	if v.Signature != want.Signature || v.TemplateID != want.TemplateID {
		t.Errorf("it is taken for %q, template %s, its start for %q, template %s", v.Signature, v.TemplateID, want.Signature, want.TemplateID)
	}
	if d := gocmp.Diff(want.Captures, v.Captures); d != "" {
		t.Errorf("captures (-of its start +of the whole):\n%s", d)
	}
	v = m.Judge(ingest.DualWrite, message+". "+string(whole), "", "")
	if len(v.Hits) == 0 || !strings.HasPrefix(v.Hits[0].Text, "Unable to lookup") {
		t.Errorf("what stands in its first bytes is not found: %q", v.Signature)
	}
}

// What a record costs does not depend on those that the same worker has judged before, or it would be marked on one
// machine and not on another.
func TestLongRecordsAfterOthers(t *testing.T) {
	m := builtinMatcher(t)
	one := &judge{m: m}
	for size := 20 << 10; size < 60<<10; size += 5 << 10 {
		text := [numFields][]byte{repeated(laborious, size)}
		left := func(j *judge) string {
			j.record(ingest.DualWrite, nil, text, nil, nil)
			return fmt.Sprint(j.s.seeker.Spent(), string(j.capture(judgedName)), len(j.matches))
		}
		if a, b := left(one), left(&judge{m: m}); a != b {
			t.Errorf("%d bytes: %s after others, %s alone", size, a, b)
		}
	}
}

// Whoever does not wait for a verdict any more gets none, soon, also in the middle of a record.
func TestClassifyUntil(t *testing.T) {
	m := builtinMatcher(t)
	var text strings.Builder
	text.WriteString("typename,messageblock,exceptiondetails\n")
	for range 30 {
		text.WriteString("Contoso.Plugins.Guard,t," + string(repeated(laborious, 1<<20)) + "\n")
	}
	var batches []*ingest.Batch
	err := ingest.Read(t.Context(), []ingest.Source{{Path: "-", Size: -1}}, ingest.Options{Stdin: strings.NewReader(text.String())}, func(b *ingest.Batch) error {
		if b.Len() > 0 {
			batches = append(batches, b)
		}
		return nil
	})
	if err != nil || len(batches) == 0 {
		t.Fatalf("%d batches, error %v", len(batches), err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	for _, b := range batches {
		started := time.Now()
		if m.ClassifyUntil(ctx.Done(), b, nil) {
			t.Error("it classified for nobody")
		}
		if took := time.Since(started); took > 10*time.Second {
			t.Errorf("it took %v to give up", took)
		}
		if n := int(b.Records.NumCols()); n != ingest.NumColumns {
			t.Errorf("the batch has %d columns, want %d", n, ingest.NumColumns)
		}
		if _, ok := b.Records.Column(ingest.ColErrorText).(*array.String); !ok {
			t.Error("the batch lost its texts")
		}
		b.Release()
	}
	// In the middle of a record, where no row begins.
	j := &judge{m: m, done: ctx.Done()}
	if j.record(ingest.DualWrite, nil, [numFields][]byte{repeated(laborious, 4<<20)}, nil, nil); !j.s.seeker.Spent() && j.capture(judgedName) == nil {
		t.Error("a record of 4 MB was judged to its end for nobody")
	}
}
