//go:build cgo

package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"dwtriage/ingest/words"
	"dwtriage/report/store"
	"dwtriage/report/summary"
)

// span is the period that the flags ask for, its environment left open; nil where they ask for a run.
func (r *reportFlags) span() (*summary.Span, error) {
	if r.period == "" && r.since == "" && r.until == "" {
		return nil, nil
	}
	if r.run != 0 {
		return nil, usageError("--run %d is the report of one run, and %s that of a period: give one of them", r.run, r.spanFlag())
	}
	if r.period != "" {
		if r.since != "" || r.until != "" {
			return nil, usageError("--period is --since and --until in one: give it or them")
		}
		of, err := parseCompareTo("--period", r.period)
		if err == nil && of.Run != 0 {
			err = usageError("--period: %q is a run; --run %d draws its report", r.period, of.Run)
		}
		return &summary.Span{Day: of.Day, From: of.Period.From, Until: of.Period.Until, Given: of.Given}, err
	}
	from, err := parseTime("--since", r.since, time.UTC)
	if err != nil {
		return nil, err
	}
	until, err := parseTime("--until", r.until, time.UTC)
	if err != nil {
		return nil, err
	}
	given := summary.Period{From: from, Until: until}
	if until = until.Add(time.Hour - 1).Truncate(time.Hour); r.until == "" {
		until = time.Time{}
	}
	if from = from.Truncate(time.Hour); r.since != "" && r.until != "" && !given.From.Before(given.Until) {
		return nil, usageError("--until %s: it ends before --since %s", r.until, r.since)
	}
	return &summary.Span{From: from, Until: until, Given: given}, nil
}

func (r *reportFlags) spanFlag() string {
	switch {
	case r.period != "":
		return "--period"
	case r.since != "":
		return "--since"
	}
	return "--until"
}

// spanFlags ask once more for the period of sum, and for the comparison with another environment.
func (r *reportFlags) spanFlags(sum *summary.Summary, ofPeriod bool) (args []string) {
	for _, f := range [][2]string{{"--period", r.period}, {"--since", r.since}, {"--until", r.until}} {
		if f[1] != "" {
			args = append(args, f[0], f[1])
		}
	}
	if r.compareTo != "" {
		args = append(args, "--compare-to", r.compareTo)
	}
	if r.compare != "" {
		return append(args, "--compare", r.compare)
	}
	if ofPeriod && sum.Environment != "" {
		args = append(args, "--environment", sum.Environment)
	}
	return args
}

// environmentOf is the environment of a period: the one that was given, else the only one that has exports of it. Two of them are never taken
// together, and none is chosen by chance.
func (r *reportFlags) environmentOf(s *session, db *store.DB, span summary.Span, given bool) (string, error) {
	if given {
		return r.environment, nil
	}
	names, err := summary.Environments(s.ctx, db, span)
	if err != nil || len(names) <= 1 {
		return strings.Join(names, ""), err
	}
	how := "say which with --environment"
	if slices.Contains(names, "") {
		how += `, of the one without a name --environment ""`
	}
	for i := range names {
		names[i] = fmt.Sprintf("%q", names[i])
	}
	return "", usageError("%s have exports of this period: %s; %s", words.Count(len(names), "environment"), words.AndList(names), how)
}

// notCovered is the error of a period of which nothing was read, with the hours that were: of the environment that was asked for, or of all.
func (r *reportFlags) notCovered(s *session, db *store.DB, given bool) error {
	list, err := db.History(s.ctx)
	if err != nil {
		return err
	}
	of := "no export"
	if given {
		if err := checkEnvironment(s.ctx, db, r.archive.file, r.environment); err != nil {
			return err
		}
		of += fmt.Sprintf(" of environment %q", r.environment)
	}
	list = slices.DeleteFunc(list, func(p store.Past) bool { return given && p.Environment != r.environment || p.From.IsZero() })
	if len(list) == 0 {
		return usageError("%s: %s covers any hour; dwtriage history list shows what the database has", r.spanFlag(), of)
	}
	from := slices.MinFunc(list, func(a, b store.Past) int { return a.From.Compare(b.From) }).From
	until := slices.MaxFunc(list, func(a, b store.Past) int { return a.Until.Compare(b.Until) }).Until
	return usageError("%s: %s covers any hour of it; what is covered lies between %s and %s UTC, see dwtriage history list",
		r.spanFlag(), of, from.Format(time.DateTime), until.Format(time.DateTime))
}

// compared takes --compare apart: the environment of the report, which it sets, and the one to compare with. A name may have two dots in it: what
// parts the names is found by the environments that the database has.
func (r *reportFlags) compared(s *session, db *store.DB, named bool) (other string, err error) {
	other, here, ok := strings.Cut(r.compare, "..")
	if strings.LastIndex(r.compare, "..") != strings.Index(r.compare, "..") {
		list, err := db.History(s.ctx)
		if err != nil {
			return "", err
		}
		pairs := namePairs(r.compare, list)
		if named {
			pairs = slices.DeleteFunc(pairs, func(p [2]string) bool { return p[1] != r.environment })
		}
		switch len(pairs) {
		case 0:
			return "", usageError("--compare: %q is no two environments of the database, whichever .. parts them; dwtriage history list shows which it has", r.compare)
		case 1:
			other, here = pairs[0][0], pairs[0][1]
		default:
			return "", usageError("--compare: %q is %q and %q, or %q and %q: say with --environment of which the report is", r.compare, pairs[0][0], pairs[0][1], pairs[1][0], pairs[1][1])
		}
	}
	switch {
	case !ok || other == "" || here == "" || other == here:
		return "", usageError("--compare: %q is not two environments; write UAT..PROD for the report of PROD, compared with UAT", r.compare)
	case named && r.environment != here:
		return "", usageError("--compare %s is the report of %s, and --environment %s that of another: leave it out", r.compare, here, r.environment)
	}
	r.environment = here
	return other, nil
}

// namePairs are the ways in which two dots part text into two environments that the runs of list are of.
func namePairs(text string, list []store.Past) (pairs [][2]string) {
	known := func(name string) bool {
		return name != "" && slices.ContainsFunc(list, func(p store.Past) bool { return p.Environment == name })
	}
	for i := range text {
		if here, ok := strings.CutPrefix(text[i:], ".."); ok && known(text[:i]) && known(here) {
			pairs = append(pairs, [2]string{text[:i], here})
		}
	}
	return pairs
}
