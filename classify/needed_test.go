package classify

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"dwtriage/rules"
)

// mapsNeeding is a catalogue of maps a to i, of legal entities, and of look-ups "from to reason".
func mapsNeeding(t *testing.T, lookups ...string) *Matcher {
	t.Helper()
	var maps, needs strings.Builder
	maps.WriteString(mapsHeader)
	for _, name := range strings.Split("a b c d e f g h i", " ") {
		fmt.Fprintf(&maps, "%s,%sEntity,%ss,%s_table,current,,%[1]s,,\n", name, name, name, name)
	}
	maps.WriteString("Legal entities,CompanyEntity,companies,company,current,,Legal entities,,\n")
	needs.WriteString(needsHeader)
	for _, l := range lookups {
		from, rest, _ := strings.Cut(l, " ")
		to, reason, _ := strings.Cut(rest, " ")
		if to == "companies" {
			to = "Legal entities"
		}
		fmt.Fprintf(&needs, "%s,,F,,,,,%s,=,lookup,,current,%s\n", from, to, reason)
	}
	c, err := loadCatalogue(fstest.MapFS{"entity-maps.csv": {Data: []byte(maps.String())}, "map-dependencies.csv": {Data: []byte(needs.String())}})
	if err != nil {
		t.Fatal(err)
	}
	return &Matcher{maps: c}
}

func TestNeededByReason(t *testing.T) {
	for _, tc := range []struct {
		name          string
		lookups       []string
		named         string
		first, others string
	}{
		{"few are all shown", []string{"a b", "b c"}, "", "c b", ""},
		{"direct before indirect", []string{"a b", "b c", "a d", "a e", "a f", "a g"}, "", "b d e f g", "c"},
		{"by table before direct", []string{"a b", "a c", "a d", "a e", "a f", "a g table"}, "", "b c d e g", "f"},
		{"a document counts as a table does", []string{"a b", "a c", "a d", "a e", "a f", "a g document"}, "", "b c d e g", "f"},
		{"by entity before by table", []string{"a b table", "a c table", "a d table", "a e table", "a f table", "a g entity"}, "", "b c d e g", "f"},
		{"key before by entity", []string{"a b entity", "a c entity", "a d entity", "a e entity", "a f entity", "a g key"}, "", "b c d e g", "f"},
		{"the strongest reason of several look-ups", []string{"a b", "a c", "a d", "a e", "a f", "a g", "a g key", "a g"}, "", "b c d e g", "f"},
		{"companies, however far, and first", []string{"a b key", "a c key", "a d key", "a e key", "a f key", "f companies"}, "", "Legal entities b c d e", "f"},
		{"what is named, behind what it needs", []string{"b c", "b d", "b e", "b f", "b g", "b h"}, "b", "c d e f b", "g h"},
		{"in a circle each once", []string{"a b", "b a", "b c", "c a"}, "", "c b", ""},
		{"in a circle what is named", []string{"a b", "b a"}, "b", "a b", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := mapsNeeding(t, tc.lookups...)
			var named []string
			if tc.named != "" {
				named = strings.Split(tc.named, " ")
			}
			got := m.Needed(named, m.Maps("a"))
			if d := cmp.Diff(tc.first+" | "+tc.others, strings.Join(got.First, " ")+" | "+strings.Join(got.Others, " ")); d != "" {
				t.Errorf("needed (-want +got)\n%s", d)
			}
		})
	}
}

func TestMandatoryWithoutMeaning(t *testing.T) {
	_, err := loadCatalogue(fstest.MapFS{"entity-maps.csv": {Data: []byte(mapsHeader)}, "map-dependencies.csv": {Data: []byte(needsHeader + "a,,F,,,,,b,=,lookup,,current,always\n")}})
	if err == nil || !strings.Contains(err.Error(), `map-dependencies.csv: a, b: mandatory is "always"`) {
		t.Errorf("error %v", err)
	}
}

// What is said to be mandatory says where it stands.
func TestMandatoryHasItsSource(t *testing.T) {
	rows, err := readTable(rules.FS, "map-dependencies.csv", "map_name", "fno_field", "mandatory", "mandatory_source")
	if err != nil {
		t.Fatal(err)
	}
	maps := make(map[string]bool)
	for _, r := range rows {
		if (r[2] == "") != (r[3] == "") || r[2] == "entity" && !strings.HasPrefix(r[3], "microsoft/CDM:") {
			t.Errorf("%s, %s: mandatory %q by %q", r[0], r[1], r[2], r[3])
		}
		if r[2] != "" {
			maps[r[0]] = true
		}
	}
	if len(maps) < 25 {
		t.Errorf("%d maps with mandatory look-ups, want 25 and more", len(maps))
	}
}

// The fix of a single row names no maps.
func TestSingleRowsWaitForNoMaps(t *testing.T) {
	m := builtinMatcher(t)
	for _, id := range []string{"dw-party-record-not-found", "dv-record-not-found", "dw-party-type-change", "dv-delete-referenced", "projops-invalid-actuals"} {
		if r := m.Rule(id); r == nil || r.WaitsForMaps() {
			t.Errorf("%s waits for maps, or is gone", id)
		}
	}
	waits := func(r *Rule) bool { return r.WaitsForMaps() }
	if !slices.ContainsFunc(m.Rules(), waits) {
		t.Error("no rule waits for maps")
	}
}
