package summary

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dwtriage/classify"
	"dwtriage/report/store/storetest"
)

// What only a wrapper explains is told apart by its messages, in whatever dress they come.
func TestMessagesOfWrappers(t *testing.T) {
	const plugin = "Microsoft.Xrm.Sdk.InvalidPluginExecutionException: "
	line := func(id uint16, company, text string) storetest.Line {
		return storetest.Line{ID: id, File: "a.csv", Row: int64(id) + 1, At: fmt.Sprintf("09:%02d:00", id), Company: company, Entity: "accounts", Err: text}
	}
	db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
	s := load(t, db, []storetest.Line{
		line(1, "USMF", plugin+"Customer C-1 is on hold."),
		line(2, "USMF", `{"error":{"code":"0x80040265","message":"Customer C-2 is on hold."}}`),
		line(3, "DEMF", "Exception type: Microsoft.Xrm.Sdk.InvalidPluginExecutionException\nMessage: Customer C-3 is on hold.\n   at Contoso.Guard.Check(Entity row)"),
		line(4, "USMF", plugin+"Only 'Mia' may change account"),
		line(5, "USMF", "Gate 7 of account is shut."),
	})
	var got []string
	ids := make(map[string]bool)
	for _, f := range s.Findings {
		got = append(got, fmt.Sprintf("%s %s: %s (%d)", f.Company, strings.SplitN(f.Signature, "/", 2)[0], f.Title, f.Records))
		ids[f.ID] = true
		if f.TemplateID == "" {
			t.Errorf("%s has no template id", f.Title)
		}
	}
	slices.Sort(got)
	want := []string{"DEMF dv-isv-aborted: Customer … is on hold (1)", "USMF dv-isv-aborted: Customer … is on hold (2)", "USMF dv-isv-aborted: Only … may change account (1)", "USMF unknown: Unknown: Gate … of account is shut (1)"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("findings (-want +got):\n%s", d)
	}
	if len(ids) != len(got) {
		t.Errorf("%d findings have %d ids", len(got), len(ids))
	}
	sig := find(s.Signatures, "dv-isv-aborted")
	if sig == nil {
		t.Fatalf("signatures: %+v", s.Signatures)
	}
	wantMessages := []Message{
		{classify.TemplateID([]byte("Customer <ID> is on hold")), "Customer … is on hold", 3},
		{classify.TemplateID([]byte("Only <STR> may change account")), "Only … may change account", 1},
	}
	if d := cmp.Diff(wantMessages, sig.Messages); d != "" {
		t.Errorf("messages (-want +got):\n%s", d)
	}
	for _, e := range sig.Evidence {
		if !strings.HasPrefix(e.Matched, "Customer C-") {
			t.Errorf("evidence marks %q, want the sentence", e.Matched)
		}
	}
	if c := s.Clusters[0]; c.Title != "Gate … of account is shut" || c.Template != "Gate <NUM> of account is shut" {
		t.Errorf("cluster: title %q, template %q", c.Title, c.Template)
	}
}
