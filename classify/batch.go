package classify

import (
	"bytes"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"dwtriage/ingest"
	"dwtriage/ingest/ascii"
)

// Verdict columns, behind the columns of ingest: b.Records.Column(classify.ColSignature).
const (
	ColSignature = ingest.NumColumns + iota
	ColSignatures
	ColStatus
	ColCategory
	ColSeverity
	ColErrorCode
	ColMap
	ColFnoEntity
	ColDataverseTable
	ColMapCandidates
	ColCaptures
	ColAffectedKey
	ColTemplateID
	ColMatchedField
	ColMatchedStart
	ColMatchedEnd
	ColCompanyNamed
	ColTemplateNames
	NumColumns
)

var schema = func() *arrow.Schema {
	text := arrow.BinaryTypes.String
	fields := append(ingest.Schema().Fields(), make([]arrow.Field, NumColumns-ingest.NumColumns)...)
	for col, f := range map[int]arrow.Field{
		ColSignature:      {Name: "signature", Type: text, Nullable: true},
		ColSignatures:     {Name: "signatures", Type: arrow.ListOf(text)},
		ColStatus:         {Name: "status", Type: text},
		ColCategory:       {Name: "category", Type: text, Nullable: true},
		ColSeverity:       {Name: "severity", Type: text, Nullable: true},
		ColErrorCode:      {Name: "error_code", Type: text, Nullable: true},
		ColMap:            {Name: "map", Type: text, Nullable: true},
		ColFnoEntity:      {Name: "fno_entity", Type: text, Nullable: true},
		ColDataverseTable: {Name: "dataverse_table", Type: text, Nullable: true},
		ColMapCandidates:  {Name: "map_candidates", Type: arrow.ListOf(text)},
		ColCaptures:       {Name: "captures", Type: arrow.MapOf(text, text)},
		ColAffectedKey:    {Name: "affected_key", Type: text, Nullable: true},
		ColTemplateID:     {Name: "template_id", Type: text, Nullable: true},
		ColMatchedField:   {Name: "matched_field", Type: text, Nullable: true},
		ColMatchedStart:   {Name: "matched_start", Type: arrow.PrimitiveTypes.Int32, Nullable: true},
		ColMatchedEnd:     {Name: "matched_end", Type: arrow.PrimitiveTypes.Int32, Nullable: true},
		ColCompanyNamed:   {Name: "company_named", Type: text, Nullable: true},
		ColTemplateNames:  {Name: "template_names", Type: text, Nullable: true},
	} {
		fields[col] = f
	}
	return arrow.NewSchema(fields, nil)
}()

// Schema is the Arrow schema of a classified batch: the columns of ingest.Schema and the
// verdict columns. matched_start and matched_end are byte offsets into the normal form of the
// field that matched_field names. map holds the map's title; it is null when several maps share
// the names that are known, which map_candidates then lists. company_named is the legal entity
// that the message names, in capitals, whatever the log prints in column company. template_names is what [AppendNames] says of
// the message, where no rule explains it or a wrapper only.
func Schema() *arrow.Schema { return schema }

// Classify fills the verdict columns of b, with memory of mem (nil: Go memory). The columns of
// ingest stay as they are: what a log printed and what a rule reads in its message are two
// statements, and only while they stand apart can a better rule take back what an older one said.
func (m *Matcher) Classify(b *ingest.Batch, mem memory.Allocator) {
	m.ClassifyUntil(nil, b, mem)
}

// ClassifyUntil is Classify for somebody who may have to stop: soon after done is closed, also in the middle of a record of
// megabytes, it gives up and reports false. b is as it was then.
func (m *Matcher) ClassifyUntil(done <-chan struct{}, b *ingest.Batch, mem memory.Allocator) bool {
	if b.Len() == 0 {
		return true
	}
	if mem == nil {
		mem = memory.DefaultAllocator
	}
	v := newVerdicts(mem, b.Len())
	defer v.release()
	j := &judge{m: m, done: done}
	in := b.Records
	column := func(col int) *array.String { return in.Column(col).(*array.String) }
	logs, outcomes, errs, traces := column(ingest.ColLog), column(ingest.ColOutcome), column(ingest.ColErrorText), column(ingest.ColTraceText)
	types, entities, companies, keys := column(ingest.ColTypeName), column(ingest.ColEntity), column(ingest.ColCompany), column(ingest.ColRecordKey)
	for i := range b.Len() {
		if closed(done) {
			return false
		}
		if outcomes.Value(i) == ingest.OK {
			v.ok()
			continue
		}
		log, entity, company := logs.Value(i), named(stringAt(entities, i)), named(stringAt(companies, i))
		j.record(log, named(stringAt(types, i)), [numFields][]byte{stringAt(errs, i), stringAt(traces, i)}, entity, company)
		v.append(j, log, entity, j.affectedKey(named(stringAt(keys, i)), company))
	}
	if closed(done) { // what was found of the last record may not be all of it
		return false
	}
	cols := make([]arrow.Array, 0, NumColumns)
	cols = append(cols, in.Columns()...)
	for _, f := range v.order {
		a := f.NewArray()
		defer a.Release()
		cols = append(cols, a)
	}
	b.Records = array.NewRecordBatch(schema, cols, in.NumRows())
	in.Release()
	return true
}

func closed(done <-chan struct{}) bool {
	select {
	case <-done:
		return true
	default:
		return false
	}
}

// stringAt is the value of row i without a copy, nil when it is null. It must not be written to.
func stringAt(a *array.String, i int) []byte {
	if a.IsNull(i) {
		return nil
	}
	s := a.Value(i)
	return unsafe.Slice(unsafe.StringData(s), len(s))
}

// verdicts builds the verdict columns.
type verdicts struct {
	signature, status, category, severity, code *array.StringBuilder
	mapTitle, fno, table, key, template, field  *array.StringBuilder
	company, joins                              *array.StringBuilder
	signatures, candidates                      *array.ListBuilder
	captures                                    *array.MapBuilder
	ids, titles                                 *array.StringBuilder // in signatures and candidates
	names, values                               *array.StringBuilder // in captures
	start, end                                  *array.Int32Builder
	order                                       []array.Builder
}

// newVerdicts makes builders with room for rows, so that they do not grow row by row.
func newVerdicts(mem memory.Allocator, rows int) *verdicts {
	v := &verdicts{}
	for col := ingest.NumColumns; col < NumColumns; col++ {
		b := array.NewBuilder(mem, schema.Field(col).Type)
		b.Reserve(rows)
		v.order = append(v.order, b)
	}
	text := func(col int) *array.StringBuilder { return v.order[col-ingest.NumColumns].(*array.StringBuilder) }
	v.signature, v.status, v.category, v.severity, v.code = text(ColSignature), text(ColStatus), text(ColCategory), text(ColSeverity), text(ColErrorCode)
	v.mapTitle, v.fno, v.table, v.key, v.template, v.field = text(ColMap), text(ColFnoEntity), text(ColDataverseTable), text(ColAffectedKey), text(ColTemplateID), text(ColMatchedField)
	v.company, v.joins = text(ColCompanyNamed), text(ColTemplateNames)
	v.signatures = v.order[ColSignatures-ingest.NumColumns].(*array.ListBuilder)
	v.candidates = v.order[ColMapCandidates-ingest.NumColumns].(*array.ListBuilder)
	v.captures = v.order[ColCaptures-ingest.NumColumns].(*array.MapBuilder)
	v.ids, v.titles = v.signatures.ValueBuilder().(*array.StringBuilder), v.candidates.ValueBuilder().(*array.StringBuilder)
	v.names, v.values = v.captures.KeyBuilder().(*array.StringBuilder), v.captures.ItemBuilder().(*array.StringBuilder)
	v.start = v.order[ColMatchedStart-ingest.NumColumns].(*array.Int32Builder)
	v.end = v.order[ColMatchedEnd-ingest.NumColumns].(*array.Int32Builder)
	return v
}

func (v *verdicts) release() {
	for _, b := range v.order {
		b.Release()
	}
}

// ok is the verdict on a record without an error.
func (v *verdicts) ok() {
	v.status.Append(StatusOK)
	for _, b := range []*array.StringBuilder{v.signature, v.category, v.severity, v.code, v.mapTitle, v.fno, v.table, v.key, v.template, v.field, v.company, v.joins} {
		b.AppendNull()
	}
	v.signatures.Append(true)
	v.candidates.Append(true)
	v.captures.Append(true)
	v.start.AppendNull()
	v.end.AppendNull()
}

func (v *verdicts) append(j *judge, log string, entity, key []byte) {
	code := j.code()
	signature, status, category, severity := j.decided(code)
	v.status.Append(status)
	orNull(v.signature, signature)
	orNull(v.category, category)
	orNull(v.severity, severity)
	if code == nil {
		v.code.AppendNull()
	} else {
		v.code.BinaryBuilder.Append(j.compose(func(dst []byte) []byte { return appendCodeText(dst, code.Value) }))
	}
	v.signatures.Append(true)
	for _, mt := range j.matches {
		v.ids.Append(j.m.engine.rules[mt.rule].rule.ID)
	}
	v.maps(j, log, entity)
	v.captures.Append(true)
	for _, c := range j.captures {
		v.names.Append(c.name)
		v.values.BinaryBuilder.Append(c.value)
	}
	bytesOrNull(v.key, key)
	// In capitals, as forms and most logs show it: the database of finance and operations prints usmf.
	bytesOrNull(v.company, j.compose(func(dst []byte) []byte { return appendUpper(dst, j.capture("company")) }))
	v.template.BinaryBuilder.Append(j.compose(func(dst []byte) []byte { return appendTemplateID(dst, j.template) }))
	bytesOrNull(v.joins, j.compose(func(dst []byte) []byte {
		if status != StatusUnknown && !(len(j.matches) > 0 && j.m.engine.rules[j.matches[0].rule].rule.toldApart()) {
			return dst
		}
		return AppendNames(dst, j.template)
	}))
	if j.said.code != nil {
		v.field.Append(fieldNames[errorText])
		v.start.Append(j.said.start)
		v.end.Append(j.said.end)
		return
	}
	if len(j.matches) == 0 {
		v.field.AppendNull()
		v.start.AppendNull()
		v.end.AppendNull()
		return
	}
	primary := j.matches[0]
	v.field.Append(fieldNames[primary.field])
	v.start.Append(primary.start)
	v.end.Append(primary.end)
}

// maps appends what is known about the map: one candidate is the map, several are kept as
// candidates with what they have in common. A plug-in trace without a map still names its table.
func (v *verdicts) maps(j *judge, log string, entity []byte) {
	v.candidates.Append(true)
	if len(j.maps) == 0 {
		v.mapTitle.AppendNull()
		table := j.capture("entity")
		if table == nil && log == ingest.PluginTrace {
			table = entity
		}
		bytesOrNull(v.fno, j.capture("fno_entity"))
		bytesOrNull(v.table, table)
		return
	}
	first := j.m.maps.maps[j.maps[0]]
	fno, table := first.FnoEntity, first.Table
	for _, at := range j.maps {
		m := j.m.maps.maps[at]
		if fno != m.FnoEntity {
			fno = ""
		}
		if table != m.Table {
			table = ""
		}
		if len(j.maps) > 1 {
			v.titles.Append(m.Title)
		}
	}
	if len(j.maps) == 1 {
		v.mapTitle.Append(first.Title)
	} else {
		v.mapTitle.AppendNull()
	}
	orNull(v.fno, fno)
	orNull(v.table, table)
}

// appendUpper appends a text in capitals.
func appendUpper(dst, text []byte) []byte {
	if !ascii.Only(text) {
		return append(dst, bytes.ToUpper(text)...)
	}
	for _, c := range text {
		if c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}

func orNull(b *array.StringBuilder, s string) {
	if s == "" {
		b.AppendNull()
		return
	}
	b.Append(s)
}

func bytesOrNull(b *array.StringBuilder, s []byte) {
	if len(s) == 0 {
		b.AppendNull()
		return
	}
	b.BinaryBuilder.Append(s)
}
