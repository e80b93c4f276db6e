package store

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// A storedVerdict writes verdicts as sql/window.sql writes those that are stored: each column as a text, and before it its length in bytes
// and a colon. Two of these texts are equal only where all columns are, whatever the columns hold.
type storedVerdict struct{ text, value []byte }

// of is the verdict of row i. It is valid until the next call.
func (v *storedVerdict) of(columns []arrow.Array, i int) []byte {
	v.text = v.text[:0]
	for _, column := range columns {
		v.value = appendVerdict(v.value[:0], column, i)
		v.text = strconv.AppendInt(v.text, int64(len(v.value)), 10)
		v.text = append(append(v.text, ':'), v.value...)
	}
	return v.text
}

// differs has a bit for each column of row i that is not the one before.
func (v *storedVerdict) differs(columns []arrow.Array, i int, before []string) (bits int64) {
	for c, column := range columns {
		if v.value = appendVerdict(v.value[:0], column, i); string(v.value) != before[c] && !sameCaptures(column, i, before[c]) {
			bits |= 1 << c
		}
	}
	return bits
}

// splitVerdict are the columns of a verdict that sql/window.sql wrote.
func splitVerdict(text string) ([]string, error) {
	list := make([]string, len(verdictColumns))
	cut := packed{rest: text}
	for c := range list {
		if list[c] = cut.next(); cut.err != nil {
			return nil, fmt.Errorf("%s: %w", verdictColumns[c], cut.err)
		}
	}
	if cut.rest != "" {
		return nil, fmt.Errorf("%d bytes behind %s", len(cut.rest), verdictColumns[len(list)-1])
	}
	return list, nil
}

// appendVerdict appends a value of a verdict as sql/window.sql writes it, without its length.
func appendVerdict(dst []byte, column arrow.Array, i int) []byte {
	if column.IsNull(i) {
		return dst
	}
	switch a := column.(type) {
	case *array.String:
		return append(dst, Name(a.Value(i))...)
	case *array.Int32:
		return strconv.AppendInt(dst, int64(a.Value(i)), 10)
	case *array.List:
		from, to := a.ValueOffsets(i)
		for at := int(from); at < int(to); at++ {
			if at > int(from) {
				dst = append(dst, 31)
			}
			dst = append(dst, a.ListValues().(*array.String).Value(at)...)
		}
	case *array.Map:
		eachCapture(a, i, func(name, value string) {
			dst = append(append(dst, name...), '=')
			dst = append(strconv.AppendInt(dst, int64(len(value)), 10), ':')
			dst = append(dst, value...)
		})
	}
	return dst
}

// sameCaptures reports whether the captures of a record are those of a text of sql/window.sql in another order: earlier programs stored them in
// any.
func sameCaptures(column arrow.Array, i int, text string) bool {
	a, ok := column.(*array.Map)
	if !ok {
		return false
	}
	now, was := make(map[string]string), 0
	eachCapture(a, i, func(name, value string) { now[name] = value })
	for text != "" {
		name, rest, _ := strings.Cut(text, "=")
		length, rest, _ := strings.Cut(rest, ":")
		n, err := strconv.Atoi(length)
		if err != nil || n > len(rest) {
			return false
		}
		if value, ok := now[name]; !ok || value != rest[:n] {
			return false
		}
		was++
		text = rest[n:]
	}
	return was == len(now)
}
