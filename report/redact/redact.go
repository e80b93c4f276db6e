// Package redact makes texts of logs fit to be shown to those who must not know the people, machines and business records
// in them: texts of a report come in, the same texts with tokens in the place of what is variable go out. It is a list of
// what may stay, not one of what must go: words of rules, code table and catalogue stay, as do error codes and times, and
// every other word becomes a token, whatever it is. A list of patterns would have to know how people are called. It knows
// nothing of records and reports: which field holds what is said by the caller.
package redact

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"hash"
	"strings"
	"sync"
	"sync/atomic"
)

// The kinds of tokens. Which one a value gets is seen by its form alone, so that it has the same token wherever it stands.
const (
	Email = iota // jane@contoso.com
	Name         // a word without digits: of a person, a company, a custom table
	Key          // one with digits: a business key, a number, a user id
	ID           // a GUID
	Host         // a host name
	IP           // an IP address
	kindCount
)

// kinds are what tokens begin with, and what they stand for.
var kinds = [kindCount]struct{ name, meaning string }{
	{"email", "e-mail addresses and sign-in names"},
	{"name", "words that no rule, error code or catalogue has: names of people, firms, files and own tables"},
	{"key", "business keys, numbers and user ids"},
	{"id", "GUIDs: of records, calls and users"},
	{"host", "host names"},
	{"ip", "IP addresses"},
}

// tokenDigits is how long a token is behind its kind. With 48 bits of HMAC-SHA-256, two of three million values share one
// in a night of sixty; two of a hundred thousand in one of 56,000.
const tokenDigits = 12

// LeastKey and MostKey are how many bytes a key has. HMAC-SHA-256 gains nothing from a longer one than its block; what is much longer is another file.
const (
	LeastKey = 32
	MostKey  = 4096
)

// A Redactor turns values into tokens: HMAC-SHA-256 of the value, without regard to case, under its key. It may be used by
// several goroutines at once.
type Redactor struct {
	key   []byte
	given bool // the key is one to be used again
	macs  sync.Pool

	words map[string]traits
	names map[string]bool // as a whole, in lower case
	pairs map[string]bool // words that stand side by side in documents: "sales order"

	companies atomic.Pointer[map[string]bool] // ids that stay, see Companies

	tally tally
}

// traits of a word that is documented.
type traits uint8

const (
	known  traits = 1 << iota
	noun          // of a name of the catalogue: beside a person's name it is none
	whole         // is such a name by itself, so it ends what may be a person's name
	kindOf        // says what something is in everyday logs: user, team, host
)

// own are words of this program's messages and of everyday logs, one a line.
//
//go:embed words.txt
var own string

// New makes a Redactor with this key of at least LeastKey bytes; without one it makes one up, and then nobody can compare its
// tokens with those of another. documented gives the texts whose words stay, whether they are names as a whole, and whether
// rules look for them (see classify.Matcher).
func New(key []byte, documented func(yield func(name, search bool, text string))) *Redactor {
	r := &Redactor{key: key, given: key != nil, words: make(map[string]traits), names: make(map[string]bool), pairs: make(map[string]bool)}
	if !r.given {
		r.key = make([]byte, LeastKey)
		rand.Read(r.key) // never fails
	}
	r.macs.New = func() any { return hmac.New(sha256.New, r.key) }
	for word := range strings.FieldsSeq(own) {
		r.words[strings.TrimPrefix(word, "+")] |= known
		if strings.HasPrefix(word, "+") {
			r.words[word[1:]] |= noun | kindOf
		}
	}
	documented(r.learn)
	return r
}

// learn takes in a text whose words stay.
func (r *Redactor) learn(name, search bool, text string) {
	if lower := strings.ToLower(text); name && len(text) > 1 {
		r.names[lower] = true
		r.words[lower] |= whole
	}
	last, end := "", -1
	eachWord(text, func(at int, word string) {
		w := strings.ToLower(word)
		switch digits := strings.ContainsAny(w, "0123456789"); {
		case digits && strings.Trim(w, "0123456789") == "" && (len(w) < 3 || !search && !name):
			return // 10 is a key of many tables, whatever a rule says of ten minutes
		case digits && !search && !name:
			return
		case name:
			r.words[w] |= known | noun
		default:
			r.words[w] |= known
		}
		if end >= 0 && at == end+1 && text[end] == ' ' {
			r.pairs[last+" "+w] = true
		}
		last, end = w, at+len(word)
		if strings.ContainsAny(w, "-_") {
			for atom := range strings.FieldsFuncSeq(w, func(c rune) bool { return c == '-' || c == '_' }) {
				if !strings.ContainsAny(atom, "0123456789") {
					r.words[atom] |= known
				}
			}
		}
		for piece := range camelPieces(word) {
			if !strings.ContainsAny(piece, "0123456789") && len(piece) > 1 {
				r.words[strings.ToLower(piece)] |= known
			}
		}
	})
}

// Fingerprint is an id that was made from texts, an even number of hex digits, under the key: as long, and as different.
// Without that whoever guesses the text could see that it is the one.
func (r *Redactor) Fingerprint(id string) string {
	if id == "" {
		return ""
	}
	mark, digits := "", id
	if rest, ok := strings.CutPrefix(id, "t-"); ok { // of a template
		mark, digits = "t-", rest
	}
	sum := r.sum("fingerprint\x00" + digits)
	text := hex.EncodeToString(sum[:])
	return mark + text[:min(len(digits), len(text))]
}

// sum is the HMAC of a text.
func (r *Redactor) sum(text string) (out [sha256.Size]byte) {
	mac := r.macs.Get().(hash.Hash)
	mac.Reset()
	mac.Write([]byte(text))
	mac.Sum(out[:0])
	r.macs.Put(mac)
	return out
}

// appendToken appends the token of a value.
func (r *Redactor) appendToken(dst []byte, kind int, value string) []byte {
	sum := r.sum(strings.ToLower(value))
	dst = append(append(dst, kinds[kind].name...), '-')
	return hex.AppendEncode(dst, sum[:tokenDigits/2])
}
