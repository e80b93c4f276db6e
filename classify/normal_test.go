package classify

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

func TestBlankTrace(t *testing.T) {
	for _, tc := range []struct{ in, want string }{
		{"a <TraceText>bc d</TraceText> e", "a <TraceText>    </TraceText> e"},
		{"a <TraceText>bc", "a <TraceText>  "},
		{"<TraceText>b</TraceText><TraceText>cd</TraceText>", "<TraceText> </TraceText><TraceText>  </TraceText>"},
		{"TraceText>b", "TraceText>b"}, {"", ""},
	} {
		got := []byte(tc.in)
		blankTrace(got)
		if string(got) != tc.want {
			t.Errorf("%q becomes %q, want %q", tc.in, got, tc.want)
		}
	}
}

func TestDropSubErrorCodes(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"none", "It failed.", "It failed."},
		{"at the end", "It failed. SubErrorCode: -2146233088", "It failed."},
		{"without a colon", "It failed. SubErrorCode -2146233088", "It failed."},
		{"hexadecimal", "It failed. SubErrorCode = 0x80131500", "It failed."},
		{"in the middle", "It failed.\nSubErrorCode: 12\nWait.", "It failed. Wait."},
		{"alone", "SubErrorCode: 10001", ""},
		{"twice", "SubErrorCode: 1 no SubErrorCode: 2", "no"},
		{"no number", "The SubErrorCode is empty: 12", "The SubErrorCode is empty: 12"},
		{"a word for a number", "SubErrorCode: face", "SubErrorCode: face"},
		{"cut off", "SubErrorCode:", "SubErrorCode:"},
		{"in JSON", `{"SubErrorCode":"-2146233088"}`, `{"SubErrorCode":"-2146233088"}`},
		{"at the start", "SubErrorCode: 1\nIt failed.", "It failed."},
		{"far off", "SubErrorCode : = :1", ""},
		{"twice the name", "SubErrorCode SubErrorCode: 1 5", "SubErrorCode 5"},
		{"one behind the other", "Wait. SubErrorCode: 1 SubErrorCode: 2 SubErrorCode: 3", "Wait."},
		{"part of a name", "PluginSubErrorCode: 12", "PluginSubErrorCode: 12"},
		{"part of a sentence", "SubErrorCode 12, then", "SubErrorCode 12, then"},
	} {
		if got := NormalizeString(tc.text); got != tc.want {
			t.Errorf("%s: NormalizeString(%q) = %q, want %q", tc.name, tc.text, got, tc.want)
		}
	}
}

func TestNormalize(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"empty", "", ""},
		{"only blanks", " \t\r\n ", ""},
		{"only a byte order mark", "\ufeff", ""},
		{"case is kept", "Unable To Sync", "Unable To Sync"},

		{"runs of blanks", "a  b\t\tc\r\n  d", "a b c d"},
		{"blanks at the ends", "  \n a \n ", "a"},
		{"control characters", "a\x00b\x1fc", "a b c"},
		{"delete is no blank", "a\x7fb", "a\x7fb"},
		{"no-break space", "12\u00a0000", "12 000"},
		{"narrow no-break space of French numbers", "12\u202f000", "12 000"},
		{"thin and ideographic space", "a\u2009b\u3000c", "a b c"},
		{"blanks of several kinds are one run", "a \u00a0\t\u2028 b", "a b"},
		{"next line and paragraph separator", "a\u0085b\u2029c", "a b c"},
		{"byte order mark at the start", "\ufeffUnable", "Unable"},
		{"byte order mark between blanks", "a \ufeff b", "a b"},
		{"zero width space joins", "Custo\u200bmers", "Customers"},

		{"JSON escapes, depth 1", `{\"code\":\"0x80072560\"}`, `{"code":"0x80072560"}`},
		{"JSON escapes, depth 2", `{\\\"code\\\":\\\"0x80072560\\\"}`, `{"code":"0x80072560"}`},
		{"JSON escapes, depth 3", `{\\\\\\\"code\\\\\\\"}`, `{"code"}`},
		{"escaped slash", `https:\/\/contoso.example\/fwlink`, `https://contoso.example/fwlink`},
		{"line end, depth 1", `{\"m\":\"Unable\r\nto sync\"}`, `{"m":"Unable to sync"}`},
		{"line end, depth 2", `{\\\"m\\\":\\\"Unable\\r\\nto sync\\\"}`, `{"m":"Unable to sync"}`},
		{"line end, depth 3", `\\\\r\\\\nat Contoso`, `at Contoso`},
		{"tab where the text is escaped", `\"a\tb\"`, `"a b"`},
		{"line end proves that the text is escaped", `a\r\n\tb`, `a b`},
		{"line end of depth 2 proves it alone", `Unable\\nto sync`, `Unable to sync`},
		{"carriage return of depth 2 proves it alone", `Unable\\rto sync`, `Unable to sync`},
		{"folder names stay", `C:\new\table\report.csv`, `C:\new\table\report.csv`},
		{"folder names stay behind a plain quote", `cannot open "C:\new\table"`, `cannot open "C:\new\table"`},
		{"network path loses its second backslash", `\\server\share`, `\server\share`},
		{"a letter that escapes nothing", `\d+ \w`, `\d+ \w`},
		{"backslash at the end", `C:\`, `C:\`},
		{"backslash before a blank", `a\ b`, `a\ b`},
		{"backslash before a letter outside ASCII", `C:\Überträge`, `C:\Überträge`},

		{"apostrophe as \\u0027", `can\u0027t`, `can't`},
		{"\\u of depth 2", `can\\u0027t`, `can't`},
		{"\\u with capital digits", `a\u00A0b\u00DCc`, `a bÜc`},
		{"\\u of a typographic quote", `\u201cx\u2019s\u201d`, `"x's"`},
		{"\\u of a control character", `a\u0007\u0000b`, `a b`},
		{"\\u of a byte order mark", `a\ufeffb`, `ab`},
		{"surrogate pair", `\ud83d\ude00`, "😀"},
		{"surrogate pair, depth 2", `\\ud83d\\ude00`, "😀"},
		{"first half of a pair alone", `\ud83d!`, "\ufffd!"},
		{"second half of a pair alone", `\ude00!`, "\ufffd!"},
		{"first half before another character", `\ud83d\u0041`, "\ufffdA"},
		{"two first halves and a second", `\ud83d\ud83d\ude00`, "\ufffd😀"},
		{"\\u without four digits", `C:\users\u12`, `C:\users\u12`},
		{"\\u with a letter that is no digit", `\u00g0`, `\u00g0`},

		{"XML entities", `&lt;a b=&quot;c&quot;&gt; &amp; &apos;d&#39;`, `<a b="c"> & 'd'`},
		{"entity inside an entity is undone once", `&amp;lt;`, `&lt;`},
		{"entity without its semicolon", `&lt a &amp`, `&lt a &amp`},
		{"ampersand alone", `Contoso & Sons&`, `Contoso & Sons&`},
		{"unknown entity", `&nbsp;&LT;`, `&nbsp;&LT;`},
		{"backslash before an entity", `\&quot;x\&`, `"x&`},
		{"\\u0026 does not start an entity", `\u0026lt;`, `&lt;`},

		{"Markdown brackets and stars", `\[{\\"error\\":1}\] ,\* \(a\)`, `[{"error":1}] ,* (a)`},
		{"Markdown underscore stays", `msdyn\_vendor`, `msdyn\_vendor`},

		{"typographic quotes", "‘a’ “b”", `'a' "b"`},
		{"other letters stay", "für größe naïve 顧客", "für größe naïve 顧客"},
		{"invalid UTF-8", "a\xffb\xc3", "a\ufffdb\ufffd"},
		{"one replacement per invalid byte", "\xe2\x80", "\ufffd\ufffd"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := NormalizeString(tc.text); got != tc.want {
				t.Errorf("Normalize(%q)\n got %q\nwant %q", tc.text, got, tc.want)
			}
			if got := slowNormal(tc.text); got != tc.want {
				t.Errorf("the slow twin of %q\n got %q\nwant %q", tc.text, got, tc.want)
			}
		})
	}
}

func TestNormalizeAppends(t *testing.T) {
	dst := append(make([]byte, 0, 64), "before "...)
	got := Normalize(dst, []byte("  a  b "))
	if string(got) != "before a b" {
		t.Errorf("Normalize appended to %q: %q, want %q", dst, got, "before a b")
	}
	if got := Normalize([]byte("x "), []byte(" ")); string(got) != "x " {
		t.Errorf("Normalize of a blank changed what stood before: %q, want %q", got, "x ")
	}
	text := []byte(`{\"m\":\"Unable\r\nto sync &lt;x&gt; für\"}`)
	if n := testing.AllocsPerRun(20, func() { dst = Normalize(dst[:0], text) }); n != 0 {
		t.Errorf("Normalize into a slice with room allocates %v times, want 0", n)
	}
}

// The normal form is not a fixed point where undoing one layer brings another to light.
func TestNormalizeIsNotIdempotent(t *testing.T) {
	for _, tc := range []struct{ name, text, once, twice string }{
		{"an entity in an entity", `&amp;quot;`, `&quot;`, `"`},
		{"an escaped backslash", `\u005c"`, `\"`, `"`},
		{"an escaped ampersand", `\u0026gt;`, `&gt;`, `>`},
		{"an entity after a kept backslash", `\q&quot;`, `\q"`, `\q"`},
		{"what is escaped only at first sight", `\&quot; \&amp;lt;`, `" &lt;`, `" <`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			once := NormalizeString(tc.text)
			if twice := NormalizeString(once); once != tc.once || twice != tc.twice {
				t.Errorf("%q: once %q, twice %q; want %q, %q", tc.text, once, twice, tc.once, tc.twice)
			}
		})
	}
}

var slowEscape = regexp.MustCompile(`(?s)` +
	`\\+u([dD][89abAB][0-9a-fA-F]{2})\\+u([dD][c-fC-F][0-9a-fA-F]{2})` + // 1, 2: a surrogate pair
	`|\\+u([0-9a-fA-F]{4})` + // 3: a character
	`|\\+([nrt])` + // 4: a blank, or a folder name
	`|\\*&(quot|apos|lt|gt|amp|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});` + // 5: an entity
	`|\\+([!-/:-@\[\]^` + "`" + `{-~])` + // 6: a punctuation mark
	`|\\+`) // backslashes that escape nothing

// slowNormal says the same as Normalize in passes over the whole text: undo the escapes,
// replace single characters, squeeze the blanks.
func slowNormal(text string) string {
	escaped := regexp.MustCompile(`\\"|\\r\\n|\\\\[rn]|":"|": "|\{"`).MatchString(text)
	text = string([]rune(text)) // invalid bytes become U+FFFD, one by one
	named := map[string]string{"quot": `"`, "apos": "'", "lt": "<", "gt": ">", "amp": "&"}
	var out strings.Builder
	at := 0
	for _, m := range slowEscape.FindAllStringSubmatchIndex(text, -1) {
		out.WriteString(text[at:m[0]])
		at = m[1]
		group := func(i int) string {
			if m[2*i] < 0 {
				return ""
			}
			return text[m[2*i]:m[2*i+1]]
		}
		code := func(i int) rune {
			v, err := strconv.ParseUint(group(i), 16, 16)
			if err != nil {
				panic(err)
			}
			return rune(v)
		}
		switch {
		case group(1) != "":
			out.WriteRune(utf16.DecodeRune(code(1), code(2)))
		case group(3) != "":
			out.WriteRune(code(3))
		case group(4) != "" && escaped:
			out.WriteByte(' ')
		case group(4) != "":
			out.WriteString(`\` + group(4))
		case group(5) != "":
			out.WriteString(slowReference(named, group(5)))
		case group(6) != "":
			out.WriteString(group(6))
		default:
			out.WriteByte('\\')
		}
	}
	out.WriteString(text[at:])
	plain := strings.Map(func(r rune) rune {
		switch {
		case r <= ' ', unicode.IsSpace(r):
			return ' '
		case r == '‘', r == '’':
			return '\''
		case r == '“', r == '”':
			return '"'
		case r == '\ufeff', r == '\u200b':
			return -1
		case r == '\u212a':
			return 'K'
		case r == '\u017f':
			return 's'
		}
		return r
	}, out.String())
	return withoutSubErrorCodes(strings.Fields(plain))
}

// withoutSubErrorCodes puts words together again but for a sub error code and its number.
func withoutSubErrorCodes(words []string) string {
	var kept []string
	for len(words) > 0 {
		value, ok := strings.CutPrefix(words[0], "SubErrorCode")
		next := words[1:]
		for ok && strings.Trim(value, ":=") == "" && len(next) > 0 {
			value, next = next[0], next[1:]
		}
		if value = strings.TrimLeft(value, ":="); !ok || !strings.ContainsAny(value, "0123456789") || strings.Trim(value, "-xX0123456789abcdefABCDEF") != "" {
			kept, next = append(kept, words[0]), words[1:]
		}
		words = next
	}
	return strings.Join(kept, " ")
}

func slowReference(named map[string]string, name string) string {
	number, base := strings.TrimPrefix(name, "#"), 10
	if number == name {
		return named[name]
	}
	if number[0]|0x20 == 'x' {
		number, base = number[1:], 16
	}
	v, err := strconv.ParseUint(number, base, 32)
	if err != nil {
		panic(err)
	}
	return string(rune(v))
}

func FuzzNormalize(f *testing.F) {
	for _, s := range []string{
		"", " a  b ", `{\"a\":\"b\r\nc\"}`, `{\\\"a\\\":\\\"b\\r\\nc\\\"}`, `C:\new\table`, `\u0027\ud83d\ude00\ud83d`,
		`\&quot;&amp;lt;&#39;`, "\ufeff‘x’\u00a0\u2009\u3000y", "\xff\xc3\\\xe2", `\\\`, `\[\*\_`, "a\\\u212a\x7f\x00", `\U0041\u 041`,
		"&#x27;&#xD;&#10;&#xD800;&#x110000;&#0;&#;&#x;&#9999999;&#39", `{"a":"b\nc"}`, `"a": "C:\new"`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got := string(Normalize(nil, text))
		if want := slowNormal(string(text)); got != want {
			t.Fatalf("Normalize(%q)\n got %q\ntwin %q", text, got, want)
		}
		if !utf8.ValidString(got) {
			t.Errorf("Normalize(%q) is not valid UTF-8: %q", text, got)
		}
		if strings.Contains(got, "  ") || strings.TrimSpace(got) != got {
			t.Errorf("Normalize(%q) has blanks too many: %q", text, got)
		}
		if len(got) > 3*len(text) { // an invalid byte becomes three
			t.Errorf("Normalize(%q) has %d bytes, more than three times %d", text, len(got), len(text))
		}
		// A backslash or an ampersand may be the start of an escape that was undone by one
		// layer only (TestNormalizeIsNotIdempotent). Without them nothing is left to undo.
		if again := NormalizeString(got); again != got && !strings.ContainsAny(got, `\&`) {
			t.Errorf("Normalize(%q) is %q, and of that %q", text, got, again)
		}
	})
}
