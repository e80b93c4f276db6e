package summary

import (
	"strings"
	"testing"
	"unsafe"
)

// What is kept of a long text does not keep the text.
func TestCutCopies(t *testing.T) {
	long := strings.Repeat("word ", 1<<18)
	inside := func(part string) bool {
		from, at := uintptr(unsafe.Pointer(unsafe.StringData(long))), uintptr(unsafe.Pointer(unsafe.StringData(part)))
		return len(part) > 0 && at >= from && at < from+uintptr(len(long))
	}
	if part := cut(long, 100); part != long[:100] || inside(part) {
		t.Errorf("cut: %d bytes, within the text: %v", len(part), inside(part))
	}
	for _, at := range [][2]int{{0, 0}, {0, 9}, {10, 20}, {500000, 500010}, {len(long) - 9, len(long) - 2}, {5, 500000}} {
		before, matched, after := around(long, at[0], at[1])
		for _, part := range []string{before, matched, after} {
			if inside(part) {
				t.Errorf("around %v: %.20q… is within the text", at, part)
			}
		}
	}
	for from := 190; from < 1000; from++ { // no word is parted
		if before, _, _ := around(long, from, from+1); from-from%len("word ") > aroundMatch && !strings.HasPrefix(before, "… word ") {
			t.Fatalf("what stands before %d begins with %.20q", from, before)
		}
	}
}

// What is marked are whole words, unless there is no end to one.
func TestMarkedAreWholeWords(t *testing.T) {
	blob := strings.Repeat("QUJD", 20)
	for _, c := range []struct{ text, part, want string }{
		{"Unable to sync with entity uoms.", "entity u", "entity uoms"},
		{"Unable to sync with entity uoms.", "entity uoms", "entity uoms"},
		{"the gate (lamp) is out", "lamp", "lamp"},
		{"Größe überschritten: 7", "ber", "überschritten"},
		{"msdyn_customergroups of", "customer", "msdyn_customergroups"},
		{"code 0x80040265, then", "0x8004", "0x80040265"},
		{"blob " + blob + " ends", blob[:50], blob},
		{"blob " + blob + " ends", blob[:20], blob[:20]},
		{"whole", "whole", "whole"},
	} {
		at := strings.Index(c.text, c.part)
		before, matched, after := around(c.text, at, at+len(c.part))
		if matched != c.want || before+matched+after != c.text {
			t.Errorf("%q in %q: %q, %q, %q, want %q", c.part, c.text, before, matched, after, c.want)
		}
	}
}
