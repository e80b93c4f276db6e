package filter

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"dwtriage/ingest"
	"dwtriage/ingest/words"
)

// prefix stands before the name of a column of ours that the rows have already, and before all where rows are objects: of these
// nobody knows all keys in advance.
const prefix = "dwtriage_"

// inputColumn is the column of an object in a table, which has no column for each of its keys.
const inputColumn = "input"

// A layout says what a row looks like.
type layout struct {
	to      string
	objects bool // rows are objects
	comma   byte
	own     []string // names of the rows' own columns, each another one
	raw     []string // as the file has them
	ours    []Column
	names   []string // of ours
	quoted  [][]byte // names of own and of ours, as keys of an object
	schema  *arrow.Schema
}

func newLayout(h *ingest.Header, objects bool, opt Options) *layout {
	l := &layout{to: opt.To, objects: objects, comma: ','}
	var fields []arrow.Field
	var metadata *arrow.Metadata
	switch {
	case h != nil && h.Schema != nil:
		if l.to == "" {
			l.to = Arrow
		}
		l.raw = h.Names
		fields = slices.Clone(h.Schema.Fields())
		m := h.Schema.Metadata()
		metadata = &m
	case h != nil:
		if l.to == "" {
			l.to = CSV
		}
		l.raw, l.comma = h.Names, h.Comma
	case l.to == "":
		l.to = JSONL
	}
	if objects && l.to != JSONL {
		l.raw = []string{inputColumn}
	}
	l.own = distinct(l.raw)
	if fields == nil {
		for _, name := range l.own {
			fields = append(fields, arrow.Field{Name: name, Type: arrow.BinaryTypes.String, Nullable: true})
		}
	}
	taken := map[string]bool{}
	for _, names := range [][]string{l.raw, l.own} {
		for _, name := range names {
			taken[strings.ToLower(name)] = true
		}
	}
	for _, c := range columns {
		if !c.Verdict && !opt.All {
			continue
		}
		name := c.Name
		if objects && l.to == JSONL {
			name = prefix + name
		}
		for taken[name] {
			name = prefix + name
		}
		l.ours, l.names = append(l.ours, c), append(l.names, name)
		fields = append(fields, arrow.Field{Name: name, Type: c.kind.arrow(), Nullable: true})
	}
	for _, name := range slices.Concat(l.own, l.names) {
		l.quoted = append(l.quoted, append(words.AppendQuoted(nil, name), ':'))
	}
	l.schema = arrow.NewSchema(fields, metadata)
	return l
}

// distinct gives each column a name of its own, as objects and engines ask for: a second "a" is a_2, one without a name column_3.
func distinct(names []string) []string {
	out := make([]string, len(names))
	taken := map[string]bool{}
	for _, name := range names {
		taken[strings.ToLower(name)] = true
	}
	met := map[string]bool{}
	for i, name := range names {
		name = strings.ToValidUTF8(name, "\uFFFD")
		if name == "" {
			name = "column_" + strconv.Itoa(i+1)
		}
		free := name
		for n := 2; met[strings.ToLower(free)] || free != name && taken[strings.ToLower(free)]; n++ {
			free = name + "_" + strconv.Itoa(n)
		}
		met[strings.ToLower(free)] = true
		out[i] = free
	}
	return out
}

// noRows is a batch without a row.
func (l *layout) noRows() arrow.RecordBatch {
	b := array.NewRecordBuilder(memory.DefaultAllocator, l.schema)
	defer b.Release()
	return b.NewRecordBatch()
}

// arrowRows makes a batch of rows. Own columns of Arrow are taken over as they are.
func (l *layout) arrowRows(b *ingest.Batch, rows []row) arrow.RecordBatch {
	cols := make([]arrow.Array, 0, len(l.schema.Fields()))
	defer func() {
		for _, c := range cols {
			c.Release()
		}
	}()
	for k := range l.own {
		if b.Own != nil {
			c := b.Own.Column(k)
			c.Retain()
			cols = append(cols, c)
			continue
		}
		to := array.NewStringBuilder(memory.DefaultAllocator)
		for i := range rows {
			if v, ok := l.cell(&rows[i], k); ok {
				to.Append(strings.ToValidUTF8(v, "\uFFFD"))
			} else {
				to.AppendNull()
			}
		}
		cols = append(cols, to.NewArray())
		to.Release()
	}
	if b.Own == nil && l.raw != nil && len(rows) == 0 {
		return l.noRows()
	}
	for k := range l.ours {
		cols = append(cols, l.ours[k].array(rows))
	}
	return array.NewRecordBatch(l.schema, cols, int64(len(rows)))
}

// cell is an own column of a row of text; false where it has none.
func (l *layout) cell(r *row, column int) (string, bool) {
	switch {
	case r.original == nil:
		return "", false
	case l.objects:
		return r.original.Object, true
	case column >= len(r.original.Cells):
		return "", false
	}
	return r.original.Cells[column], true
}

// array is the column of these rows.
func (c *Column) array(rows []row) arrow.Array {
	mem := memory.DefaultAllocator
	if c.kind == text {
		to := array.NewStringBuilder(mem)
		defer to.Release()
		to.Reserve(len(rows))
		for i := range rows {
			if v, ok := c.text(&rows[i]); ok {
				to.Append(strings.ToValidUTF8(v, "\uFFFD"))
			} else {
				to.AppendNull()
			}
		}
		return to.NewArray()
	}
	to := array.NewBuilder(mem, c.kind.arrow())
	defer to.Release()
	for i := range rows {
		v, ok := c.number(&rows[i])
		switch to := to.(type) {
		case *array.Int64Builder:
			to.AppendValues([]int64{v}, []bool{ok})
		case *array.BooleanBuilder:
			to.AppendValues([]bool{v != 0}, []bool{ok})
		case *array.TimestampBuilder:
			to.AppendValues([]arrow.Timestamp{arrow.Timestamp(v)}, []bool{ok})
		}
	}
	return to.NewArray()
}

// appendText appends the value of a column as a CSV file has it; false for null.
func (c *Column) appendText(b []byte, r *row) ([]byte, bool) {
	if c.kind == text {
		v, ok := c.text(r)
		return append(b, v...), ok
	}
	v, ok := c.number(r)
	switch {
	case !ok:
		return b, false
	case c.kind == flag:
		return strconv.AppendBool(b, v != 0), true
	case c.kind == moment:
		return time.UnixMicro(v).UTC().AppendFormat(b, "2006-01-02T15:04:05.999999Z"), true
	}
	return strconv.AppendInt(b, v, 10), true
}

// appendJSON appends the value of a column as JSON; false, and nothing, for null.
func (c *Column) appendJSON(b []byte, r *row) ([]byte, bool) {
	switch {
	case c.kind == text:
		v, ok := c.text(r)
		if !ok {
			return b, false
		}
		return words.AppendQuoted(b, v), true
	case c.kind == moment:
		v, ok := c.appendText(append(b, '"'), r)
		if !ok {
			return b, false
		}
		return append(v, '"'), true
	}
	return c.appendText(b, r)
}

func (l *layout) csvHeader() (b []byte) {
	for i, name := range slices.Concat(l.raw, l.names) {
		if i > 0 {
			b = append(b, l.comma)
		}
		b = l.appendCell(b, name)
	}
	return append(b, '\n')
}

func (l *layout) appendCSV(b []byte, in *ingest.Batch, r *row) []byte {
	start := len(b)
	for k := range l.raw {
		v, ok := l.cell(r, k)
		if in.Own != nil {
			if c, i := in.Own.Column(k), int(r.number-in.OwnRow); c.IsValid(i) {
				v, ok = c.ValueStr(i), true
			}
		}
		if ok {
			b = l.appendCell(b, v)
		}
		b = append(b, l.comma)
	}
	var scratch [64]byte
	for k := range l.ours {
		if c := &l.ours[k]; c.kind == text {
			if v, ok := c.text(r); ok {
				b = l.appendCell(b, v)
			}
		} else if v, ok := c.appendText(scratch[:0], r); ok {
			b = append(b, v...)
		}
		b = append(b, l.comma)
	}
	b[len(b)-1] = '\n'
	if len(b)-start == 1 { // one column that is empty: a line without anything is no row
		return append(b[:start], '"', '"', '\n')
	}
	return b
}

// appendCell appends a cell, in quotes where a reader would take it for something else without.
func (l *layout) appendCell(b []byte, v string) []byte {
	if strings.IndexByte(v, l.comma) < 0 && !strings.ContainsAny(v, "\"\r\n") && (v == "" || v[0] != ' ' && v[len(v)-1] != ' ') {
		return append(b, v...)
	}
	b = append(b, '"')
	for {
		i := strings.IndexByte(v, '"')
		if i < 0 {
			break
		}
		b = append(append(b, v[:i]...), '"', '"')
		v = v[i+1:]
	}
	return append(append(b, v...), '"')
}

func (l *layout) appendJSON(b []byte, in *ingest.Batch, r *row) []byte {
	b = append(b, '{')
	start := len(b)
	var taken map[string]bool
	switch {
	case l.objects:
		if r.original != nil {
			object := r.original.Object
			taken = keys(object)
			b = append(b, object[1:len(object)-1]...)
		}
		if len(b) > start {
			b = append(b, ',')
		}
	default:
		for k := range l.own {
			b = append(b, l.quoted[k]...)
			b = l.appendOwnJSON(b, in, r, k)
			b = append(b, ',')
		}
	}
	for k := range l.ours {
		b = l.appendKey(b, k, taken)
		v, ok := l.ours[k].appendJSON(b, r)
		if !ok {
			v = append(v, "null"...)
		}
		b = append(v, ',')
	}
	b[len(b)-1] = '}'
	return append(b, '\n')
}

// appendKey appends the key of a column of ours, with further prefixes where the object has it already.
func (l *layout) appendKey(b []byte, k int, taken map[string]bool) []byte {
	name := l.names[k]
	if !taken[name] {
		return append(b, l.quoted[len(l.own)+k]...)
	}
	for taken[name] {
		name = prefix + name
	}
	return append(words.AppendQuoted(b, name), ':')
}

// keys are the keys of an object in small letters, as far as they may be ours.
func keys(object string) map[string]bool {
	if !strings.Contains(object, prefix) && !strings.Contains(object, `\u`) {
		return nil
	}
	taken := map[string]bool{}
	d := json.NewDecoder(strings.NewReader(object))
	d.Token()
	for d.More() {
		name, err := d.Token()
		var value json.RawMessage
		if err != nil || d.Decode(&value) != nil {
			break
		}
		taken[strings.ToLower(name.(string))] = true
	}
	return taken
}

func (l *layout) appendOwnJSON(b []byte, in *ingest.Batch, r *row, k int) []byte {
	if in.Own == nil {
		if v, ok := l.cell(r, k); ok {
			return words.AppendQuoted(b, v)
		}
		return append(b, "null"...)
	}
	i := int(r.number - in.OwnRow)
	c := in.Own.Column(k)
	if c.IsNull(i) {
		return append(b, "null"...)
	}
	switch c := c.(type) {
	case *array.String:
		return words.AppendQuoted(b, c.Value(i))
	case *array.LargeString:
		return words.AppendQuoted(b, c.Value(i))
	case *array.Timestamp, array.ExtensionArray, *array.Dictionary:
		return words.AppendQuoted(b, c.ValueStr(i))
	}
	value, err := json.Marshal(c.GetOneForMarshal(i))
	if err != nil {
		return words.AppendQuoted(b, c.ValueStr(i)) // a number that JSON has not, as NaN
	}
	return append(b, bytes.ReplaceAll(value, []byte("\n"), nil)...)
}

func quoted(s string) []byte { return words.AppendQuoted(nil, s) }
