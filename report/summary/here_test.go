package summary

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dwtriage/ingest"
	"dwtriage/report/store/storetest"
)

// What the records show of a signature is what a look at all of them, one by one, gives.
func TestHere(t *testing.T) {
	random := rand.New(rand.NewPCG(13, 1))
	var lines []storetest.Line
	for i := range 400 {
		l := storetest.Line{ID: uint16(i + 1), File: "a.csv", Row: int64(i + 2), Log: ingest.PluginTrace, Entity: []string{"accounts", "uoms", "salesorders"}[random.IntN(3)],
			At: time.Date(2026, 11, 22, 18, random.IntN(300), 0, 0, time.UTC).Format(time.DateTime)}
		switch k := random.IntN(9); {
		case k == 0:
			l.Err, l.Log = fmt.Sprintf(noGroup, "80"), ingest.DualWrite
		case k == 1:
			l.Err = storetest.NotMember
			l.Log = []string{ingest.PluginTrace, ingest.DualWrite}[random.IntN(2)]
		}
		lines = append(lines, l)
	}
	// One that began late and went on to the last record, one without a time, and one alone.
	lines = append(lines, storetest.Line{ID: 900, File: "a.csv", Row: 900, At: "2026-11-22 23:59:00", Log: ingest.PluginTrace, Entity: "uoms", Err: emptyURI},
		storetest.Line{ID: 901, File: "a.csv", Row: 901, Log: ingest.DualWrite, Entity: "uoms", Err: otherOrg})
	s := load(t, open(t, filepath.Join(t.TempDir(), "x.duckdb")), lines)
	if len(s.Signatures) < 4 {
		t.Fatalf("%d signatures, want 4 or more", len(s.Signatures))
	}
	var ok int64
	for i := range s.Signatures {
		sig := &s.Signatures[i]
		want := seenHere(lines, sig)
		if d := cmp.Diff(want, sig.Here); d != "" {
			t.Errorf("%s: -want +got:\n%s", sig.ID, d)
		}
		ok += want.Before + want.During + want.After
	}
	if ok == 0 {
		t.Error("nothing is counted")
	}
	for _, f := range s.Fixes {
		if d := cmp.Diff(queuedBy(lines, f), f.Purged); d != "" {
			t.Errorf("fix %s: -want +got:\n%s", f.Signature, d)
		}
	}
}

func seenHere(lines []storetest.Line, sig *Signature) (h Here) {
	sources := map[string]bool{}
	for _, l := range lines {
		if l.Err != "" && storetest.Matcher().Judge(l.Log, l.Err, l.Trace, l.Entity).Signature == sig.ID {
			sources[l.Log+l.Entity], h.Entities = true, true
			if l.At == "" {
				return Here{Entities: true}
			}
		}
	}
	for _, l := range lines {
		at, _ := time.Parse(time.DateTime, l.At)
		switch {
		case l.Err != "" || !sources[l.Log+l.Entity]:
		case at.Before(sig.FirstSeen):
			h.Before++
		case at.After(sig.LastSeen):
			h.After++
		default:
			h.During++
		}
	}
	return h
}

func queuedBy(lines []storetest.Line, f Fix) (p Period) {
	for _, l := range lines {
		if l.Err == "" || l.Log != ingest.DualWrite || l.At == "" || storetest.Matcher().Judge(l.Log, l.Err, l.Trace, l.Entity).Signature != f.Signature {
			continue
		}
		at, _ := time.Parse(time.DateTime, l.At)
		p.From, p.Until = earlier(p.From, at.Add(24*time.Hour)), later(p.Until, at.Add(24*time.Hour))
	}
	return p
}

// A host is named where every record of the signature names it, and only there.
func TestHereHost(t *testing.T) {
	const asked = "System.Net.WebException: The remote name could not be resolved: '%s'"
	for _, c := range []struct {
		hosts []string
		want  string
	}{
		{[]string{"fo.contoso.example", "fo.contoso.example"}, "fo.contoso.example"},
		{[]string{"fo.contoso.example", "dv.contoso.example"}, ""},
	} {
		var lines []storetest.Line
		for i, host := range c.hosts {
			lines = append(lines, storetest.Line{ID: uint16(i + 1), File: "a.csv", Row: int64(i + 2), At: fmt.Sprintf("20:00:0%d", i), Entity: "accounts", Err: fmt.Sprintf(asked, host)})
		}
		s := load(t, open(t, filepath.Join(t.TempDir(), "x.duckdb")), lines)
		if len(s.Signatures) != 1 || s.Signatures[0].Records != 2 || s.Signatures[0].Here.Host != c.want {
			t.Errorf("%v: %+v, want the host %q", c.hosts, s.Signatures, c.want)
		}
	}
}

func TestGaps(t *testing.T) {
	hour := func(h int) time.Time { return time.Date(2026, 11, 22, 18+h, 0, 0, 0, time.UTC) }
	span := func(from, until int) Period { return Period{hour(from), hour(until)} }
	for _, c := range []struct {
		name   string
		ranges []Period
		want   []Period
	}{
		{"all covered", []Period{span(-2, 14)}, nil},
		{"nothing covered", nil, []Period{span(0, 12)}},
		{"before and after only", []Period{span(-9, -1), span(12, 20)}, []Period{span(0, 12)}},
		{"both ends and the middle", []Period{span(1, 3), span(5, 11)}, []Period{span(0, 1), span(3, 5), span(11, 12)}},
		{"over the edges", []Period{span(-3, 2), span(10, 15)}, []Period{span(2, 10)}},
		{"a range behind the end", []Period{span(0, 4), span(20, 22)}, []Period{span(4, 12)}},
	} {
		if d := cmp.Diff(c.want, gaps(c.ranges, span(0, 12))); d != "" {
			t.Errorf("%s: -want +got:\n%s", c.name, d)
		}
	}
}
