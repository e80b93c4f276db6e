package summary

import (
	"cmp"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"dwtriage/report/store"
	"dwtriage/report/store/storetest"
)

// many are two nights of more different failures than are listed: unknown messages, one rule in many tables and
// companies, and a wrapper with many messages. Letters tell messages apart, as numbers are masked.
func many() (before, now []storetest.Line) {
	words := []string{"amber", "birch", "cedar", "delta", "ember", "fjord", "glade", "heath", "islet", "jetty", "knoll", "larch"}
	id := uint16(0)
	add := func(lines *[]storetest.Line, company, entity, text string, records int) {
		for range records {
			id++
			*lines = append(*lines, storetest.Line{ID: id, File: "a.csv", Row: int64(id), At: fmt.Sprintf("2026-11-%d 08:%02d:%02d", map[bool]int{true: 21, false: 22}[lines == &before], id/60, id%60), Company: company, Entity: entity, Err: text})
		}
	}
	for i, w := range words {
		for _, lines := range []*[]storetest.Line{&before, &now} {
			if lines == &before && i%3 == 0 || lines == &now && i%4 == 0 {
				continue
			}
			add(lines, "USMF", "accounts", "The "+w+" lamp is out", 1+i%2)
			add(lines, []string{"USMF", "DEMF", "FRRT"}[i%3], "tab"+w, "The user is not a member of the organization. ErrorCode: 0x80072560", 1)
			add(lines, "USMF", "contacts", "Microsoft.Xrm.Sdk.InvalidPluginExecutionException: The "+w+" gate is shut", 1)
		}
	}
	return before, now
}

// However few findings are listed, all are counted: every sum over them, every change and the number of different
// findings and messages is what it is when all are listed.
func TestManyFindings(t *testing.T) {
	before, now := many()
	db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
	load(t, db, before)
	all := load(t, db, now)
	const most = 9
	if c := all.ChangedUnknown; len(all.Findings) <= 2*most || c.New == 0 || c.Quiet == 0 || c.Ongoing == 0 || all.Changed.Ongoing == 0 {
		t.Fatalf("%d findings, changes %+v, %+v", len(all.Findings), all.Changed, c)
	}
	defer func(n, m int) { mostFindings, mostChanges = n, m }(mostFindings, mostChanges)
	mostFindings, mostChanges = most, 2
	s, err := Of(t.Context(), db, 2, storetest.Matcher())
	if err != nil {
		t.Fatal(err)
	}
	listed, unknown, perSignature := 0, 0, map[string]int{}
	for _, f := range s.Findings {
		if f.Others == 0 {
			listed++
			if strings.HasPrefix(f.Signature, "unknown/") {
				unknown++
			}
		} else {
			perSignature[f.Signature]++
		}
	}
	if listed != most || unknown != most/2 {
		t.Errorf("%d findings are listed, %d of them unknown messages; want %d and %d", listed, unknown, most, most/2)
	}
	for sig, n := range perSignature {
		if n > 2 {
			t.Errorf("%s has %d rows of others, want one for the new and one for the ongoing", sig, n)
		}
	}
	if d := s.FindingCount() - all.FindingCount(); d != 0 {
		t.Errorf("%d findings more than there are", d)
	}
	if d := s.ClusterCount() - all.ClusterCount(); d != 0 {
		t.Errorf("%d clusters more than there are", d)
	}
	if s.Changed != all.Changed || s.ChangedUnknown != all.ChangedUnknown {
		t.Errorf("changes %+v and %+v, want %+v and %+v", s.Changed, s.ChangedUnknown, all.Changed, all.ChangedUnknown)
	}
	if n := len(s.Changes); n != 4 {
		t.Errorf("%d changes are listed, want two new and two quiet", n)
	}
	for _, same := range []struct {
		what string
		of   func(*Finding) string
	}{
		{"records", func(f *Finding) string { return "" }},
		{"records per category", func(f *Finding) string { return f.Category }},
		{"records per severity", func(f *Finding) string { return f.Severity }},
		{"records per rule", func(f *Finding) string {
			if strings.HasPrefix(f.Signature, "unknown/") {
				return "unknown"
			}
			return f.Signature
		}},
		{"records new and ongoing", func(f *Finding) string { return f.Change }},
	} {
		sum := func(s *Summary) string {
			n := make(map[string]int64)
			for i := range s.Findings {
				n[same.of(&s.Findings[i])] += s.Findings[i].Records
			}
			return fmt.Sprint(n)
		}
		if got, want := sum(s), sum(all); got != want {
			t.Errorf("%s: %s, want %s", same.what, got, want)
		}
	}
	checkOthers(t, s, all)
	checkHeat(t, db, s, all)
}

// checkOthers looks at each row of others: what it names, and what it counts, are those of the findings it sums up.
func checkOthers(t *testing.T, s, all *Summary) {
	t.Helper()
	listed := make(map[string]bool)
	messages := make(map[string]bool)
	for _, f := range s.Findings {
		if f.Others == 0 {
			listed[f.ID] = true
			messages[f.Signature] = true
		}
	}
	for _, row := range s.Findings {
		if row.Others == 0 {
			continue
		}
		var fs []Finding
		sigs := make(map[string]bool)
		for _, f := range all.Findings {
			of := f.Signature
			if strings.HasPrefix(of, "unknown/") && !messages[of] {
				of = othersID
			}
			if !listed[f.ID] && of == row.Signature && f.Change == row.Change {
				fs = append(fs, f)
				sigs[f.Signature] = true
			}
		}
		var want Finding
		maps, companies := make(map[string]bool), make(map[string]bool)
		for _, f := range fs {
			want.Records += f.Records
			want.LargestOther = max(want.LargestOther, f.Records)
			want.FirstSeen, want.LastSeen = earlier(want.FirstSeen, f.FirstSeen), later(want.LastSeen, f.LastSeen)
			maps[f.MapTitle], companies[f.Company] = true, true
		}
		if row.Others != int64(len(fs)) || row.OtherMessages != int64(len(sigs)) || row.Records != want.Records || row.LargestOther != want.LargestOther ||
			!row.FirstSeen.Equal(want.FirstSeen) || !row.LastSeen.Equal(want.LastSeen) {
			t.Errorf("%s %s: %+v, want %d findings, %d messages and %+v", row.Signature, row.Change, row, len(fs), len(sigs), want)
		}
		if several := len(maps) > 1; several != (row.MapTitle == Several) || !several && !maps[row.MapTitle] {
			t.Errorf("%s %s: map %q of %v", row.Signature, row.Change, row.MapTitle, maps)
		}
		if several := len(companies) > 1; several != (row.Company == Several) || !several && !companies[row.Company] {
			t.Errorf("%s %s: company %q of %v", row.Signature, row.Change, row.Company, companies)
		}
	}
}

// Parts of records.csv hold every record once, in order, and none is larger than can be sorted unless 1,024 rows of a
// file alone are.
func TestParts(t *testing.T) {
	file := func(name string, stretches int, records, bytes int64) (out []stretch) {
		for i := range stretches {
			out = append(out, stretch{name, int64(i * stretchRows), size{records, bytes}})
		}
		return out
	}
	var list []part
	files := [][]stretch{
		file("a", 1, 10, 1000), file("b", 2, 1000, 100_000), file("c", 40, 1000, 100_000), file("d", 1, 3, 200),
		file("e", 5, 1024, 20<<20), file("f", 1, 8192, 10), file("g", 1, 1, 1), file("h", 1, 1, 1),
	}
	var want int64
	for _, f := range files {
		for _, s := range f {
			want += s.records
		}
		list = addParts(list, f)
	}
	var got int64
	for i, p := range list {
		got += p.records
		if !p.fits() && p.records > stretchRows {
			t.Errorf("part %+v is too large", p)
		}
		if i > 0 {
			last := list[i-1]
			if cmp.Or(cmp.Compare(last.lastFile, p.firstFile), cmp.Compare(last.lastRow, p.firstRow)) >= 0 {
				t.Errorf("part %+v does not begin behind %+v", p, last)
			}
		}
	}
	if got != want {
		t.Errorf("parts hold %d records, want %d: %+v", got, want, list)
	}
	if !slices.ContainsFunc(list, func(p part) bool { return p.firstFile == "a" && p.lastFile == "b" }) {
		t.Errorf("small files do not share a part: %+v", list)
	}
}

// Where there are more failing records than rows, every finding keeps its first ones, and none keeps less than it could
// beside one that keeps more.
func TestShareOfRecords(t *testing.T) {
	_, now := many()
	db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
	var lines []storetest.Line
	for i, l := range now {
		for n := range 1 + i%5 {
			l.ID, l.Row = uint16(len(lines)+1), int64(len(lines)+2)
			l.File = []string{"b.csv", "a.csv"}[n%2]
			lines = append(lines, l)
		}
	}
	all := load(t, db, lines)
	if all.Listed != all.Failing {
		t.Fatalf("%d of %d records are listed", all.Listed, all.Failing)
	}
	of := func(r *Record) string {
		return fmt.Sprint(r.Where, r.Map, r.DataverseTable, r.FnoEntity, r.Company, r.Signature, r.TemplateID)
	}
	rows := func(s *Summary) (byFinding map[string][]string, ids []string) {
		byFinding = make(map[string][]string)
		if err := s.EachRecord(func(r *Record) error {
			id := of(r)
			if r.Signature != "" && r.Signature != "dv-isv-aborted" {
				id = strings.TrimSuffix(id, r.TemplateID)
			}
			byFinding[id] = append(byFinding[id], r.RecordID)
			ids = append(ids, r.RecordID)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return byFinding, ids
	}
	every, _ := rows(all)
	defer func(n int64) { mostRecords = n }(mostRecords)
	for _, most := range []int64{int64(len(every)), int64(len(every)) + 7, 2 * int64(len(every)), all.Failing - 1, all.Failing} {
		mostRecords = most
		s, err := Of(t.Context(), db, 1, storetest.Matcher())
		if err != nil {
			t.Fatal(err)
		}
		got, ids := rows(s)
		if int64(len(ids)) != s.Listed || s.Listed > most {
			t.Errorf("room for %d: %d rows, listed %d", most, len(ids), s.Listed)
		}
		longest := 0
		for _, ids := range got {
			longest = max(longest, len(ids))
		}
		for id, want := range every {
			if d := got[id]; !slices.Equal(d, want[:len(d)]) || len(d) < min(longest, len(want)) {
				t.Errorf("room for %d: %s has %d of its %d records, others have %d", most, id, len(d), len(want), longest)
			}
		}
		if rest := most - s.Listed; rest >= int64(len(every)) {
			t.Errorf("room for %d: %d rows are left free, and %d findings could have one more each", most, rest, len(every))
		}
	}
}

// Records that only listed findings have rows for are those of the Summary that is asked, whichever others were made since
// and whatever was loaded.
func TestShareOfSeveralRuns(t *testing.T) {
	defer func(n int, m int64) { mostFindings, mostRecords = n, m }(mostFindings, mostRecords)
	mostFindings, mostRecords = 9, 12 // fewer than one for each finding, more than one for each that is listed
	before, now := many()
	db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
	ids := func(s *Summary) (ids []string) {
		t.Helper()
		if err := s.EachRecord(func(r *Record) error { ids = append(ids, r.RecordID); return nil }); err != nil {
			t.Fatal(err)
		}
		return ids
	}
	first := load(t, db, before)
	one := ids(first)
	second := load(t, db, now)
	two := ids(second)
	if len(one) == 0 || len(one) > 12 || len(two) == 0 || len(two) > 12 || slices.Equal(one, two) {
		t.Fatalf("rows of the first run: %q, of the second: %q", one, two)
	}
	for _, c := range []struct {
		of   *Summary
		want []string
	}{{first, one}, {first, one}, {second, two}, {first, one}} {
		if got := ids(c.of); !slices.Equal(got, c.want) {
			t.Errorf("rows of run %d: %q, and before %q", c.of.Run.ID, got, c.want)
		}
	}
	if err := db.Forget(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if got := ids(first); len(got) != 0 {
		t.Errorf("rows of a run that is forgotten: %q", got)
	}
}

func TestLevel(t *testing.T) {
	for _, c := range []struct {
		sizes        []findingSize
		room         int64
		most, listed int64
	}{
		{[]findingSize{{1, 3}, {10, 2}}, 23, 10, 23},
		{[]findingSize{{1, 3}, {10, 2}}, 22, 9, 21},
		{[]findingSize{{1, 3}, {10, 2}}, 5, 1, 5},
		{[]findingSize{{1, 3}, {10, 2}}, 4, 0, 0},
		{[]findingSize{{5, 1}, {1_000_000, 3}}, 1 << 20, 349523, 1048574},
		{nil, 10, 0, 0},
	} {
		if most, listed := level(c.sizes, c.room); most != c.most || listed != c.listed {
			t.Errorf("%v with room for %d: %d each, %d in all; want %d, %d", c.sizes, c.room, most, listed, c.most, c.listed)
		}
	}
}

// What is counted, compared, looked up and put in order part by part is what it is at once.
func TestManyParts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.duckdb")
	db := open(t, path)
	before, now := many()
	for i := range 12 {
		now = append(now, storetest.Line{ID: uint16(5000 + i), File: "b.csv", Row: int64(i + 2), At: fmt.Sprintf("2026-11-22 09:%02d:00", i), Company: []string{"USMF", "DEMF", ""}[i%3], Entity: "CustCustomerV3Entity", Key: fmt.Sprint("C", i%5),
			Err: fmt.Sprintf("Unable to lookup msdyn_customergroups with values {%d}", i%4)})
	}
	load(t, db, before)
	load(t, db, now)
	db.Close()
	defer func(n int) { mostFindings = n }(mostFindings)
	mostFindings = 9
	told := func(groups int64) string {
		db, err := store.Open(t.Context(), path, store.Options{Threads: 1, GroupsAtOnce: groups})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		s, err := Of(t.Context(), db, 2, storetest.Matcher())
		if err != nil {
			t.Fatal(err)
		}
		b, err := json.MarshalIndent([]any{s.Findings, s.Changes, s.Changed, s.ChangedUnknown, s.Signatures, s.Causes}, "", " ") // numbers, not where they stand
		if err != nil {
			t.Fatal(err)
		}
		text := string(b) + "\n"
		for i := range s.Fixes {
			text += fmt.Sprintf("%s %s %d %+v\n", s.Fixes[i].Signature, s.Fixes[i].Summary, s.Fixes[i].Records, s.Fixes[i].Missing)
		}
		for _, err := range []error{
			s.EachMissing(func(r *MissingRow) error { text += fmt.Sprintf("missing %+v\n", *r); return nil }),
			s.EachRetry(func(r *Retry) error { text += fmt.Sprintf("retry %+v\n", *r); return nil }),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		return text
	}
	want := told(0)
	if n := strings.Count(want, "missing {"); n < 4 || strings.Count(want, "retry {") < 5 {
		t.Fatalf("%d missing rows in\n%s", n, want)
	}
	for _, groups := range []int64{4} {
		if got := told(groups); got != want {
			t.Errorf("of %d groups at once (-want +got):\n%s", groups, gocmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")))
		}
	}
}
