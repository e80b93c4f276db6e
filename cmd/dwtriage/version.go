package main

import (
	"runtime"
	"runtime/debug"

	"dwtriage/classify"
	"dwtriage/ingest/words"
)

// version is the release this program was built from.
const version = "0.1.0"

// A versionInfo is what version prints with --json.
type versionInfo struct {
	Version     string `json:"version"`
	Commit      string `json:"commit"`
	Build       string `json:"build"` // full or light
	DuckDB      string `json:"duckdb"`
	Loader      string `json:"loader"`
	Rules       int    `json:"rules"`
	RulesDigest string `json:"rules_digest"`
	Go          string `json:"go"`
	OS          string `json:"os"`
	Arch        string `json:"arch"`
}

func runVersion(s *session, args []string) (int, error) {
	f := newFlags("dwtriage version [flags]", `Prints the version of the program, the commit it was built from, its Go version, whether it is the full
build or the light one, its DuckDB and the way records are loaded into it, and how many rules it has, with their
digest: what a report says of them in summary.json.`)
	asJSON := f.group("Output").Bool("json", false, "print a JSON object instead of the text for people")
	if err := f.parse(s, args); err != nil {
		return 0, err
	}
	layers, err := (&ruleFlags{}).layers()
	if err != nil {
		return 0, err
	}
	rules, digest, err := classify.Survey(layers)
	if err != nil {
		return 0, err
	}
	v := versionInfo{Version: version, Commit: commit(), Build: build, Rules: rules, RulesDigest: digest,
		Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH}
	v.DuckDB, v.Loader = engine()
	if *asJSON {
		return exitDone, printJSON(s.stdout, v)
	}
	_, err = tell(s.stdout, "dwtriage %s, commit %s, %s %s/%s\n%s build, DuckDB %s, loader %s\n%s, %s\n", v.Version, v.Commit, v.Go, v.OS, v.Arch,
		v.Build, v.DuckDB, v.Loader, words.Count(v.Rules, "rule"), v.RulesDigest)
	return exitDone, err
}

// commit is what the program was built from, where the build knew.
func commit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, kv := range info.Settings {
		if kv.Key == "vcs.revision" && len(kv.Value) >= 12 {
			return kv.Value[:12]
		}
	}
	return "unknown"
}
