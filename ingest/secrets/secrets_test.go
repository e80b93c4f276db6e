package secrets

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"dwtriage/ingest/window"
)

const secret = "hunter2hunter2hunter2"

func TestWithhold(t *testing.T) {
	for _, c := range []struct {
		name, text string
		kinds      Kinds
	}{
		{"signed address", "See https://contoso.example/x?sv=2024&sr=b&sig=" + secret + "%3D&se=1 for more", SignedAddress},
		{"bearer", "Authorization: Bearer " + secret + " was refused", BearerToken | Credential},
		{"connection", "Server=x;User Id=y;Password=" + secret + ";AccountKey=" + secret + "==", Credential},
		{"json in a text", `got {\"access_token\":\"` + secret + `\"}`, Credential},
		{"debug trace", `{"debugLogTrace":["POST /x {\"pw\":\"` + secret + `\"}"]}`, DebugTrace},
		{"nothing", "Write failed for entity Customers V3: the password policy was not met.", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, kinds := Withhold(new(window.Arena), []byte(c.text))
			if bytes.Contains(got, []byte(secret)) {
				t.Errorf("a secret got out: %q", got)
			}
			if kinds&c.kinds == 0 && c.kinds != 0 || c.kinds == 0 && kinds != 0 {
				t.Errorf("kinds %q, want %q", kinds, c.kinds)
			}
			if c.kinds == 0 && string(got) != c.text {
				t.Errorf("Withhold changed %q to %q", c.text, got)
			}
			if c.kinds != 0 && !strings.Contains(string(got), strings.Trim(Mark, "[]")) {
				t.Errorf("%q does not say that something was withheld", got)
			}
		})
	}
}

// FuzzWithhold asserts that what was withheld once has nothing left to withhold, and that an excerpt
// of it fits a message.
func FuzzWithhold(f *testing.F) {
	for _, s := range []string{
		"sig=" + secret, `debugLogTrace": ["x"]`, "Bearer " + secret, `Password=a;pwd="b"`, "client_secret=a&b", "eyJhbGciOi.eyJ.sig",
		"<password>x</password>", "https://user:pw@host/x",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var a window.Arena
		once, kinds := Withhold(&a, bytes.Clone(b))
		if kinds == 0 && !bytes.Equal(once, b) {
			t.Errorf("%q became %q, but no kind was named", b, once)
		}
		once = bytes.Clone(once)
		if !suspect(b) && len(find(b)) > 0 {
			t.Errorf("%q is not suspect, but %v is found", b, find(b))
		}
		twice, _ := Withhold(new(window.Arena), bytes.Clone(once))
		if !bytes.Equal(once, twice) && len(twice) > len(once) {
			t.Errorf("%q was withheld as %q, and once more as %q", b, once, twice)
		}
		if s := Excerpt(b); len(s) > 3*200 || !utf8.ValidString(s) {
			t.Errorf("excerpt %q of %d bytes", s, len(s))
		}
	})
}
