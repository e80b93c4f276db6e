//go:build cgo

package main

import (
	"encoding/json"
	"strings"
	"testing"

	"dwtriage/report/summary"
)

// TestExitCodes: the numbers that the light build has, too, are those of the summary.
func TestExitCodes(t *testing.T) {
	for here, there := range map[int]int{exitDone: summary.ExitDone, exitFailed: summary.ExitFailed, exitFailOn: summary.ExitFailOn, exitRejects: summary.ExitRejects} {
		if here != there {
			t.Errorf("exit code %d is %d of the summary", here, there)
		}
	}
}

// TestVersion: what version says of the rules is what they are when they are compiled.
func TestVersion(t *testing.T) {
	var v versionInfo
	if err := json.Unmarshal([]byte(shownBy(t, nil, "version", "--json")), &v); err != nil {
		t.Fatal(err)
	}
	m, err := builtinRules()
	if err != nil {
		t.Fatal(err)
	}
	if v.Rules != len(m.Rules()) || v.RulesDigest != m.Digest() || v.Version != version || v.Build != "full" ||
		!strings.HasPrefix(v.DuckDB, "v1.") || v.Loader != "plain" && v.Loader != "arrow" {
		t.Errorf("%+v, of %d rules, %s", v, len(m.Rules()), m.Digest())
	}
}
