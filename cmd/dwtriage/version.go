package main

import (
	"runtime"
	"runtime/debug"
)

// version is the release this program was built from.
const version = "0.1.0"

func runVersion(s *session, args []string) (int, error) {
	f := newFlags("dwtriage version", "Prints the version of the program, its commit and its Go version.")
	if err := f.parse(s, args); err != nil {
		return 0, err
	}
	tell(s.stdout, "dwtriage %s%s, %s %s/%s\n", version, commit(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return exitDone, nil
}

func commit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, kv := range info.Settings {
		if kv.Key == "vcs.revision" && len(kv.Value) >= 12 {
			return " (" + kv.Value[:12] + ")"
		}
	}
	return ""
}
