package classify

import (
	"bytes"
	"slices"
	"unicode"

	"dwtriage/ingest"
)

// BusinessKey appends the business key in what a column prints as one, where the record is of this company; nothing where only the company is printed.
func BusinessKey(dst, printed, company []byte) []byte { return appendKey(dst, printed, nil, company) }

// appendKey appends the business key in what a log or a message prints as one, and nothing where only the company
// is printed: "usmf, 40" of company usmf is 40, and so is "40, Retail", whose second part describes the first. Parts
// of a key of several columns stay in their order: "SO-1001, 3" is line 3 of an order. label is what a message calls
// the key, "Customer group" or "Warehouse, Location": it says how many parts there are. Where nothing says it, as in
// a grid, a part of words behind another one is a description, for columns of keys hold numbers and codes, of which units have small letters.
//
// One customer is to count once, whatever log tells of it, so all ways of printing a key are read: parts behind commas
// or bars, with their names (SalesOrderNumber='SO-1', Item number: A1), in quotes, with the description behind a dash or
// a colon or in parentheses.
func appendKey(dst, printed, label, company []byte) []byte {
	if closesKey(printed) {
		return dst
	}
	if bytes.HasSuffix(printed, []byte(ingest.CutMark)) { // no key of any table, but what two of these differ by stands at the end of all of it
		return append(dst, printed...)
	}
	from, columns := len(dst), 0
	if len(label) > 0 {
		columns = 1 + bytes.Count(label, []byte{','})
	}
	for at := 0; len(printed) > 0; at++ {
		var part, name []byte
		part, printed = cutPart(printed)
		part, name = cutName(part)
		part = withoutDescription(part)
		switch first := len(dst) == from; {
		case len(part) == 0 || bytes.EqualFold(part, company) || namesCompany(name) || namesCompany(nth(label, at)):
			continue
		case first:
		case name == nil && (columns == 1 || at >= columns && inWords(part) && !smallCode(part)):
			continue
		default:
			dst = append(dst, ", "...)
		}
		dst = append(dst, part...)
	}
	return dst
}

// closesKey reports whether what stands in the place of a key is the sentence that an infolog puts behind the key:
// where no key is printed, and the message says all twice, an expression takes the first of them for one.
func closesKey(printed []byte) bool {
	for _, s := range [...]string{"the record ", "the row ", "the sql database "} {
		if _, ok := after(printed, s); ok {
			return true
		}
	}
	return false
}

// cutPart cuts the first part off a printed key. A separator in quotes separates nothing.
func cutPart(printed []byte) (part, rest []byte) {
	var quote byte
	for i, c := range printed {
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
		case (c == '\'' || c == '"') && (i == 0 || printed[i-1] == '=' || printed[i-1] == ' ') && bytes.IndexByte(printed[i+1:], c) >= 0:
			quote = c
		case c == ',' || c == '|':
			return printed[:i], printed[i+1:]
		}
	}
	return printed, nil
}

// nth is the part of a list at a place, nil behind its end.
func nth(list []byte, at int) (part []byte) {
	for ; at >= 0; at-- {
		part, list = cutPart(list)
	}
	return bytes.TrimSpace(part)
}

// cutName cuts off what a part calls itself: SalesOrderNumber='SO-1', Item number: A1. "40: Retail" is no name and its
// key, as names hold no digits, and neither is "box : Box of twelve", as no blank stands before the colon of a name.
func cutName(part []byte) (key, name []byte) {
	part = bytes.TrimSpace(part)
	i := bytes.IndexAny(part, "=:'\"")
	if i <= 0 || part[i] == '\'' || part[i] == '"' || part[i-1] == ' ' || hasDigit(part[:i]) {
		return part, nil
	}
	if key = bytes.TrimSpace(part[i+1:]); len(key) == 0 {
		return part, nil
	}
	return key, part[:i]
}

var dashes = []string{"- ", "– ", "— ", ": "}

// withoutDescription is a part of a key without quotes and without what describes it: '40' (Retail), 40 - Retail.
// The key before a dash is one word, and what stands behind it is no code, or a range would lose its end.
func withoutDescription(part []byte) []byte {
	if len(part) > 1 && (part[0] == '\'' || part[0] == '"') {
		if end := bytes.IndexByte(part[1:], part[0]); end >= 0 {
			return bytes.TrimSpace(part[1 : 1+end])
		}
	}
	i := bytes.IndexByte(part, ' ')
	if i <= 0 {
		return part
	}
	key, rest := part[:i], part[i+1:]
	colon := key[i-1] == ':'
	dash := slices.ContainsFunc(dashes, func(d string) bool { return bytes.HasPrefix(rest, []byte(d)) })
	switch {
	case rest[0] == '(' && rest[len(rest)-1] == ')', (colon || dash) && (inWords(rest) || !hasDigit(rest)):
		return bytes.TrimSuffix(key, []byte{':'})
	}
	return part
}

// inWords reports whether a part of a key reads as words, not as a number or code: Retail, Contoso Retail 24; and
// not 40, EUR, NET 45, Vend_8.
func inWords(part []byte) bool {
	small := bytes.ContainsFunc(part, func(c rune) bool { return unicode.IsLower(c) })
	return small && (!hasDigit(part) || bytes.IndexByte(part, ' ') >= 0)
}

// smallCode reports whether a part of a key that nothing names is one word in small letters, as units are and descriptions are not: box, pcs, ö. Of four
// letters it may be the company, which stands there where a log has no column for it.
func smallCode(part []byte) bool {
	return !readsAsCompany(part) && !bytes.ContainsFunc(part, func(c rune) bool { return !unicode.IsLower(c) })
}

func hasDigit(part []byte) bool { return bytes.ContainsAny(part, "0123456789") }

// namesCompany reports whether a column of a key is the company.
func namesCompany(name []byte) bool {
	if len(name) == 0 || len(name) > 24 {
		return false
	}
	var fold [24]byte
	switch string(foldName(fold[:0], name)) {
	case "company", "companyaccount", "companyaccounts", "companyid", "dataareaid", "legalentity", "legalentityid":
		return true
	}
	return false
}
