package summary

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/zeebo/xxh3"

	"dwtriage/classify"
	"dwtriage/report/store"
)

// A Loading reads rows of records.csv out of classified batches on their way into the archive, the same that
// EachRecord reads from there when they are stored. It exists because reading a million wide rows back takes longer
// than the whole load; EachRecord stays what a row is, and tests compare the two. A Loading is for one goroutine.
type Loading struct {
	environment string
	wrappers    []string
	row         Record
	message     headline
	rules       *describer
	key         []byte
}

// NewLoading is for batches of a run in this environment, which m classified.
func NewLoading(environment string, m *classify.Matcher) *Loading {
	l := &Loading{environment: environment, wrappers: m.ByMessage(), rules: newDescriber(m)}
	l.message.to = &l.row.Message
	return l
}

// EachFailing calls yield for every failing record of a batch with its number there, and with the number of its
// finding, see Lister of [Summary]. Record and its texts are valid during the call only.
func (l *Loading) EachFailing(records arrow.RecordBatch, yield func(i int, r *Record, finding uint64)) {
	var fill []func(i int)
	for _, c := range RecordColumns {
		fill = append(fill, l.reader(c, records))
	}
	status, candidates := records.Column(classify.ColStatus).(*array.String), newTexts(records.Column(classify.ColMapCandidates))
	for i := range int(records.NumRows()) {
		if status.Value(i) == classify.StatusOK {
			continue
		}
		for _, f := range fill {
			f(i)
		}
		l.row.Where = mapTitle(l.row.Map, candidates.at(i), l.row.DataverseTable, l.row.Entity)
		l.rules.describe(&l.row)
		yield(i, &l.row, l.finding())
	}
}

// column is the column of a batch that the archive calls so, too.
func column(records arrow.RecordBatch, name string) arrow.Array {
	at := records.Schema().FieldIndices(name)
	if len(at) == 0 {
		panic("a batch has no column " + name)
	}
	return records.Column(at[0])
}

// reader fills one cell of the row. Most columns are called as those of a batch are; the others say what the
// expressions of RecordColumns say.
func (l *Loading) reader(c Column[Record], records arrow.RecordBatch) func(i int) {
	r := &l.row
	texts := func(name string) *array.String { return column(records, name).(*array.String) }
	switch c.Name {
	case "record_id":
		ids := column(records, c.Name).(*array.FixedSizeBinary)
		return func(i int) { r.RecordID = uuidText(ids.Value(i)) }
	case "file":
		files := texts(c.Name)
		return func(i int) { r.File = files.Value(i) }
	case "where", "title", "fix_summary", "role":
		return func(int) {} // of several columns, see EachFailing
	case "environment":
		r.Environment = l.environment
		return func(int) {}
	case "company":
		logged, named := texts(c.Name), texts("company_named")
		return func(i int) { r.Company = store.Name(store.Company(logged.Value(i), named.Value(i))) }
	case "category":
		categories, status := texts(c.Name), texts("status")
		return func(i int) { r.Category = cmp.Or(store.Name(categories.Value(i)), categoryOf(status.Value(i))) }
	case "message":
		errs, traces := texts("error_text"), texts("trace_text")
		return func(i int) {
			text := errs
			if errs.IsNull(i) {
				text = traces
			}
			l.message.read(store.Start(text.Value(i)))
		}
	}
	return plainReader(c.Cell(r), column(records, c.Name))
}

// plainReader fills what cell points at from a column of the same type.
func plainReader(cell any, from arrow.Array) func(i int) {
	switch cell := cell.(type) {
	case *string:
		texts := from.(*array.String)
		return func(i int) { *cell = store.Name(texts.Value(i)) }
	case *int64:
		numbers := from.(*array.Int64)
		return func(i int) { *cell = numbers.Value(i) }
	case *time.Time:
		times := from.(*array.Timestamp)
		return func(i int) {
			if *cell = (time.Time{}); !times.IsNull(i) {
				*cell = time.UnixMicro(int64(times.Value(i))).UTC()
			}
		}
	case *[]string:
		lists := newTexts(from)
		return func(i int) { *cell = lists.at(i) }
	case *[]Capture:
		maps := from.(*array.Map)
		keys, items := maps.Keys().(*array.String), maps.Items().(*array.String)
		return func(i int) {
			*cell = (*cell)[:0]
			from, to := maps.ValueOffsets(i)
			for at := int(from); at < int(to); at++ {
				*cell = append(*cell, Capture{keys.Value(at), store.Name(items.Value(at))})
			}
			slices.SortFunc(*cell, Capture.compare)
		}
	}
	panic(fmt.Sprintf("no reader for %T", cell))
}

// texts is a column of lists of texts.
type texts struct {
	lists *array.List
	items *array.String
	list  []string // of the last row, used again
}

func newTexts(a arrow.Array) *texts {
	lists := a.(*array.List)
	return &texts{lists: lists, items: lists.ListValues().(*array.String)}
}

func (t *texts) at(i int) []string {
	t.list = t.list[:0]
	from, to := t.lists.ValueOffsets(i)
	for at := int(from); at < int(to); at++ {
		t.list = append(t.list, t.items.Value(at))
	}
	return t.list
}

// uuidText writes an id as the database does.
func uuidText(id []byte) string {
	var b [36]byte
	hex.Encode(b[:8], id[:4])
	hex.Encode(b[9:13], id[4:6])
	hex.Encode(b[14:18], id[6:8])
	hex.Encode(b[19:23], id[8:10])
	hex.Encode(b[24:], id[10:])
	b[8], b[13], b[18], b[23] = '-', '-', '-', '-'
	return string(b[:])
}

// categoryOf is the category of a record that no rule explains, column cat of view shown.
func categoryOf(status string) string {
	switch status {
	case classify.StatusCode, classify.StatusText:
		return "dataverse-code"
	}
	return "unknown"
}

// NoMap is what records are listed under that name neither a map nor a table nor an entity, as in view shown.
const NoMap = "No map"

// mapTitle is what findings are called after, column map_title of view shown.
func mapTitle(title string, candidates []string, table, entity string) string {
	switch {
	case title != "":
		return title
	case len(candidates) > 3:
		return strings.Join(candidates[:3], " or ") + " or another"
	case len(candidates) > 0:
		return strings.Join(candidates, " or ")
	case table != "":
		return "No map: " + table
	case entity != "":
		return "No map known: " + entity
	}
	return NoMap
}

// finding is the number of the finding that the row is of.
func (l *Loading) finding() uint64 {
	r := &l.row
	sig, message := r.Signature, ""
	if sig == "" {
		sig = "unknown/" + r.TemplateID
	}
	if r.Status == classify.StatusUnknown || slices.Contains(l.wrappers, sig) {
		message = r.TemplateID
	}
	l.key = appendNames(l.key[:0], r.Where, r.Map, r.DataverseTable, r.FnoEntity, r.Company, sig, message)
	return xxh3.Hash(l.key)
}

// number is the number of a finding that is listed one by one.
func (f *Finding) number() uint64 {
	return xxh3.Hash(appendNames(nil, f.MapTitle, f.Map, f.DataverseTable, f.FnoEntity, f.Company, f.Signature, f.TemplateID))
}

// appendNames writes what findings are told apart by. Its hash is another one than that of the archive, which groups by
// its own.
func appendNames(key []byte, names ...string) []byte {
	for _, n := range names {
		key = append(append(key, n...), 0)
	}
	return key
}
