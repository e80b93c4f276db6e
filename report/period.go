package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"dwtriage/ingest/words"
	"dwtriage/report/store"
	"dwtriage/report/summary"
)

// logWord is what the records of a log are called.
func logWord(log string) string {
	if log == "dualwrite" {
		return "dual-write errors"
	}
	return "plug-in traces"
}

// periodTitle names the period in the title of the page: a night by the day it leads to, a stretch of one day by its
// hours, a longer one by its days. Without a period it is the day of the run.
func periodTitle(s *summary.Summary) string {
	p := s.Period()
	if s.OfPeriod() {
		p = s.Span
	}
	if p.Hours() == 0 {
		if d := day(s.Run.Finished); d != "" {
			return "read on " + d
		}
		return ""
	}
	from, last := p.From.UTC(), p.Until.UTC().Add(-time.Minute)
	until := p.Until.UTC()
	midnight := time.Date(last.Year(), last.Month(), last.Day(), 0, 0, 0, 0, time.UTC)
	// Hours that were asked for may be a piece of a night, of which more is in the database.
	piece := s.OfPeriod() && !s.Run.Since.IsZero() && p.Hours() < 12
	switch {
	case !piece && p.Hours() <= 24 && from.Before(midnight) && from.Hour() >= 12 && until.Hour() <= 12:
		return "night to " + day(last)
	case !from.Before(midnight) && p.Hours() == 24:
		return day(last)
	case !from.Before(midnight):
		return fmt.Sprintf("%s, %s to %s", day(last), from.Format("15:04"), clockOfEnd(until))
	case p.Hours() <= 48:
		return fmt.Sprintf("%s to %s %s", from.Format("2 January 15:04"), day(last), clockOfEnd(until))
	case from.Year() != last.Year():
		return day(from) + " to " + day(last)
	case from.Month() != last.Month():
		return from.Format("2 January") + " to " + day(last)
	}
	return from.Format("2") + " to " + day(last)
}

// clockOfEnd is the time of day at which a period ends: at midnight it is the day before that ends.
func clockOfEnd(until time.Time) string {
	if until.Hour() == 0 {
		return "24:00"
	}
	return until.Format("15:04")
}

// hoursOf writes a period in a sentence.
func hoursOf(p summary.Period, year int) string {
	s := stamper(year, "2 Jan 15:04")
	return s(p.From).Text + " to " + s(p.Until).Text
}

// asGiven says which ends were given where full hours are taken for them; nothing where they are these hours.
func asGiven(given summary.Period, year int) string {
	if given.From.IsZero() {
		return ""
	}
	return " (the full hours of " + exactly(given, year) + ")"
}

// exactly writes a period whose ends may be no full hours.
func exactly(p summary.Period, year int) string {
	return clock(p.From, year) + " to " + clock(p.Until, year)
}

// clock is asTyped in a sentence.
func clock(t time.Time, year int) string {
	return asTyped(t, year).Text
}

// Bounds says what the report is not about although it was asked for, and what it is about that others are, too: records that were loaded for another environment, other ends than full hours, hours to compare with that nothing can be
// compared with, a log that was read before and is missing now, and hours of the period that no export covers; a sentence each.
func Bounds(s *summary.Summary) (sentences []string) {
	if said := widened(s); said != "" {
		sentences = append(sentences, said)
	}
	about := "run"
	if s.OfPeriod() {
		about = "period"
	}
	for _, e := range s.MetElsewhere {
		of := "an environment without a name"
		if e.Environment != "" {
			of = "environment " + e.Environment
		}
		sentences = append(sentences, words.Count(e.Records, "record")+" of this "+about+" "+words.Plural(e.Records, "is one", "are")+" of "+of+" in the database, met again.")
	}
	for _, c := range s.Logs {
		if c.Period.Hours() > 0 && c.Asked.Hours() > 0 && !c.Compared() {
			sentences = append(sentences, sentence(capital(comparison(s, c))))
		}
	}
	return append(append(sentences, missed(s)...), uncovered(s)...)
}

// widened says which hours a report of a period is of where other ends were asked for; empty where it is of these. Exports are known by the
// hour, so a piece of an hour cannot be told from one that was not read.
func widened(s *summary.Summary) string {
	year := s.Run.Finished.UTC().Year()
	since, until := s.Run.Since, s.Run.UntilLimit
	if !s.OfPeriod() || (since.IsZero() || since.Equal(s.Span.From)) && (until.IsZero() || until.Equal(s.Span.Until)) {
		return ""
	}
	asked := clock(since, year) + " to " + clock(until, year)
	switch {
	case until.IsZero():
		asked = "from " + clock(since, year) + " on"
	case since.IsZero():
		asked = "until " + clock(until, year)
	}
	return "This report is of full hours, " + hoursOf(s.Span, year) + ": " + asked + " was asked for."
}

// comparison says what of a log is compared with what, or why nothing is.
func comparison(s *summary.Summary, c summary.Comparison) string {
	name, year := logWord(c.Log), s.Run.Finished.UTC().Year()
	switch {
	case c.Period.Hours() == 0 && c.Records > 0:
		return name + " that were read have no time, so they are not compared"
	case c.Period.Hours() == 0:
		return notRead(s, c) + ", so they are not compared"
	case !c.Compared() && c.Asked.Hours() > 0:
		return name + " of " + hoursOf(c.Night, year) + ": those of " + hoursOf(c.Asked, year) + " were asked for" + asGiven(c.Given, year) + ", " + uncomparable(c) + ", so there is nothing to compare with"
	case !c.Compared():
		return name + " of " + hoursOf(c.Period, year) + ": " + noneBefore(c) + ", so there is nothing to compare with"
	}
	text := name + " of " + hoursOf(c.Night, year) + " with those of " + hoursOf(c.Before[0], year) + asGiven(c.Given, year)
	if n := len(c.Before); n > 1 {
		text += fmt.Sprintf(", and %s before that", words.Count(n-1, "period"))
	}
	if n := len(c.Passed); n > 0 {
		var list []string
		for _, p := range first(c.Passed, gapsInSentence) {
			list = append(list, hoursOf(p, year))
		}
		if more := n - len(list); more > 0 {
			list = append(list, words.Count(more, "more stretch", "more stretches"))
		}
		text += "; what is covered between them, " + some(list, len(list)) + ", was not read whole or is less than half a period, and is passed over"
	}
	if !c.Whole {
		text += "; not all of it was read without trouble, so nothing is said to be over"
	}
	return text
}

// noneBefore says why a log has no period before to compare with.
func noneBefore(c summary.Comparison) string {
	if len(c.Passed) > 0 {
		return "of the hours before, no " + words.Count(c.Night.Hours(), "hour") + " in a row are covered for half or more by exports that were read whole"
	}
	return "no earlier hours are covered"
}

// uncomparable says why hours that were asked for cannot be compared with.
func uncomparable(c summary.Comparison) string {
	switch {
	case c.AskedAny == 0:
		return "which no export covers"
	case c.AskedWhole == 0:
		return "of which no export was read whole"
	}
	return "of which exports that were read whole cover " + words.Thousands(c.AskedWhole) + " of " + words.Count(c.Asked.Hours(), "hour") + ", less than half"
}

// notRead says that the report is about no record of a log: what was read may be left out or rejected. Of a run it says that this one read none: where
// each log has a call of its own, another run has read those of the night, or will have.
func notRead(s *summary.Summary, c summary.Comparison) string {
	if s.Totals.Filtered > 0 || slices.ContainsFunc(s.Inputs, func(in store.Input) bool { return in.Log == c.Log && in.Read > 0 }) {
		return "no " + logWord(c.Log) + " came through"
	}
	if !s.OfPeriod() {
		return "this run read no " + logWord(c.Log)
	}
	return "no " + logWord(c.Log) + " were read"
}

// missed says of each log that was read before and is missing now how much of it failed then: what the report does not know of is not ok.
func missed(s *summary.Summary) (sentences []string) {
	for _, c := range s.Logs {
		if c.Missed.Hours() == 0 || c.Records > 0 {
			continue
		}
		failed, when := "none", "night before"
		if c.MissedFailing > 0 {
			failed = words.Thousands(c.MissedFailing)
		}
		night := s.Period()
		if then := (summary.Period{From: c.Missed.From.AddDate(0, 0, 1), Until: c.Missed.Until.AddDate(0, 0, 1)}).Within(night); then.Hours() <= 0 || !strings.HasPrefix(periodTitle(s), "night") {
			when = "hours that were read last, " + hoursOf(c.Missed, s.Run.Finished.UTC().Year())
		}
		sentences = append(sentences, capital(notRead(s, c))+"; "+failed+" of them failed in the "+when+"."+empties(s))
	}
	return sentences
}

// empties counts the inputs that have no row: an export of a log that holds none does not say of which log it is.
func empties(s *summary.Summary) string {
	_, _, n := WithoutRow(s.Inputs)
	if n == 0 {
		return ""
	}
	return " " + words.Count(n, "input has", "inputs have") + " no row."
}

// compared parts the logs that failed by whether they are compared with anything: nobody knows of the others what is new.
func compared(s *summary.Summary) (among, besides []summary.Comparison) {
	for _, c := range s.Logs {
		switch {
		case c.Failing == 0:
		case c.Compared():
			among = append(among, c)
		default:
			besides = append(besides, c)
		}
	}
	return among, besides
}

func logWords(list []summary.Comparison) string {
	var names []string
	for _, c := range list {
		names = append(names, logWord(c.Log))
	}
	return words.AndList(names)
}

// besides says which logs failed and are compared with nothing, where another one is compared; empty where none did.
func besides(s *summary.Summary) string {
	if _, list := compared(s); s.Compared() && len(list) > 0 {
		return logWords(list) + " are compared with nothing"
	}
	return ""
}

// whyBesides is besides with the reason, but where the hours to compare with were asked for: of these Bounds says it.
func whyBesides(s *summary.Summary) string {
	text := besides(s)
	_, list := compared(s)
	switch {
	case text == "" || len(list) > 1:
	case list[0].Period.Hours() == 0:
		text += ": none of them has a time"
	case list[0].Asked.Hours() == 0:
		text += ": " + noneBefore(list[0])
	}
	return text
}

// changed counts signatures of a map by their state, unknown messages apart, and names what failed and is compared with nothing, for every output; empty
// where nothing is compared or fails.
func changed(s *summary.Summary) string {
	none, rest := summary.Changed{}, besides(s)
	if !s.Compared() || s.Changed == none && s.ChangedUnknown == none && rest == "" {
		return ""
	}
	text := cmp.Or(states(s), stateCounts(none))
	if n := mutedChanges(s); n > 0 {
		text += "; of what is new, regressed or spiking " + words.Count(n, "is muted", "are muted")
	}
	if rest != "" {
		text += "; " + rest
	}
	return text
}

// mutedChanges counts what is new, regressed or spiking of signatures and unknown messages that are muted: the cards and the first paragraph leave these out.
func mutedChanges(s *summary.Summary) (n int) {
	muted := mutedSignatures(s)
	for _, ch := range s.Changes {
		if (isNews(ch.Change) || ch.Change == summary.Spiking) && muted[ch.Signature] {
			n++
		}
	}
	return n
}

// states counts signatures of a map each, and unknown messages of a map each apart, by what became of them; empty where there are none. Whoever prints it names the first of these units.
func states(s *summary.Summary) string {
	none := summary.Changed{}
	switch {
	case s.Changed == none && s.ChangedUnknown == none:
		return ""
	case s.ChangedUnknown == none:
		return stateCounts(s.Changed)
	}
	return stateCounts(s.Changed) + "; unknown messages of a map each: " + stateCounts(s.ChangedUnknown)
}

// ofMaps names the unit of states in a sentence that speaks of signatures.
func ofMaps(states string) string {
	if states == "" {
		return ""
	}
	return "of signatures of a map each " + states
}

func stateCounts(c summary.Changed) string {
	var parts []string
	for i, n := range []int{c.New, c.Regressed, c.Spiking, c.Ongoing, c.Quiet, c.Resolved} {
		if n > 0 {
			parts = append(parts, words.Thousands(n)+" "+summary.Changes[i])
		}
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, ", ")
}

// periodCounts lists the records of periods, the oldest first, so that it reads like a chart.
func periodCounts(counts []int64, between string) string {
	parts := make([]string, len(counts))
	for i, n := range counts {
		parts[len(counts)-1-i] = strconv.FormatInt(n, 10)
	}
	return strings.Join(parts, between)
}

func capital(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
