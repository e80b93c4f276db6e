package words

import (
	"encoding/json"
	"testing"
	"unicode/utf8"
)

func TestUnprintable(t *testing.T) {
	for _, r := range []rune{0, '\a', '\b', '\t', '\n', '\r', 0x1b, 0x7f, 0x80, 0x9b, 0x9f, 0xad, 0x61c, 0x180e, 0x200b, 0x200f, 0x2028, 0x2029, 0x202e, 0x2060, 0x2066, 0x2069, 0xfeff, 0xfff9, 0xe0001, 0xe0041, 0xe007f} {
		if !Unprintable(r) {
			t.Errorf("%U passes", r)
		}
	}
	for _, r := range "aZ09 ~äßÆžЖ中文한글かעא€…·✓→😀\u0301\ufe0f\ufffd" {
		if Unprintable(r) {
			t.Errorf("%U (%c) does not pass", r, r)
		}
	}
}

// TestAppendJSON: the text reads back as it was, and holds nothing unprintable.
func TestAppendJSON(t *testing.T) {
	for _, text := range []string{"", "plain \"quoted\" \\", "\x1b[31m\u009b31m\u202egnp\u2066\U000e0041\U000e007f\x00\x7f", "Größe 😀"} {
		b, err := json.Marshal(map[string]string{text: text})
		if err != nil {
			t.Fatal(err)
		}
		b = AppendJSON(nil, b)
		for _, r := range string(b) {
			if Unprintable(r) {
				t.Errorf("%q: %U in %q", text, r, b)
			}
		}
		got := map[string]string{}
		if err := json.Unmarshal(b, &got); err != nil || got[text] != text {
			t.Errorf("%q reads back as %q (%v)", text, got, err)
		}
	}
}

func TestOneLine(t *testing.T) {
	const text = "a\r\nLedger:\t0 read\x1b[31m\u009b\u202eb\xff\xc3"
	got := OneLine(text)
	for _, r := range got {
		if Unprintable(r) {
			t.Errorf("%U in %q", r, got)
		}
	}
	if !utf8.ValidString(got) || string(AppendPrintable(nil, []byte(got))) != got {
		t.Errorf("%q is changed by AppendPrintable", got)
	}
	if got := string(AppendPrintable(nil, []byte("a\n\tb\x1bc\xffd"))); got != "a\n\tb\ufffdc\ufffdd" {
		t.Errorf("AppendPrintable: %q", got)
	}
}
