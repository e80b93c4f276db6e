package report

import (
	"bytes"
	"fmt"
	"iter"
	"os"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/zeebo/xxh3"

	"dwtriage/report/store"
)

// savedRows are the rows of aheadNight as a worker saves them, and how many there are.
func savedRows(t *testing.T) (saved []byte, rows int64) {
	t.Helper()
	db := openStore(t)
	a := ahead(t, db, Options{})
	loadedAhead(t, a, db, linesOf(aheadNight(), 7)...)
	var to bytes.Buffer
	rows, ok, err := a.Save(&to)
	if err != nil || !ok || rows == 0 {
		t.Fatal(rows, ok, err)
	}
	return to.Bytes(), rows
}

func unpacked(t *testing.T, saved []byte) []byte {
	t.Helper()
	z, err := zstd.NewReader(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	text, err := z.DecodeAll(saved, nil)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// How rows are drawn is pinned to the revision. Where that changes, the revision has to be raised, or a merge would put rows that workers
// with the program before drew beside its own.
func TestRowsRevision(t *testing.T) {
	saved, _ := savedRows(t)
	const pinned = "5 377eb5e62b882c9521ab506bcf7d9886"
	if got := fmt.Sprintf("%d %x", rowsRevision, xxh3.HashString128(string(unpacked(t, saved))).Bytes()); got != pinned {
		t.Errorf("rows are %s and were %s: raise rowsRevision where they changed, and pin them here", got, pinned)
	}
}

// partOf is a part whose rows these are.
func partOf(t *testing.T, saved []byte) *store.Part {
	t.Helper()
	p := &store.Part{Folder: t.TempDir()}
	if err := os.WriteFile(p.Rows(), saved, 0o666); err != nil {
		t.Fatal(err)
	}
	return p
}

func none(func(store.LostCopy, error) bool) {}

func these(lost ...store.LostCopy) iter.Seq2[store.LostCopy, error] {
	return func(yield func(store.LostCopy, error) bool) {
		for _, c := range lost {
			if !yield(c, nil) {
				return
			}
		}
	}
}

// waiting is what waits in an Ahead, a line for each row.
func waiting(t *testing.T, a *Ahead) (list []string) {
	t.Helper()
	if !a.flush() {
		t.Fatal("the rows do not wait")
	}
	if err := a.each(func(r *rowReader) error {
		list = append(list, fmt.Sprintf("%s %d %d %s %d %s %s", r.at.name, r.at.first.row, r.at.first.offset, r.at.first.id, r.head.finding(), r.text[recordRows], r.text[captureRows]))
		return nil
	}, recordRows, captureRows); err != nil {
		t.Fatal(err)
	}
	return list
}

// taker is an Ahead that takes rows of parts.
func taker(t *testing.T) *Ahead {
	t.Helper()
	a := NewAhead("FABRIKAM", nil, Options{}, func() (*os.File, error) { return os.CreateTemp(t.TempDir(), "rows") })
	t.Cleanup(func() { a.Close() })
	return a
}

// What is taken from parts is what was saved, without the copies that are lost: those of the part that they are said to be in.
func TestTakeParts(t *testing.T) {
	saved, rows := savedRows(t)
	one := taker(t)
	if err := one.TakeParts([]*store.Part{partOf(t, saved)}, none); err != nil {
		t.Fatal(err)
	}
	all := waiting(t, one)
	if int64(len(all)) != rows {
		t.Fatalf("%d rows of %d", len(all), rows)
	}
	var places []store.LostCopy
	if err := one.each(func(r *rowReader) error {
		places = append(places, store.LostCopy{File: r.at.name, Row: r.at.first.row, ByteOffset: r.at.first.offset, RecordID: string(r.at.first.id[:])})
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	var lost []store.LostCopy
	var want []string // of two parts with the same rows, every third is lost in the first one and all others in the second
	for part := range 2 {
		for i, p := range places {
			if (i%3 == 0) == (part == 0) {
				p.Part = part
				lost = append(lost, p)
			}
		}
	}
	want = all
	two := taker(t)
	if err := two.TakeParts([]*store.Part{partOf(t, saved), partOf(t, saved)}, these(lost...)); err != nil {
		t.Fatal(err)
	}
	if got := waiting(t, two); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%d rows, want %d", len(got), len(want))
	}
	strange := lost[0]
	strange.Row += 1 << 40
	if err := taker(t).TakeParts([]*store.Part{partOf(t, saved)}, these(strange)); err == nil || !strings.Contains(err.Error(), strange.File) {
		t.Errorf("a lost copy that no part has: %v", err)
	}
	failed := fmt.Errorf("the database says no")
	if err := taker(t).TakeParts([]*store.Part{partOf(t, saved)}, func(yield func(store.LostCopy, error) bool) { yield(store.LostCopy{}, failed) }); err != failed {
		t.Errorf("an error of the list of the lost: %v", err)
	}
}

// Rows that are cut off, or are none, are an error that names their file, wherever the cut is.
func TestTakeDamaged(t *testing.T) {
	saved, _ := savedRows(t)
	text := unpacked(t, saved)
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	damaged := [][]byte{nil, {'x'}, append([]byte("x"), text...), text[:len(text)-1], append(text[:len(text)-8:len(text)-8], make([]byte, 8)...)}
	for at := 1; at < len(text)-8; at += 997 {
		damaged = append(damaged, text[:at])
	}
	for _, d := range damaged {
		p := partOf(t, z.EncodeAll(d, nil))
		if err := taker(t).TakeParts([]*store.Part{p}, none); err == nil || !strings.Contains(err.Error(), p.Rows()) {
			t.Errorf("%d of %d bytes: %v", len(d), len(text), err)
		}
	}
}

// Where the disk has no room for rows none are saved, and a merge that has none goes on without those of its parts.
func TestSaveWithoutRoom(t *testing.T) {
	saved, _ := savedRows(t)
	full := NewAhead("", nil, Options{}, func() (*os.File, error) { return nil, os.ErrPermission })
	if err := full.TakeParts([]*store.Part{partOf(t, saved), partOf(t, saved)}, none); err != nil {
		t.Error(err)
	}
	var to bytes.Buffer
	if rows, ok, err := full.Save(&to); rows != 0 || ok || err != nil || to.Len() > 0 {
		t.Error(rows, ok, err, to.Len())
	}
}
