package ingest

import (
	"bytes"
	"slices"

	"dwtriage/ingest/ascii"
)

// mostTextIDs is how many different ids a text may name. A platform message has up to four of one operation (correlation,
// request, client request, activity); a text with more is a list of other operations, and none of its ids is its own.
const mostTextIDs = 6

// The kinds of ids that texts name, by how their label ends once blanks, hyphens and case are gone. Correlation comes
// first: "x-ms-correlation-request-id" is one.
var idLabels = []struct{ end, kind string }{
	{"correlationrequestid", "correlation"}, {"correlationid", "correlation"}, {"correlation", "correlation"},
	{"activityid", "activity"}, {"activityidkey", "activity"}, {"activityidfortroubleshooting", "activity"},
	{"requestid", "request"}, {"reqid", "request"},
}

// otherLabels before such an end say that the id is of another operation, or of a job with thousands of them.
var otherLabels = [][]byte{[]byte("parent"), []byte("previous"), []byte("original"), []byte("last"), []byte("initialsync"), []byte("batch")}

// A textID is an id that a text names.
type textID struct {
	kind string
	id   [36]byte // lower case, with hyphens
}

// textIDs appends the ids of operations that the texts of x name: "kind:guid", with blanks between, in the order of the texts.
// The base class of plug-ins that Microsoft's tools generate prints "Correlation Id: …", faults have elements and keys for
// the activity, and messages of the Web API quote the headers x-ms-service-request-id and x-ms-client-request-id. Only a
// GUID with a label counts: others are of rows, users and organizations. Where a column gives an id of a kind, the text's
// ids of that kind are about another record unless they are the same.
func textIDs(dst []byte, x *record) []byte {
	var found [mostTextIDs]textID
	n := 0
	for _, text := range [...][]byte{x.errorText, x.traceText} {
		if n = findIDs(text, found[:], n); n > mostTextIDs {
			return dst
		}
	}
	for _, f := range found[:n] {
		if given := x.idOf(f.kind); len(given) > 0 && !sameGUID(given, f.id[:]) {
			continue
		}
		if len(dst) > 0 {
			dst = append(dst, ' ')
		}
		dst = append(append(append(dst, f.kind...), ':'), f.id[:]...)
	}
	return dst
}

// idOf is the id of a kind that a column gives.
func (x *record) idOf(kind string) []byte {
	switch kind {
	case "correlation":
		return x.correlationID
	case "request":
		return x.requestID
	}
	return x.activityID
}

// findIDs adds the ids of text to the n that found holds already. More than fit are counted, no more.
func findIDs(text []byte, found []textID, n int) int {
	for at := 8; at < len(text) && n <= len(found); {
		i := bytes.IndexByte(text[at:], '-')
		if i < 0 {
			break
		}
		at += i // the first hyphen of a GUID, if this is one
		start, end := at-8, at+28
		if at++; end > len(text) || text[start+13] != '-' || text[start+18] != '-' || text[start+23] != '-' ||
			start > 0 && wordByte(text[start-1]) || end < len(text) && wordByte(text[end]) {
			continue
		}
		id, ok := parseGUID(text[start:end])
		if at = end + 8; !ok || id == [16]byte{} {
			at = start + 9
			continue
		}
		kind := idKind(text[:start])
		if kind == "" {
			continue
		}
		f := textID{kind: kind}
		for i, c := range text[start:end] {
			f.id[i] = ascii.Lower(c)
		}
		if slices.Contains(found[:n], f) {
			continue
		}
		if n < len(found) {
			found[n] = f
		}
		n++
	}
	return n
}

func wordByte(c byte) bool { return ascii.Letter(c) || ascii.Digit(c) || c == '-' || c == '_' }

func sameGUID(a, b []byte) bool {
	x, ok := parseGUID(a)
	y, also := parseGUID(b)
	return ok && also && x == y
}

// idKind is the kind of the id that stands behind before, by its label: "Correlation Id: ", `"requestId":"`,
// "<ActivityId>", or the key in front of the element of a value.
func idKind(before []byte) string {
	const most = 240 // of a value's element with its two namespaces, and the key before it
	before = before[max(0, len(before)-most):]
	for range 4 { // an end tag, the start tag of a value, the end tag of its key
		before = bytes.TrimRight(before, " \t\r\n\"'`\\:={([")
		if !bytes.HasSuffix(before, []byte(">")) {
			break
		}
		open := bytes.LastIndexByte(before, '<')
		if open < 0 {
			return ""
		}
		name, _, _ := bytes.Cut(before[open+1:len(before)-1], []byte(" "))
		name = name[bytes.LastIndexByte(name, ':')+1:]
		if !bytes.HasPrefix(before[open+1:], []byte("/")) && !ascii.Is(name, "value") && !ascii.Is(name, "string") {
			return labelKind(name)
		}
		before = before[:open]
	}
	return labelKind(before)
}

// labelKind is the kind that a label at the end of before names; it may be of several words.
func labelKind(before []byte) string {
	var label [48]byte
	n := len(label)
	for i := len(before) - 1; i >= 0 && n > 0; i-- {
		c := before[i]
		if ascii.Letter(c) {
			n--
			label[n] = ascii.Lower(c)
		} else if c != ' ' && c != '-' && c != '_' {
			break
		}
	}
	for _, l := range idLabels {
		if rest, ok := bytes.CutSuffix(label[n:], []byte(l.end)); ok {
			for _, o := range otherLabels {
				if bytes.HasSuffix(rest, o) {
					return ""
				}
			}
			return l.kind
		}
	}
	return ""
}
