package window

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/zeebo/xxh3"
	"golang.org/x/text/encoding/charmap"
)

// A whole is a file read at once: the slow, obvious twin of a window.
type whole struct {
	text     []byte
	offset   []int64 // of each byte of text, and of the end. A character is left with its first byte
	encoding string
	mark     int64
	replaced int64
}

func readWhole(b []byte) *whole {
	x := &whole{}
	order := marked(b)
	switch {
	case order != "":
		x.mark = 2
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
		x.encoding, x.mark = UTF8, 3
	default:
		order = unmarked(b[:min(len(b), 1024)])
	}
	var first int
	if order == "" {
		x.text = slices.Clone(b[x.mark:])
		for i := range x.text {
			x.offset = append(x.offset, x.mark+int64(i))
		}
		first = max(min(len(b), Block)-int(x.mark), 0)
	} else {
		x.encoding = order
		first = x.decode(b, order == UTF16BE)
	}
	x.offset = append(x.offset, int64(len(b)))
	x.lineEnds(first)
	return x
}

func marked(b []byte) string {
	switch {
	case bytes.HasPrefix(b, []byte("\xff\xfe")):
		return UTF16LE
	case bytes.HasPrefix(b, []byte("\xfe\xff")):
		return UTF16BE
	}
	return ""
}

// unmarked is UTF-16 when more than four in ten bytes are zeros, all of them on one side.
func unmarked(b []byte) string {
	var zero [2]int
	for i := range b {
		if b[i] == 0 {
			zero[i%2]++
		}
	}
	share := 0.4 * float64(len(b))
	switch {
	case zero[0] == 0 && float64(zero[1]) > share:
		return UTF16LE
	case zero[1] == 0 && float64(zero[0]) > share:
		return UTF16BE
	}
	return ""
}

// decode reads UTF-16 unit by unit and returns how much text the first block holds.
func (x *whole) decode(b []byte, big bool) (first int) {
	first = -1
	for i := int(x.mark); i < len(b); {
		unit := func(i int) rune {
			if i+1 >= len(b) {
				return utf8.RuneError
			}
			if big {
				return rune(b[i])<<8 | rune(b[i+1])
			}
			return rune(b[i+1])<<8 | rune(b[i])
		}
		r, n := unit(i), min(2, len(b)-i)
		if utf16.IsSurrogate(r) {
			if r = utf16.DecodeRune(r, unit(i+2)); r != utf8.RuneError {
				n = 4
			}
		}
		if r == 0 {
			r = utf8.RuneError
		}
		if r == utf8.RuneError {
			x.replaced++
		}
		if last := min(len(b), Block); first < 0 && (i+n > last || last < len(b) && n == 2 && i+n == last && utf16.IsSurrogate(unit(i)) && unit(i) < 0xdc00) {
			first = len(x.text)
		}
		for k := range utf8.RuneLen(r) {
			at := i
			if k > 0 {
				at = i + n
			}
			x.offset = append(x.offset, int64(at))
		}
		x.text = utf8.AppendRune(x.text, r)
		i += n
	}
	if first < 0 {
		first = len(x.text)
	}
	return first
}

// lineEnds makes CR to LF where the first block has no other line end outside of quotes.
func (x *whole) lineEnds(first int) {
	var outside []byte
	for i, piece := range bytes.Split(x.text[:first], []byte(`"`)) {
		if i%2 == 0 {
			outside = append(outside, piece...)
		}
	}
	if bytes.Contains(outside, []byte("\r")) && !bytes.Contains(outside, []byte("\n")) {
		x.text = bytes.ReplaceAll(x.text, []byte("\r"), []byte("\n"))
	}
}

// start opens b as the reader of a log does.
func start(b io.Reader, opt Options) *Window {
	w := new(Window)
	w.Reset(context.Background(), b, opt)
	w.More()
	w.DecideUnicode()
	w.DecideLineEnd()
	return w
}

// compare reads b through a window, in steps as ops says, and holds it against the twin after each.
func compare(t *testing.T, b []byte, src io.Reader, ops []byte) {
	t.Helper()
	want := readWhole(b)
	w := start(src, Options{})
	var got []byte
	skipped := want.mark
	check := func(after string) {
		t.Helper()
		if w.Offset() != want.offset[len(got)] || w.Skipped() != skipped {
			t.Fatalf("%s: offset %d, skipped %d behind %d bytes of text, want %d and %d",
				after, w.Offset(), w.Skipped(), len(got), want.offset[len(got)], skipped)
		}
		if !bytes.HasPrefix(want.text[len(got):], w.Rest()) {
			t.Fatalf("%s: rest differs behind %d bytes of text", after, len(got))
		}
	}
	check("start")
	for i := 0; !w.EOF() || len(w.Rest()) > 0; i++ {
		op := byte(i * 7)
		if len(ops) > 0 {
			op = ops[i%len(ops)] + byte(i/len(ops))
		}
		n := min(len(w.Rest()), 1<<(op>>3%20)+int(op>>5))
		switch piece := slices.Clone(w.Rest()[:n]); op % 3 {
		case 0:
			before := w.Offset()
			raw := w.RawLen(w.Rest()[:n])
			w.Take(n)
			got = append(got, piece...)
			if w.Offset() != before+raw {
				t.Fatalf("RawLen %d, taken %d", raw, w.Offset()-before)
			}
			check("Take")
		case 1:
			w.Skip(n)
			skipped += want.offset[len(got)+n] - want.offset[len(got)]
			got = append(got, piece...)
			check("Skip")
		case 2:
			had, size := len(w.Rest()), w.Size()
			more := w.More()
			if more != (len(w.Rest()) > had) || !more && (w.Err() != io.EOF || w.Cut()) || w.Size() < size {
				t.Fatalf("More is %v: rest of %d became %d, %v", more, had, len(w.Rest()), w.Err())
			}
			check("More")
		}
	}
	if !bytes.Equal(got, want.text) || w.Offset() != int64(len(b)) || w.Size() != int64(len(b)) {
		t.Errorf("%d bytes of text end at %d of %d, want %d bytes, %d", len(got), w.Offset(), w.Size(), len(want.text), len(b))
	}
	if w.Wide() && w.Replaced() != want.replaced {
		t.Errorf("%d replaced, want %d", w.Replaced(), want.replaced)
	}
	if w.encoding != want.encoding {
		t.Errorf("encoding %q, want %q", w.encoding, want.encoding)
	}
	if hash := fmt.Sprintf("%x", xxh3.Hash128(b).Bytes()); w.Digest() != hash {
		t.Errorf("digest %s, want %s", w.Digest(), hash)
	}
}

// encode is text in UTF-16.
func encode(text string, big, mark bool) []byte {
	var b []byte
	if mark {
		text = "\uFEFF" + text
	}
	for _, u := range utf16.Encode([]rune(text)) {
		if big {
			b = append(b, byte(u>>8), byte(u))
		} else {
			b = append(b, byte(u), byte(u>>8))
		}
	}
	return b
}

// padded is head and tail with letters between them, such that tail starts near bytes before the
// end of the first block. Only at an edge of blocks is anything torn.
func padded(head, tail []byte, near int) []byte {
	b := slices.Clone(head)
	letter := []byte("a")
	switch marked(head) {
	case UTF16LE:
		letter = []byte("a\x00")
	case UTF16BE:
		letter = []byte("\x00a")
	}
	b = append(b, bytes.Repeat(letter, max(0, Block-near-len(head))/len(letter))...)
	return append(b, tail...)
}

func TestWindowAgainstWhole(t *testing.T) {
	texts := []string{
		"", "a", "a,b\nc,d\n", "a\rb\r\"x\n\"\rc", "a\r\nb\r\n", "K\u00f6ln \u20ac \U0001F600 \U0001F600\u0000x\uFFFD\r",
		strings.Repeat("\U0001F600\u00e9\rplain ", 20_000),
	}
	r := rand.New(rand.NewPCG(1, 2))
	for i, text := range texts {
		files := map[string][]byte{"utf-8": []byte(text), "marked utf-8": []byte("\uFEFF" + text)}
		for _, big := range []bool{false, true} {
			for _, mark := range []bool{false, true} {
				b := encode(text, big, mark)
				name := fmt.Sprintf("utf-16 big %v mark %v", big, mark)
				files[name], files[name+" odd"] = b, append(slices.Clone(b), 'x')
			}
		}
		for name, b := range files {
			t.Run(fmt.Sprintf("%d %s", i, name), func(t *testing.T) {
				ops := make([]byte, 40)
				for i := range ops {
					ops[i] = byte(r.Uint32())
				}
				compare(t, b, bytes.NewReader(b), ops)
				compare(t, b, iotest.HalfReader(iotest.DataErrReader(bytes.NewReader(b))), nil)
				if len(b) < 1000 {
					compare(t, b, iotest.OneByteReader(bytes.NewReader(b)), ops[:5])
				}
			})
		}
	}
}

// TestTornAtBlock puts what can be torn at every place around the end of the first block.
func TestTornAtBlock(t *testing.T) {
	tails := []string{"\x3d\xd8\x00\xdexy", "\xd8\x3d\xde\x00", "\x3d\xd8", "\x00\xdc\x3d\xd8a\x00z", "\xd8\x3d", "\xf0\x9f\x98\x80\xf0\x9f", "\r\n\r"}
	for _, head := range []string{"\xff\xfe", "\xfe\xff", "\xef\xbb\xbf", ""} {
		for _, tail := range tails {
			for near := range 4 {
				b := padded([]byte(head), []byte(tail), near)
				compare(t, b, bytes.NewReader(b), []byte{2, 160, 7, 161})
			}
		}
	}
}

func FuzzWindow(f *testing.F) {
	f.Add([]byte("\xff\xfea\x00"), []byte("\x3d\xd8\x00\xde"), byte(2), []byte{0, 1, 2})
	f.Add([]byte("\xfe\xff"), []byte("\xd8\x3d\xde\x00\x00\r\x00"), byte(1), []byte{200, 2})
	f.Add([]byte("a\rb"), []byte("\"\r\"\n"), byte(3), []byte{9})
	f.Add([]byte("\xef\xbb\xbf\xff\x00"), []byte{}, byte(0), []byte{})
	f.Fuzz(func(t *testing.T, head, tail []byte, near byte, ops []byte) {
		// Short as it is, and long enough for a second block.
		short := append(slices.Clone(head), tail...)
		compare(t, short, iotest.OneByteReader(bytes.NewReader(short)), ops)
		if len(head) < Block {
			long := padded(head, tail, int(near))
			compare(t, long, bytes.NewReader(long), append([]byte{2, 160, 161}, ops...))
		}
		texts(t, head, tail)
	})
}

// texts holds Text against conversions of the library, for two texts of one file.
func texts(t *testing.T, pieces ...[]byte) {
	t.Helper()
	w := start(strings.NewReader(""), Options{})
	encoding, replaced := "", int64(0)
	for _, b := range pieces {
		valid, broken := 0, 0
		for _, s := range strings.SplitAfter(string(b), "") {
			switch {
			case s != "" && !utf8.ValidString(s):
				broken++
			case len(s) > 1:
				valid++
			}
		}
		if encoding == "" && valid+broken > 0 {
			if encoding = UTF8; broken > valid {
				encoding = Windows1252
			}
		}
		want := string([]rune(string(b)))
		invalid := int64(broken)
		if encoding == Windows1252 {
			want, _ = charmap.Windows1252.NewDecoder().String(string(b))
			invalid = int64(strings.Count(want, "\uFFFD"))
		}
		invalid += int64(strings.Count(want, "\x00"))
		want = strings.ReplaceAll(want, "\x00", "\uFFFD")
		replaced += invalid
		var a Arena
		if got := string(w.Text(&a, b)); got != want || w.encoding != encoding || w.Replaced() != replaced {
			t.Fatalf("%q as %q is %q, %d replaced; want %q, %q, %d", b, w.encoding, got, w.Replaced(), encoding, want, replaced)
		}
	}
}

func TestText(t *testing.T) {
	for _, pieces := range [][]string{
		{"ascii", "K\u00f6ln", "K\xf6ln"}, {"ascii", "K\xf6ln", "K\u00f6ln"}, {"nul\x00", "\x80\x81\x00"},
		{"\u00f6\xf6", "x"}, {"\u00f6\xf6\xf6", "x"}, {"\ufffd", "\xf0\x9f"}, {""},
	} {
		var b [][]byte
		for _, p := range pieces {
			b = append(b, []byte(p))
		}
		texts(t, b...)
	}
}

func TestAssume(t *testing.T) {
	w := start(strings.NewReader("K\xf6ln"), Options{})
	if w.Assume(UTF8); w.Encoding() != UTF8 {
		t.Error(w.Encoding())
	}
	var a Arena
	if got := string(w.Text(&a, w.Rest())); got != "K\uFFFDln" {
		t.Errorf("%q", got)
	}
	w = start(strings.NewReader("\xff\xfea\x00"), Options{})
	if w.Assume(UTF8); w.Encoding() != UTF16LE {
		t.Error(w.Encoding())
	}
}

func TestReplacedUncounted(t *testing.T) {
	w := start(strings.NewReader("\u00f6\xff"), Options{})
	var a Arena
	w.Text(&a, w.Rest())
	forget := w.Uncounted()
	w.Text(&a, w.Rest())
	if w.Replaced() != 2 {
		t.Error(w.Replaced())
	}
	if forget(); w.Replaced() != 1 {
		t.Error(w.Replaced())
	}
}

func TestSample(t *testing.T) {
	file := strings.Repeat("row\n", Block) // four blocks
	for _, sample := range []int64{1, Block, Block + 1, 3 * Block, 9 * Block} {
		w := start(strings.NewReader(file), Options{Sample: sample})
		for w.More() {
			w.Take(len(w.Rest()))
		}
		want, cause := (sample+Block-1)/Block*Block, ErrSampled
		if want > 4*Block {
			want, cause = 4*Block, io.EOF
		}
		if w.Size() != want || w.Err() != cause || w.Cut() != (cause == ErrSampled) {
			t.Errorf("sample %d: %d bytes, %v; want %d, %v", sample, w.Size(), w.Err(), want, cause)
		}
	}
}

// TestMost holds that a row without an end costs its limit, not its length.
func TestMost(t *testing.T) {
	const most = 3*Block + 5
	w := start(strings.NewReader(strings.Repeat("x", 40*Block)), Options{Most: most})
	for len(w.Rest()) <= most && w.More() {
	}
	if n := len(w.Rest()); n <= most || n > most+Block || w.Held() > most+2*Block {
		t.Errorf("%d bytes in the window, %d held", n, w.Held())
	}
	sum := len(w.Rest())
	w.Take(sum)
	w.Pass(func(piece []byte) (int, bool) {
		sum += len(piece)
		return len(piece), false
	})
	if sum != 40*Block || w.Offset() != 40*Block || w.Held() > most+2*Block {
		t.Errorf("%d bytes passed, offset %d, %d held", sum, w.Offset(), w.Held())
	}
}

func TestPass(t *testing.T) {
	file := strings.Repeat("x", Block) + "yz\nnext"
	w := start(strings.NewReader(file), Options{})
	w.Pass(func(piece []byte) (int, bool) {
		if k := bytes.IndexByte(piece, '\n'); k >= 0 {
			return k + 1, true
		}
		return len(piece), false
	})
	if string(w.Rest()) != "next" || w.Offset() != Block+3 || w.Skipped() != 0 {
		t.Errorf("rest %q at %d, skipped %d", w.Rest(), w.Offset(), w.Skipped())
	}
	w.Disown(2)
	if w.Skipped() != 2 {
		t.Error(w.Skipped())
	}
}

func TestCut(t *testing.T) {
	broken := errors.New("broken")
	w := start(io.MultiReader(strings.NewReader("\xff\xfea\x00\x3d\xd8"), iotest.ErrReader(broken)), Options{})
	if string(w.Rest()) != "a\uFFFD" || w.Err() != broken || !w.Cut() || w.More() {
		t.Errorf("%q, %v", w.Rest(), w.Err())
	}
	ctx, cancel := context.WithCancel(context.Background())
	w.Reset(ctx, strings.NewReader(strings.Repeat("x", 3*Block)), Options{})
	if !w.More() || w.Replaced() != 0 || w.Wide() || w.Canceled() != nil {
		t.Error("state of the file before is left")
	}
	if cancel(); w.More() || w.Err() != context.Canceled || w.Canceled() == nil || len(w.Rest()) != Block {
		t.Errorf("%d bytes, %v", len(w.Rest()), w.Err())
	}
}

// TestReset holds that the memory of one giant row is given up.
func TestReset(t *testing.T) {
	w := start(strings.NewReader(strings.Repeat("x", 9<<20)), Options{})
	for w.More() {
	}
	w.Reset(context.Background(), strings.NewReader(""), Options{})
	var a Arena
	a.Add(make([]byte, 9<<20))
	if a.Reset(); w.Held() > 4<<20 || a.Held() > 4<<20 {
		t.Errorf("%d and %d bytes held", w.Held(), a.Held())
	}
}

func TestArena(t *testing.T) {
	var a Arena
	mark := a.Mark()
	a.AddString("one")
	one := a.From(mark)
	two := a.Join([]byte("x"), ", ", []byte("y"))
	mark = a.Mark()
	a.AddRune('\u00f6')
	a.AddByte('!')
	a.AddBy(func(dst, b []byte) []byte { return append(dst, bytes.ToUpper(b)...) }, []byte("z"))
	if string(one) != "one" || string(two) != "x, y" || string(a.From(mark)) != "\u00f6!Z" {
		t.Errorf("%q %q %q", one, two, a.From(mark))
	}
	if _ = append(one, "XXX"...); string(two) != "x, y" {
		t.Errorf("a text runs into the next: %q", two)
	}
}

func TestShorten(t *testing.T) {
	const text = "a\u00f6\u20ac\U0001F600"
	for n := range len(text) + 2 {
		got := string(Shorten([]byte(text), n))
		if !utf8.ValidString(got) || !strings.HasPrefix(text, got) || len(got) > n || len(got) < min(n, len(text))-3 {
			t.Errorf("%d: %q", n, got)
		}
	}
}
