package ingest

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Errors in a table of a page are a record each, whatever the heading; tables of other things are none.
func TestErrorsInATableOfAPage(t *testing.T) {
	const page = "<html><body><p>Monday</p><table>"
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"under a heading of its own", page + "<tr><th>Nr</th><th>What happened</th></tr><tr><td>1</td><td>Lot 7 cannot be saved.</td></tr><tr><td>2</td><td>Site must be specified.</td></tr></table>",
			[]string{"Lot 7 cannot be saved.", "Site must be specified."}},
		{"one column", page + "<tr><td>Error</td></tr><tr><td>Lot 7 cannot be saved.</td></tr></table>", []string{"Lot 7 cannot be saved."}},
		{"without headings", page + "<tr><td>Lot 7 cannot be saved.<tr><td>Site must be specified.</table>", []string{"Lot 7 cannot be saved.", "Site must be specified."}},
		{"beside the remedy", page + "<tr><th>Message</th><th>Remedy</th></tr><tr><td>Lot 7 cannot be saved.</td><td>Open the lot.</td></tr><tr><td>Site must be specified.</td><td>Ask Kim.</td></tr></table>",
			[]string{"Lot 7 cannot be saved.", "Site must be specified."}},
		{"no errors", page + "<tr><th>Lot</th><th>Site</th></tr><tr><td>Lot 7 in spring</td><td>Site 1 in the north</td></tr></table>", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, readText(t, "a.html", c.text).column("error_text")); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
