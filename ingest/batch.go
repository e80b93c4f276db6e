package ingest

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"dwtriage/ingest/secrets"
	"dwtriage/ingest/unpack"
)

// Logs, the two kinds of log a record can come from (column log).
const (
	DualWrite   = "dualwrite"
	PluginTrace = "plugintrace"
)

// Outcomes of a record (column outcome). A plug-in trace without exception text is OK.
const (
	Error = "error"
	OK    = "ok"
)

// Columns of a record in the order of Schema, for direct access: b.Records.Column(ingest.ColErrorText).
const (
	ColRecordID = iota
	ColFile
	ColRow
	ColByteOffset
	ColByteLength
	ColLog
	ColOccurredAt
	ColOccurredRaw
	ColEntity
	ColCompany
	ColTypeName
	ColMessageName
	ColMode
	ColOperationType
	ColDepth
	ColDurationMS
	ColCorrelationID
	ColRequestID
	ColActivityID
	ColErrorText
	ColTraceText
	ColOutcome
	ColTruncated
	ColWithheld
	ColRecordKey
	ColStartedAt
	ColTextIDs
	NumColumns
)

// Written out because package arrow/extensions, which has a UUID type, pulls all of parquet in.
var uuidMetadata = arrow.NewMetadata([]string{"ARROW:extension:name", "ARROW:extension:metadata"}, []string{"arrow.uuid", ""})

var schema = arrow.NewSchema([]arrow.Field{
	ColRecordID:      {Name: "record_id", Type: &arrow.FixedSizeBinaryType{ByteWidth: 16}, Metadata: uuidMetadata},
	ColFile:          {Name: "file", Type: arrow.BinaryTypes.String},
	ColRow:           {Name: "row", Type: arrow.PrimitiveTypes.Int64},
	ColByteOffset:    {Name: "byte_offset", Type: arrow.PrimitiveTypes.Int64},
	ColByteLength:    {Name: "byte_length", Type: arrow.PrimitiveTypes.Int64},
	ColLog:           {Name: "log", Type: arrow.BinaryTypes.String},
	ColOccurredAt:    {Name: "occurred_at", Type: &arrow.TimestampType{Unit: arrow.Microsecond}, Nullable: true},
	ColOccurredRaw:   {Name: "occurred_raw", Type: arrow.BinaryTypes.String, Nullable: true},
	ColEntity:        {Name: "entity", Type: arrow.BinaryTypes.String, Nullable: true},
	ColCompany:       {Name: "company", Type: arrow.BinaryTypes.String, Nullable: true},
	ColTypeName:      {Name: "type_name", Type: arrow.BinaryTypes.String, Nullable: true},
	ColMessageName:   {Name: "message_name", Type: arrow.BinaryTypes.String, Nullable: true},
	ColMode:          {Name: "mode", Type: arrow.BinaryTypes.String, Nullable: true},
	ColOperationType: {Name: "operation_type", Type: arrow.BinaryTypes.String, Nullable: true},
	ColDepth:         {Name: "depth", Type: arrow.PrimitiveTypes.Int32, Nullable: true},
	ColDurationMS:    {Name: "duration_ms", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
	ColCorrelationID: {Name: "correlation_id", Type: arrow.BinaryTypes.String, Nullable: true},
	ColRequestID:     {Name: "request_id", Type: arrow.BinaryTypes.String, Nullable: true},
	ColActivityID:    {Name: "activity_id", Type: arrow.BinaryTypes.String, Nullable: true},
	ColErrorText:     {Name: "error_text", Type: arrow.BinaryTypes.String, Nullable: true},
	ColTraceText:     {Name: "trace_text", Type: arrow.BinaryTypes.String, Nullable: true},
	ColOutcome:       {Name: "outcome", Type: arrow.BinaryTypes.String},
	ColTruncated:     {Name: "truncated", Type: arrow.BinaryTypes.String, Nullable: true},
	ColWithheld:      {Name: "withheld", Type: arrow.BinaryTypes.String, Nullable: true},
	ColRecordKey:     {Name: "record_key", Type: arrow.BinaryTypes.String, Nullable: true},
	ColStartedAt:     {Name: "started_at", Type: &arrow.TimestampType{Unit: arrow.Microsecond}, Nullable: true},
	ColTextIDs:       {Name: "text_ids", Type: arrow.BinaryTypes.String, Nullable: true},
}, nil)

// Schema is the Arrow schema of the records that Read emits, in the order of the Col constants: identity and
// place (record_id, file, row, byte_offset, byte_length), what the log says (log to outcome), then
// truncated, which of error_text and trace_text the exporting tool cut short, withheld, what was left out of
// them because it is secret, record_key, the business key of the row that failed where a column gives it, started_at,
// when the plug-in began where a column gives it beside the time of the entry, and text_ids, the ids of operations that
// the texts name ("correlation:GUID activity:GUID"). Times are UTC in microseconds. A column that is null was not given;
// no text is empty.
func Schema() *arrow.Schema { return schema }

// A Batch is what moves from room to room: records as columns, the rows that could not
// become records, and the files that were finished while the batch was filled. A batch may
// hold records of several files. Whoever receives a Batch owns it and calls Release once.
type Batch struct {
	// Records has Schema, and after classification the verdict columns behind it.
	// It is nil when the batch carries only rejects or files.
	Records arrow.RecordBatch
	Rejects []Reject
	Files   []File
	// Cut lists the records, by their index in Records and in ascending order, that end where their file ends, without
	// the end of a line or cell: the file may have been copied while it was written, and the same record may come whole
	// later. Nearly always it is nil; there is at most one such row in a file.
	Cut []int
	// With Options.Originals: what the rows are made of, and each of them as its file has it, where it could be told from its
	// neighbours. A row's records and rejects are all in the batch that has its original. Of a file of Arrow it is Own, whose rows begin
	// with number OwnRow; every one of them has a record or a reject in the batch.
	Header    *Header
	Originals []Original
	Own       arrow.RecordBatch
	OwnRow    int64
}

// Len is the number of records in b.
func (b *Batch) Len() int {
	if b.Records == nil {
		return 0
	}
	return int(b.Records.NumRows())
}

// Bytes is how much memory the columns of the records take, as far as they are read and not yet judged.
func (b *Batch) Bytes() (n int64) {
	for i := range b.Originals {
		n += int64(b.Originals[i].size())
	}
	if b.Records == nil {
		return n
	}
	for _, c := range b.Records.Columns() {
		for _, x := range c.Data().Buffers() {
			if x != nil {
				n += int64(x.Len())
			}
		}
	}
	return n
}

// Release gives the memory of the records back. The batch must not be used afterwards.
func (b *Batch) Release() {
	if b.Records != nil {
		b.Records.Release()
		b.Records = nil
	}
	if b.Own != nil {
		b.Own.Release()
		b.Own = nil
	}
}

// shift adds n to the numbers of all rows in b, which nobody else has seen yet.
func (b *Batch) shift(n int64) {
	if b.Records != nil {
		rows := b.Records.Column(ColRow).(*array.Int64).Int64Values()
		for i := range rows {
			rows[i] += n
		}
	}
	for i := range b.Rejects {
		b.Rejects[i].Row += n
	}
}

// A Reject is a row that could not become a record: data with a position and a reason.
type Reject struct {
	File       string // as in column file
	Row        int64  // ordinal of the row in its file, the header being row 1
	ByteOffset int64  // of the row in the decompressed file, -1 where unknown
	ByteLength int64  // bytes left out because of the reject
	Column     string // heading of the offending column, empty when the whole row is meant
	Reason     string // short and the same for every row with this mistake, so that rejects group
	Excerpt    string // at most 200 bytes of the offending text
}

func (r Reject) Error() string {
	where := fmt.Sprintf("%s:%d: ", r.File, r.Row)
	if r.Column != "" {
		where += r.Column + ": "
	}
	return fmt.Sprintf("%s%s: %.40q", where, r.Reason, r.Excerpt)
}

// A File is the account of one input file (or archive member) after it was read:
// Read = records emitted + Rejected + Filtered.
type File struct {
	Path      string   // as in column file: slash-separated, a member as archive.zip/member.csv, a second one of that name as archive.zip/member.csv (2)
	Source    string   // the path of the source that it is or is in
	Bytes     int64    // decompressed
	Digest    string   // xxh3-128 of the decompressed bytes, hex
	Container string   // outermost to innermost, "zip", "zip gz"; empty for a plain file
	Encoding  string   // utf-8, utf-16le, utf-16be, windows-1252
	Format    string   // csv, xlsx, json, xml, text; empty when it was not recognised
	Log       string   // dualwrite, plugintrace, "mixed", or empty without records
	Sheet     string   // worksheet of a workbook that was read
	Sheets    []string // the other ones, and what they hold
	Delimiter string   // of a CSV file
	Columns   []Column // headings or keys that were met, in their order; at most 200
	Read      int64
	Rejected  int64
	Filtered  int64
	Skipped   int64     // bytes that belong to no row: headings, blank lines, brackets
	Truncated int64     // records with a text that was cut short
	Withheld  int64     // records with something left out because it is secret
	From, To  time.Time // period that the records cover; zero without a time
	NoZone    bool      // a time named no zone and was taken for one of Options.Zone
	Warnings  []string  // what a person should know, a sentence each
	Counted   int64     // rows that the export says there are, of several pages the largest number; 0: it says nothing
	// Incomplete says that by its own words the file is not the whole export: there is a further page. A warning says so, too.
	Incomplete bool
	// Sampled says that only the start of the file was read (Options.Sample); Estimated is then
	// how many rows the whole file may have, -1 when nothing tells.
	Sampled   bool
	Estimated int64
	// Again is the number by which the database knows a file that was not read again (Options.Known); 0: it was read.
	Again int64
	// Problem is why the file could not be read, or not to its end; nil otherwise. Records
	// and rejects found before it count. The text names the file and what to do.
	Problem error
}

// A Column is a heading or key of a file and the column of a record it feeds. Feeds is empty
// when the column is ignored, and "withheld" when it is never read because it is secret.
type Column struct{ Heading, Feeds string }

// ErrNotALog is wrapped by File.Problem when a file holds nothing that looks like a log.
var ErrNotALog = unpack.ErrNoLog

// A record is one log entry while it is put together. Empty text means "not given". Byte
// slices may point into the window or the arena of the row: builder.add copies them.
type record struct {
	id            [16]byte // the log's own GUID; zero when it has none
	row           int64
	offset        int64
	length        int64
	log           string
	at            time.Time // zero when the time is not known
	atRaw         []byte    // text of a time that could not be read without guessing
	started       time.Time // when the execution began; zero when no column says so
	entity        []byte
	company       []byte
	recordKey     []byte
	unwritten     bool // of what is not over yet, or was left out: who finds an ok record of a row takes the row for written, so its key is not stored
	typeName      []byte
	messageName   []byte
	mode          string
	operationType string
	depth         int32 // -1 when not given
	durationMS    int64 // -1 when not given
	correlationID []byte
	requestID     []byte
	activityID    []byte
	textIDs       []byte // see textIDs
	errorText     []byte
	traceText     []byte
	unended       bool          // it ends with its file and may go on, see file.unended
	failed        bool          // the log says so, with a text or without one
	cut           bool          // the error text has no end
	ok            bool          // the log says that nothing failed
	truncated     string        // names of the texts that were cut short before they were exported
	withheld      secrets.Kinds // what was left out
}

// lengths are the lengths of the longest text of r, and of all texts. All texts count, not only the long
// columns: 200 rows with a type name of 1 MiB each once held 638 MiB in a batch, and 8,192 of them overflow
// the offsets of the column, which are 32 bits.
func (r *record) lengths() (longest, sum int) {
	for _, n := range [...]int{len(r.atRaw), len(r.entity), len(r.company), len(r.recordKey), len(r.typeName), len(r.messageName), len(r.mode), len(r.operationType),
		len(r.correlationID), len(r.requestID), len(r.activityID), len(r.textIDs), len(r.errorText), len(r.traceText)} {
		longest = max(longest, n)
		sum += n
	}
	return longest, sum
}

// A builder collects rows into batches and hands each full one to emit. It keeps its columns as plain
// slices, which are as long as the longest batch so far, and copies them out at the end of each: see
// records.
type builder struct {
	source  string // being read
	mem     memory.Allocator
	emit    func(*Batch) error
	texts   [NumColumns]texts
	numbers [NumColumns]numbers
	rows    int
	bytes   int
	maxRows int
	rejects []Reject
	files   []File
	cut     []int
	ids     identities

	originals bool // rows are kept whole
	lastRow   int64
	header    *Header
	announce  bool // nobody has seen it yet
	kept      []Original
	own       arrow.RecordBatch
	ownRow    int64
}

// A batch is full at 2 MB of text or 8,192 rows, whichever comes first: a row of a trace may be many times
// as long as one of a stock view. From 1 to 4 MB are alike in speed, 4 MB cost 35 MB more memory in a run and 16 MB
// 180 MB, since some eight batches are under way at once, with what is drawn of them. Rejects and files have bounds of
// their own, since a file of nothing but broken rows fills no batch, and the accounts of members without a record would
// wait for the end of the run.
const (
	batchBytes   = 2 << 20
	batchRows    = 8192
	batchRejects = 4096
	batchFiles   = 1024
)

func newBuilder(mem memory.Allocator, maxRows int, emit func(*Batch) error) *builder {
	if mem == nil {
		mem = memory.DefaultAllocator
	}
	if maxRows <= 0 {
		maxRows = batchRows
	}
	return &builder{mem: mem, emit: emit, maxRows: maxRows}
}

// add appends r as a record of file. It sets outcome and record_id. A plug-in trace without exception text
// went well unless the log says otherwise, as traces are also written of executions that did; a dual-write
// log has such rows only where a status says so, and else a record without a text is an error whose text is missing.
func (b *builder) add(file string, r *record) error {
	if err := b.whole(r.row); err != nil {
		return err
	}
	outcome := Error
	if r.ok || len(r.errorText) == 0 && r.log == PluginTrace && !r.failed {
		outcome = OK
	}
	id := b.ids.of(r)
	i := b.rows
	b.texts[ColRecordID].data = append(b.texts[ColRecordID].data, id[:]...)
	addText(b, ColFile, file)
	b.numbers[ColRow].push(i, r.row)
	b.numbers[ColByteOffset].push(i, r.offset)
	b.numbers[ColByteLength].push(i, r.length)
	addText(b, ColLog, r.log)
	if !r.at.IsZero() {
		b.numbers[ColOccurredAt].push(i, r.at.UnixMicro())
	}
	addText(b, ColOccurredRaw, r.atRaw)
	addText(b, ColEntity, r.entity)
	addText(b, ColCompany, r.company)
	addText(b, ColTypeName, r.typeName)
	addText(b, ColMessageName, r.messageName)
	addText(b, ColMode, r.mode)
	addText(b, ColOperationType, r.operationType)
	if r.depth >= 0 {
		b.numbers[ColDepth].push(i, int64(r.depth))
	}
	if r.durationMS >= 0 {
		b.numbers[ColDurationMS].push(i, r.durationMS)
	}
	addText(b, ColCorrelationID, r.correlationID)
	addText(b, ColRequestID, r.requestID)
	addText(b, ColActivityID, r.activityID)
	addText(b, ColErrorText, r.errorText)
	addText(b, ColTraceText, r.traceText)
	addText(b, ColOutcome, outcome)
	addText(b, ColTruncated, r.truncated)
	if r.withheld != 0 {
		addText(b, ColWithheld, r.withheld.String())
	}
	if !r.unwritten {
		addText(b, ColRecordKey, r.recordKey)
	}
	if !r.started.IsZero() {
		b.numbers[ColStartedAt].push(i, r.started.UnixMicro())
	}
	addText(b, ColTextIDs, r.textIDs)
	if r.unended {
		b.cut = append(b.cut, b.rows)
	}
	b.rows++
	// 256 is about what the numbers, offsets and bits of a row take.
	_, sum := r.lengths()
	b.bytes += sum + len(file) + 256
	if !b.originals && (b.rows >= b.maxRows || b.bytes >= batchBytes) {
		return b.flush()
	}
	return nil
}

// addText adds a text to the row being built. With an empty one nothing is done, which makes it null: no
// export fills all columns, and those that it leaves out cost nothing.
func addText[T string | []byte](b *builder, col int, v T) {
	if len(v) > 0 {
		c := &b.texts[col]
		c.at(b.rows)
		c.data = append(c.data, v...)
	}
}

func (b *builder) reject(r Reject) error {
	if err := b.whole(r.Row); err != nil {
		return err
	}
	b.rejects = append(b.rejects, r)
	if !b.originals && len(b.rejects) >= batchRejects {
		return b.flush()
	}
	return nil
}

// done closes the account of a file. Ordinals among equal contents start again.
func (b *builder) done(f File) error {
	f.Source = b.source
	b.files = append(b.files, f)
	b.ids.reset()
	if len(b.files) >= batchFiles {
		return b.flush()
	}
	return nil
}

// flush hands out what there is, also when it is accounts alone: the last one of a run is how a file without
// records gets into the report.
func (b *builder) flush() error {
	if b.rows == 0 && len(b.rejects) == 0 && len(b.files) == 0 && len(b.kept) == 0 && b.own == nil && !b.announce {
		return nil
	}
	out := &Batch{Rejects: b.rejects, Files: b.files, Cut: b.cut, Header: b.header, Originals: b.kept, Own: b.own, OwnRow: b.ownRow}
	if b.rows > 0 {
		out.Records = b.records()
	}
	b.rejects, b.files, b.cut, b.rows, b.bytes = nil, nil, nil, 0, 0
	b.kept, b.own, b.announce = nil, nil, false
	return b.emit(out)
}

// drop forgets what was added since the last batch.
func (b *builder) drop() {
	for i := range b.texts {
		b.texts[i].reset()
		b.numbers[i].reset()
	}
	b.rejects, b.files, b.cut, b.rows, b.bytes = nil, nil, nil, 0, 0
	b.ids.reset()
}

// records copies the columns into memory of the allocator. Arrow's own builders, growing there row by row,
// cost twice as much as all parsing: 26 calls per row, and each batch doubled its buffers again from
// nothing. Here an empty cell costs nothing, and one copy of known size is cheap. On multi-line traces
// reading went from 390 to 610 MB/s. What it takes is knowing the layout of three Arrow types, which the
// tests check by reading every column back.
func (b *builder) records() arrow.RecordBatch {
	cols := make([]arrow.Array, NumColumns)
	for i, f := range schema.Fields() {
		var buffers []*memory.Buffer
		nulls := 0
		switch f.Type.ID() {
		case arrow.FIXED_SIZE_BINARY:
			buffers = []*memory.Buffer{nil, b.buffer(b.texts[i].data)}
			b.texts[i].data = b.texts[i].data[:0]
		case arrow.STRING:
			c := &b.texts[i]
			nulls = c.end(b.rows)
			buffers = []*memory.Buffer{b.bitmap(c.valid, nulls), b.buffer(arrow.Int32Traits.CastToBytes(c.starts)), b.buffer(c.data)}
			c.reset()
		default:
			c := &b.numbers[i]
			nulls = c.end(b.rows)
			values := arrow.Int64Traits.CastToBytes(c.values)
			if f.Type.ID() == arrow.INT32 {
				values = c.narrow()
			}
			buffers = []*memory.Buffer{b.bitmap(c.valid, nulls), b.buffer(values)}
			c.reset()
		}
		data := array.NewData(f.Type, b.rows, buffers, nil, nulls, 0)
		cols[i] = array.MakeFromData(data)
		data.Release()
		for _, x := range buffers {
			if x != nil {
				x.Release()
			}
		}
	}
	rec := array.NewRecordBatch(schema, cols, int64(b.rows))
	for _, c := range cols {
		c.Release()
	}
	return rec
}

// buffer is a copy of v that the batch owns: the slice itself is filled again with the next batch while this
// one is still being classified.
func (b *builder) buffer(v []byte) *memory.Buffer {
	x := memory.NewResizableBuffer(b.mem)
	x.Resize(len(v))
	copy(x.Bytes(), v)
	return x
}

// bitmap is the buffer of a column's bits. Arrow lets a column without nulls go without one.
func (b *builder) bitmap(v bitmap, nulls int) *memory.Buffer {
	if nulls == 0 {
		return nil
	}
	return b.buffer(v)
}

// texts is a column of texts while it grows. A row that adds nothing is null.
type texts struct {
	data   []byte
	starts []int32 // of the rows up to the last one that added something
	valid  bitmap
	count  int
}

func (c *texts) at(row int) {
	c.pad(row + 1)
	c.valid = c.valid.set(row)
	c.count++
}

// pad lets the rows up to n begin where the text ends: they are empty. Rows are not padded as they come but
// when one adds something, or at the end, so a column that nothing feeds is touched once per batch.
func (c *texts) pad(n int) {
	for len(c.starts) < n {
		c.starts = append(c.starts, int32(len(c.data)))
	}
}

func (c *texts) end(rows int) (nulls int) {
	c.pad(rows + 1)
	c.valid = c.valid.pad(rows)
	return rows - c.count
}

func (c *texts) reset() {
	// One giant row must not keep its memory for the rest of the run.
	if cap(c.data) > 4*batchBytes {
		c.data = nil
	}
	c.data, c.starts, c.valid, c.count = c.data[:0], c.starts[:0], c.valid[:0], 0
}

// numbers is a column of numbers while it grows. A row that adds nothing is null.
type numbers struct {
	values []int64
	small  []byte
	valid  bitmap
	count  int
}

func (c *numbers) push(row int, v int64) {
	for len(c.values) < row {
		c.values = append(c.values, 0)
	}
	c.values = append(c.values, v)
	c.valid = c.valid.set(row)
	c.count++
}

func (c *numbers) end(rows int) (nulls int) {
	for len(c.values) < rows {
		c.values = append(c.values, 0)
	}
	c.valid = c.valid.pad(rows)
	return rows - c.count
}

// narrow is the values as 32-bit numbers, for the one column that has them. Kept as 64-bit ones until here,
// it needs no kind of column of its own.
func (c *numbers) narrow() []byte {
	c.small = c.small[:0]
	for _, v := range c.values {
		c.small = binary.NativeEndian.AppendUint32(c.small, uint32(v))
	}
	return c.small
}

func (c *numbers) reset() { c.values, c.valid, c.count = c.values[:0], c.valid[:0], 0 }

// A bitmap says which rows of a column are not null.
type bitmap []byte

func (m bitmap) set(i int) bitmap {
	m = m.pad(i + 1)
	m[i/8] |= 1 << (i % 8)
	return m
}

func (m bitmap) pad(n int) bitmap {
	for len(m) < (n+7)/8 {
		m = append(m, 0)
	}
	return m
}
