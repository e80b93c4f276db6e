package summary

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dwtriage/ingest"
	"dwtriage/report/store/storetest"
)

func missingGroup(value string) string {
	return "Unable to write data to entity accounts.Unable to lookup msdyn_customergroups with values {" + value + "}.Writes to CustCustomerV3Entity failed"
}

// The advice of a finding names what its own records print, and nothing of the rows beside it.
func TestFindingsNameTheirOwnValues(t *testing.T) {
	const party = "Write failed for entity Customers V3 with unknown exception - Party record not found for party type 'Person'"
	for _, tc := range []struct {
		name  string
		lines []storetest.Line // At, File and Row are given below
		want  map[string]string
		never map[string]string // what stands in the advice of another row
	}{
		{"two companies", []storetest.Line{{Company: "USMF", Err: missingGroup("0012")}, {Company: "GBSI", Err: missingGroup("0099")}},
			map[string]string{"USMF": "customer group 0012", "GBSI": "customer group 0099"}, map[string]string{"USMF": "0099", "GBSI": "0012"}},
		{"one with more records", []storetest.Line{{Company: "USMF", Err: missingGroup("7")}, {Company: "USMF", Err: missingGroup("7")}, {Company: "DEMF", Err: missingGroup("31")}},
			map[string]string{"USMF": "customer group 7 ", "DEMF": "customer group 31 "}, map[string]string{"USMF": "31", "DEMF": "7"}},
		{"a company and none", []storetest.Line{{Company: "USMF", Err: missingGroup("20")}, {Err: missingGroup("81")}},
			map[string]string{"USMF": "customer group 20 ", "": "customer group 81 "}, map[string]string{"USMF": "81", "": "20"}},
		{"a company that prints no value", []storetest.Line{{Company: "USMF", Err: missingGroup("64")}, {Company: "FRRT", Err: missingGroup("")}},
			map[string]string{"USMF": "customer group 64 "}, map[string]string{"FRRT": "64"}},
		{"two tables of one company", []storetest.Line{{Company: "USMF", Err: missingGroup("64")}, {Company: "USMF", Err: strings.ReplaceAll(missingGroup("65"), "accounts", "contacts")}},
			nil, map[string]string{"USMF contact": "64", "USMF account": "65"}},
		{"no value at all", []storetest.Line{{Company: "USMF", Err: party}, {Company: "GBSI", Err: missingGroup("64")}}, nil, map[string]string{"USMF": "64"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for i := range tc.lines {
				l := &tc.lines[i]
				l.ID, l.File, l.Row, l.At = uint16(i+1), "a.csv", int64(i+2), "01:00:00"
			}
			s := load(t, open(t, filepath.Join(t.TempDir(), "x.duckdb")), tc.lines)
			for _, f := range s.Findings {
				for _, row := range []string{f.Company, f.Company + " " + f.DataverseTable} {
					if want := tc.want[row]; !strings.Contains(f.FixSummary, want) {
						t.Errorf("row %q: %q does not name %q", row, f.FixSummary, want)
					}
					if never := tc.never[row]; never != "" && strings.Contains(f.FixSummary, never) {
						t.Errorf("row %q: %q names %q, which its records do not print", row, f.FixSummary, never)
					}
				}
			}
		})
	}
}

// A title stands for all records of its signature, so it names a value that all of them print.
func TestTitlesNameWhatAllRecordsPrint(t *testing.T) {
	missing := func(privilege string) string {
		return "Principal user (Id=3f1c2d44-8a0e-4b67-9f52-6f2a1c7d90ab, type=8, roleCount=5) is missing " + privilege + " privilege (Id=315f05b2-7417-43fa-8b47-8d0722bfbaf2) on OTC=112 for entity 'incident'"
	}
	const bare = "The user does not hold the necessary privileges."
	for _, tc := range []struct {
		name string
		errs []string
		want string
	}{
		{"all print one value", []string{missing("prvReadIncident"), missing("prvReadIncident")}, "The user lacks prvReadIncident"},
		{"two values", []string{missing("prvReadIncident"), missing("prvWriteIncident")}, "The user lacks a privilege"},
		{"one of two prints none", []string{missing("prvReadIncident"), bare}, "The caller lacks a privilege"},
		{"none prints one", []string{bare, bare}, "The caller lacks a privilege"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var lines []storetest.Line
			for i, text := range tc.errs {
				lines = append(lines, storetest.Line{ID: uint16(i + 1), File: "a.csv", Row: int64(i + 2), At: "01:00:00", Log: ingest.PluginTrace, Err: text})
			}
			s := load(t, open(t, filepath.Join(t.TempDir(), "x.duckdb")), lines)
			for _, f := range s.Findings {
				if f.Signature != "dv-privilege-denied" || f.Title != tc.want {
					t.Errorf("title of %s is %q, want %q", f.Signature, f.Title, tc.want)
				}
			}
		})
	}
}

// A fix names what its records print as they print it: nobody is to be given the privilege that another one lacks, and a query is of one record.
func TestFixesTellWhatCameTogether(t *testing.T) {
	lacks := func(id, kind, privilege, table string) string {
		return "Principal " + kind + " (Id=" + id + ", type=8, roleCount=5) is missing " + privilege + " privilege (Id=315f05b2-7417-43fa-8b47-8d0722bfbaf2) on OTC=112 for entity '" + table + "'"
	}
	const a, b = "3f1c2d44-8a0e-4b67-9f52-6f2a1c7d90ab", "4f1c2d44-8a0e-4b67-9f52-6f2a1c7d90ac"
	for _, tc := range []struct {
		name    string
		errs    []string
		summary string
		first   string // step, "" where it is that of the rule
	}{
		{"one record", []string{lacks(a, "user", "prvReadIncident", "incident")}, "Add prvReadIncident to a role of the user " + a + ".", ""},
		{"one who lacks two", []string{lacks(a, "user", "prvReadIncident", "incident"), lacks(a, "user", "prvWriteIncident", "incident")},
			"Add prvReadIncident and prvWriteIncident to a role of the user " + a + ".", "What the records name as privilege: prvReadIncident (1 record); prvWriteIncident (1)."},
		{"two who lack one", []string{lacks(a, "user", "prvReadIncident", "incident"), lacks(b, "user", "prvReadIncident", "incident")},
			"Add prvReadIncident to a role of the user " + a + " and " + b + ".", "What the records name as principal id: " + a + " (1 record); " + b + " (1)."},
		{"two who lack another each", []string{lacks(a, "user", "prvReadIncident", "incident"), lacks(b, "team", "prvDeleteAccount", "account"), lacks(b, "team", "prvDeleteAccount", "account")},
			"Add the missing privilege to a role of the calling user or team in the message.",
			"What the records name together: principal team, principal id " + b + ", privilege prvDeleteAccount, table account (2 records); principal user, principal id " + a + ", privilege prvReadIncident, table incident (1)."},
		{"some who name nobody", []string{lacks(a, "user", "prvReadIncident", "incident"), lacks(b, "user", "prvReadIncident", "incident"), "The user does not hold the necessary privileges."},
			"Add the missing privilege to a role of the calling user or team in the message.",
			"What the records name together: none of these (1 record); principal user, principal id " + a + ", privilege prvReadIncident, table incident (1); principal user, principal id " + b + ", privilege prvReadIncident, table incident (1)."},
		{"one of two who names nothing", []string{lacks(a, "user", "prvReadIncident", "incident"), "The user does not hold the necessary privileges."},
			"Add the missing privilege to a role of the calling user or team in the message.",
			"What the records name together: none of these (1 record); principal user, principal id " + a + ", privilege prvReadIncident, table incident (1)."},
		{"more than are told", []string{lacks(a, "user", "prvReadA", "a"), lacks(b, "user", "prvReadB", "b"), lacks(a, "user", "prvReadC", "c"), lacks(b, "user", "prvReadD", "d"), lacks(a, "user", "prvReadE", "e"), lacks(a, "user", "prvReadE", "e")},
			"Add the missing privilege to a role of the user in the message.",
			"What the records name together: principal id " + a + ", privilege prvReadE, table e (2 records); principal id " + a + ", privilege prvReadA, table a (1); principal id " + a + ", privilege prvReadC, table c (1); principal id " + b + ", privilege prvReadB, table b (1); others (1)."},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var lines []storetest.Line
			for i, text := range tc.errs {
				lines = append(lines, storetest.Line{ID: uint16(i + 1), File: "a.csv", Row: int64(i + 2), At: "01:00:00", Log: ingest.PluginTrace, Err: text})
			}
			s := load(t, open(t, filepath.Join(t.TempDir(), "x.duckdb")), lines)
			if len(s.Fixes) != 1 {
				t.Fatalf("%d fixes, want 1", len(s.Fixes))
			}
			f := s.Fixes[0]
			if f.Summary != tc.summary {
				t.Errorf("summary %q, want %q", f.Summary, tc.summary)
			}
			if first := f.Steps[0]; first != tc.first && (tc.first != "" || strings.HasPrefix(first, "What the records name")) {
				t.Errorf("first step %q, want %q", first, tc.first)
			}
		})
	}
}

// A sentence names all values or says that there are others, however many there are, however often each is met, and whether their first letters are the same.
func TestSentencesSayThatThereAreOthers(t *testing.T) {
	guid := func(i int) string { return fmt.Sprintf("%df1c2d44-8a0e-4b67-9f52-6f2a1c7d90ab", i) }
	row := func(i int) string { return fmt.Sprint("row of contoso_parcels G", i) }
	for _, tc := range []struct {
		kind         string
		text         func(i int) string
		value        func(i int) string
		before, tail string
	}{
		{"user", func(i int) string {
			return "Principal user (Id=" + guid(i) + ", type=8, roleCount=5) is missing prvReadIncident privilege (Id=315f05b2-7417-43fa-8b47-8d0722bfbaf2) on OTC=112 for entity 'incident'"
		}, guid, "Add prvReadIncident to a role of the user ", "."},
		{"privilege", func(i int) string {
			return "Principal user (Id=" + guid(0) + ", type=8, roleCount=5) is missing prvRead" + string(rune('A'+i)) + " privilege (Id=315f05b2-7417-43fa-8b47-8d0722bfbaf2) on OTC=112 for entity 'incident'"
		}, func(i int) string { return "prvRead" + string(rune('A'+i)) }, "Add ", " to a role of the user " + guid(0) + "."},
		{"row of a table", func(i int) string { return fmt.Sprintf("Unable to lookup contoso_parcels with values {G%d}.", i) }, row, "Create or synchronize first: ", ". Then save the failing row again."},
	} {
		for n := 1; n <= 7; n++ {
			for _, often := range []bool{false, true} {
				if !*full && often != (n%2 == 0) {
					continue
				}
				var lines []storetest.Line
				var names []string
				for i := 1; i <= n; i++ {
					names = append(names, tc.value(i))
					for range 1 + map[bool]int{true: n - i}[often] {
						lines = append(lines, storetest.Line{At: "01:00:00", Company: "USMF", Log: ingest.PluginTrace, Err: tc.text(i)})
					}
				}
				want := tc.before + phrase(names) + tc.tail
				if s := load(t, open(t, filepath.Join(t.TempDir(), "x.duckdb")), numbered(lines...)); len(s.Fixes) != 1 || s.Fixes[0].Summary != want || s.Findings[0].FixSummary != want {
					t.Errorf("%d of %s, some more often than others (%v): %q and %q, want %q", n, tc.kind, often, s.Fixes[0].Summary, s.Findings[0].FixSummary, want)
				}
			}
		}
	}
}

// So does the list of plug-ins of an unknown message.
func TestPlugInsOfAnUnknownMessage(t *testing.T) {
	for n, want := range [][]string{1: {"P1"}, 3: {"P1", "P2", "P3"}, 4: {"P1", "P2", "P3", Several}, 6: {"P1", "P2", "P3", Several}} {
		if want == nil {
			continue
		}
		db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
		var lines []storetest.Line
		for i := range n {
			lines = append(lines, storetest.Line{At: "01:00:00", Log: ingest.PluginTrace, Err: "The frob was not frobbed in time.", Type: fmt.Sprint("P", i+1)})
		}
		if s := load(t, db, numbered(lines...)); len(s.Clusters) != 1 || !slices.Equal(s.Clusters[0].TypeNames, want) {
			t.Errorf("%d plug-ins: %+v, want %q", n, s.Clusters, want)
		}
	}
}

// Of rows of several maps no more are named than of one, and the others are spoken of.
func TestLookupsOfSeveralMaps(t *testing.T) {
	values := []string{"a 1 (map A)", "b 1 (map B)", "a 2 (map A)", "c 1 (map C)", "a 3 (map A)"}
	for n, want := range []string{"", "a 1 (map A)", "a 1 (map A); b 1 (map B)", "a 1 and a 2 (map A); b 1 (map B)", "a 1 and a 2 (map A); b 1 (map B); c 1 (map C)", "a 1 and a 2 (map A); b 1 (map B) and others"} {
		if got := lookups(values[:n]); got != want {
			t.Errorf("%d rows: %q, want %q", n, got, want)
		}
	}
	if got, want := lookups([]string{"a 1 (map A)", "a 2 (map A)", "a 3 (map A)", "a 4 (map A)", "a 5 (map A)"}), "a 1, a 2, a 3 and others (map A)"; got != want {
		t.Errorf("of one map: %q, want %q", got, want)
	}
}

// What is one of several maps stays so where maps are listed.
func TestMapsPhrase(t *testing.T) {
	for _, c := range []struct {
		names []string
		want  string
	}{
		{[]string{"A or B"}, "A or B"},
		{[]string{"A", "B"}, "A and B"},
		{[]string{"A", "A or B"}, "A, and A or B"},
		{[]string{"A or B", "C", "D", "E"}, "A or B, C, D, and E"},
		{[]string{"A or B", "C", "D", "E", "F"}, "A or B, C, D, and others"},
		{[]string{"A", "B", "C", "D", "E"}, "A, B, C and others"},
	} {
		if got := mapsPhrase(c.names); got != c.want {
			t.Errorf("%q: %q, want %q", c.names, got, c.want)
		}
	}
}

// One other is named and not called others; so are all values of a text that are as many as it lists.
func TestPhrase(t *testing.T) {
	for n, want := range []string{"", "a", "a and b", "a, b and c", "a, b, c and d", "a, b, c and others", "a, b, c and others"} {
		if got := phrase([]string{"a", "b", "c", "d", "e", "f"}[:n]); got != want {
			t.Errorf("%d values: %q, want %q", n, got, want)
		}
	}
	if namedRows <= mostPhrased {
		t.Error("what texts are filled from does not tell whether there are more rows than they list")
	}
}
