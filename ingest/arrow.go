package ingest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	flatbuffers "github.com/google/flatbuffers/go"

	"dwtriage/ingest/secrets"
	"dwtriage/ingest/unpack"
	"dwtriage/ingest/window"
	"dwtriage/ingest/words"
)

// arrowMagic begins a file of Arrow, which between it and its footer holds the stream.
const arrowMagic = "ARROW1\x00\x00"

// IsArrow reports whether a stream that begins with b, eight bytes of it, is one of Arrow IPC, or a file of it.
func IsArrow(b []byte) bool {
	return strings.HasPrefix(string(b), arrowMagic[:6]) || len(b) >= 8 && string(b[:4]) == "\xff\xff\xff\xff" && b[7] == 0
}

// ReadArrow is [Read] for a stream, or file, of Arrow IPC: its columns are found by their names as those of a CSV file, and each row
// becomes what a row of a CSV file with these texts would become. Rows are numbered from 1, and have no offset. The columns
// themselves are in [Batch.Own], of any type, as they came, but for what is secret in their texts. An input without a byte is one without
// columns. A stream that is damaged, or ends too soon, is the Problem of its file, behind all that came before.
func ReadArrow(ctx context.Context, path string, in io.Reader, opt Options, emit func(*Batch) error) error {
	opt.Originals = true
	run := newRun(ctx, opt, emit)
	r := run.begin(unpack.Member{Path: path}, strings.NewReader(""), window.Options{})
	r.account.Format = "arrow"
	if err := r.arrow(in); err != nil {
		return err
	}
	if err := r.close(false); err != nil {
		return err
	}
	return run.b.flush()
}

// arrow reads the stream. What is wrong with it is a Problem; an error ends the run.
func (r *file) arrow(in io.Reader) (fatal error) {
	a := arrowReader{file: r}
	defer func() {
		// The reader looks into buffers by offsets that it was sent. It catches what goes wrong in it, but not what does later,
		// when a value is asked for.
		if p := recover(); p != nil {
			fatal = nil
			r.account.Problem = a.damaged(fmt.Errorf("%v", p))
		}
	}()
	buffered := bufio.NewReaderSize(in, 1<<16)
	if magic, err := buffered.Peek(len(arrowMagic)); err == nil && string(magic) == arrowMagic {
		buffered.Discard(len(arrowMagic))
	} else if len(magic) == 0 && err == io.EOF {
		return nil
	}
	whole, err := checkedSchema(buffered)
	if err != nil {
		r.account.Problem = a.damaged(err)
		return nil
	}
	stream, err := ipc.NewReader(whole, ipc.WithAllocator(bounded{memory.DefaultAllocator}), ipc.WithBodySizeLimit(mostArrowBatch), ipc.WithMetadataSizeLimit(mostArrowBatch))
	if err != nil {
		r.account.Problem = a.damaged(err)
		return nil
	}
	defer stream.Release()
	if err := a.begin(stream.Schema()); err != nil || r.account.Problem != nil {
		return err
	}
	for stream.Next() {
		a.batch++
		if err := a.rows(stream.RecordBatch()); err != nil || r.account.Problem != nil {
			return err
		}
	}
	if err := stream.Err(); err != nil && !errors.Is(err, io.EOF) {
		a.batch++
		r.account.Problem = a.damaged(err)
	}
	return nil
}

// mostArrowBatch is the largest batch that is taken, in bytes: it lies in memory as a whole. Engines send some 10,000 rows, or 64 MB.
const mostArrowBatch = 1 << 30

// bounded is memory for batches that claim no more than the largest one may have: the reader allocates what a compressed buffer says that it
// unpacks to. What it panics with the reader makes an error of.
type bounded struct{ memory.Allocator }

func (m bounded) Allocate(n int) []byte {
	if n > mostArrowBatch {
		panic(fmt.Sprintf("a buffer of %s bytes, the limit is %s", words.Thousands(n), words.Thousands(mostArrowBatch)))
	}
	return m.Allocator.Allocate(n)
}

func (m bounded) Reallocate(n int, b []byte) []byte {
	if n > mostArrowBatch {
		panic(fmt.Sprintf("a buffer of %s bytes, the limit is %s", words.Thousands(n), words.Thousands(mostArrowBatch)))
	}
	return m.Allocator.Reallocate(n, b)
}

// checkedSchema looks at the schema before the reader does, which makes room for as many fields as it claims to have. It gives the whole
// stream back. What it asks of the layout is in Message.fbs and Schema.fbs of the Arrow format; offsets that lead out of the message
// panic here and are caught as damage.
func checkedSchema(in *bufio.Reader) (io.Reader, error) {
	head := make([]byte, 8)
	if _, err := io.ReadFull(in, head); err != nil {
		return nil, err
	}
	size := binary.LittleEndian.Uint32(head[4:])
	if string(head[:4]) != "\xff\xff\xff\xff" || size > mostSchema {
		return nil, errors.New("it does not begin with a schema")
	}
	message := make([]byte, size)
	if _, err := io.ReadFull(in, message); err != nil {
		return nil, err
	}
	const header, fields, children = 8, 6, 14 // places in the tables Message, Schema and Field
	root := flatbuffers.Table{Bytes: message, Pos: flatbuffers.GetUOffsetT(message)}
	left := len(message)
	var check func(t flatbuffers.Table, list flatbuffers.VOffsetT)
	check = func(t flatbuffers.Table, list flatbuffers.VOffsetT) {
		o := flatbuffers.UOffsetT(t.Offset(list))
		if o == 0 {
			return
		}
		n := t.VectorLen(o)
		if left -= n * 4; n < 0 || left < 0 {
			panic("more fields than it has room for")
		}
		for i := range n {
			at := t.Vector(o) + flatbuffers.UOffsetT(i*4)
			check(flatbuffers.Table{Bytes: message, Pos: t.Indirect(at)}, children)
		}
	}
	if o := flatbuffers.UOffsetT(root.Offset(header)); o != 0 {
		var schema flatbuffers.Table
		root.Union(&schema, o)
		check(schema, fields)
	}
	return io.MultiReader(bytes.NewReader(append(head, message...)), in), nil
}

// mostSchema is the longest schema that is taken, in bytes: that of 100,000 columns.
const mostSchema = 16 << 20

// An arrowReader reads the batches of one stream.
type arrowReader struct {
	file  *file
	grid  grid
	batch int   // the number of the batch, from 1
	row   int64 // the rows before
}

// damaged says where a stream broke.
func (a *arrowReader) damaged(err error) error {
	where := "before its first batch"
	if a.batch > 0 {
		where = fmt.Sprintf("in batch %d, behind row %s", a.batch, words.Thousands(a.row))
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		err = errors.New("it ends too soon")
	}
	read := "no row was read"
	if a.row > 0 {
		read = "the rows before it were read"
	}
	return fmt.Errorf("%s: the Arrow stream is damaged %s: %v; %s, send it again", a.file.account.Path, where, err, read)
}

// begin finds the columns of a log among those of the stream.
func (a *arrowReader) begin(s *arrow.Schema) error {
	r := a.file
	if len(s.Fields()) > r.run.lim.Columns {
		r.account.Problem = mayHold(r.account.Path, "%s columns, the limit is %s: raise --max-columns if it is a log", words.Thousands(len(s.Fields())), words.Thousands(r.run.lim.Columns))
		return nil
	}
	names := make([][]byte, len(s.Fields()))
	for i, f := range s.Fields() {
		names[i] = []byte(f.Name)
	}
	t := r.headed(names)
	if t == nil {
		r.account.Problem = notALog(r.account.Path, "no column with the text of an error or a trace (found: %s): needed is %s; send the log with that column", headingNames(names), needed)
		return nil
	}
	t.tell(&r.account)
	a.grid = grid{r, t}
	h := &Header{Names: t.headings, Schema: s}
	h.find(t.slots)
	return r.run.b.head(h)
}

// arrowRows is how many rows of a batch go on together: workers share large ones.
const arrowRows = 2048

// rows makes records of a batch, some rows at a time.
func (a *arrowReader) rows(rec arrow.RecordBatch) error {
	b := a.file.run.b
	header := b.header
	// All of a batch is looked at before any of it goes on: a value that its offsets lead nowhere for would break whoever writes it.
	for i, c := range rec.Columns() {
		if err := checkArray(c.Data()); err != nil {
			a.file.account.Problem = a.damaged(fmt.Errorf("column %s: %w", printableName(header.Names[i]), err))
			return nil
		}
	}
	n := rec.NumRows()
	for from := int64(0); from < n; {
		until := from
		for ; until < n && until-from < arrowRows && !b.full(); until++ {
			if err := a.entry(rec, int(until)); err != nil {
				return err
			}
		}
		b.own, b.ownRow = ownBatch(header, rec.NewSlice(from, until)), a.row-(until-from)+1
		if err := b.flush(); err != nil {
			return err
		}
		from = until
	}
	return nil
}

func printableName(name string) string { return fmt.Sprintf("%.40q", secrets.Clean(name)) }

// entry makes a record of a row.
func (a *arrowReader) entry(rec arrow.RecordBatch, i int) error {
	a.row++
	f := a.grid.begin()
	empty := reasonEmpty
	for k := range rec.Columns() {
		if c := rec.Column(k); c.IsValid(i) && len(bytes.TrimSpace(arrowText(c, i))) > 0 {
			empty = reasonNoText
			break
		}
	}
	for k, s := range a.grid.table.slots {
		if s == slotNone {
			continue
		}
		if v := arrowText(rec.Column(k), i); a.grid.wants(s, v) && string(v) != "NULL" {
			f.put(s, v)
		}
	}
	return a.grid.close(place{row: a.row, offset: -1, length: -1}, empty, func() string {
		if a.grid.table.secret {
			return ""
		}
		var all []byte
		for k := range rec.Columns() {
			if len(all) > 1024 {
				break
			}
			all = append(append(all, arrowText(rec.Column(k), i)...), ' ')
		}
		return secrets.Excerpt([]byte(strings.ToValidUTF8(string(all), "\uFFFD")))
	})
}

// arrowText is a value as a CSV file would print it: times as ISO, with their zone where they have one. Null is nothing.
func arrowText(c arrow.Array, i int) []byte {
	if c.IsNull(i) {
		return nil
	}
	switch c := c.(type) {
	case *array.String:
		return validText(c.Value(i))
	case *array.LargeString:
		return validText(c.Value(i))
	case *array.StringView:
		return validText(c.Value(i))
	case *array.Binary:
		return validText(string(c.Value(i)))
	case *array.LargeBinary:
		return validText(string(c.Value(i)))
	case *array.BinaryView:
		return validText(string(c.Value(i)))
	case *array.FixedSizeBinary:
		if v := c.Value(i); len(v) == 16 {
			return fmt.Appendf(nil, "%x-%x-%x-%x-%x", v[:4], v[4:6], v[6:8], v[8:10], v[10:])
		}
	case *array.Timestamp:
		t := c.DataType().(*arrow.TimestampType)
		layout := "2006-01-02T15:04:05.999999999"
		if t.TimeZone != "" {
			layout += "Z"
		}
		return []byte(c.Value(i).ToTime(t.Unit).UTC().Format(layout))
	case *array.Dictionary:
		return arrowText(c.Dictionary(), c.GetValueIndex(i))
	case array.ExtensionArray:
		return arrowText(c.Storage(), i)
	}
	return []byte(c.ValueStr(i))
}

// validText is a text without what a text file cannot hold either.
func validText(s string) []byte {
	return []byte(strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD"))
}

// checkArray looks for offsets and indices that lead out of their buffers, at any depth.
func checkArray(d arrow.ArrayData) error {
	x := array.MakeFromData(d)
	defer x.Release()
	if v, ok := x.(interface{ ValidateFull() error }); ok {
		if err := v.ValidateFull(); err != nil {
			return err
		}
	}
	switch x := x.(type) {
	case *array.List:
		return checkNested(x)
	case *array.LargeList:
		return checkNested(x)
	case *array.Map:
		return checkNested(x)
	case *array.FixedSizeList:
		return checkNested(x)
	case *array.ListView:
		return checkNested(x)
	case *array.LargeListView:
		return checkNested(x)
	case *array.Struct:
		for k := range x.NumField() {
			if err := checkArray(x.Field(k).Data()); err != nil {
				return err
			}
		}
	case *array.Dictionary:
		for i := range x.Len() {
			if x.IsValid(i) && uint(x.GetValueIndex(i)) >= uint(x.Dictionary().Len()) {
				return fmt.Errorf("value %d of its dictionary, which has %d", x.GetValueIndex(i), x.Dictionary().Len())
			}
		}
		return checkArray(x.Dictionary().Data())
	case array.ExtensionArray:
		return checkArray(x.Storage().Data())
	}
	return nil
}

func checkNested(x array.ListLike) error {
	values := x.ListValues()
	for i := range x.Len() {
		if from, until := x.ValueOffsets(i); x.IsValid(i) && (from < 0 || until < from || until > int64(values.Len())) {
			return fmt.Errorf("a list from %d to %d of %d values", from, until, values.Len())
		}
	}
	return checkArray(values.Data())
}

// ownBatch is rec as it may leave ingest. It takes rec over.
func ownBatch(h *Header, rec arrow.RecordBatch) arrow.RecordBatch {
	columns := make([]arrow.Array, len(h.Names))
	changed := false
	named := namesSecrets(rec.Columns(), h.roles)
	for i, c := range rec.Columns() {
		columns[i] = c
		if d, ok := withoutSecrets(c.Data(), h.secretsOf(i, named)); ok {
			columns[i], changed = array.MakeFromData(d), true
			d.Release()
		}
	}
	if !changed {
		return rec
	}
	out := array.NewRecordBatch(rec.Schema(), columns, rec.NumRows())
	for i, c := range columns {
		if c != rec.Column(i) {
			c.Release()
		}
	}
	rec.Release()
	return out
}

// An is says which values of a column are secrets by what they are called.
type is struct {
	name  bool   // all are
	word  bool   // those that are no word
	named []bool // by row: those beside the name of one; nil: none
}

// secretsOf says it of a column in rows of which some hold the name of a secret.
func (h *Header) secretsOf(column int, named []bool) is {
	which := is{name: h.secret[column], word: h.word[column]}
	if h.roles != nil && h.roles[column] == secrets.Holding {
		which.named = named
	}
	return which
}

func (s is) secret(i int, v []byte) bool {
	return s.name || s.named != nil && s.named[i] || s.word && secrets.Odd(v)
}

// namesSecrets says in which rows a column holds the name of a secret, whose value is in another one; nil: in none.
func namesSecrets(columns []arrow.Array, roles []secrets.Role) (named []bool) {
	for k, role := range roles {
		if role != secrets.Naming {
			continue
		}
		for i := range columns[k].Len() {
			if nameOfSecret(arrowText(columns[k], i)) {
				if named == nil {
					named = make([]bool, columns[k].Len())
				}
				named[i] = true
			}
		}
	}
	return named
}

// withoutSecrets gives the data of a column with marks for the secrets in its texts, at any depth; false when there are none. Of a value
// that is secret by what it is called nothing is shown, and where one is that is no text all of them become null.
func withoutSecrets(d arrow.ArrayData, secret is) (arrow.ArrayData, bool) {
	x := array.MakeFromData(d)
	defer x.Release()
	switch x := x.(type) {
	case *array.String:
		return cleanTexts(x, secret, array.NewStringBuilder(memory.DefaultAllocator))
	case *array.LargeString:
		return cleanTexts(x, secret, array.NewLargeStringBuilder(memory.DefaultAllocator))
	case *array.StringView:
		return cleanTexts(x, secret, array.NewStringViewBuilder(memory.DefaultAllocator))
	case *array.Binary:
		return cleanBytes(x, secret, array.NewBinaryBuilder(memory.DefaultAllocator, arrow.BinaryTypes.Binary))
	case *array.LargeBinary:
		return cleanBytes(x, secret, array.NewBinaryBuilder(memory.DefaultAllocator, arrow.BinaryTypes.LargeBinary))
	case *array.BinaryView:
		return cleanBytes(x, secret, array.NewBinaryViewBuilder(memory.DefaultAllocator))
	}
	if (secret.name || secret.named != nil) && x.NullN() < x.Len() {
		null := array.MakeArrayOfNull(memory.DefaultAllocator, d.DataType(), d.Len())
		defer null.Release()
		null.Data().Retain()
		return null.Data(), true
	}
	if dict, ok := d.Dictionary().(*array.Data); ok && dict != nil {
		clean, changed := withoutSecrets(dict, is{word: secret.word})
		if !changed {
			return nil, false
		}
		defer clean.Release()
		return array.NewDataWithDictionary(d.DataType(), d.Len(), d.Buffers(), d.NullN(), d.Offset(), clean.(*array.Data)), true
	}
	var children []arrow.ArrayData
	var h Header // of the fields
	var named []bool
	if fields, ok := d.DataType().(*arrow.StructType); ok {
		slots := make([]slot, fields.NumFields())
		for i, field := range fields.Fields() {
			h.Names = append(h.Names, field.Name)
			slots[i] = slotOf([]byte(field.Name))
		}
		h.find(slots)
		named = namesSecrets(arraysOf(d.Children(), h.roles), h.roles)
	}
	for i, child := range d.Children() {
		var which is
		if h.Names != nil {
			which = h.secretsOf(i, named)
		}
		if clean, changed := withoutSecrets(child, which); changed {
			if children == nil {
				children = append(children, d.Children()...)
			}
			children[i] = clean
			defer clean.Release()
		}
	}
	if children == nil {
		return nil, false
	}
	return array.NewData(d.DataType(), d.Len(), d.Buffers(), children, d.NullN(), d.Offset()), true
}

// arraysOf makes arrays of columns, where one of them is asked for.
func arraysOf(data []arrow.ArrayData, roles []secrets.Role) []arrow.Array {
	if roles == nil {
		return nil
	}
	arrays := make([]arrow.Array, len(data))
	for i, d := range data {
		arrays[i] = array.MakeFromData(d)
	}
	return arrays
}

// cleanTexts gives the data of a column of texts with marks in it; false when it needs none.
func cleanTexts[A interface {
	arrow.Array
	Value(int) string
}, B interface {
	array.Builder
	Append(string)
}](x A, secret is, to B) (arrow.ArrayData, bool) {
	return cleaned(x, secret, to, func(i int) []byte { return []byte(x.Value(i)) }, func(v []byte) { to.Append(string(v)) })
}

func cleanBytes[A interface {
	arrow.Array
	Value(int) []byte
}, B interface {
	array.Builder
	Append([]byte)
}](x A, secret is, to B) (arrow.ArrayData, bool) {
	return cleaned(x, secret, to, x.Value, to.Append)
}

func cleaned(x arrow.Array, secret is, to array.Builder, value func(int) []byte, add func([]byte)) (arrow.ArrayData, bool) {
	defer to.Release()
	var arena window.Arena
	changed := false
	for i := range x.Len() {
		if x.IsNull(i) {
			if changed {
				to.AppendNull()
			}
			continue
		}
		v := value(i)
		clean := v
		if len(v) > 0 && secret.secret(i, v) {
			clean = []byte(secrets.Mark)
		} else if !secrets.Plain(v) {
			arena.Reset()
			clean, _ = secrets.Withhold(&arena, v)
		}
		if !changed && string(clean) != string(v) {
			changed = true
			to.Reserve(x.Len())
			for k := range i {
				if x.IsNull(k) {
					to.AppendNull()
				} else {
					add(value(k))
				}
			}
		}
		if changed {
			add(clean)
		}
	}
	if !changed {
		return nil, false
	}
	out := to.NewArray()
	defer out.Release()
	out.Data().Retain()
	return out.Data(), true
}
