//go:build cgo

package main

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"dwtriage/ingest/words"
	"dwtriage/report/store"
	"dwtriage/report/summary"
)

// mostEnvironments is how many environments a message names.
const mostEnvironments = 5

// checkEnvironment refuses an environment that none of the runs of the database in file is of, and says which it has: a name differs by its capitals, too.
func checkEnvironment(ctx context.Context, db *store.DB, file, environment string) error {
	runs, err := db.RunsOfEnvironments(ctx)
	if err != nil || runs[environment] > 0 {
		return err
	}
	return usageError("%s holds no run of environment %q; it has %s", file, environment, environmentsOf(runs))
}

// environmentsOf lists the environments of runs: 3 runs of "PROD" and 1 run without an environment.
func environmentsOf(runs map[string]int64) string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(runs)) {
		of := "without an environment"
		if name != "" {
			of = fmt.Sprintf("of %q", name)
		}
		list = append(list, words.Count(runs[name], "run")+" "+of)
	}
	if len(list) == 0 {
		return "no run"
	}
	if more := len(list) - mostEnvironments; more > 0 {
		list = append(list[:mostEnvironments], words.Count(more, "other environment"))
	}
	return words.AndList(list)
}

// sayFirstOf says that a run is the first of its environment in a database that has others: its report is compared with none of them, and whoever forgot the name in the
// night before, or wrote it otherwise, would look for that in vain.
func (j *job) sayFirstOf(ctx context.Context, db *store.DB) error {
	runs, err := db.RunsOfEnvironments(ctx)
	if err != nil || runs[j.flags.environment] != 1 || len(runs) == 1 {
		return err
	}
	own := "without an environment"
	if j.flags.environment != "" {
		own = fmt.Sprintf("of environment %q", j.flags.environment)
	}
	delete(runs, j.flags.environment)
	j.say("dwtriage: this is the first run %s in %s, which has %s: its report is compared with none of them\n", own, j.flags.archive.file, environmentsOf(runs))
	return nil
}

// sayElsewhere names the environments whose records this run met again. Their names would look wrong in its report else.
func (j *job) sayElsewhere(sum *summary.Summary) {
	for _, e := range sum.MetElsewhere {
		name := "an environment without a name"
		if e.Environment != "" {
			name = fmt.Sprintf("environment %q", e.Environment)
		}
		j.say("dwtriage: %s of this run %s in the database already, of %s: an id is one record, which keeps the environment that it was loaded for; if these are exports of two environments, give each a database of its own\n",
			words.Count(e.Records, "record"), words.Plural(e.Records, "is", "are"), name)
	}
}
