package redact

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"sync"
	"unicode/utf8"
)

// A Count is how much of a kind was hidden in the tables of a report.
type Count struct {
	Kind    string // what its tokens begin with
	Meaning string
	Values  int64 // different values; MostValues is that many or more
	Places  int64 // cells and parts of cells
}

// MostValues bounds what is remembered to count different values of a kind.
const MostValues = 1 << 18

// Readable says what stays as it was, for people who decide whether a report may be forwarded.
var Readable = []string{
	"words of the rules, of the Dataverse code table, of the catalogue of maps and of everyday logs, and the names of maps, tables, entities and fields",
	"the ids of the companies of these records, of up to four letters and digits (in texts those with a letter)",
	"error codes, signatures, times and counts",
}

type tally struct {
	mu     sync.Mutex
	places [kindCount]int64
	seen   [kindCount]map[uint64]struct{}
}

// Count takes note of the tokens in text, what is drawn of a table. Statements give what was counted until then.
func (r *Redactor) Count(text []byte) {
	r.tally.mu.Lock()
	defer r.tally.mu.Unlock()
	eachToken(text, func(kind int, token uint64) {
		t := &r.tally
		t.places[kind]++
		if t.seen[kind] == nil {
			t.seen[kind] = make(map[uint64]struct{})
		}
		if len(t.seen[kind]) < MostValues {
			t.seen[kind][token] = struct{}{}
		}
	})
}

// Counts lists all kinds.
func (r *Redactor) Counts() (list []Count) {
	r.tally.mu.Lock()
	defer r.tally.mu.Unlock()
	for i, k := range kinds {
		list = append(list, Count{k.name, k.meaning, int64(len(r.tally.seen[i])), r.tally.places[i]})
	}
	return list
}

// Key names the key, and tells nothing of it: reports that name the same one have the same tokens. It is empty where the key was made for
// this report alone.
func (r *Redactor) Key() string {
	if !r.given {
		return ""
	}
	sum := r.sum("name of the key\x00")
	return hex.EncodeToString(sum[:4])
}

// AppendKinds appends how many tokens of which kind a row has: "key 2; host 1".
func AppendKinds(dst, row []byte) []byte {
	var places [kindCount]int64
	eachToken(row, func(kind int, _ uint64) { places[kind]++ })
	first := true
	for i, n := range places {
		if n == 0 {
			continue
		}
		if !first {
			dst = append(dst, "; "...)
		}
		first = false
		dst = append(append(append(dst, kinds[i].name...), ' '), strconv.FormatInt(n, 10)...)
	}
	return dst
}

// eachToken finds tokens. No text that was redacted has anything else that looks like one: it would be a word with digits.
func eachToken(text []byte, yield func(kind int, token uint64)) {
	for at := 0; ; {
		i := bytes.IndexByte(text[at:], '-')
		if i < 0 {
			return
		}
		at += i + 1
		if len(text)-at < tokenDigits || at+tokenDigits < len(text) && isASCIIWord(text[at+tokenDigits]) {
			continue
		}
		var sum [8]byte
		if _, err := hex.Decode(sum[2:], text[at:at+tokenDigits]); err != nil {
			continue
		}
		for kind, k := range kinds {
			if before := text[:at-1]; bytes.HasSuffix(before, []byte(k.name)) && (len(before) == len(k.name) || !isASCIIWord(before[len(before)-len(k.name)-1])) {
				yield(kind, binary.BigEndian.Uint64(sum[:]))
				at += tokenDigits
				break
			}
		}
	}
}

func isASCIIWord(c byte) bool { return c < utf8.RuneSelf && alnum[c] }
