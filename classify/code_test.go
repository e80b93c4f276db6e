package classify

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAppendCodes(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		want       []string // code@start
	}{
		{"nothing", "", nil},
		{"hexadecimal", "error code: 0x80040265.", []string{"0x80040265@12"}},
		{"alone", "0x80040265", []string{"0x80040265@0"}},
		{"any case", "0X8004418d 0x8004418D 0x8004418d", []string{"0x8004418D@0", "0x8004418D@11", "0x8004418D@22"}},
		{"signed decimal", "<ErrorCode>-2147220891</ErrorCode>", []string{"0x80040265@11"}},
		{"decimal alone", "-2147220891", []string{"0x80040265@0"}},
		{"decimal of another facility", "CRM ErrorCode: -2147204784", []string{"0x80044150@15"}},
		{"smallest and largest", "0x80000000 0xFFFFFFFF -2147483648 -2100000000", []string{"0x80000000@0", "0xFFFFFFFF@11", "0x80000000@22", "0x82D48B00@34"}},
		{"order is that of the text", "-2147220891 0X80072560 -2147015328 0x80040265", []string{"0x80040265@0", "0x80072560@12", "0x80072560@23", "0x80040265@35"}},
		{"quotes and brackets around", `"0x80040265"(0x80040265)[-2147220891]`, []string{"0x80040265@1", "0x80040265@13", "0x80040265@25"}},

		{"no error: the first digit is below 8", "0x7FFFFFFF 0x00000001", nil},
		{"too short", "0x8004026", nil},
		{"longer hexadecimal text", "0x800402651 0x80040265ABCDEF01", nil},
		{"inside a word", "id0x80040265 _0x80040265 0x80040265h", nil},
		{"no hexadecimal digit", "0x8004026G", nil},
		{"0x twice", "0x0x80040265", nil},
		{"cut off at the end", "0x", nil},
		{"unsigned", "2147220891", nil},
		{"more than 32 bits", "-2147483649 -2199999999", nil},
		{"more digits", "-21472208911", nil},
		{"fewer digits", "-214722089", nil},
		{"a number behind another", "5-2147220891", nil},
		{"a day or a temperature", "2026-11-21 -21.5 -21", nil},
		{"cut off decimal", "-21472", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var got []string
			for _, h := range appendCodes(nil, []byte(tc.text)) {
				got = append(got, fmt.Sprintf("%s@%d", codeText(h.value), h.start))
				part := tc.text[h.start:h.end]
				if !strings.HasPrefix(strings.ToLower(part), "0x") && !strings.HasPrefix(part, "-21") || len(part) < 10 || len(part) > 11 {
					t.Errorf("appendCodes(%q): the code stands at %q", tc.text, part)
				}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("appendCodes(%q) (-want +got)\n%s", tc.text, diff)
			}
		})
	}
}

func TestAppendCodesKeepsWhatIsThere(t *testing.T) {
	before := codeHit{0x80000001, 900, 910}
	got := appendCodes([]codeHit{before}, []byte("-2147220891 0x80072560"))
	if len(got) != 3 || got[0] != before || got[1].start != 0 || got[2].start != 12 {
		t.Errorf("appendCodes behind %v: %v", before, got)
	}
}

func TestCodeTable(t *testing.T) {
	m := builtinMatcher(t)
	for _, tc := range []struct{ code, name string }{
		{"0x80040265", "IsvAborted"}, {"0x80040220", "PrivilegeDenied"}, {"0x80072560", "UserNotMemberOfOrg"},
		{"0X80072560", "UserNotMemberOfOrg"}, {"0x8004418d", "SandboxWorkerNotAvailable"}, {"0x80048d0B", "IsvAbortedBadRequest"},
	} {
		c := m.Code(tc.code)
		if c == nil || c.Name != tc.name {
			t.Errorf("Code(%q) is %v, want %s", tc.code, c, tc.name)
			continue
		}
		if got, want := c.String(), "0x"+strings.ToUpper(tc.code[2:]); got != want {
			t.Errorf("Code(%q).String() is %s, want %s", tc.code, got, want)
		}
	}
	for _, code := range []string{"", "0x", "0x7FFFFFFF", "PrivilegeDenied", "0x80040265h", "0x180040265", "-2147220891"} {
		if c := m.Code(code); c != nil {
			t.Errorf("Code(%q) is %v, want none", code, c)
		}
	}
}
