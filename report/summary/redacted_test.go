package summary

import (
	"fmt"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dwtriage/report/redact"
	"dwtriage/report/store/storetest"
)

var redactKey = []byte("a key of thirty-two bytes, no less")

// TestWays: every text of a Summary and of what it streams has its way of being hidden, and none has one that is not there.
func TestWays(t *testing.T) {
	fields := make(map[string]bool)
	var walk func(reflect.Type)
	walk = func(of reflect.Type) {
		for of.Kind() == reflect.Slice || of.Kind() == reflect.Pointer {
			of = of.Elem()
		}
		if of.Kind() != reflect.Struct || !holdsTexts(of) {
			return
		}
		for i := range of.NumField() {
			f := of.Field(i)
			inner := f.Type
			for inner.Kind() == reflect.Slice || inner.Kind() == reflect.Pointer {
				inner = inner.Elem()
			}
			switch inner.Kind() {
			case reflect.String:
				fields[of.Name()+"."+f.Name] = true
			case reflect.Map, reflect.Interface, reflect.Array:
				t.Errorf("%s.%s is a %s, which copy does not walk through", of.Name(), f.Name, inner.Kind())
			}
			walk(f.Type)
		}
	}
	for _, of := range []reflect.Type{reflect.TypeFor[Summary](), reflect.TypeFor[Reject](), reflect.TypeFor[MissingRow](), reflect.TypeFor[Retry]()} {
		walk(of)
	}
	for f := range fields {
		if ways[f] == nil {
			t.Errorf("ways does not say how %s is hidden", f)
		}
	}
	for f := range ways {
		if !fields[f] {
			t.Errorf("ways knows %s, which is no text of a Summary", f)
		}
	}
}

// TestRecordHidesEverything: what stands in any field of a record is hidden, but for those that only the program and its rules fill.
func TestRecordHidesEverything(t *testing.T) {
	ours := []string{"Log", "ErrorCode", "Status", "Signature", "Signatures", "Category", "Severity", "Truncated", "Withheld", "Title", "Role"}
	red := NewRedactor(redactKey, storetest.Matcher())
	const secret = "Quastenberg"
	var r Record
	var shown RedactedRecord
	v := reflect.ValueOf(&r).Elem()
	for i := range v.NumField() {
		if slices.Contains(ours, v.Type().Field(i).Name) {
			continue
		}
		switch f := v.Field(i).Addr().Interface().(type) {
		case *string:
			*f = secret
		case *[]string:
			*f = []string{secret}
		case *[]Capture:
			*f = []Capture{{"entity", secret}, {"lookup_2", "customer group " + secret}, {"of a site", secret}, {"principal", secret}, {"times", secret}}
		}
	}
	v = reflect.ValueOf(*shown.Of(red, &r))
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		switch f := v.Field(i).Interface().(type) {
		case string:
			if strings.Contains(f, secret) || f == "" && !slices.Contains(ours, name) {
				t.Errorf("%s is %q", name, f)
			}
		case []Capture:
			for _, c := range f {
				if strings.Contains(c.Value, secret) {
					t.Errorf("capture %s is %q", c.Name, c.Value)
				}
			}
		}
	}
	if r.Message != secret || r.Captures[0].Value != secret {
		t.Error("the record itself is changed")
	}
}

var aNumber = regexp.MustCompile(`\b\d{1,2}\b`)

// TestDocumentedStays: names of the catalogue, titles and texts of rules, and sentences of the code table are readable.
func TestDocumentedStays(t *testing.T) {
	m := storetest.Matcher()
	red := NewRedactor(redactKey, m)
	for _, r := range m.Rules() {
		for _, title := range slices.Concat(r.Match.Any, []string{r.ID}) {
			if got := red.Text(title); got != title && !aNumber.MatchString(title) { // numbers of two digits are keys, too
				t.Errorf("%s: %q becomes %q", r.ID, title, got)
			}
		}
	}
	for _, name := range []string{"accounts", "contacts", "msdyn_vendors", "salesorders", "CustCustomerV3Entity", "Legal entities", "Terms of payment"} {
		for _, mp := range m.Maps(name) {
			for _, text := range []string{mp.Name, mp.Title, mp.Set, mp.Table, mp.FnoEntity, mp.Title + " or " + mp.Title, "No map: " + mp.Set} {
				if got := red.Text(text); got != text {
					t.Errorf("%q becomes %q", text, got)
				}
			}
			if got := red.Value(mp.Title); got != mp.Title {
				t.Errorf("%q becomes %q", mp.Title, got)
			}
		}
	}
	readable, all := 0, 0
	for _, r := range m.Rules() {
		for _, e := range r.Examples.Match {
			for word := range strings.FieldsSeq(e.Text) {
				if all++; red.Text(word) == word {
					readable++
				}
			}
		}
	}
	if readable*10 < all*8 {
		t.Errorf("only %d of %d words of typical messages are readable", readable, all)
	}
	t.Logf("%d of %d words of the examples stay", readable, all)
}

// A business key that a rule captures is hidden as the same key is everywhere else, also where it is a word of the catalogue.
func TestKeysAreNoNames(t *testing.T) {
	h := hider{NewRedactor(redactKey, storetest.Matcher())}
	for _, key := range []string{"Customer", "Vendor", "accounts", "key"} {
		for _, name := range []string{"value", "record_key", "lookup_value", "lookup_value_2"} {
			if got := h.capture(name, key); got == key || got != h.RowKey(key) {
				t.Errorf("%s %q becomes %q, want %q", name, key, got, h.RowKey(key))
			}
		}
		if got := h.capture("table", key); got != h.Text(key) {
			t.Errorf("table %q becomes %q", key, got)
		}
	}
}

// TestRedactedAgrees: a redacted Summary has the numbers, times and order of the readable one.
func TestRedactedAgrees(t *testing.T) {
	before, now := many()
	db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
	load(t, db, before)
	plain := load(t, db, slices.Concat(now, night))
	red := NewRedactor(redactKey, storetest.Matcher())
	shown, err := OfRedacted(t.Context(), db, 2, storetest.Matcher(), CompareTo{}, red)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(figures(plain), figures(shown)); diff != "" {
		t.Errorf("figures (-readable +redacted):\n%s", diff)
	}
	if plain.Redacted != nil || shown.Redacted != red {
		t.Error("who is redacted is not noted")
	}
}

// figures are all numbers, times and answers of a value, in their order.
func figures(v any) (list []any) {
	var walk func(reflect.Value)
	walk = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.Int, reflect.Int64:
			list = append(list, v.Int())
		case reflect.Float64:
			list = append(list, v.Float())
		case reflect.Bool:
			list = append(list, v.Bool())
		case reflect.Slice:
			for i := range v.Len() {
				walk(v.Index(i))
			}
		case reflect.Pointer:
			if !v.IsNil() && v.Type() != reflect.TypeFor[*redact.Redactor]() {
				walk(v.Elem())
			}
		case reflect.Struct:
			if at, ok := v.Interface().(time.Time); ok {
				list = append(list, at)
				return
			}
			for i := range v.NumField() {
				walk(v.Field(i))
			}
		}
	}
	walk(reflect.ValueOf(v))
	return list
}

// BenchmarkRedactRecord hides records whose messages are the examples of the rules, the names of their files and maps repeating as they do.
func BenchmarkRedactRecord(b *testing.B) {
	red := NewRedactor(redactKey, storetest.Matcher())
	var rows []Record
	for i, r := range storetest.Matcher().Rules() {
		for _, e := range r.Examples.Match {
			row := Record{Where: "Customers V3 (accounts)", RecordID: fmt.Sprintf("%08x-1b2c-4d3e-8f4a-5b6c7d8e9f%02x", i*977, i%256), File: "exports/night-2026-11-22.csv.gz", Environment: "PROD", Map: "Customers V3 (accounts)",
				DataverseTable: "account", FnoEntity: "CustCustomerV3Entity", Entity: "CustCustomerV3Entity", Company: "USMF", TypeName: "Contoso.Crm.Plugins.OrderGuard", MessageName: "Update",
				CorrelationID: fmt.Sprintf("%08x-c0c0-4aaa-9bbb-0123456789%02x", i*31, i%256), AffectedKey: fmt.Sprint("C-", i), TemplateID: fmt.Sprintf("%012x", i), Message: e.Text}
			for name, value := range e.Captures {
				row.Captures = append(row.Captures, Capture{name, value})
			}
			rows = append(rows, row)
		}
	}
	var shown RedactedRecord
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		shown.Of(red, &rows[i%len(rows)])
	}
}

// TestAbsentMessage: of a message that does not fail any more the sentence is shown as of one that does, and the id where its records are pruned; the
// id is made anew, as that of its signature.
func TestAbsentMessage(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
	lines := numbered(failed("01:00:00", "msdyn_customergroups", "Quastenberg refused the parcel of a customer"), failed("02:00:00", "account", refused))
	loadRun(t, db, "", lines)
	later := slices.Clone(lines[1:])
	later[0].ID, later[0].File, later[0].At = 100, "later.csv", "2026-11-23 02:00:00"
	run := loadRun(t, db, "", later)
	shown := func() Change {
		s, err := OfRedacted(t.Context(), db, run, storetest.Matcher(), CompareTo{}, NewRedactor(redactKey, storetest.Matcher()))
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(s.Changes, func(c Change) bool { return c.Unknown() && c.Change == Quiet })
		if i < 0 {
			t.Fatalf("the changes are %+v", s.Changes)
		}
		return s.Changes[i]
	}
	if c := shown(); !strings.HasPrefix(c.Title, "Unknown: name-") || !strings.HasSuffix(c.Title, "refused the parcel of a customer") {
		t.Errorf("it is called %q", c.Title)
	}
	if _, err := db.Prune(t.Context(), time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC), nil, "dwtriage history prune", time.Now()); err != nil {
		t.Fatal(err)
	}
	c := shown()
	id, _ := strings.CutPrefix(c.Signature, unknownPrefix)
	plain := of(t, db, run).Changes
	if c.Title != unknownTitle+id || slices.ContainsFunc(plain, func(p Change) bool { return p.Title == c.Title }) ||
		!slices.ContainsFunc(plain, func(p Change) bool { return strings.HasPrefix(p.Title, unknownTitle+"t-") }) {
		t.Errorf("%q is the id of the database, or not that of %q", c.Title, c.Signature)
	}
}
