package ingest

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zeebo/xxh3"
)

// What is read of a sample is pinned to the revision. Where it changes, the revision has to be raised, or databases would go on to
// hold what the program before read: a file of the same bytes is not read again.
func TestRevision(t *testing.T) {
	const golden = "testdata/revision.golden"
	pinned := make(map[string]string)
	text, err := os.ReadFile(golden)
	if err != nil && !*update {
		t.Fatal(err)
	}
	of, rest, _ := strings.Cut(string(text), "\n")
	for line := range strings.Lines(rest) {
		if digest, path, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			pinned[path] = digest
		}
	}
	now := make(map[string]string)
	for _, path := range sampleFiles(t) {
		if strings.HasSuffix(path, ".txtar") {
			continue // what the archive describes is made in a folder of a test
		}
		x := readFiles(t, Options{}, path)
		name, err := filepath.Rel(samples, path)
		if err != nil {
			t.Fatal(err)
		}
		name = filepath.ToSlash(name)
		now[name] = fmt.Sprintf("%x", xxh3.HashString128(x.dump()).Bytes())
		if was, ok := pinned[name]; ok && was != now[name] && of == fmt.Sprint(revision) {
			t.Errorf("what is read of %s changed: raise revision, and run the test with -update", name)
		} else if (!ok || of != fmt.Sprint(revision)) && !*update {
			t.Errorf("%s is not pinned to revision %d: run the test with -update", name, revision)
		}
	}
	if !*update || t.Failed() {
		return
	}
	var out strings.Builder
	fmt.Fprintf(&out, "%d\n", revision)
	for _, name := range slices.Sorted(maps.Keys(now)) {
		fmt.Fprintf(&out, "%s %s\n", now[name], name)
	}
	if err := os.WriteFile(golden, []byte(out.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Whatever changes what is read of the same bytes changes the line that says how they are read.
func TestReading(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 22, 18, 0, 0, 0, time.UTC)
	seen := make(map[string]bool)
	for i, opt := range []Options{
		{}, {Format: "csv"}, {Log: "dualwrite"}, {Since: at}, {Until: at}, {Zone: berlin}, {DateOrder: "dmy"},
		{Limits: Limits{Cell: 7}}, {Limits: Limits{Nesting: 7}},
	} {
		line := opt.Reading()
		if line == "" || seen[line] {
			t.Errorf("options %d: reading %q is that of others, or none", i, line)
		}
		seen[line] = true
	}
	for _, same := range []Options{{Zone: time.UTC}, {BatchRows: 5}, {Workers: 3}, {Limits: Limits{}.withDefaults()}, {Since: time.Time{}}} {
		if got, want := same.Reading(), (Options{}).Reading(); got != want {
			t.Errorf("reading %q, want %q", got, want)
		}
	}
	for _, opt := range []Options{{Zone: time.Local}, {Sample: 5}, {Originals: true}} {
		if line := opt.Reading(); line != "" {
			t.Errorf("reading %q, want none: it cannot be told", line)
		}
	}
}

// A file is asked about by its path and size, and left unread where its bytes are those that are known.
func TestKnownFilesAreNotReadAgain(t *testing.T) {
	const data = "createdon,exceptiondetails\n2026-11-22,Region was not found.\n"
	path := write(t, "a.csv", data)
	const size = int64(len(data))
	digest := readFiles(t, Options{}, path).files[0].Digest
	for _, c := range []struct {
		name   string
		digest string
		size   int64
		age    time.Duration
		unread bool
	}{
		{"the same bytes", digest, size, time.Hour, true},
		{"others", strings.Repeat("0", len(digest)), size, time.Hour, false},
		{"of another size", digest, size + 1, time.Hour, false},
		{"just written", digest, size, 5 * time.Second, false},
		{"written in the future", digest, size, -5 * time.Second, false},
	} {
		opt := Options{Now: later(t, path, c.age), Known: map[string][]File{filepath.ToSlash(path): {{Path: path, Bytes: c.size, Digest: c.digest, Read: 41, Again: 9}}}}
		sources, err := Expand([]string{path})
		if err != nil {
			t.Fatal(err)
		}
		var x result
		if err := Read(t.Context(), sources, opt, func(b *Batch) error {
			x.add(b)
			b.Release()
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if unread := len(x.records) == 0 && len(x.files) == 1 && x.files[0].Again == 9 && x.files[0].Read == 41; unread != c.unread {
			t.Errorf("%s: %d records, files %+v; want unread %v", c.name, len(x.records), x.files, c.unread)
		}
	}
}
