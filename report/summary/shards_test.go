package summary

import (
	"strings"
	"testing"

	"dwtriage/report/store"
)

// A shard is missing from a period only where no merge had it, and another night's shards of the same number do not stand in for it.
func TestStillMissing(t *testing.T) {
	for _, tt := range []struct{ name, merges, want string }{ // parts: lacks; a semicolon between two merges
		{"none", "a b:", ""},
		{"one", "a c d: 2/4", "2/4"},
		{"the rest later", "a c d: 2/4; b: 1/4 3/4 4/4", ""},
		{"in three", "a: 2/3 3/3; b: 1/3 3/3; c: 1/3 2/3", ""},
		{"in two of three", "a: 2/3 3/3; c: 1/3 2/3", "2/3"},
		{"all once more", "a c d: 2/4; b: 1/4 3/4 4/4; a b c d:", ""},
		{"some once more", "a c d: 2/4; a: 2/4 3/4 4/4", "2/4"},
		{"another night, whole", "a c d: 2/4; e f g h:", "2/4"},
		{"another night, another gap", "a c d: 2/4; e f g: 1/4", "2/4 1/4"},
		{"another number of shards", "a: 2/2; e f: 3/3", "2/2 3/3"},
		{"two deals in one merge", "a e f: 2/2 3/3; b g: 1/2 1/3 2/3", ""},
		{"a run between", "a: 2/2; :; b: 1/2", ""},
	} {
		var runs []PastRun
		for merge := range strings.SplitSeq(tt.merges, ";") {
			parts, lacks, _ := strings.Cut(merge, ":")
			runs = append(runs, PastRun{Run: store.Run{Parts: strings.Fields(parts), MissingShards: strings.Fields(lacks)}})
		}
		if got := strings.Join(stillMissing(runs), " "); got != tt.want {
			t.Errorf("%s: %s: still missing are %q, want %q", tt.name, tt.merges, got, tt.want)
		}
	}
}
