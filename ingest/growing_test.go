package ingest

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// What ends with its file, without the end of a line or cell, may be half a record.
func TestRecordsThatMayBeCut(t *testing.T) {
	const header = "createdon,exceptiondetails\n"
	for _, c := range []struct {
		name, data string
		cut        []string // texts of the records that are marked
	}{
		{"whole rows", header + "2026-11-22,one\n2026-11-22,two\n", nil},
		{"no line end", header + "2026-11-22,one\n2026-11-22,Unable to lookup msdyn_c", []string{"Unable to lookup msdyn_c"}},
		{"no line end, quoted", header + "2026-11-22,one\n2026-11-22,\"two\"", nil},
		{"no line end, quoted, cells missing", "exceptiondetails,createdon,typename\nboom,2026-11-22,A\n\"two\",2026-11-22", []string{"two"}},
		{"utf-16", string(toUTF16([]byte(header+"2026-11-22,one"), false, true)), []string{"one"}},
		{"only blank lines behind", header + "2026-11-22,one\n\n", nil},
		{"text", "2026-11-22 10:00:00 ERROR one failed\n2026-11-22 10:00:01 ERROR two fai", []string{"ERROR two fai"}},
		{"text with an end", "2026-11-22 10:00:00 ERROR one failed\n2026-11-22 10:00:01 ERROR two failed\n", nil},
		{"json lines", "{\"exceptiondetails\":\"one\"}\n{\"exceptiondetails\":\"two\"}", nil},
		{"json", `[{"exceptiondetails":"one"}]`, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := write(t, "a.log", c.data)
			for _, age := range []time.Duration{time.Hour, 10 * time.Second} {
				var marked []string
				x := &result{}
				err := Read(context.Background(), []Source{{Path: path}}, Options{Now: later(t, path, age)}, func(b *Batch) error {
					had := len(x.records)
					x.add(b)
					for _, i := range b.Cut {
						marked = append(marked, x.records[had+i]["error_text"])
					}
					b.Release()
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
				x.check(t)
				var held []string
				for _, r := range x.rejects {
					if r.Reason == reasonGrowing {
						held = append(held, r.Excerpt)
					}
				}
				want, wantHeld := c.cut, []string(nil)
				if age < time.Minute && x.files[0].Format == formatCSV {
					want, wantHeld = nil, c.cut
				}
				if diff := cmp.Diff(want, marked); diff != "" {
					t.Errorf("marked after %v: -want +got:\n%s", age, diff)
				}
				if diff := cmp.Diff(wantHeld, held); diff != "" {
					t.Errorf("held back after %v: -want +got:\n%s", age, diff)
				}
			}
		})
	}
}

func write(t *testing.T, name, data string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// later is a clock that shows the time of the file and age more.
func later(t *testing.T, path string, age time.Duration) func() time.Time {
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return func() time.Time { return info.ModTime().Add(age) }
}

// A file that becomes longer or shorter, or goes, while it is read costs itself alone, and it is said.
func TestFilesThatChangeWhileTheyAreRead(t *testing.T) {
	var rows bytes.Buffer
	rows.WriteString("createdon,exceptiondetails\n")
	for i := range 40_000 {
		fmt.Fprintf(&rows, "2026-11-22 10:00,text of row %d is this one\n", i)
	}
	for _, c := range []struct {
		name   string
		change func(path string) error
		warns  string
	}{
		{"grows", func(path string) error {
			f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			defer f.Close()
			_, err = f.WriteString("2026-11-22 10:00,half a r")
			return err
		}, "the file grew while it was read, from 1,868,917 bytes to 1,868,942 bytes: the next run reads it as it is then"},
		{"shrinks", func(path string) error { return os.Truncate(path, 1<<20) },
			"the file shrank while it was read, from 1,868,917 bytes to 1,048,576 bytes: the next run reads it as it is then"},
		{"vanishes", os.Remove, "the file was removed while it was read"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path, good := write(t, "a.csv", rows.String()), write(t, "b.csv", "createdon,exceptiondetails\n2026-11-22,good\n")
			x, changed := &result{}, false
			err := Read(context.Background(), []Source{{Path: path}, {Path: good}}, Options{Now: later(t, path, time.Hour)}, func(b *Batch) error {
				x.add(b)
				b.Release()
				if changed {
					return nil
				}
				changed = true
				return c.change(path)
			})
			if err != nil {
				t.Fatal(err)
			}
			x.check(t)
			f := x.files[0]
			if diff := cmp.Diff([]string{c.warns}, f.Warnings); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if last := x.records[len(x.records)-1]; last["error_text"] != "good" || f.Problem != nil {
				t.Errorf("last record %v, problem %v", last, f.Problem)
			}
			for _, r := range x.records {
				if text := r["error_text"]; r["file"] == path && !bytes.HasSuffix([]byte(text), []byte("is this one")) {
					t.Errorf("half a record was loaded: %q", text)
				}
			}
		})
	}
}
