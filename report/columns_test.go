package report

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"dwtriage/report/summary"
)

// snake is how a field is called in a header: FnoEntity fno_entity, RecordID record_id.
func snake(field string) string {
	return strings.ToLower(regexp.MustCompile(`([a-z])([A-Z])`).ReplaceAllString(field, "${1}_$2"))
}

// filled gives every field of a T a value of its own, and says how a table writes it, by the name
// that a header has for the field.
func filled[T any](t *testing.T) (row T, cells map[string]string) {
	t.Helper()
	cells = make(map[string]string)
	v := reflect.ValueOf(&row).Elem()
	for i := range v.NumField() {
		name := snake(v.Type().Field(i).Name)
		switch p := v.Field(i).Addr().Interface().(type) {
		case *string:
			*p = "the " + name
			cells[name] = *p
		case *int64:
			*p = int64(1000 + i)
			cells[name] = fmt.Sprint(*p)
		case *int:
			*p = 1000 + i
			cells[name] = fmt.Sprint(*p)
		case *time.Time:
			*p = time.Date(2026, 11, 1+i, 0, 0, 0, 0, time.UTC)
			cells[name] = p.Format(time.DateTime)
		case *[]int64:
			*p = []int64{3, 2, 1}
			cells["periods"] = "1, 2, 3"
		case *[]string:
			*p = []string{name, "and more"}
			cells[name] = name + "; and more"
		case *[]summary.Capture:
			*p = []summary.Capture{{Name: name, Value: "one"}}
			cells[name] = name + "=one"
		case **summary.Mute:
			*p = &summary.Mute{Expires: time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC), Owner: "Mia", Reason: "known"}
			cells["muted_until"], cells["muted_by"], cells["muted_reason"] = "2027-01-31", "Mia", "known"
		case *[]summary.MissingRow: // has a file of its own
		case *summary.Period, *[]summary.Touch, **summary.Chain, *[]summary.Message: // stand on the page alone
		case *[]summary.SQL:
			*p = []summary.SQL{{Title: "ask", Text: "SELECT 1"}}
			cells[name] = "'-- ask\nSELECT 1" // guarded: it begins like a formula
		case *[]summary.Part:
			*p = []summary.Part{{Signature: "a-rule", Records: 3, Steps: []string{"look"}}, {Signature: "another", Records: 4, Title: "Another", Steps: []string{"mend"}}}
			cells["signatures"] = "a-rule=3; another=4"
		case *bool:
			*p = true
			cells[name] = "yes"
		case *[]summary.Count:
			*p = []summary.Count{{Name: "high", Records: 3}, {Name: "low", Records: 4}}
			cells[name] = "high=3; low=4"
		case *[]summary.BurstPart:
			*p = []summary.BurstPart{{Signature: "a-rule", Records: 3}, {Signature: "another", Records: 4}}
			cells["signatures"] = "a-rule=3; another=4"
		case *summary.Evidence:
			*p = summary.Evidence{RecordID: "the id", Message: "the message"}
			cells["sample_record_id"], cells["sample"] = "the id", "the message"
		default:
			t.Fatalf("%T.%s: a %T is not filled", row, name, p)
		}
	}
	return row, cells
}

// matches draws one filled row and compares the cell below every header with the field of that
// name, so two columns that were swapped or a cell that shows another field are found. all says
// that no field may be without a column.
func matches[T any](t *testing.T, columns []column[T], all bool, exceptions map[string]string) {
	t.Helper()
	row, cells := filled[T](t)
	for name, cell := range exceptions {
		cells[name] = cell
	}
	var b bytes.Buffer
	tab := newTable(&b, true)
	if err := drawList(tab, columns, []T{row}); err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(&b).ReadAll()
	if err != nil || len(lines) != 2 {
		t.Fatalf("%d lines, error %v", len(lines), err)
	}
	shown := make(map[string]bool)
	for i, name := range lines[0] {
		want, known := cells[name]
		switch {
		case shown[name]:
			t.Errorf("two columns are called %s", name)
		case !known:
			t.Errorf("column %s: %T has no such field", name, row)
		case lines[1][i] != want:
			t.Errorf("column %s holds %q, want %q", name, lines[1][i], want)
		}
		shown[name] = true
	}
	for name := range cells {
		if all && !shown[name] {
			t.Errorf("%T: no column shows %s", row, name)
		}
	}
}

// The steps of a joint fix stand under the titles of its signatures; what brings the missing rows of a table has the
// same for all of its.
func TestStepsOfParts(t *testing.T) {
	fix := summary.Fix{Steps: []string{"bring the rows"}, Parts: []summary.Part{
		{Title: "One", Records: 3, Steps: []string{"look"}}, {Title: "Another", Records: 4, Steps: []string{"mend"}}}}
	if got, want := stepsOf(&fix), "One (3 records):\n1. look\n\nAnother (4 records):\n1. mend"; got != want {
		t.Errorf("a joint fix has the steps %q, want %q", got, want)
	}
	fix.MissingIn = "Customer groups"
	if got, want := stepsOf(&fix), "1. bring the rows"; got != want {
		t.Errorf("missing rows have the steps %q, want %q", got, want)
	}
}

// where is what the column where holds: the entity as the page names it.
func where[T any](t *testing.T) map[string]string {
	_, cells := filled[T](t)
	return map[string]string{"where": cells["map_title"]}
}

func TestColumnsShowWhatTheyAreCalled(t *testing.T) {
	t.Run("failing_entities.csv", func(t *testing.T) { matches(t, findingColumns, false, where[summary.Finding](t)) })
	t.Run("fixes.csv", func(t *testing.T) {
		matches(t, fixColumns, false, map[string]string{"steps": "1. steps\n2. and more"}) // it has missing rows
	})
	t.Run("records.csv", func(t *testing.T) { matches(t, recordColumns, true, nil) })
	t.Run("unclassified.csv", func(t *testing.T) { matches(t, clusterColumns, false, nil) })
	t.Run("changes.csv", func(t *testing.T) { matches(t, changeColumns, false, where[summary.Change](t)) })
	t.Run("missing.csv", func(t *testing.T) {
		row, cells := filled[summary.MissingRow](t)
		matches(t, missingColumns, false, map[string]string{"records_waiting": fmt.Sprint(row.Records), "records_unplaced": fmt.Sprint(row.Unplaced), "after": cells["after"]})
	})
	t.Run("incidents.csv", func(t *testing.T) {
		_, cells := filled[summary.Burst](t)
		matches(t, burstColumns, false, map[string]string{"going_on": cells["goes_on"], "peak_at": cells["peak"]})
	})
	t.Run("retry.csv", func(t *testing.T) {
		row, _ := filled[summary.Retry](t)
		matches(t, retryColumns, false, map[string]string{"map": row.MapTitle})
	})
	t.Run("rejects.csv", func(t *testing.T) { matches(t, rejectColumns, true, nil) })
}

// A column that points at what no cell can be made of is an error, not a shorter row.
func TestUnknownKindOfCell(t *testing.T) {
	columns := streamed([]summary.Column[summary.Record]{{Name: "odd", Cell: func(*summary.Record) any { return 1.5 }}})
	err := drawEach(newTable(io.Discard, true), columns, func(yield func(*summary.Record) error) error { return yield(&summary.Record{}) })
	if err == nil || !strings.Contains(err.Error(), "column odd") {
		t.Errorf("error %v, want one that names the column", err)
	}
}
