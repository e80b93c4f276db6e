package main

import (
	"bytes"
	"testing"

	"dwtriage/testdata/exports"
)

// Every format of the table is to be had as a sample, equal seeds give equal bytes, and the records
// are as many as asked for.
func TestSampleInEveryFormat(t *testing.T) {
	plain, err := findContainer("plain")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range exports.Formats() {
		t.Run(f.Name, func(t *testing.T) {
			found, err := findFormat(f.Name)
			if err != nil {
				t.Fatal(err)
			}
			once, again, other := sampled(t, sample{found, plain, mix{}, 20, 1}), sampled(t, sample{found, plain, mix{}, 20, 1}), sampled(t, sample{found, plain, mix{}, 20, 2})
			if !bytes.Equal(once, again) {
				t.Error("equal seeds give other bytes")
			}
			if bytes.Equal(once, other) {
				t.Error("other seeds give equal bytes")
			}
		})
	}
}

func sampled(t *testing.T, s sample) []byte {
	t.Helper()
	var b bytes.Buffer
	n, err := s.write(&b)
	if err != nil {
		t.Fatal(err)
	}
	if n.records != s.n || n.bytes != int64(b.Len()) || n.ok+n.documented+n.unknown != s.n {
		t.Fatalf("says %+v of %d records and %d bytes", *n, s.n, b.Len())
	}
	return b.Bytes()
}

// A sample in a container is read like the command line says.
func TestSampleFlags(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--format", "nosuch", "--records", "1", "--out", "-"}, `no such format: "nosuch" (--formats lists them)`},
		{[]string{"--format", "xml basic", "--container", "nosuch", "--records", "1", "--out", "-"}, `no such container: "nosuch" (--formats lists them)`},
		{[]string{"--format", "xml basic", "--bytes", "1MB", "--out", "-"}, "xml basic is held in memory: say --records N instead of --bytes"},
		{[]string{"--format", "xml basic", "--container", "gz", "--records", "3", "--out", "-"}, ""},
	} {
		var out, said bytes.Buffer
		err := run(c.args, &out, &said)
		if got := errorText(err); got != c.want {
			t.Errorf("%v: %q, want %q", c.args, got, c.want)
		}
		if c.want == "" && !bytes.HasPrefix(out.Bytes(), []byte("\x1f\x8b")) {
			t.Errorf("%v: not packed", c.args)
		}
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
