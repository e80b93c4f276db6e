package report

import (
	"strings"
	"testing"

	"dwtriage/report/summary"
)

// The card of what is new has what spikes, too: signatures, and apart from them messages of one, but no unknown message, of which it counts none.
func TestCardCountsSpikes(t *testing.T) {
	s := &summary.Summary{Logs: nightLogs(), Changes: []summary.Change{
		{Change: summary.Spiking, Signature: "a", MapTitle: "Sites"}, {Change: summary.Spiking, Signature: "a", MapTitle: "Units"}, {Change: summary.Spiking, Signature: "b", MapTitle: "Units"},
		{Change: summary.Spiking, Signature: "w", TemplateID: "t-1", MapTitle: "Units"}, {Change: summary.Spiking, Signature: "unknown/t-2", MapTitle: "Units"}}}
	if got, want := newsDetail(s), "0 back, 2 spiking, 1 message of known signatures spiking"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if s.Changed.Spiking = 12_000; !strings.Contains(newsDetail(s), "0 back, at least 2 spiking") {
		t.Errorf("of more than changes.csv lists: %q", newsDetail(s))
	}
	s.Changed.Spiking = 0
	if s.Signatures = []summary.Signature{{ID: "a", Mute: &summary.Mute{}}}; !strings.HasPrefix(newsDetail(s), "0 back, 1 spiking") {
		t.Errorf("with one muted: %q", newsDetail(s))
	}
}
