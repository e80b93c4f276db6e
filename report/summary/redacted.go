package summary

import (
	"context"
	"database/sql"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"dwtriage/classify"
	"dwtriage/ingest/words"
	"dwtriage/report/redact"
	"dwtriage/report/store"
)

// NewRedactor makes a Redactor that leaves the words of m's rules, codes and catalogue readable; see [redact.New] for the key.
func NewRedactor(key []byte, m *classify.Matcher) *redact.Redactor {
	return redact.New(key, func(yield func(name, search bool, text string)) {
		m.Documented(func(kind int, text string) {
			yield(kind == classify.DocumentedName, kind == classify.DocumentedSearch, text)
		})
	})
}

// OfRedacted is OfCompared with tokens in the place of what names people, machines and business records, in everything that the Summary
// holds or yields; counts and order stay. Values are hidden where they leave the database, before they are put into the texts of
// rules or cut, and all other fields when the Summary is finished; whoever draws it has nothing to hide, and can forget nothing. Without a
// Redactor nothing is hidden.
func OfRedacted(ctx context.Context, db *store.DB, id int64, m *classify.Matcher, to CompareTo, red *redact.Redactor) (*Summary, error) {
	s, err := sumUp(ctx, db, ofRun(id), m, to, hider{red})
	if err != nil {
		return nil, fmt.Errorf("summarizing run %d: %w", id, err)
	}
	return s, nil
}

// A hider hides what a report must not show; without a Redactor nothing.
type hider struct{ *redact.Redactor }

// learn tells the Redactor whose records the report is about.
func (h hider) learn(ctx context.Context, db *store.DB) error {
	if h.Redactor == nil {
		return nil
	}
	var ids []string
	err := each(ctx, db, "companies", func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		ids = append(ids, id)
		return err
	})
	h.Companies(ids)
	return err
}

// text hides what of a text is not documented.
func (h hider) text(text string) string {
	if h.Redactor == nil {
		return text
	}
	return h.Text(text)
}

// textOf is text of what a record says: its values are hidden wherever they stand, also in a template, where all records say them.
func (h hider) textOf(text string, values []string) string {
	if h.Redactor == nil {
		return text
	}
	return h.TextOf(text, redact.About{Values: values})
}

// values are what variable gives for the records at places, by their place; nothing where nothing is hidden.
func (h hider) values(ctx context.Context, db *store.DB, places string) (map[int64][]string, error) {
	if h.Redactor == nil {
		return nil, nil
	}
	values := make(map[int64][]string)
	err := each(ctx, db, "text_values", func(rows *sql.Rows) error {
		var place int64
		var key string
		var captures []Capture
		err := rows.Scan(&place, &key, &captureList{&captures})
		values[place] = h.variable(nil, captures, key)
		return err
	}, places)
	return values, err
}

// phrase hides the value in what names a missing row.
func (h hider) phrase(text string) string {
	if h.Redactor == nil {
		return text
	}
	return h.Phrase(text)
}

// Captures whose values are names of what rules and catalogue know, or numbers of a message: of them what is not documented is hidden.
// All others, also those of a site's own rules, are values.
var (
	namingCaptures = set("map_name", "entity", "fno_entity", "other_entity", "table", "field", "from_type", "to_type", "edm_type", "party_type", "state", "key",
		"privilege", "access", "permission", "error_code", "constraint", "http_status", "reason", "inner", "exception", "plugin", "class", "function", "parameter",
		"resource", "date", "format", "filter", "solution", "lookup_map", "lookup_key", "lookup_table")
	// Of business keys nothing stays, whatever they are made of.
	keyCaptures      = set("value", "lookup_value", "record_key", "record_id")
	countingCaptures = set("otc", "sql_number", "limit", "window", "size", "times", "minutes", "version", "required_version", "exported", "inserted", "updated", "errors")
)

func set(names ...string) map[string]bool {
	m := make(map[string]bool)
	for _, n := range names {
		m[n] = true
	}
	return m
}

// capture hides the value of a capture. Digits behind its name tell captures of one message apart.
func (h hider) capture(name, value string) string {
	if h.Redactor == nil {
		return value
	}
	switch name = strings.TrimRight(name, "_0123456789"); {
	case name == "company", name == "lookup_company":
		return h.Company(value)
	case name == "lookup":
		return h.Phrase(value)
	case namingCaptures[name]:
		return h.Text(value)
	case keyCaptures[name]:
		return h.RowKey(value)
	case countingCaptures[name] && len(value) <= 12:
		return h.Sentence(value)
	}
	return h.Value(value)
}

// variable are the values of a record that its texts must not show even where they are made of documented words.
func (h hider) variable(dst []string, captures []Capture, key string) []string {
	for _, c := range captures {
		switch name := strings.TrimRight(c.Name, "_0123456789"); {
		case name == "company", name == "lookup", namingCaptures[name], countingCaptures[name]:
		default:
			dst = append(dst, c.Value)
		}
	}
	return append(dst, key)
}

// all hides the values that texts of rules are filled in with.
func (h hider) all(vs values) {
	if h.Redactor == nil {
		return
	}
	for _, captures := range vs.of {
		for name, list := range captures {
			for i := range list {
				list[i].text = h.capture(name, list[i].text)
			}
		}
	}
	for _, list := range vs.together {
		for _, c := range list {
			for name, text := range c.values {
				c.values[name] = h.capture(name, text)
			}
		}
	}
}

// beside is how much of a text is hidden on either side of a part that is shown of it, in bytes: more than is shown there, and more
// than a name or a value in quotes has, which tell what is hidden.
const beside = 16 << 10

// part hides a text, or the stretch of a long one that a part is cut out of, and says where in it the part is.
func (h hider) part(text string, from, to int, values []string) (shown string, shownFrom, shownTo int) {
	if h.Redactor == nil {
		return text, from, to
	}
	if from < 0 || to <= from || to > len(text) { // no part: its start is shown
		from, to = -1, -1
		return h.TextOf(text[:words.End(text, beside)], redact.About{Values: values}), from, to
	}
	begin, end := max(0, from-beside), min(len(text), to+beside)
	begin, end = words.End(text, begin), words.End(text, end)
	return h.PartOf(text[begin:end], from-begin, to-begin, redact.About{Values: values})
}

// A RedactedRecord is what of a row of records.csv may be shown. It is used again for the next row, most of whose names are those
// of the row before.
type RedactedRecord struct {
	Record
	last [9]struct{ text, shown string }
}

// Of hides what r says. The result is valid until the next call.
func (s *RedactedRecord) Of(red *redact.Redactor, r *Record) *Record {
	h, to := hider{red}, &s.Record
	captures, signatures := to.Captures[:0], to.Signatures[:0]
	*to = *r
	about := redact.About{Values: h.variable(nil, r.Captures, r.AffectedKey)}
	for _, c := range r.Captures {
		captures = append(captures, Capture{c.Name, h.capture(c.Name, c.Value)})
	}
	to.Captures, to.Signatures = captures, append(signatures, r.Signatures...)
	for i, text := range [len(s.last)]*string{&to.Where, &to.File, &to.Environment, &to.Map, &to.DataverseTable, &to.FnoEntity, &to.Entity, &to.TypeName, &to.MessageName} {
		if last := &s.last[i]; last.text != *text {
			last.text, last.shown = strings.Clone(*text), red.Text(*text) // rows lie in memory that is used again
		}
		*text = s.last[i].shown
	}
	for _, text := range []*string{&to.RecordID, &to.CorrelationID, &to.RequestID, &to.ActivityID} {
		*text = red.Value(*text)
	}
	to.AffectedKey = red.RowKey(to.AffectedKey)
	to.Company, to.TemplateID = red.Company(to.Company), red.Fingerprint(to.TemplateID)
	if to.Message != noText {
		to.Message = red.TextOf(to.Message, about)
	}
	to.FixSummary = red.TextOf(to.FixSummary, about) // a text of the rules with values of the record
	return to
}

// A way is how a field is hidden.
type way func(h hider, text string) string

func asIs(_ hider, text string) string        { return text } // of the program, its rules and the code table, or hidden before
func asText(h hider, text string) string      { return h.Text(text) }
func asValue(h hider, text string) string     { return h.Value(text) }
func asKey(h hider, text string) string       { return h.RowKey(text) }
func asCompany(h hider, text string) string   { return h.Company(text) }
func asPhrase(h hider, text string) string    { return h.Phrase(text) }
func asSentence(h hider, text string) string  { return h.Sentence(text) }
func asTemplate(h hider, text string) string  { return h.Fingerprint(text) }
func asSignature(h hider, text string) string { return h.signature(text) }

// asTitle hides the id of a template in the title of a message whose text is not known. Other titles are of the program and its rules, or
// hidden before.
func asTitle(h hider, text string) string {
	if id, ok := strings.CutPrefix(text, unknownTitle); ok && strings.HasPrefix(id, "t-") {
		return unknownTitle + h.Fingerprint(id)
	}
	return text
}

// signature hides the fingerprint in the signature of an unknown message.
func (h hider) signature(id string) string {
	if template, ok := strings.CutPrefix(id, unknownPrefix); ok && id != othersID {
		return unknownPrefix + h.Fingerprint(template)
	}
	return id
}

// ways are how the fields of a finished Summary are hidden, those of its lists too. A field that is missing here is a value; a test
// wants all of them named.
var ways = map[string]way{
	"Tool.Version": asIs, "Tool.RulesDigest": asIs, "Judgement.RulesDigest": asIs, "Summary.Environment": asText, "Run.Environment": asText, "MetElsewhere.Environment": asText, "Run.Arguments": asText, "Run.Parts": asIs, "Run.Reading": asIs, "Run.MissingShards": asIs,
	"Thresholds.FailOn": asIs, "Thresholds.MaxRejects": asIs, "Comparison.Log": asIs, "Count.Name": asIs, "Timing.Stage": asIs,
	"Elsewhere.Environment": asText, "ElsewhereLog.Log": asIs, "ElsewhereLog.Why": asIs,
	"ViewColumn.View": asIs, "ViewColumn.Name": asIs, "ViewColumn.Type": asIs, "ViewColumn.Meaning": asIs,
	"Input.Path": asText, "Input.Digest": asIs, "Input.Container": asIs, "Input.Encoding": asIs, "Input.Format": asIs, "Input.Log": asIs,
	"Input.Warnings": asIs, "Input.Problem": asIs, // hidden with the path in them

	"Finding.ID": asTemplate, "Finding.Map": asText, "Finding.MapTitle": asText, "Finding.DataverseTable": asText, "Finding.FnoEntity": asText,
	"Finding.Company": asCompany, "Finding.Signature": asSignature, "Finding.TemplateID": asTemplate, "Finding.Title": asTitle, "Finding.Category": asIs,
	"Finding.Severity": asIs, "Finding.Change": asIs, "Finding.FixSummary": asIs, "Finding.Role": asIs, "Finding.Retry": asIs, "Finding.URL": asIs,
	"Mute.ID": asSignature, "Mute.Title": asTitle, "Mute.Owner": asValue, "Mute.Reason": asText, "Mute.File": asText, "Mute.Cluster": asTemplate,

	"Heat.Categories": asIs, "Heat.Companies": asCompany, "HeatGroup.Company": asCompany, "HeatRow.MapTitle": asText, "HeatRow.OneOf": asText, "Timeline.Severities": asIs,
	"Burst.Kind": asIs, "Burst.Name": asIs, "Burst.Title": asTitle, // by kind
	"Burst.Severity": asIs, "Burst.Maps": asText, "Burst.Host": asValue, "Burst.User": asValue,
	"BurstPart.Signature": asSignature, "BurstPart.Title": asTitle, "BurstPart.Severity": asIs, "Alert.Map": asText,

	"Fix.Signature": asSignature, "Fix.Title": asTitle, "Fix.Category": asIs, "Fix.Summary": asIs, "Fix.Severity": asIs, "Fix.Change": asIs, "Fix.Cause": asIs,
	"Fix.Entities": asText, "Fix.Role": asIs, "Fix.Retry": asIs, "Fix.Steps": asIs, "SQL.Title": asIs, "SQL.Text": asIs, "Fix.Prerequisites": asText,
	"Fix.URL": asIs, "Fix.Companies": asCompany, "Fix.OtherPrerequisites": asText, "Fix.MissingIn": asText,
	"Part.Signature": asSignature, "Part.Title": asTitle, "Part.Severity": asIs, "Part.Cause": asIs, "Part.Steps": asIs, "Part.URL": asIs,
	"MissingRow.Table": asText, "MissingRow.Map": asText, "MissingRow.KeyColumn": asText, "MissingRow.Key": asKey, "MissingRow.Company": asCompany,
	"MissingRow.SampleRecordID": asValue, "MissingRow.After": asText, "Retry.MapTitle": asText, "Retry.Key": asKey, "Retry.Company": asCompany,
	"Cause.MapTitle": asText, "Cause.Company": asCompany, "Cause.Signature": asSignature, "Cause.Title": asTitle, "Cause.RowNames": asPhrase,
	"Touch.MapTitle": asText, "Touch.Company": asCompany, "Touch.Signature": asSignature, "Touch.Severity": asIs, "Touch.Change": asIs,
	"CauseLevel.MapTitle": asText, "Cause.SampleID": asValue, "CauseFailure.Signature": asSignature, "CauseFailure.Title": asTitle,

	"Signature.ID": asSignature, "Signature.Title": asTitle, "Signature.Headline": asIs, "Signature.Status": asIs, "Signature.Category": asIs,
	"Signature.Severity": asIs, "Signature.Change": asIs, "Signature.Codes": asIs, "Signature.Meaning": asIs, "Signature.File": asText,
	"Here.Host": asValue, "Broad.ID": asSignature, "Silent.ID": asIs, "Silent.Title": asIs, "Silent.File": asText,
	"Where.MapTitle": asText, "Where.Company": asCompany, "Message.TemplateID": asTemplate, "Message.Text": asIs,
	"Evidence.RecordID": asValue, "Evidence.File": asText, "Evidence.OccurredRaw": asText, "Evidence.Company": asCompany, "Evidence.MapTitle": asText,
	"Evidence.TypeName": asText, "Evidence.AffectedKey": asKey, "Evidence.Before": asIs, "Evidence.Matched": asIs, "Evidence.After": asIs, "Evidence.Message": asIs,
	"Chain.RecordID": asValue, "Step.Title": asTitle, "Chained.ID": asValue, "Chained.Parent": asValue, "Chained.Link": asIs, "Chained.LinkID": asValue,
	"Chained.Confidence": asIs, "Chained.Log": asIs, "Chained.Type": asText, "Chained.Message": asText, "Chained.Entity": asText, "Chained.Outcome": asIs,
	"Chained.Signature":  asSignature,
	"Cluster.TemplateID": asTemplate, "Cluster.Template": asIs, "Cluster.Title": asTitle, "Cluster.Change": asIs, "Cluster.Maps": asText, "Cluster.Companies": asCompany,
	"Cluster.TypeNames": asText,
	"Change.Change":     asIs, "Change.Signature": asSignature, "Change.TemplateID": asTemplate, "Change.Title": asTitle, "Change.Severity": asIs, "Change.MapTitle": asText, "Change.Map": asText,
	"RejectReason.Reason": asSentence, "Reject.File": asText, "Reject.Column": asText, "Reject.Reason": asSentence, "Reject.Excerpt": asText,
}

// summary is a finished Summary with everything hidden that is not yet.
func (h hider) summary(s *Summary) *Summary {
	if h.Redactor == nil {
		return s
	}
	out := h.copy("", reflect.ValueOf(*s)).Interface().(Summary)
	for i := range out.Inputs {
		in := &out.Inputs[i]
		path := s.Inputs[i].Path
		in.Problem = h.Sentence(in.Problem, path)
		in.Warnings = slices.Clone(in.Warnings)
		for j, warning := range in.Warnings {
			in.Warnings[j] = h.Sentence(warning, path)
		}
	}
	for i := range out.Bursts {
		switch b := &out.Bursts[i]; b.Kind {
		case "host":
			b.Name = h.Value(b.Name)
			b.Title = hostTitle(b.Name)
		case "map":
			b.Name = h.Text(b.Name)
		default:
			b.Name = h.signature(b.Name)
		}
	}
	out.Redacted = h.Redactor
	out.EachRecord, out.EachCaptures = h.records(s.EachRecord), h.records(s.EachCaptures)
	out.EachReject, out.EachMissing, out.EachRetry = hidden(h, s.EachReject), hidden(h, s.EachMissing), hidden(h, s.EachRetry)
	return &out
}

// records hides what a walk over records yields.
func (h hider) records(each func(func(*Record) error) error) func(func(*Record) error) error {
	return func(yield func(*Record) error) error {
		var shown RedactedRecord
		return each(func(r *Record) error { return yield(shown.Of(h.Redactor, r)) })
	}
}

// hidden hides what a walk over rows yields; nil stays nil.
func hidden[T any](h hider, each func(func(*T) error) error) func(func(*T) error) error {
	if each == nil {
		return nil
	}
	return func(yield func(*T) error) error {
		return each(func(row *T) error {
			shown := h.copy("", reflect.ValueOf(*row)).Interface().(T)
			return yield(&shown)
		})
	}
}

// copy is a copy of a value with its texts hidden; field is the one it stands in. What is shared stays as it is for the others.
func (h hider) copy(field string, v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	switch v.Kind() {
	case reflect.String:
		how := ways[field]
		if how == nil {
			how = asValue
		}
		out.SetString(how(h, v.String()))
	case reflect.Slice:
		if v.IsNil() || !holdsTexts(v.Type().Elem()) {
			return out
		}
		out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			out.Index(i).Set(h.copy(field, v.Index(i)))
		}
	case reflect.Pointer:
		if !v.IsNil() && holdsTexts(v.Type().Elem()) {
			to := reflect.New(v.Type().Elem())
			to.Elem().Set(h.copy(field, v.Elem()))
			out.Set(to)
		}
	case reflect.Struct:
		if !holdsTexts(v.Type()) {
			return out
		}
		for i := range v.NumField() {
			out.Field(i).Set(h.copy(v.Type().Name()+"."+v.Type().Field(i).Name, v.Field(i)))
		}
	}
	return out
}

// holdsTexts reports whether values of a type are walked through: times and what is no part of a report are not.
func holdsTexts(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.String:
		return true
	case reflect.Slice, reflect.Pointer:
		return holdsTexts(t.Elem())
	case reflect.Struct:
		return t != reflect.TypeFor[time.Time]() && t != reflect.TypeFor[redact.Redactor]()
	}
	return false
}
