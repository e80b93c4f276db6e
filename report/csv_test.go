package report

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"dwtriage/report/summary"
)

func TestCell(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", "Customers V3", "Customers V3"},
		{"empty", "", ""},
		{"equals", "=1+1", "'=1+1"},
		{"plus", "+49 30 1234", "'+49 30 1234"},
		{"minus", "-000001", "'-000001"},
		{"at", "@SUM(A1)", "'@SUM(A1)"},
		{"tab", "\tx", "'\tx"},
		{"carriage return", "\rx", "'\nx"},
		{"after blanks", "  =1+1", "'  =1+1"},
		{"after a no-break space", "\u00a0=1+1", "'\u00a0=1+1"},
		{"after a line end", "\r\n=1+1", "'\n=1+1"},
		{"after characters that show as nothing", "\ufeff\u200b\u202e=1+1", "'\ufeff\u200b=1+1"},
		{"after a control character", "\x00=1+1", "'=1+1"},
		{"full-width equals", "＝1+1", "'＝1+1"},
		{"full-width plus", "＋1", "'＋1"},
		{"full-width minus", "－1", "'－1"},
		{"full-width at", "＠SUM(1)", "'＠SUM(1)"},
		{"sign inside", "a=1", "a=1"},
		{"quote first", `"=1+1"`, `"=1+1"`},
		{"line ends", "a\r\nb\rc\nd", "a\nb\nc\nd"},
		{"control characters", "a\x00b\x1bc\x7fd\u0085e\tf", "abcde\tf"},
		{"directions and tags", "a\u202eb\u2066c\u061cd\u200fe\U000e0041f\U000e007fg", "abcdefg"},
		{"no characters", "a\ufffeb\uffffc", "abc"},
		{"not UTF-8", "a\xffb", "a\ufffdb"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := cell(c.in); got != c.want {
				t.Errorf("cell(%q) = %q, want %q", c.in, got, c.want)
			}
		})
	}
}

// TestGuardInside: no formula begins behind what another program takes for the end of a cell.
func TestGuardInside(t *testing.T) {
	for in, want := range map[string]string{
		"abc;=cmd|' /C calc'!A0":          "abc;'=cmd|' /C calc'!A0",
		"abc; +1;\"@x\"; b; c;-2":         "abc; '+1;\"'@x\"; b; c;'-2",
		"a\t=1\tb":                        "a\t'=1\tb",
		"a\n=1\n\n @x":                    "a\n'=1\n\n '@x",
		"a\n- point\n-- note\n-1":         "a\n- point\n-- note\n'-1",
		"a\n- cmd|' /C calc'!A0":          "a\n'- cmd|' /C calc'!A0",
		"a;\u200b\u00a0＝1":                "a;\u200b\u00a0'＝1",
		"a=1; b-2; c@d; Größe +3":         "a=1; b-2; c@d; Größe +3",
		"; ; ;" + strings.Repeat("\n", 9): "; ; ;" + strings.Repeat("\n", 9),
	} {
		var b bytes.Buffer
		c := NewCSV(&b)
		c.Text("x")
		c.Text(in)
		c.End()
		rows, err := csv.NewReader(&b).ReadAll()
		if err != nil || rows[0][1] != want {
			t.Errorf("%q: got %q, want %q (%v)", in, rows, want, err)
		}
	}
}

func TestCellLength(t *testing.T) {
	for name, c := range map[string]struct {
		in  string
		cut bool
	}{
		"just fits":          {strings.Repeat("a", maxCell), false},
		"one too many":       {strings.Repeat("a", maxCell+1), true},
		"guard counts":       {"=" + strings.Repeat("a", maxCell-1), true},
		"umlauts just fit":   {strings.Repeat("ü", maxCell), false},
		"umlauts too many":   {strings.Repeat("ü", maxCell+1), true},
		"pairs just fit":     {strings.Repeat("😀", maxCell/2), false},
		"pairs too many":     {strings.Repeat("😀", maxCell/2+1), true},
		"pairs off by a one": {"a" + strings.Repeat("😀", maxCell), true},
	} {
		t.Run(name, func(t *testing.T) {
			got := cell(c.in)
			if n := len(utf16.Encode([]rune(got))); n > maxCell || c.cut && n < maxCell-2 {
				t.Errorf("got %d units, want at most %d and nearly that", n, maxCell)
			}
			if strings.HasSuffix(got, cutMark) != c.cut {
				t.Errorf("got …%q, want cut: %v", got[len(got)-12:], c.cut)
			}
		})
	}
}

func FuzzCell(f *testing.F) {
	for _, s := range []string{"", "=1", "a,b", "\"", "a\r\nb", " x", hostileFormula, hostileBidi, "\\.", "\xff", "\x19\t"} {
		f.Add(s, "")
		f.Add("", s)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		var buf bytes.Buffer
		table := newTable(&buf, false)
		table.text(a)
		table.text(b)
		table.end()
		got, err := csv.NewReader(bytes.NewReader(buf.Bytes())).Read()
		if err != nil {
			t.Fatalf("%q, %q: %v in %q", a, b, err, buf.String())
		}
		if len(got) != 2 || got[0] != cell(a) || got[1] != cell(b) {
			t.Errorf("%q, %q came back as %q", a, b, got)
		}
		for _, s := range got {
			if formula(s) {
				t.Errorf("%q could be taken for a formula", s)
			}
		}
	})
}

// FuzzSemicolon: a table with semicolons comes back by them, and no cell of it is a formula, whichever of the two a program parts it by.
func FuzzSemicolon(f *testing.F) {
	for _, s := range []string{"", "=1", "a,b", "a;b", "a, =1", "x;=1", "\"", "a\r\nb", " x", hostileFormula, hostileBidi, "1,-2", "\"a\",\"=b\"", "\xff", "=a;=b,=c\n=d"} {
		f.Add(s, "")
		f.Add("", s)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		var buf bytes.Buffer
		table := Options{Semicolon: true}.table(&buf)
		table.text(a)
		table.text(b)
		table.number(7)
		table.end()
		r := csv.NewReader(bytes.NewReader(buf.Bytes()))
		r.Comma = ';'
		got, err := r.Read()
		if err != nil || len(got) != 3 || got[0] != table.cell(a) || got[1] != table.cell(b) || got[2] != "7" {
			t.Fatalf("%q, %q came back as %q, error %v", a, b, got, err)
		}
		for _, cell := range got {
			if formula(cell) {
				t.Errorf("%q could be taken for a formula", cell)
			}
		}
		// A program that parts by commas sees no quotes within a line, and no cell may begin a formula for it.
		for _, line := range strings.FieldsFunc(buf.String(), func(r rune) bool { return r == '\n' || r == '\r' }) {
			for _, cell := range strings.Split(line, ",")[1:] {
				if cell = strings.TrimLeft(cell, "\" "); cell != "" && strings.Contains("=+-@", cell[:1]) {
					t.Errorf("%q: by commas it holds the cell %q", buf.String(), cell)
				}
			}
		}
	})
}

func TestNumbersAndTimes(t *testing.T) {
	var buf bytes.Buffer
	table := newTable(&buf, true)
	table.header(heading{"n", aNumber}, heading{"when", aTime}, heading{"never", aTime})
	table.number(-1)
	table.time(time.Date(2026, 11, 23, 7, 4, 5, 999, time.FixedZone("CET", 3600)))
	table.time(time.Time{})
	table.end()
	if got, want := buf.String(), "n,when,never\n-1,2026-11-23 06:04:05,\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestLists(t *testing.T) {
	for _, c := range []struct{ what, got, want string }{
		{"steps", numbered([]string{"Stop.", "Go."}), "1. Stop.\n2. Go."},
		{"no steps", numbered(nil), ""},
		{"sql", statements([]summary.SQL{{Title: "One", Text: "SELECT 1\n"}, {Title: "Two\n; DROP", Text: "SELECT 2"}}), "-- One\nSELECT 1\n\n-- Two ; DROP\nSELECT 2"},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %q, want %q", c.what, c.got, c.want)
		}
	}
}

func TestPairs(t *testing.T) {
	for want, captures := range map[string][]summary.Capture{
		"":              nil,
		"a=1":           {{Name: "a", Value: "1"}},
		`"a=1,5; b==2"`: {{Name: "a", Value: "1,5"}, {Name: "b", Value: "=2"}},
	} {
		tab := newTable(nil, true)
		if tab.pairs(captures); string(tab.line) != want {
			t.Errorf("%v: got %q, want %q", captures, tab.line, want)
		}
	}
}

// FuzzText writes cells as text did before it looked at bytes: every question is asked of every cell.
func FuzzText(f *testing.F) {
	for _, s := range []string{"", "plain", " blank", "a,b", `"q"`, "=1", "\t=1", "a\nb", "a\r\nb", "\u00a0=1", "ü", "\x7f", "\x00x", "\xff", "\n@x", "  -1", "'", strings.Repeat("x", maxCell+1)} {
		f.Add(s)
	}
	slow := func(s string) string {
		s = cell(s)
		if !strings.ContainsAny(s, ",\"\n") && !strings.HasPrefix(s, " ") {
			return s
		}
		return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	}
	f.Fuzz(func(t *testing.T, s string) {
		tab := newTable(nil, true)
		if tab.text(s); string(tab.line) != slow(s) {
			t.Errorf("%q: got %q, want %q", s, tab.line, slow(s))
		}
	})
}
