package unpack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/zeebo/xxh3"
)

// letters are n bytes that hardly pack.
func letters(n int) string {
	rnd := rand.New(rand.NewPCG(1, uint64(n)))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('a' + rnd.IntN(26))
	}
	return string(b)
}

// A seen is what a walk gave: a line for each file, and what it charged and told.
type seen struct {
	Lines         []string
	In, Out, Told int64
	aheads        []*ahead
}

// seenBy walks over data and reads most bytes of each file, -1: all.
func seenBy(t *testing.T, data []byte, lim Limits, beside bool, most int64) (x seen) {
	t.Helper()
	s := newSource(t.Context(), Options{Limits: lim, Ahead: beside, Progress: func(n int) { x.Told += int64(n) }, Marks: func(string) bool { return false }}, Visitor{
		Document: func(m Member) error {
			in := m.In
			if most >= 0 {
				in = io.LimitReader(in, most)
			}
			b, err := io.ReadAll(in)
			line := fmt.Sprintf("%s: %d bytes, hash %x", m.Path, len(b), xxh3.Hash(b))
			if err != nil {
				line += ", " + CutOff(m.Path, int64(len(b)), "nothing is lost", err).Error()
			}
			if a, ok := m.In.(*ahead); ok && a.free != nil {
				x.aheads = append(x.aheads, a)
				if _, again := a.Read(make([]byte, 1)); err != nil && again != err {
					t.Errorf("error %v, and then %v", err, again)
				}
			}
			x.Lines = append(x.Lines, line)
			return nil
		},
		Failed: func(path, containers string, err error) error { x.Lines = append(x.Lines, err.Error()); return nil },
		Empty:  func(path, containers string) error { x.Lines = append(x.Lines, "empty"); return nil },
	})
	if err := s.open(s.metered(Member{Path: "in", In: bytes.NewReader(data), Size: -1})); err != nil {
		t.Error(err)
	}
	for _, a := range x.aheads {
		ended(t, a)
	}
	x.In, x.Out = s.budget.in, s.budget.out
	return x
}

// ended holds that the goroutine of a has ended: closing its channel is the last thing it does.
func ended(t *testing.T, a *ahead) {
	t.Helper()
	select {
	case _, more := <-a.full:
		if more {
			t.Error("a block is left")
		}
	default:
		t.Error("the goroutine goes on")
	}
}

// Unpacking ahead gives what unpacking on demand gives: bytes, errors and their places, what the source is charged
// and what is told of it, and no goroutine is left.
func TestAheadIsTheStream(t *testing.T) {
	long := letters(aheadFrom + 5*aheadBlock + 1)
	gz := gzipped([]byte(long))
	for _, c := range []struct {
		name   string
		data   []byte
		aheads int
	}{
		{"gzip", gz, 1},
		{"a file of whole blocks", gzipped([]byte(long[:aheadFrom+aheadBlock])), 1},
		{"a file too short for a goroutine", gzipped([]byte(long[:aheadFrom/2])), 0},
		{"files behind each other", gzipped(tarred(t, "a", long, "b", "short", "c", long)), 2},
		{"a zip of packed files", zipped(t, "a.gz", string(gz), "b", "short", "c.gz", string(gz)), 2},
		{"not packed", tarred(t, "a", long), 0},
		{"cut off", gz[:len(gz)*2/3], 1},
		{"damaged", append(append(bytes.Clone(gz[:len(gz)*3/4]), 0xff, 0, 0xff, 0), gz[len(gz)*3/4:]...), 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			want, got := seenBy(t, c.data, all, false, -1), seenBy(t, c.data, all, true, -1)
			if len(got.aheads) != c.aheads || len(want.aheads) > 0 {
				t.Errorf("%d goroutines, want %d", len(got.aheads), c.aheads)
			}
			if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(seen{})); diff != "" {
				t.Errorf("-on demand +ahead:\n%s", diff)
			}
			if got.Told != got.In {
				t.Errorf("%d bytes were read and %d told", got.In, got.Told)
			}
		})
	}
}

// A bomb ends its source beside as well as on demand.
func TestAheadFindsBombs(t *testing.T) {
	if testing.Short() {
		t.Skip("unpacks what counts as a bomb")
	}
	lim := all
	lim.Ratio = 10
	bomb := gzipped(make([]byte, ratioGrace+aheadBlock))
	got := seenBy(t, tarred(t, "a.gz", string(bomb), "b", "short"), lim, true, -1)
	if len(got.Lines) != 2 || !strings.Contains(got.Lines[0], "decompression bomb does: raise") || !strings.Contains(got.Lines[1], "the rest of the archive was not read") {
		t.Errorf("%q", got.Lines)
	}
}

// Who stops in the middle of a file leaves no goroutine, and what was unpacked in vain is charged the same each time.
func TestAheadStopsEarly(t *testing.T) {
	long := letters(aheadFrom + 8*aheadBlock)
	data := gzipped(tarred(t, "a", long, "b", "short", "c", long))
	first := seenBy(t, data, all, true, aheadFrom+3*aheadBlock)
	if len(first.aheads) != 2 || len(first.Lines) != 3 {
		t.Fatal(first)
	}
	for range 5 {
		if diff := cmp.Diff(first, seenBy(t, data, all, true, aheadFrom+3*aheadBlock), cmpopts.IgnoreUnexported(seen{})); diff != "" {
			t.Fatalf("-first +again:\n%s", diff)
		}
	}
}

// A context that is done, and an error of a visitor, end the goroutine as well.
func TestAheadEndsWithTheWalk(t *testing.T) {
	data := gzipped([]byte(letters(aheadFrom + 20*aheadBlock)))
	for _, reason := range []string{"context", "visitor"} {
		t.Run(reason, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			stop := errors.New("stop")
			var a *ahead
			opt := Options{Limits: all, Ahead: true, Progress: func(int) {}, Marks: func(string) bool { return false }}
			err := Open(ctx, Member{Path: "in", In: bytes.NewReader(data), Size: -1}, opt, Visitor{Document: func(m Member) error {
				a = m.In.(*ahead)
				if _, err := io.CopyN(io.Discard, m.In, aheadFrom+2*aheadBlock); err != nil {
					return err
				}
				if reason == "visitor" {
					return stop
				}
				cancel()
				_, err := io.Copy(io.Discard, m.In)
				return err
			}})
			if reason == "visitor" && err != stop || reason == "context" && !errors.Is(err, context.Canceled) {
				t.Errorf("error %v", err)
			}
			ended(t, a)
		})
	}
}
