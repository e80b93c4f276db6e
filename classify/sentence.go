package classify

import (
	"bytes"
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"dwtriage/classify/pattern"
	"dwtriage/ingest"
	"dwtriage/ingest/ascii"
)

// sentences find the entry of the code table whose sentence a text is: the other way round from a code
// to its sentence, for logs that print the message alone. They are made when the first record asks, which
// is one that neither a rule nor a code explains.
type sentences struct {
	once   sync.Once
	list   []sentence
	filter *pattern.Filter // of the longest piece of each
}

// A sentence is a text of the code table to be found in logs.
type sentence struct {
	code    *Code
	pieces  []string // between the places, in normal form and lower case; empty at an end that is a place
	anchor  int      // the longest of them
	letters int      // of all pieces
}

// said is a sentence in a text.
type said struct {
	code       *Code
	start, end int32
}

const (
	// Fewer letters, blanks counted, say too little whatever they say.
	fewestLetters = 25
	fewestWords   = 4
	// A sentence of this length is hardly written twice; it may stand beside others in a message.
	manyLetters = 60
	// A value in a place is not longer.
	longestValue = 120
	anchorLength = 10
)

var tablePlace = regexp.MustCompile(`(?:\{(?:\d+|#\w+)\})+`)

// sentenceOf prepares the text of an entry (see [tableText]), nil when it cannot name a record:
//   - it is shorter than 25 characters or 4 words without its places, or has no piece that is rare;
//   - its entry is a catch-all;
//   - it is short (under 60 characters) and the name of the entry says more than it does: "The
//     requested file was not found." is ExcelFileNotFound in the table and anything else elsewhere;
//   - it is longer and its name says something else altogether.
func sentenceOf(c *Code, text string) *sentence {
	if len(text) < fewestLetters || slices.Contains(catchAll, c.Value) {
		return nil
	}
	s := &sentence{code: c, pieces: tablePlace.Split(text, -1)}
	words := 0
	for i, p := range s.pieces {
		s.letters += len(p)
		words += len(strings.Fields(p))
		if len(p) > len(s.pieces[s.anchor]) {
			s.anchor = i
		}
	}
	if s.letters < fewestLetters || words < fewestWords || len(s.pieces[s.anchor]) < anchorLength || !pattern.ASCII(text) {
		return nil
	}
	known, unknown := nameIn(c.Name, text)
	if s.letters < manyLetters && (unknown > 0 || known == 0) || s.letters >= manyLetters && unknown > 0 && known == 0 {
		return nil
	}
	return s
}

// tableText is a text of the code table as texts are compared, without the marks around it.
func tableText(c *Code) string {
	return strings.Trim(pattern.Fold(NormalizeString(c.text)), ` ".`)
}

// Words of names that say no more than that something went wrong.
var emptyWords = strings.Fields(`invalid not cannot error errors the failed failure missing code does exist exists found null empty
	must can unable for with from and without exception denied`)

// nameIn counts the words of an entry's name that stand in its text, and those that do not. The old
// names in small letters (unManagedids…) have no words.
func nameIn(name, text string) (known, unknown int) {
	if strings.HasPrefix(name, "unManaged") {
		return 0, 0
	}
	letters := strings.Map(func(r rune) rune {
		if r < 'a' || r > 'z' {
			return -1
		}
		return r
	}, text)
	for _, w := range nameWords(name) {
		switch stem := w[:min(len(w), 4)]; {
		case len(w) < 3 || slices.Contains(emptyWords, w):
		case strings.Contains(letters, stem):
			known++
		default:
			unknown++
		}
	}
	return known, unknown
}

// nameWords are the words of a name, lower case: SPFileNotFound is sp, file, not, found.
func nameWords(name string) (words []string) {
	from := 0
	for i := 1; i <= len(name); i++ {
		if i == len(name) || upper(name[i]) && (!upper(name[i-1]) || i+1 < len(name) && ascii.Letter(name[i+1]) && !upper(name[i+1])) || !ascii.Letter(name[i]) != !ascii.Letter(name[i-1]) {
			words = append(words, strings.ToLower(name[from:i]))
			from = i
		}
	}
	return words
}

func upper(c byte) bool { return c >= 'A' && c <= 'Z' }

// of makes the index. Sentences that several entries share are left out: each of them would be
// a guess.
func (x *sentences) of(codes map[uint32]*Code) {
	x.once.Do(func() {
		all := slices.SortedFunc(maps.Values(codes), func(a, b *Code) int { return cmp.Compare(a.Value, b.Value) })
		texts, prepared := make([]string, len(all)), make([]*sentence, len(all))
		sideBySide(len(all), func(i int) {
			texts[i] = tableText(all[i])
			prepared[i] = sentenceOf(all[i], texts[i])
		})
		shared := make(map[string]int, len(all))
		for _, text := range texts {
			shared[text]++
		}
		for i, s := range prepared {
			if s != nil && shared[texts[i]] == 1 {
				x.list = append(x.list, *s)
			}
		}
		anchors := make([]string, len(x.list))
		for i, s := range x.list {
			anchors[i] = s.pieces[s.anchor]
		}
		x.filter = pattern.NewFilter(anchors)
	})
}

// reach is the working memory for finding sentences.
type reach struct {
	hits     []pattern.Hit
	now, new []int32 // positions that a sentence can go on from
}

// find gives the sentence that normal, a text in normal form, is or holds as a whole; a nil code when
// there is none. A short sentence only counts in Dataverse's own log, plug-in traces: finance and
// operations has "The exchange rate is invalid." as well. Of several the one with most letters counts, because its pieces leave least to its
// places; where two have the same number, neither does.
func (x *sentences) find(r *reach, log string, normal []byte) (found said) {
	r.hits = x.filter.AppendHits(r.hits[:0], normal)
	most := 0
	for _, h := range r.hits {
		s := &x.list[h.Literal]
		if s.letters < most || found.code == s.code || s.letters < manyLetters && log == ingest.DualWrite {
			continue
		}
		start, end, ok := s.around(r, normal, h.Start)
		switch {
		case !ok:
		case s.letters == most:
			found = said{}
		default:
			found, most = said{s.code, start, end}, s.letters
		}
	}
	return found
}

// around reports whether the sentence stands in text with its anchor at a position.
func (s *sentence) around(r *reach, text []byte, at int32) (start, end int32, ok bool) {
	r.now = append(r.now[:0], at)
	for _, p := range slices.Backward(s.pieces[:s.anchor]) {
		r.before(text, p)
	}
	i := slices.IndexFunc(r.now, func(at int32) bool { return s.begins(text, int(at)) })
	if i < 0 {
		return 0, 0, false
	}
	start = r.now[i]
	r.now = append(r.now[:0], at+int32(len(s.pieces[s.anchor])))
	for _, p := range s.pieces[s.anchor+1:] {
		r.behind(text, p)
	}
	i = slices.IndexFunc(r.now, func(at int32) bool { return s.ends(text, int(at)) })
	if i < 0 {
		return 0, 0, false
	}
	return start, r.now[i], true
}

// behind goes on from each position over a value to every place where piece stands, positions in
// order. Only the nearest position before a place needs a look: the value behind it is the shortest.
func (r *reach) behind(text []byte, piece string) {
	r.new = r.new[:0]
	if len(r.now) > 0 {
		last := min(int(r.now[len(r.now)-1])+longestValue, len(text)-len(piece))
		i := 0
		for at := int(r.now[0]) + 1; at <= last; at++ {
			for i+1 < len(r.now) && int(r.now[i+1]) < at {
				i++
			}
			if foldedAt(text, at, piece) && isValue(text[r.now[i]:at]) {
				r.new = append(r.new, int32(at+len(piece)))
			}
		}
	}
	r.now, r.new = r.new, r.now
}

// before does the same in front of each position, the nearest first.
func (r *reach) before(text []byte, piece string) {
	r.new = r.new[:0]
	if len(r.now) > 0 {
		first := max(int(r.now[len(r.now)-1])-longestValue, len(piece))
		i := 0
		for end := int(r.now[0]) - 1; end >= first; end-- {
			for i+1 < len(r.now) && int(r.now[i+1]) > end {
				i++
			}
			if foldedAt(text, end-len(piece), piece) && isValue(text[end:r.now[i]]) {
				r.new = append(r.new, int32(end-len(piece)))
			}
		}
	}
	r.now, r.new = r.new, r.now
}

// isValue accepts what stands in a place: not the end of a sentence, of a JSON text or of an element.
func isValue(b []byte) bool {
	return len(b) > 0 && len(b) <= longestValue && !bytes.ContainsAny(b, "\"<") && !bytes.Contains(b, []byte(". "))
}

// foldedAt reports whether piece, in lower case, stands at text[at].
func foldedAt(text []byte, at int, piece string) bool {
	if at < 0 || at+len(piece) > len(text) {
		return false
	}
	for i := range len(piece) {
		c := text[at+i]
		if upper(c) {
			c |= 0x20
		}
		if c != piece[i] {
			return false
		}
	}
	return true
}

// begins reports whether a message begins at text[at]: at the start, behind a quote or a tag, or
// behind what a log puts before a message (Message: …). A long sentence may follow another.
func (s *sentence) begins(text []byte, at int) bool {
	before := bytes.TrimRight(text[:at], " ")
	if len(before) == 0 {
		return true
	}
	c := before[len(before)-1]
	return strings.IndexByte(`"'>|:(`, c) >= 0 || s.letters >= manyLetters && strings.IndexByte(".!?;", c) >= 0
}

// ends reports whether a message ends at text[at], full stop or not: at the end, at a quote or a tag, or
// where a fault's details or the stack begin.
func (s *sentence) ends(text []byte, at int) bool {
	rest := text[at:]
	if bytes.HasPrefix(rest, []byte(" .")) {
		rest = rest[1:]
	}
	stop := bytes.TrimLeft(rest, ".")
	stopped := len(stop) < len(rest)
	if len(stop) == 0 || strings.IndexByte(`"'<|)`, stop[0]) >= 0 || bytes.HasPrefix(stop, []byte("Detail:")) {
		return true
	}
	if stop[0] != ' ' {
		return false
	}
	if stopped && s.letters >= manyLetters {
		return true
	}
	rest = stop[1:]
	return bytes.HasPrefix(rest, []byte("--")) || bytes.HasPrefix(rest, []byte("<")) || bytes.HasPrefix(rest, []byte("Detail:")) || startsFrame(stop)
}
