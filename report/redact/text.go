package redact

import (
	"iter"
	"net/netip"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A mode says what is variable in a text.
type mode int

const (
	logged mode = iota // what a log says: words that are documented stay
	ours               // a sentence of this program: its numbers stay, too
	forced             // a value: nothing stays but error codes and times
)

// Text is a text of a log with tokens for all that is not documented.
func (r *Redactor) Text(text string) string { return r.redacted(text, logged) }

// About is what is known of the record that a text is from.
type About struct {
	Values []string // of captures, keys: hidden wherever the text has them, even if they are made of documented words
}

// TextOf is Text of a record.
func (r *Redactor) TextOf(text string, about About) string {
	shown, _, _ := r.PartOf(text, -1, -1, about)
	return shown
}

// PartOf is TextOf that says where the part of text from one byte to another stands in what is shown, with all of the words
// that it begins and ends in. A text is hidden as a whole before it is cut: a part of a word is no documented one.
func (r *Redactor) PartOf(text string, from, to int, about About) (shown string, shownFrom, shownTo int) {
	w := writer{Redactor: r, dst: make([]byte, 0, len(text)+64), m: logged, part: part{from: from, to: to, shownTo: -1}}
	at := 0
	for _, s := range r.spans(text, about.Values) {
		w.all(text[at:s[0]])
		w.m, w.base = forced, s[0]
		w.all(text[s[0]:s[1]])
		w.m, w.base, at = logged, s[1], s[1]
	}
	w.all(text[at:])
	if w.shownTo < 0 {
		w.shownTo = len(w.dst)
	}
	return string(w.dst), w.shownFrom, w.shownTo
}

// Sentence is a sentence of this program, in which paths and values of logs may stand: its numbers are counts and rows.
func (r *Redactor) Sentence(text string, paths ...string) string {
	var b []byte
	for text != "" {
		at, path := len(text), ""
		for _, p := range paths {
			if i := strings.Index(text, p); i >= 0 && p != "" && (i < at || i == at && len(p) > len(path)) {
				at, path = i, p
			}
		}
		b = r.append(b, text[:at], ours)
		b = r.append(b, path, logged)
		text = text[at+len(path):]
	}
	return string(b)
}

// Value is a value: a business key, a user, a host. It stays only where it is, as a whole, a documented name or a kind of thing.
func (r *Redactor) Value(text string) string {
	if text == "" || r.names[strings.ToLower(text)] || r.IsKind(text) {
		return text
	}
	return r.redacted(text, forced)
}

// RowKey is a business key. It is hidden whatever it is made of: a row that somebody called Vendor is a row.
func (r *Redactor) RowKey(text string) string {
	if text == "" {
		return text
	}
	return r.redacted(text, forced)
}

// IsKind reports whether a value says what something is, not which one: the "team" that lacks a privilege. As a name it has a capital.
func (r *Redactor) IsKind(text string) bool { return r.words[text]&kindOf != 0 }

// longestRecord is how long the name of a record in a phrase is at most.
const longestRecord = 100

// Phrase is what names a missing row, "customer group 10 (map Customer groups)": what stands between the name of a record
// and the map is a value.
func (r *Redactor) Phrase(text string) string {
	row, of, _ := strings.Cut(text, " (map ")
	kind := 0
	for at := range min(len(row), longestRecord) + 1 {
		if (at == len(row) || row[at] == ' ') && r.names[strings.ToLower(row[:at])] {
			kind = at
		}
	}
	for _, start := range []string{"row of ", "row behind "} {
		if rest, ok := strings.CutPrefix(row, start); ok {
			table, _, _ := strings.Cut(rest, " ")
			kind = len(start) + len(table)
		}
	}
	b := r.append(nil, row[:kind], logged)
	b = r.append(b, row[kind:], forced)
	if of != "" {
		b = r.append(append(b, " (map "...), of, logged)
	}
	return string(b)
}

// Companies makes the ids among these, which Company leaves, stay in all texts, as they are written here, in capitals or in small
// letters; those without a letter do not: 10 is a customer group, too. Whatever is hidden before may still have tokens for them.
func (r *Redactor) Companies(ids []string) {
	stay := make(map[string]bool)
	for _, id := range ids {
		if !digitsOnly(id) && r.Company(id) == id {
			stay[id], stay[strings.ToUpper(id)], stay[strings.ToLower(id)] = true, true, true
		}
	}
	r.companies.Store(&stay)
}

// Company is a legal entity. Its id of at most four letters and digits, as finance and operations has them, stays: fixes are made company
// by company. Anything else in its place is a value.
func (r *Redactor) Company(text string) string {
	if len(text) <= 4 && strings.IndexFunc(text, func(c rune) bool { return c >= utf8.RuneSelf || !inWord(c) }) < 0 {
		return text
	}
	return r.redacted(text, logged)
}

func (r *Redactor) redacted(text string, m mode) string {
	if text == "" {
		return ""
	}
	return string(r.append(make([]byte, 0, len(text)+64), text, m))
}

// spans finds values in a text, those alone that are not hidden anyway.
func (r *Redactor) spans(text string, values []string) (list [][2]int) {
	lower := ""
	for _, v := range values {
		if len(v) < 2 || r.IsKind(v) || r.redacted(v, logged) == r.redacted(v, forced) {
			continue
		}
		if lower == "" {
			lower = asciiLower(text)
		}
		v = asciiLower(v)
		for from := 0; ; {
			i := strings.Index(lower[from:], v)
			if i < 0 {
				break
			}
			start, end := from+i, from+i+len(v)
			if from = end; !joinedAt(lower, start) && !joinedAt(lower, end) {
				list = append(list, [2]int{start, end})
			}
		}
	}
	slices.SortFunc(list, func(a, b [2]int) int { return slices.Compare([]int{a[0], -a[1]}, []int{b[0], -b[1]}) })
	kept := list[:0]
	end := 0
	for _, s := range list {
		if s[0] >= end {
			kept = append(kept, s)
			end = s[1]
		}
	}
	return kept
}

// joinedAt reports whether a place in a text is inside a word.
func joinedAt(text string, at int) bool {
	return at > 0 && at < len(text) && alnum[text[at-1]] && alnum[text[at]]
}

// asciiLower keeps the places of a text, which strings.ToLower does not.
func asciiLower(text string) string {
	b := []byte(text)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c | 0x20
		}
	}
	return string(b)
}

// alnum are the bytes of words: letters, digits, and all of other scripts.
var alnum = func() (is [256]bool) {
	for i := range is {
		c := byte(i)
		is[i] = 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || c >= utf8.RuneSelf
	}
	return is
}()

// joints join words to a lump: an address, a path, a name with dots.
var joints = func() (is [256]bool) {
	for _, c := range []byte(`.-_@:/\%+~#?=&`) {
		is[c] = true
	}
	return is
}()

// inWord reports whether a character is one of a word.
func inWord(c rune) bool {
	return c < utf8.RuneSelf && alnum[c] || c >= utf8.RuneSelf && c != utf8.RuneError && (unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.IsMark(c))
}

// A writer redacts one text.
type writer struct {
	*Redactor
	dst []byte
	m   mode

	run   []capital // words with a capital that follow each other with a blank between: perhaps a person's name
	begin int       // of the run in dst
	end   int       // of the last word of the run in dst

	base int // where what is written stands in the whole text
	part
}

// A part is a part of a text, and where it stands in what is shown; shownTo is negative until it is written.
type part struct{ from, to, shownFrom, shownTo int }

// notYet is the end of a word that is not written; no place of a part is there.
const notYet = -2

// longestName is how many words a person's name has at most: a run is written anew when its last word tells that it is one.
const longestName = 8

// A capital is one of them.
type capital struct {
	word         string
	hidden, noun bool
	begin, end   int // in dst
}

// append appends a redacted text.
func (r *Redactor) append(dst []byte, text string, m mode) []byte {
	w := writer{Redactor: r, dst: dst, m: m}
	w.all(text)
	return w.dst
}

// all writes a text.
func (w *writer) all(text string) {
	for i := 0; i < len(text); {
		if w.base+i <= w.from {
			w.shownFrom = len(w.dst)
		}
		switch c := text[i]; {
		case alnum[c]:
			i += w.lump(text[i:])
		case (c == '\'' || c == '"' || c == '`') && w.m != forced:
			i += w.quoted(text, i)
		default:
			w.dst = append(w.dst, c)
			i++
		}
		if w.shownTo < 0 && w.base+i >= w.to && w.to >= 0 {
			w.shownTo = len(w.dst)
		}
	}
}

// longestQuoted and mostQuoted are what a value in quotes has at most, in bytes and words; longer ones are sentences.
const (
	longestQuoted = 80
	mostQuoted    = 4
)

// quoted writes what begins with a quote at i: a value, unless it is a documented name or words that stand so in documents.
func (w *writer) quoted(text string, i int) int {
	q := text[i]
	w.dst = append(w.dst, q)
	if i > 0 && alnum[text[i-1]] {
		return 1 // doesn't
	}
	rest := text[i+1:]
	end := strings.IndexByte(rest[:min(len(rest), longestQuoted)], q)
	for end >= 0 && end+1 < len(rest) && alnum[rest[end+1]] { // 'the customer's row'
		next := strings.IndexByte(rest[end+1:min(len(rest), longestQuoted)], q)
		if next < 0 {
			return 1
		}
		end += 1 + next
	}
	if end <= 0 {
		return 1
	}
	value, behind := rest[:end], strings.TrimLeft(rest[end+1:], `\ `)
	if strings.Count(value, " ") >= mostQuoted || w.documented(value) || strings.HasPrefix(behind, ":") || w.isCompany(value) { // the name of a property
		return 1
	}
	w.dst = append(w.Redactor.append(w.dst, value, forced), q)
	return 1 + end + 1
}

// documented reports whether a text is a documented name, or words of which each two stand side by side in documents.
func (r *Redactor) documented(text string) bool {
	text = strings.ToLower(strings.TrimRight(text, `\`)) // of an escaped quote
	if r.names[text] {
		return true
	}
	words := strings.Split(text, " ")
	for i := 1; i < len(words); i++ {
		if !r.pairs[words[i-1]+" "+words[i]] {
			return false
		}
	}
	return len(words) > 1
}

// lump writes what is joined at the start of text, and returns how long it is.
func (w *writer) lump(text string) int {
	n, joined, digits := 0, false, false
	for n < len(text) {
		c := text[n]
		if c >= utf8.RuneSelf {
			digits = true // perhaps
			char, size := utf8.DecodeRuneInString(text[n:])
			if !inWord(char) {
				break
			}
			n += size
			continue
		}
		if !alnum[c] {
			if !joints[c] {
				break
			}
			joined = true
		} else if c <= '9' {
			digits = true
		}
		n++
	}
	if n > 0 && !joined && !digits { // as most are
		w.word(text[:n])
		return n
	}
	if n == 0 { // a sign of another script
		_, n = utf8.DecodeRuneInString(text)
		w.dst = append(w.dst, text[:n]...)
		return n
	}
	lump := strings.TrimRight(text[:n], `.-_@:/\%+~#?=&`)
	switch n = len(lump); {
	case w.m == ours && isNumber(lump) || digits && isTime(lump) || w.m != forced && isVersion(lump):
		w.dst = append(w.dst, lump...)
	case strings.Contains(lump, "://"):
		scheme, rest, _ := strings.Cut(lump, "://")
		w.segments(scheme)
		w.dst = append(w.dst, "://"...)
		end := strings.IndexAny(rest, `/\?#&=`)
		if end < 0 {
			end = len(rest)
		}
		w.host(rest[:end])
		w.segments(rest[end:])
	case strings.Count(lump, ":") > 1 && isIP(lump):
		w.address(lump)
	default:
		w.segments(lump)
	}
	return n
}

// host writes the host of an address, with its port.
func (w *writer) host(text string) {
	name, port, hasPort := strings.Cut(text, ":")
	switch {
	case isIP(text):
		w.address(text)
		return
	case strings.Contains(text, "@"):
		w.segments(text)
		return
	case w.m != forced && w.names[strings.ToLower(name)], name == "":
		w.dst = append(w.dst, name...)
	case isIP(name):
		w.token(IP, name)
	default:
		w.token(Host, name)
	}
	if hasPort {
		w.dst = append(w.dst, ':')
		w.segments(port)
	}
}

// address writes an IP address, and behind it its port: the address has one token with and without.
func (w *writer) address(text string) {
	port := ""
	if _, err := netip.ParseAddrPort(text); err == nil {
		at := strings.LastIndexByte(text, ':')
		text, port = strings.Trim(text[:at], "[]"), text[at+1:]
	}
	w.token(IP, text)
	if port != "" {
		w.dst = append(w.dst, ':')
		w.segments(port)
	}
}

// segments writes the parts of a path or an address.
func (w *writer) segments(text string) {
	for text != "" {
		end := strings.IndexAny(text, `:/\?=&#`)
		if end < 0 {
			end = len(text)
		}
		w.segment(text[:end])
		if end < len(text) {
			w.dst = append(w.dst, text[end])
			end++
		}
		text = text[end:]
	}
}

// segment writes an e-mail address, a GUID, a host, or words with dots between them.
func (w *writer) segment(text string) {
	const edges = ".-+~%@_"
	inner := strings.TrimLeft(text, edges)
	w.dst = append(w.dst, text[:len(text)-len(inner)]...)
	text = strings.TrimRight(inner, edges)
	defer func() { w.dst = append(w.dst, inner[len(text):]...) }()
	switch {
	case text == "":
	case strings.Contains(text, "@"):
		w.token(Email, text)
	case isGUID(text):
		w.token(ID, text)
	case isIP(text):
		w.address(text)
	case w.m != forced && isVersion(text):
		w.plain(text)
	case w.m != forced && w.names[strings.ToLower(text)]:
		w.plain(text)
	case isHost(text):
		w.token(Host, text)
	default:
		for rest := text; rest != ""; {
			end := strings.IndexAny(rest, ".+~%")
			if end < 0 {
				end = len(rest)
			}
			w.word(rest[:end])
			if end < len(rest) {
				w.dst = append(w.dst, rest[end])
				end++
			}
			rest = rest[end:]
		}
	}
}

// token writes the token of what ends every run.
func (w *writer) token(kind int, value string) {
	w.run = w.run[:0]
	w.dst = w.appendToken(w.dst, kind, value)
}

// plain writes what stays.
func (w *writer) plain(text string) {
	w.run = w.run[:0]
	w.dst = append(w.dst, text...)
}

// word writes letters, digits, hyphens and underscores.
func (w *writer) word(text string) {
	if text == "" {
		return
	}
	digits := strings.ContainsAny(text, "0123456789")
	switch {
	case w.isCompany(text):
		w.plain(text)
	case digits && (isErrorCode(text) || w.m != forced && w.knownID(text)):
		w.plain(text)
	case digits || strings.IndexFunc(text, unicode.IsDigit) >= 0:
		w.token(Key, text)
	case w.m == forced:
		w.token(Name, text)
	case !w.isKnown(text):
		if isCapital(text) {
			w.capital(text, true)
		} else {
			w.token(Name, text)
		}
	case isCapital(text) && w.words[strings.ToLower(text)]&whole == 0:
		w.capital(text, false)
	default:
		w.plain(text)
	}
}

// isCompany reports whether a word is the id of a company, see [Redactor.Companies].
func (w *writer) isCompany(text string) bool {
	ids := w.companies.Load()
	return ids != nil && (*ids)[text]
}

// capital writes a word with a capital. Beside an unknown one, or one beside which no document has it, it is a part of a
// name, even where it is a word, too: Grant Quastenberg, Grant Price.
func (w *writer) capital(text string, unknown bool) {
	if len(w.run) == 0 || len(w.run) == longestName || w.end+1 != len(w.dst) || w.dst[w.end] != ' ' {
		w.run, w.begin = w.run[:0], len(w.dst)
	}
	lower := strings.ToLower(text)
	c := capital{begin: len(w.dst), end: notYet, word: text, hidden: unknown, noun: !unknown && w.words[lower]&noun != 0}
	changed := false
	n := len(w.run)
	if n > 0 {
		last := w.run[n-1]
		stranger := unknown || last.hidden || !w.pairs[strings.ToLower(last.word)+" "+lower]
		c.hidden = unknown || stranger && !c.noun
		for i := n - 1; i >= 0 && stranger && c.hidden && !w.run[i].hidden && !w.run[i].noun; i-- {
			w.run[i].hidden, changed = true, true
		}
	}
	w.run = append(w.run, c)
	if !changed {
		w.write(n)
	} else {
		from, to := w.shownFrom, w.shownTo
		w.dst = w.dst[:w.begin]
		for i := range w.run {
			if i > 0 {
				w.dst = append(w.dst, ' ')
			}
			was := w.run[i]
			w.write(i)
			from, to = was.moved(w.shownFrom, from, w.run[i]), was.moved(w.shownTo, to, w.run[i])
		}
		w.shownFrom, w.shownTo = from, to
	}
	w.end = len(w.dst)
}

// moved is where a place is that was at an end of c, now that the word is written anew; else it stays where it is.
func (c capital) moved(place, stays int, now capital) int {
	switch place {
	case c.begin:
		return now.begin
	case c.end:
		return now.end
	}
	return stays
}

// write writes word i of the run.
func (w *writer) write(i int) {
	c := &w.run[i]
	c.begin = len(w.dst)
	if c.hidden {
		w.dst = w.appendToken(w.dst, Name, c.word)
	} else {
		w.dst = append(w.dst, c.word...)
	}
	c.end = len(w.dst)
}

// isKnown reports whether a word without digits stays: all of its parts are documented.
func (r *Redactor) isKnown(text string) bool {
	if r.has(text) {
		return true
	}
	if table := ofPrivilege(text); table != "" && r.isKnown(table) {
		return true
	}
	for atom := range strings.FieldsFuncSeq(text, func(c rune) bool { return c == '-' || c == '_' }) {
		if !r.has(atom) && !r.camel(atom) {
			return false
		}
	}
	return true
}

// ofPrivilege is the table that a privilege of Dataverse is about, "account" of prvReadAccount; empty where a word is none.
func ofPrivilege(text string) string {
	right, ok := strings.CutPrefix(text, "prv")
	for _, name := range []string{"AppendTo", "Append", "Assign", "Create", "Delete", "Read", "Share", "Write"} {
		if table, is := strings.CutPrefix(right, name); ok && is {
			return table
		}
	}
	return ""
}

// has reports whether a word is documented, or is one that a document has in another form.
func (r *Redactor) has(word string) bool {
	var small [64]byte
	if len(word) > len(small) {
		return false
	}
	b := small[:0]
	for i := range len(word) {
		c := word[i]
		if c >= utf8.RuneSelf {
			return r.words[strings.ToLower(word)] != 0
		}
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		b = append(b, c)
	}
	if len(b) == 1 || r.words[string(b)] != 0 {
		return true
	}
	for _, ending := range []string{"s", "d", "ed", "ing", "es", "ly"} {
		if n := len(b) - len(ending); n > 2 && string(b[n:]) == ending && r.words[string(b[:n])] != 0 {
			return true
		}
	}
	return false
}

// camel reports whether a word is made of documented ones: NullReferenceException.
func (r *Redactor) camel(word string) bool {
	n := 0
	for piece := range camelPieces(word) {
		if !r.has(piece) {
			return false
		}
		n++
	}
	return n > 1
}

// knownID reports whether a word with digits stays: it is documented, a field such as address1_line1, or has a date in it.
func (r *Redactor) knownID(text string) bool {
	if r.words[strings.ToLower(text)] != 0 {
		return true
	}
	field := strings.Contains(text, "_")
	if !field && !strings.Contains(text, "-") {
		return false
	}
	for atom := range strings.FieldsFuncSeq(withoutDate(text), func(c rune) bool { return c == '-' || c == '_' }) {
		if n := len(atom) - 1; field && n > 3 && atom[n] >= '0' && atom[n] <= '9' && !(atom[n-1] >= '0' && atom[n-1] <= '9') {
			atom = atom[:n]
		}
		if strings.ContainsAny(atom, "0123456789") && r.words[strings.ToLower(atom)] == 0 || !r.has(atom) && !r.camel(atom) {
			return false
		}
	}
	return true
}

// camelPieces are the words of an identifier: Null, Reference, Exception.
func camelPieces(word string) iter.Seq[string] {
	upper := func(c byte) bool { return 'A' <= c && c <= 'Z' }
	return func(yield func(string) bool) {
		from := 0
		for i := 1; i < len(word); i++ {
			if upper(word[i]) && (!upper(word[i-1]) || i+1 < len(word) && !upper(word[i+1]) && word[i+1] >= 'a') {
				if !yield(word[from:i]) {
					return
				}
				from = i
			}
		}
		yield(word[from:])
	}
}

// eachWord calls yield for the words of a text, with hyphens and underscores inside.
func eachWord(text string, yield func(at int, word string)) {
	for i := 0; i < len(text); {
		if !alnum[text[i]] {
			i++
			continue
		}
		n := i
		for n < len(text) && (alnum[text[n]] || text[n] == '-' || text[n] == '_') {
			n++
		}
		word := strings.TrimRight(text[i:n], "-_")
		yield(i, word)
		i = n
	}
}

// isCapital reports whether a word is written as names are: Grant, not GRANT, grant or GrantAccess.
func isCapital(word string) bool {
	first, size := utf8.DecodeRuneInString(word)
	return unicode.IsUpper(first) && size < len(word) && strings.IndexFunc(word[size:], unicode.IsUpper) < 0
}
