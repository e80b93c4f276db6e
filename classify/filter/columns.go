package filter

import (
	"cmp"
	"encoding/hex"
	"math"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"dwtriage/classify"
	"dwtriage/ingest"
	"dwtriage/ingest/words"
)

// StatusReject is the status of a row that could not become a record.
const StatusReject = "reject"

// reasonNothing is the reason of a row of which nothing became anything.
const reasonNothing = "nothing in it is a record"

// A row is one row that came in, with what became of it.
type row struct {
	number      int64
	record      int // in records, -1: none
	records     *records
	reject      *ingest.Reject
	others      []row    // further records and rejects of the same row
	inOthers    []Column // what is said of each
	original    *ingest.Original
	environment string
}

// records are the columns of a batch, in their types.
type records struct {
	arrow.RecordBatch
}

func (r *records) text(col, i int) (string, bool) {
	c := r.Column(col).(*array.String)
	if c.IsNull(i) {
		return "", false
	}
	return c.Value(i), true
}

// rowsOf puts together what became of each row of a batch, in the order of the rows.
func rowsOf(b *ingest.Batch, opt Options) []row {
	environment := opt.Environment
	var numbers []int64
	rec := &records{b.Records}
	if b.Records != nil {
		numbers = b.Records.Column(ingest.ColRow).(*array.Int64).Int64Values()
	}
	var rows []row
	next, last := b.OwnRow, b.OwnRow-1
	if b.Own != nil {
		last += b.Own.NumRows()
	}
	for i, k, o := 0, 0, 0; ; {
		number := int64(math.MaxInt64)
		if i < len(numbers) {
			number = numbers[i]
		}
		if k < len(b.Rejects) {
			number = min(number, b.Rejects[k].Row)
		}
		if o < len(b.Originals) {
			number = min(number, b.Originals[o].Row)
		}
		if next <= last {
			number = min(number, next)
			next++
		}
		if number == math.MaxInt64 {
			return rows
		}
		r := row{number: number, record: -1, records: rec, environment: environment}
		for ; o < len(b.Originals) && b.Originals[o].Row == number; o++ {
			r.original = &b.Originals[o]
		}
		first := true
		for ; i < len(numbers) && numbers[i] == number; i++ {
			if first {
				r.record, first = i, false
				continue
			}
			r.others = append(r.others, row{number: number, record: i, records: rec, environment: environment})
		}
		for ; k < len(b.Rejects) && b.Rejects[k].Row == number; k++ {
			if first {
				r.reject, first = &b.Rejects[k], false
				continue
			}
			r.others = append(r.others, row{number: number, record: -1, reject: &b.Rejects[k], environment: environment})
		}
		if len(r.others) > 0 {
			r.inOthers = slices.DeleteFunc(Columns(), func(c Column) bool { return !c.Verdict && !opt.All || c.Name == "others" })
		}
		rows = append(rows, r)
	}
}

// A kind is a type that every engine has.
type kind uint8

const (
	text   kind = iota
	number      // int64
	flag
	moment // microseconds since 1970, UTC
)

func (k kind) arrow() arrow.DataType {
	switch k {
	case number:
		return arrow.PrimitiveTypes.Int64
	case flag:
		return arrow.FixedWidthTypes.Boolean
	case moment:
		return &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}
	}
	return arrow.BinaryTypes.String
}

// A Column is one that the filter adds.
type Column struct {
	Name    string
	Meaning string
	Verdict bool // it is there without Options.All, too

	kind   kind
	text   func(*row) (string, bool) // of a text
	number func(*row) (int64, bool)  // of all others; a flag is 0 or 1
}

// Columns are what the filter adds, in their order.
func Columns() []Column { return slices.Clone(columns) }

var columns = []Column{
	{Name: "record_id", Verdict: true, Meaning: "identity of the record, the one that run gives the same row; null for a reject", text: recordID},
	{Name: "status", Verdict: true, Meaning: "documented, observed, code, text or unknown of a failure, ok, or reject", text: status},
	{Name: "reason", Verdict: true, Meaning: "why the row is no record; null unless status is reject", text: func(r *row) (string, bool) {
		switch {
		case r.reject != nil:
			return r.reject.Reason, true
		case r.record < 0:
			return reasonNothing, true
		}
		return "", false
	}},
	{Name: "failed", Verdict: true, Meaning: "whether the record tells of a failure; null for a reject", kind: flag, number: func(r *row) (int64, bool) {
		if r.record < 0 {
			return 0, false
		}
		if outcome, _ := r.records.text(ingest.ColOutcome, r.record); outcome == ingest.OK {
			return 0, true
		}
		return 1, true
	}},
	verdict("signature", "id of the winning rule, or code/ and text/ with a code of Dataverse; null when none is known", classify.ColSignature),
	verdict("category", "subject of the rule", classify.ColCategory),
	verdict("severity", "critical, high, medium, low or info", classify.ColSeverity),
	{Name: "occurred_at", Verdict: true, Meaning: "time of the event, UTC", kind: moment, number: func(r *row) (int64, bool) {
		if r.record < 0 {
			return 0, false
		}
		c := r.records.Column(ingest.ColOccurredAt).(*array.Timestamp)
		return int64(c.Value(r.record)), c.IsValid(r.record)
	}},
	verdict("log", "dualwrite or plugintrace", ingest.ColLog),
	verdict("map", "title of the dual-write map", classify.ColMap),
	verdict("dataverse_table", "table of Dataverse", classify.ColDataverseTable),
	verdict("fno_entity", "entity of finance and operations", classify.ColFnoEntity),
	{Name: "company", Verdict: true, Meaning: "legal entity that the log prints, else the one that the message names; an id of up to four characters in capitals", text: func(r *row) (string, bool) {
		if v, ok := r.at(ingest.ColCompany); ok {
			return classify.Company(v), ok
		}
		return r.at(classify.ColCompanyNamed)
	}},
	verdict("error_code", "0x and eight digits", classify.ColErrorCode),
	verdict("affected_key", "business key of the row that failed", classify.ColAffectedKey),
	{Name: "captures", Verdict: true, Meaning: "what the rule took from the message: a JSON object, keys sorted", text: captures},
	{Name: "signatures", Verdict: true, Meaning: "ids of all rules that match: a JSON array", text: listOf(classify.ColSignatures)},
	verdict("template_id", "fingerprint of the message without its values", classify.ColTemplateID),
	{Name: "others", Verdict: true, Meaning: "further records and rejects of the same row, which may hold several failures: a JSON array of objects with these columns; null when there are none", text: others},

	{Name: "file", Meaning: "the PATH, - for standard input and pipes", text: func(r *row) (string, bool) {
		if r.reject != nil {
			return r.reject.File, true
		}
		return r.at(ingest.ColFile)
	}},
	{Name: "row", Meaning: "ordinal of the row; the header of a table is row 1, the first row of a stream of Arrow as well", kind: number, number: func(r *row) (int64, bool) { return r.number, true }},
	{Name: "byte_offset", Meaning: "where the row begins in the decompressed file; -1 where unknown", kind: number, number: place(ingest.ColByteOffset, func(r *ingest.Reject) int64 { return r.ByteOffset })},
	{Name: "byte_length", Meaning: "its length in bytes; -1 where unknown", kind: number, number: place(ingest.ColByteLength, func(r *ingest.Reject) int64 { return r.ByteLength })},
	record("occurred_raw", "time that could not be read without guessing, as printed", ingest.ColOccurredRaw),
	{Name: "environment", Meaning: "--environment", text: func(r *row) (string, bool) { return r.environment, r.environment != "" }},
	record("entity", "entity or map, as printed", ingest.ColEntity),
	record("type_name", "type of the plug-in", ingest.ColTypeName),
	record("message_name", "message of the SDK", ingest.ColMessageName),
	record("mode", "Synchronous or Asynchronous", ingest.ColMode),
	record("operation_type", "Plug-in or Workflow Activity", ingest.ColOperationType),
	{Name: "depth", Meaning: "depth of the call", kind: number, number: small(ingest.ColDepth)},
	{Name: "duration_ms", Meaning: "how long it took, in milliseconds", kind: number, number: func(r *row) (int64, bool) {
		if r.record < 0 {
			return 0, false
		}
		c := r.records.Column(ingest.ColDurationMS).(*array.Int64)
		return c.Value(r.record), c.IsValid(r.record)
	}},
	record("correlation_id", "joins what one operation did", ingest.ColCorrelationID),
	record("request_id", "the request", ingest.ColRequestID),
	record("activity_id", "the activity", ingest.ColActivityID),
	record("record_key", "business key, where a column of the log gives it", ingest.ColRecordKey),
	record("error_text", "what went wrong, secrets withheld", ingest.ColErrorText),
	record("trace_text", "what the code wrote, secrets withheld", ingest.ColTraceText),
	record("outcome", "error or ok", ingest.ColOutcome),
	record("truncated", "texts that were cut short before they were exported", ingest.ColTruncated),
	record("withheld", "what was left out because it is secret", ingest.ColWithheld),
	{Name: "map_candidates", Meaning: "titles of the maps that share the names: a JSON array", text: listOf(classify.ColMapCandidates)},
	record("matched_field", "error_text or trace_text", classify.ColMatchedField),
	{Name: "matched_start", Meaning: "where the rule matches, in bytes of the normal form", kind: number, number: small(classify.ColMatchedStart)},
	{Name: "matched_end", Meaning: "where the match ends", kind: number, number: small(classify.ColMatchedEnd)},
	{Name: "reject_column", Meaning: "column of a reject that is at fault; null: the whole row", text: func(r *row) (string, bool) {
		if r.reject == nil {
			return "", false
		}
		return r.reject.Column, r.reject.Column != ""
	}},
	{Name: "excerpt", Meaning: "start of a reject, at most 200 bytes", text: func(r *row) (string, bool) {
		if r.reject == nil {
			return "", false
		}
		return r.reject.Excerpt, r.reject.Excerpt != ""
	}},
}

// verdict and record are columns that are those of a record.
func verdict(name, meaning string, col int) Column {
	c := record(name, meaning, col)
	c.Verdict = true
	return c
}

func record(name, meaning string, col int) Column {
	return Column{Name: name, Meaning: meaning, text: func(r *row) (string, bool) { return r.at(col) }}
}

// at is a text of the record, none of a reject.
func (r *row) at(col int) (string, bool) {
	if r.record < 0 {
		return "", false
	}
	return r.records.text(col, r.record)
}

func small(col int) func(*row) (int64, bool) {
	return func(r *row) (int64, bool) {
		if r.record < 0 {
			return 0, false
		}
		c := r.records.Column(col).(*array.Int32)
		return int64(c.Value(r.record)), c.IsValid(r.record)
	}
}

func place(col int, reject func(*ingest.Reject) int64) func(*row) (int64, bool) {
	return func(r *row) (int64, bool) {
		switch {
		case r.reject != nil:
			return reject(r.reject), true
		case r.record < 0:
			return -1, true
		}
		return r.records.Column(col).(*array.Int64).Value(r.record), true
	}
}

func recordID(r *row) (string, bool) {
	if r.record < 0 {
		return "", false
	}
	id := r.records.Column(ingest.ColRecordID).(*array.FixedSizeBinary).Value(r.record)
	var b [36]byte
	hex.Encode(b[:], id[:4])
	b[8], b[13], b[18], b[23] = '-', '-', '-', '-'
	hex.Encode(b[9:], id[4:6])
	hex.Encode(b[14:], id[6:8])
	hex.Encode(b[19:], id[8:10])
	hex.Encode(b[24:], id[10:])
	return string(b[:]), true
}

func status(r *row) (string, bool) {
	if r.record < 0 {
		return StatusReject, true
	}
	return r.at(classify.ColStatus)
}

// captures are sorted by their names, so that equal captures are equal texts.
func captures(r *row) (string, bool) {
	if r.record < 0 {
		return "", false
	}
	c := r.records.Column(classify.ColCaptures).(*array.Map)
	from, until := c.ValueOffsets(r.record)
	if from == until {
		return "{}", true
	}
	keys, items := c.Keys().(*array.String), c.Items().(*array.String)
	order := make([]int, until-from)
	for i := range order {
		order[i] = int(from) + i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(keys.Value(a), keys.Value(b)) })
	b := []byte{'{'}
	for n, i := range order {
		if n > 0 {
			b = append(b, ',')
		}
		b = append(words.AppendQuoted(b, keys.Value(i)), ':')
		b = words.AppendQuoted(b, items.Value(i))
	}
	return string(append(b, '}')), true
}

func listOf(col int) func(*row) (string, bool) {
	return func(r *row) (string, bool) {
		if r.record < 0 {
			return "", false
		}
		c := r.records.Column(col).(*array.List)
		from, until := c.ValueOffsets(r.record)
		if from == until {
			return "[]", true
		}
		values := c.ListValues().(*array.String)
		b := []byte{'['}
		for i := from; i < until; i++ {
			if i > from {
				b = append(b, ',')
			}
			b = words.AppendQuoted(b, values.Value(int(i)))
		}
		return string(append(b, ']')), true
	}
}

func others(r *row) (string, bool) {
	if len(r.others) == 0 {
		return "", false
	}
	b := []byte{'['}
	for i := range r.others {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '{')
		first := true
		for k := range r.inOthers {
			c := &r.inOthers[k]
			value, ok := c.appendJSON(nil, &r.others[i])
			if !ok {
				continue
			}
			if !first {
				b = append(b, ',')
			}
			first = false
			b = append(append(words.AppendQuoted(b, c.Name), ':'), value...)
		}
		b = append(b, '}')
	}
	return string(append(b, ']')), true
}

// typeName is the name of a type for people who write schemas.
func typeName(t arrow.DataType) string {
	switch t.ID() {
	case arrow.STRING:
		return "text"
	case arrow.INT64:
		return "int64"
	case arrow.BOOL:
		return "bool"
	case arrow.TIMESTAMP:
		if t.(*arrow.TimestampType).TimeZone != "" {
			return "timestamp with zone"
		}
	}
	return strings.ToLower(t.String())
}
