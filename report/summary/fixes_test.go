package summary

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"dwtriage/classify"
	"dwtriage/report/store/storetest"
	"dwtriage/rules"
)

// withSite is the matcher of the built-in rules and a site's file.
func withSite(t *testing.T, site string) *classify.Matcher {
	t.Helper()
	set, err := classify.Load([]classify.Layer{{FS: rules.FS, Name: "rules"}, {FS: fstest.MapFS{"site.yaml": {Data: []byte(site)}}, Name: "."}}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	m, err := classify.Compile(set, rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestMutes(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
	before := load(t, db, night)
	template := before.Clusters[0].TemplateID
	m := withSite(t, `
- mute: dw-unable-to-sync-reference-data
  reason: known
  owner: Mia
  expires: 2999-01-01
- mute: unknown/`+template+`
  reason: a count
  owner: Noor
  expires: 2999-01-02
- mute: dw-user-not-member-of-org
  reason: over
  owner: Mia
  expires: 2020-01-01
- mute: code/0x80048408
  reason: none of these
  owner: Mia
  expires: 2999-01-03
`)
	s, err := Of(t.Context(), db, before.Run.ID, m)
	if err != nil {
		t.Fatal(err)
	}
	var mutes []string
	for _, m := range s.Mutes {
		mutes = append(mutes, strings.Join([]string{m.ID, m.Owner, map[bool]string{true: "ended", false: "in force"}[m.Expired], string(rune('0' + m.Records))}, " "))
	}
	want := []string{"dw-unable-to-sync-reference-data Mia in force 2", "unknown/" + template + " Noor in force 2", "code/0x80048408 Mia in force 0", "dw-user-not-member-of-org Mia ended 1"}
	if d := cmp.Diff(want, mutes); d != "" {
		t.Errorf("mutes (-want +got)\n%s", d)
	}
	if s.Muted != 4 || s.Failing != before.Failing || len(s.Findings) != len(before.Findings) {
		t.Errorf("muted %d, failing %d, %d findings; want 4, %d, %d: muting hides nothing", s.Muted, s.Failing, len(s.Findings), before.Failing, len(before.Findings))
	}
	var muted int64
	for _, f := range s.Findings {
		if f.Mute != nil {
			muted += f.Records
		}
	}
	if muted != s.Muted || s.Clusters[0].Mute == nil || s.Mutes[1].Title == "" {
		t.Errorf("findings marked as muted: %d, want %d; cluster %+v; titles %q", muted, s.Muted, s.Clusters[0].Mute, s.Mutes[1].Title)
	}
	if slices.ContainsFunc(s.Fixes, func(f Fix) bool { return f.Signature == "dw-unable-to-sync-reference-data" }) {
		t.Error("the plan holds a muted fix")
	}
	if len(s.Fixes) != len(before.Fixes)-1 || s.Fixes[0].Rank != 1 {
		t.Errorf("%d fixes, the first with rank %d; want %d and 1", len(s.Fixes), s.Fixes[0].Rank, len(before.Fixes)-1)
	}
}

// The same key is one business record however it is written, in a finding and of a signature.
func TestKeysInAnySpelling(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
	lines := numbered(failed("22:00:00", "accounts", noMember), failed("22:01:00", "accounts", noMember), failed("22:02:00", "accounts", noMember), failed("22:03:00", "accounts", noMember), failed("22:04:00", "accounts", noMember))
	for i, key := range []string{"A-1, USMF", "a-1,usmf", "A-1, usmf", "B-2", "b-2"} {
		lines[i].Key = key
	}
	s := of(t, db, loadRun(t, db, "", lines))
	if len(s.Findings) != 1 || len(s.Signatures) != 1 || s.Findings[0].AffectedKeys != 2 || s.Signatures[0].AffectedKeys != 2 {
		t.Errorf("keys of findings and signatures: %+v, %+v", s.Findings, s.Signatures)
	}
}

// Titles and fixes name what is missing: in a title only when all records agree on it.
func TestFixesNameWhatIsMissing(t *testing.T) {
	missing := func(table, value string) string {
		return "Unable to write data to entity accounts.Unable to lookup " + table + " with values {" + value + "}.Writes to CustCustomerV3Entity failed"
	}
	var lines []storetest.Line
	for i, value := range []string{"10", "10", "20", "20", "30", "30", "40", "50"} {
		lines = append(lines, storetest.Line{ID: uint16(i + 1), File: "a.csv", Row: int64(i + 2), At: "01:00:00", Company: "USMF", Entity: "accounts", Err: missing("msdyn_customergroups", value)})
	}
	lines = append(lines, storetest.Line{ID: 9, File: "a.csv", Row: 9, At: "01:00:00", Company: "USMF", Entity: "accounts", Err: missing("msdyn_paymentterms", "NET45")})
	s := load(t, open(t, filepath.Join(t.TempDir(), "x.duckdb")), lines)
	if got := s.Fixes[0].Summary; !strings.HasPrefix(got, "Create or synchronize first: payment term NET45 (map Terms of payment).") {
		t.Errorf("summary %q of the first fix: customer groups need terms of payment, and it must name no row of theirs", got)
	}
	want := "Create or synchronize first: customer group 10, customer group 20, customer group 30 and others (map Customer groups)"
	if got := s.Fixes[1].Summary; !strings.HasPrefix(got, want) {
		t.Errorf("summary %q, want it to begin with %q", got, want)
	}
	if got := s.Fixes[1].Prerequisites; !slices.Contains(got, "Customer groups") || slices.Index(got, "Terms of payment") > slices.Index(got, "Customer groups") {
		t.Errorf("prerequisites %q, want terms of payment before customer groups", got)
	}
	one := load(t, open(t, filepath.Join(t.TempDir(), "y.duckdb")), lines[5:])
	if got := one.Fixes[0].Summary; !strings.HasPrefix(got, "Create or synchronize first: payment term NET45 (map Terms of payment).") {
		t.Errorf("summary %q", got)
	}
}
