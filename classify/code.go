package classify

import (
	"bytes"
	"fmt"
	"io/fs"
	"slices"
	"strconv"

	"dwtriage/classify/pattern"
)

// A Code is an entry of the Dataverse error code table.
type Code struct {
	Value   uint32
	Name    string // symbolic: PrivilegeDenied
	Message string // English text of the table, may be empty
}

func loadCodes(fsys fs.FS) (map[uint32]*Code, error) {
	rows, err := readTable(fsys, "error-codes.csv", "hex", "name", "message")
	if err != nil {
		return nil, err
	}
	codes := make(map[uint32]*Code, len(rows))
	for _, r := range rows {
		v, err := parseCode(r[0])
		if err != nil {
			return nil, fmt.Errorf("error-codes.csv: %w", err)
		}
		codes[v] = &Code{v, r[1], r[2]}
	}
	return codes, nil
}

func parseCode(s string) (uint32, error) {
	v, err := strconv.ParseUint(s, 0, 32)
	return uint32(v), err
}

// String gives the notation of column error_code: 0x and 8 upper-case hex digits.
func (c *Code) String() string { return codeText(c.Value) }

func codeText(v uint32) string {
	const digits = "0123456789ABCDEF"
	b := []byte("0x00000000")
	for i := len(b) - 1; i > 1; i-- {
		b[i] = digits[v&15]
		v >>= 4
	}
	return string(b)
}

// A codeHit is a code in a text.
type codeHit struct {
	value      uint32
	start, end int32
}

// appendCodes finds every error code in text, in order: 0x and eight hex digits of which the
// first is 8 or more, or the same as a signed decimal (-2147220891).
func appendCodes(dst []codeHit, text []byte) []codeHit {
	from := len(dst)
	for _, mark := range [...]string{"0x", "0X"} {
		for i := 0; ; {
			j := bytes.Index(text[i:], []byte(mark))
			if j < 0 {
				break
			}
			i += j + 2
			if v, ok := hexCode(text, i); ok {
				dst = append(dst, codeHit{v, int32(i - 2), int32(i + 8)})
			}
		}
	}
	for i := 0; ; {
		j := bytes.Index(text[i:], []byte("-21"))
		if j < 0 {
			break
		}
		i += j + 1
		if v, ok := decimalCode(text, i); ok {
			dst = append(dst, codeHit{v, int32(i - 1), int32(i + 10)})
		}
	}
	if found := dst[from:]; len(found) > 1 {
		slices.SortFunc(found, func(a, b codeHit) int { return int(a.start - b.start) })
	}
	return dst
}

func hexCode(text []byte, i int) (v uint32, ok bool) {
	if i+8 > len(text) || i > 2 && pattern.Word(text[i-3]) || i+8 < len(text) && pattern.Word(text[i+8]) {
		return 0, false
	}
	for _, c := range text[i : i+8] {
		d := hexDigit[c]
		if d < 0 {
			return 0, false
		}
		v = v<<4 | uint32(d)
	}
	return v, v >= 1<<31
}

func decimalCode(text []byte, i int) (uint32, bool) {
	if i+10 > len(text) || i > 1 && pattern.Word(text[i-2]) || i+10 < len(text) && pattern.Word(text[i+10]) {
		return 0, false
	}
	var v int64
	for _, c := range text[i : i+10] {
		if c < '0' || c > '9' {
			return 0, false
		}
		v = v*10 + int64(c-'0')
	}
	if v > 1<<31 {
		return 0, false
	}
	return uint32(-v), true
}
