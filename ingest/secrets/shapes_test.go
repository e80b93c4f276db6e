package secrets

import (
	"strings"
	"testing"

	"dwtriage/ingest/window"
	"dwtriage/testdata/exports"
)

// Every way to write a secret down is withheld, in the middle of a sentence, at either end of the text and beside others,
// and what stands around it stays.
func TestShapes(t *testing.T) {
	for _, s := range exports.Secrets() {
		t.Run(s.Name, func(t *testing.T) {
			for _, text := range []string{s.Text, "Sync failed: " + s.Text + " end of it", "Sync failed.\n" + s.Text + "\nend of it", "[" + s.Text + "]"} {
				got, kinds := Withhold(new(window.Arena), []byte(text))
				if strings.Contains(string(got), exports.SecretMark) || kinds == 0 || !strings.Contains(string(got), Mark) && kinds&DebugTrace == 0 {
					t.Errorf("%q became %q, kinds %q", text, got, kinds)
				}
				if !strings.HasPrefix(text, "[") && text[0] == 'S' && !strings.HasPrefix(string(got), text[:5]) {
					t.Errorf("%q became %q: the start is gone", text, got)
				}
			}
		})
	}
}

// What only speaks of secrets, or looks like one to a hasty eye, is what tells a failure.
func TestHarmless(t *testing.T) {
	for _, s := range exports.Harmless() {
		for _, text := range []string{s, "Sync failed: " + s + " Try again later.", "Sync failed.\n" + s + "\nTry again later."} {
			if got, kinds := Withhold(new(window.Arena), []byte(text)); string(got) != text || kinds != 0 {
				t.Errorf("%q became %q, kinds %q", text, got, kinds)
			}
		}
	}
}
