package ascii

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// text draws bytes of which many are the ones that are looked for, so that positions near the ends
// of the eight or 32 bytes looked at together are met.
func text(r *rand.Rand) []byte {
	letters := []rune("aAsSgG=i,;\"\x00 \u00a0zü9f")
	var b []byte
	for range r.IntN(81) {
		b = append(b, string(letters[r.IntN(len(letters))])...)
	}
	return b
}

func TestFastIsSlow(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		b := text(r)
		x, y := ",;\"a\x00"[r.IntN(5)], ",;\"a\xc2"[r.IntN(5)]
		if got, want := IndexEither(b, x, y), either(b, x, y); got != want {
			t.Errorf("IndexEither(%q, %q, %q) = %d, want %d", b, x, y, got, want)
		}
		for k := range len("sig=") {
			if got, want := IndexRare(b, "sig=", k), bytes.Index(b, []byte("sig=")); got != want {
				t.Errorf("IndexRare(%q, sig=, %d) = %d, want %d", b, k, got, want)
			}
		}
		for _, s := range []string{"a", "sig", "g=", ""} {
			want := strings.Index(lowered(b), s)
			if want < 0 {
				want = len(b)
			}
			if got := IndexFold(b, s); got != want {
				t.Errorf("IndexFold(%q, %q) = %d, want %d", b, s, got, want)
			}
			if got, want := Is(b, s), lowered(b) == s; got != want {
				t.Errorf("Is(%q, %q) = %v, want %v", b, s, got, want)
			}
		}
		only := !bytes.ContainsFunc(b, func(r rune) bool { return r > 0x7f })
		if got := Only(b); got != only {
			t.Errorf("Only(%q) = %v, want %v", b, got, only)
		}
		const cut = "aS,\x00"
		if got, want := SetOf(cut).TrimLeft(b), bytes.TrimLeft(b, cut); !bytes.Equal(got, want) {
			t.Errorf("TrimLeft(%q) = %q, want %q", b, got, want)
		}
		if got, want := SetOf(cut).TrimRight(b), bytes.TrimRight(b, cut); !bytes.Equal(got, want) {
			t.Errorf("TrimRight(%q) = %q, want %q", b, got, want)
		}
		words := []string{"as", "S", "\u00a0", "a", ",;\""}
		want := slices.IndexFunc(words, func(w string) bool { return bytes.HasPrefix(b, []byte(w)) })
		if starts := StartsOf(words...); starts.Of(b) != want || starts.Any(b) != (want >= 0) {
			t.Errorf("Starts.Of(%q) = %d, want %d", b, starts.Of(b), want)
		}
		if got, want := Blanks(b), len(b)-len(bytes.TrimLeft(b, " \t\r\n\u00a0")); got != want {
			t.Errorf("Blanks(%q) = %d, want %d", b, got, want)
		}
		if t.Failed() {
			return // one input is enough
		}
	}
}

func either(b []byte, x, y byte) int {
	for i, c := range b {
		if c == x || c == y {
			return i
		}
	}
	return -1
}

func lowered(b []byte) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r - 'A' + 'a'
		}
		return r
	}, string(b))
}

func TestClasses(t *testing.T) {
	for c := range 256 {
		b := byte(c)
		for _, class := range []struct {
			name    string
			is      func(byte) bool
			members string
		}{
			{"Digit", Digit, "0123456789"},
			{"HexDigit", HexDigit, "0123456789abcdefABCDEF"},
			{"Letter", Letter, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"},
		} {
			if got, want := class.is(b), strings.IndexByte(class.members, b) >= 0; got != want {
				t.Errorf("%s(%q) = %v, want %v", class.name, b, got, want)
			}
		}
	}
	if !Digits([]byte("0429")) || Digits([]byte("04 29")) {
		t.Error("Digits: want true for 0429 and false for 04 29")
	}
	if i := StartsOf("Warning", "Err", "Error").Of([]byte("Error: x")); i != 1 {
		t.Errorf("Starts.Of = %d, want the first that fits, 1", i)
	}
}

func TestHex4(t *testing.T) {
	for _, c := range []struct {
		text string
		u    rune
		ok   bool
	}{{"0041", 'A', true}, {"fffF", 0xffff, true}, {"d83Dxyz", 0xd83d, true}, {"004", 0, false}, {"004g", 0, false}, {"+041", 0, false}, {"", 0, false}} {
		if u, ok := Hex4([]byte(c.text)); u != c.u || ok != c.ok {
			t.Errorf("Hex4(%q) = %x, %v; want %x, %v", c.text, u, ok, c.u, c.ok)
		}
	}
}
