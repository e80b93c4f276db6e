//go:build cgo

package main

import (
	"strings"

	"dwtriage/ingest/words"
	"dwtriage/report/store"
)

// sayLate says of files what only the load knew; what else there is to say of them was said when they ended.
func (j *job) sayLate(inputs []store.Input) {
	for _, in := range inputs {
		for _, w := range in.Warnings[len(in.Warnings)-in.Late:] {
			j.say("dwtriage: %s: %s\n", in.Path, w)
		}
	}
}

// sayPassing says which files the report is not about, and where it says nothing new.
func (j *job) sayPassing() {
	if p := j.passing; p != nil && !j.flags.quiet {
		if p.Stale {
			j.say("dwtriage: no file is new; the report is about what was read last\n")
		}
		if p.Left > 0 {
			j.say("dwtriage: the report is not about %s of other nights that %s read before; it is about a file that is named, and with --reread about all\n",
				words.Count(p.Left, "file"), words.Were(int64(p.Left)))
		}
	}
}

// mayPass reports whether the run need not be about a file, if an earlier one read it: one that nobody named, alone or with the archive that it is in.
func (j *job) mayPass(path string) bool {
	if j.found == nil {
		j.found = make(map[string]bool)
		for _, s := range j.sources {
			j.found[s.Path] = s.Found
		}
	}
	for {
		if found, there := j.found[path]; there {
			return found
		}
		slash := strings.LastIndexByte(path, '/')
		if slash < 0 {
			return false
		}
		path = path[:slash] // a member lies in an archive, which may lie in another one
	}
}
