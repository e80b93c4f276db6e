package classify

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io/fs"
	"math"
	"math/bits"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"dwtriage/classify/pattern"
)

// A Code is an entry of the Dataverse error code table.
type Code struct {
	Value   uint32
	Name    string // symbolic: PrivilegeDenied
	Message string // English text of the table for people, with … for what differs from record to record; may be empty

	text string // the same as the table has it: {0} for what differs
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
		codes[v] = &Code{v, r[1], readable(r[2]), r[2]}
	}
	return codes, nil
}

var (
	anyPlace = regexp.MustCompile(`\{\d+\}`)
	adjacent = regexp.MustCompile(`…(?: ?\(…\)| ?…)+`)
	nameable = regexp.MustCompile(`\pL{2}`)
)

// readable makes a sentence for people of a text of the code table. The values that belong into its
// places are known to the record only, whose own message is shown beside it; the places are
// left open, so that nobody reads {0} for a word. Texts that are nothing but places are none.
func readable(text string) string {
	if !strings.ContainsAny(text, `{"`) {
		return text
	}
	text = strings.ReplaceAll(text, "{#Brand_CRM}", "Dynamics 365")
	text = adjacent.ReplaceAllString(anyPlace.ReplaceAllString(text, "…"), "…")
	if strings.Count(text, `"`)%2 != 0 || strings.HasPrefix(text, `"`) && strings.HasSuffix(text, `"`) {
		text = strings.Trim(text, `"`) // left over from the source it was taken from
	}
	if !nameable.MatchString(text) {
		return ""
	}
	return strings.TrimSpace(text)
}

func parseCode(s string) (uint32, error) {
	v, err := strconv.ParseUint(s, 0, 32)
	return uint32(v), err
}

// String gives the notation of column error_code: 0x and 8 upper-case hex digits.
func (c *Code) String() string { return codeText(c.Value) }

func codeText(v uint32) string { return string(appendCodeText(nil, v)) }

func appendCodeText(dst []byte, v uint32) []byte {
	const digits = "0123456789ABCDEF"
	dst = append(dst, "0x"...)
	for shift := 28; shift >= 0; shift -= 4 {
		dst = append(dst, digits[v>>shift&15])
	}
	return dst
}

// isvAborted is the code of a plug-in that threw an InvalidPluginExecutionException.
const isvAborted = 0x80040265

// Codes that stand for anything at all, "an error occurred in a plug-in" or "unexpected error";
// they never decide what a record is. 0x80040265 is IsvAborted, 0x80040224 IsvUnExpected,
// 0x80040216 UnExpected and 0x80040203 InvalidArgument.
var catchAll = []uint32{isvAborted, 0x80040224, 0x80040216, 0x80040203}

// A codeHit is a code in a text.
type codeHit struct {
	value      uint32
	start, end int32
}

// appendCodes finds every Dataverse error code in text, in order: 0x and eight hex digits of which
// the first is 8 or more, or the same as a signed decimal (-2147220891); behind the name of a code also the hex
// digits alone and an unsigned decimal, which could be anything elsewhere. Numbers that look like one
// and are none stay out, see [foreign]; so no rule, column or report ever takes them for one.
func appendCodes(dst []codeHit, text []byte) []codeHit {
	from := len(dst)
	for i := nextMark(text, 0); i < len(text); i = nextMark(text, i+1) {
		switch codeMark[text[i]] {
		case hexMark:
			if i == 0 || text[i-1] != '0' {
				continue
			}
			if v, ok := hexCode(text, i+1); ok && !foreign(text[:i-1], v) {
				dst = append(dst, codeHit{v, int32(i - 1), int32(i + 9)})
			}
		case decimalMark:
			if i == 0 || text[i-1] != '-' || i+1 == len(text) || text[i+1] != '1' {
				continue
			}
			if v, ok := decimalCode(text, i); ok && !foreign(text[:i-1], v) {
				dst = append(dst, codeHit{v, int32(i - 1), int32(i + 10)})
			}
		case nameMark:
			if i >= 2 && i+1 < len(text) && text[i-1]|0x20 == 'o' && text[i+1]|0x20 == 'e' && text[i-2]|0x20 == 'c' {
				dst = appendNamed(dst, text, i-2)
			}
		}
	}
	if found := dst[from:]; len(found) > 1 {
		slices.SortFunc(found, func(a, b codeHit) int { return int(a.start - b.start) })
	}
	return dst
}

// What a byte may be of.
const (
	hexMark     = 1 + iota // 0x80040265
	decimalMark            // -2147220891
	nameMark               // the word code
)

// codeMark marks the rarest byte of what codes are found by, so that one walk over a text finds them all.
var codeMark = [256]uint8{'x': hexMark, 'X': hexMark, '2': decimalMark, 'd': nameMark, 'D': nameMark}

// nextMark is where the next byte with a mark stands from i on, the length of text when there is none. It looks at eight
// bytes at once, and passes over those that do not stand behind the byte that a code has there (0x, -2, od).
func nextMark(text []byte, i int) int {
	const (
		low, high = 0x0101010101010101, 0x8080808080808080
		fold      = 0x20 * low
	)
	for ; i+8 <= len(text); i += 8 {
		w := binary.LittleEndian.Uint64(text[i:])
		before := w << 8
		if i > 0 {
			before |= uint64(text[i-1])
		}
		hex := ((w | fold) ^ 'x'*low) | (before ^ '0'*low)
		decimal := (w ^ '2'*low) | (before ^ '-'*low)
		name := ((w | fold) ^ 'd'*low) | ((before | fold) ^ 'o'*low)
		// The lowest byte of each that is zero gets its high bit; of those above it one may that is none.
		if zero := ((hex-low)&^hex | (decimal-low)&^decimal | (name-low)&^name) & high; zero != 0 {
			return i + bits.TrailingZeros64(zero)/8
		}
	}
	for i < len(text) && codeMark[text[i]] == 0 {
		i++
	}
	return i
}

// appendNamed appends the code that is such by its name only, the word code at text[at]: ErrorCode: 80040265, "code": 2147746581.
func appendNamed(dst []codeHit, text []byte, at int) []codeHit {
	if !namesCode(text[:at]) {
		return dst
	}
	i := at + len("code")
	from := i
	for from < len(text) && from < i+longestJoint && strings.IndexByte(` :="'>(#[`, text[from]) >= 0 {
		from++
	}
	if from == i {
		return dst
	}
	if v, n := namedCode(text[from:]); n > 0 && !foreign(text[:from], v) {
		dst = append(dst, codeHit{v, int32(from), int32(from + n)})
	}
	return dst
}

// longestJoint is how much may join a code to its name: `": "`, ` (#`.
const longestJoint = 4

// namesCode reports whether the word code behind before is the name of an error code, by itself or with the word error:
// ErrorCode, CRM error code, "code". A status code and a country code are none.
func namesCode(before []byte) bool {
	joined := bytes.TrimRight(before, " -_")
	if n := len(joined) - len("error"); n >= 0 && bytes.EqualFold(joined[n:], []byte("error")) {
		return true
	}
	return len(joined) == 0 || len(joined) == len(before) && strings.IndexByte(`"'<{[(,;|`, before[len(before)-1]) >= 0
}

// namedCode reads the eight hex digits or ten decimal ones of a code at the start of text, and how many they are; 0 where
// there are none.
func namedCode(text []byte) (v uint32, n int) {
	for n < len(text) && pattern.Word(text[n]) {
		n++
	}
	base := 16
	if n == 10 {
		base = 10
	} else if n != 8 || n < len(text) && text[n] == '-' { // a GUID begins like that
		return 0, 0
	}
	u := 0
	for _, c := range text[:n] {
		d := int(hexDigit[c])
		if d < 0 || d >= base {
			return 0, 0
		}
		u = u*base + d
	}
	if u < 1<<31 || u > math.MaxUint32 {
		return 0, 0
	}
	return uint32(u), n
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

// dotNet is the upper half of the numbers that .NET gives its own exceptions: 0x80131500 and, of
// SQL Server's client, 0x80131904. Almost every fault of a plug-in carries one beside its code, and the
// code table has two of them for Exchange certificates, which no such fault is about.
const dotNet = 0x8013

// foreign reports whether a number in the form of a code belongs to somebody else, by its value or
// by what stands in front of it:
//   - the numbers of .NET, 0x8013…;
//   - what a key with SubErrorCode in its name holds: a plug-in may throw any number there;
//   - an HRESULT, by its key or in brackets behind the type of an exception (COMException
//     (0x80040201)): Windows counts for itself, and some of its numbers stand in the table for
//     something else. An exception of Dataverse itself prints its code there.
func foreign(before []byte, value uint32) bool {
	return value>>16 == dotNet || foreignKey(before) || foreignException(before)
}

// keyReach is how far in front of a number its key is looked for; tags of fault XML, which declare
// namespaces, take the most.
const keyReach = 300

// foreignKey reads the words in front of a number, the nearest first, until one says what it is.
// The key of a pair is further off than the word value, and may be several words: Sub error code.
func foreignKey(before []byte) bool {
	before = before[max(0, len(before)-keyReach):]
	var letters [keyReach]byte
	key := letters[len(letters):] // of the words read so far, put together
	for {
		var word []byte
		word, before = lastWord(before)
		at := len(letters) - len(key)
		for _, c := range slices.Backward(word) {
			if c |= 0x20; c >= 'a' && c <= 'z' {
				at--
				letters[at] = c
			}
		}
		name := letters[at : len(letters)-len(key)]
		switch string(name) {
		case "value", "key", "hex", "int", "is", "was":
			continue
		}
		key = letters[at:]
		if bytes.Contains(key, []byte("suberrorcode")) || bytes.Contains(key, []byte("hresult")) {
			return true
		}
		if s := string(name); s != "code" && s != "error" {
			return false
		}
	}
}

// lastWord gives the last word of text and what stands before it; nil when there is none. An XML
// tag counts by its local name, a closing one not at all.
func lastWord(text []byte) (word, rest []byte) {
	for i := len(text); i > 0; i-- {
		switch c := text[i-1]; {
		case inName(c):
			from := i - 1
			for from > 0 && inName(text[from-1]) {
				from--
			}
			return text[from:i], text[:from]
		case c == '>':
			from := bytes.LastIndexAny(text[:i-1], "<>")
			if from < 0 || text[from] == '>' || from+1 == i-1 {
				continue
			}
			if tag := text[from+1 : i-1]; tag[0] != '/' {
				if end := bytes.IndexAny(tag, " /"); end >= 0 {
					tag = tag[:end]
				}
				return tag[bytes.LastIndexByte(tag, ':')+1:], text[:from]
			}
			i = from + 1
		}
	}
	return nil, nil
}

func inName(c byte) bool { return pattern.Word(c) || c == '.' || c == '-' || c == '@' }

// foreignException reports whether before ends like System.Data.SqlClient.SqlException (, the way
// .NET prints the HRESULT of an exception.
func foreignException(before []byte) bool {
	before, ok := bytes.CutSuffix(before, []byte("("))
	if !ok {
		return false
	}
	before = bytes.TrimRight(before, " ")
	from := len(before)
	for from > 0 && inName(before[from-1]) {
		from--
	}
	name := before[from:]
	return bytes.HasSuffix(name, []byte("Exception")) && !bytes.Contains(name, []byte("Crm")) && !bytes.Contains(name, []byte("Xrm"))
}
