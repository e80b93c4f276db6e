package main

import (
	"runtime"
	"runtime/debug"

	"dwtriage/ingest/words"
)

// version is the release this program was built from.
const version = "0.1.0"

func runVersion(s *session, args []string) (int, error) {
	f := newFlags("dwtriage version", `Prints the version of the program, the commit it was built from, its Go version, and how many rules it
has, with their digest: what a report says of them in summary.json.`)
	if err := f.parse(s, args); err != nil {
		return 0, err
	}
	m, err := builtinRules()
	if err != nil {
		return 0, err
	}
	tell(s.stdout, "dwtriage %s, commit %s, %s %s/%s\n%s, %s\n", version, commit(), runtime.Version(), runtime.GOOS, runtime.GOARCH,
		words.Count(len(m.Rules()), "rule"), m.Digest())
	return exitDone, nil
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
