package report

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"dwtriage/classify"
	"dwtriage/ingest/words"
	"dwtriage/report/store"
	"dwtriage/report/summary"
)

// A phrase is a piece of the verdict: plain, strong, or a link; or the end of a paragraph, which has no text.
type phrase struct {
	Text   string
	Strong bool
	Href   string
	Ends   bool
}

func plain(text string) phrase      { return phrase{Text: text} }
func strong(text string) phrase     { return phrase{Text: text, Strong: true} }
func link(text, href string) phrase { return phrase{Text: text, Href: href} }

// paragraphs parts phrases where one ends.
func paragraphs(list []phrase) (parts [][]phrase) {
	for ends := true; len(list) > 0; list = list[1:] {
		if ends {
			parts = append(parts, nil)
		}
		last := len(parts) - 1
		if ends = list[0].Ends; !ends {
			parts[last] = append(parts[last], list[0])
		}
	}
	return parts
}

// verdict says what happened in words that can be read out in a meeting: what is new and critical, how much failed,
// where and when; in a paragraph of its own what it needs and who can do that; and how far to believe it.
func verdict(s *summary.Summary) []phrase {
	var v []phrase
	switch {
	case s.Records == 0:
		lead, rest := Nothing(s)
		v = append(v, strong(lead), plain(rest))
	case s.Failing == 0 && s.Records == 1:
		v = append(v, strong("No record failed in "+subject(s)+":"), plain(" the only one is ok."))
	case s.Failing == 0:
		v = append(v, strong("No record failed in "+subject(s)+":"), plain(" all "+words.Thousands(s.Records)+" are ok."))
	default:
		v = failures(s)
	}
	return append(append(v, elsewhereSaid(s)...), caveats(s)...)
}

// Unread reports whether a night is without records because of its exports: none was given, one could not be read, or what there was
// is no row or no record. What filters left out could be read, and how exports are made is no answer to it.
func Unread(s *summary.Summary) bool {
	return s.Records == 0 && !s.OfPeriod() && (s.Totals.Read == 0 || s.Totals.Rejected > 0 || slices.ContainsFunc(s.Inputs, func(in store.Input) bool { return in.Problem != "" }))
}

// WithoutRow counts the inputs that gave no row: those that could not be read, those that hold no log and were passed over, and those
// that are empty. One that could not be read to its end counts among the first, whatever it gave.
func WithoutRow(inputs []store.Input) (failed, passed, empty int) {
	for _, in := range inputs {
		switch {
		case in.PassedOver():
			passed++
		case in.Problem != "":
			failed++
		case in.Read == 0:
			empty++
		}
	}
	return failed, passed, empty
}

// noRow says why inputs gave no row.
func noRow(inputs []store.Input) string {
	failed, passed, empty := WithoutRow(inputs)
	var parts []string
	if failed > 0 {
		parts = append(parts, words.Count(failed, "input")+" could not be read")
	}
	if passed > 0 {
		parts = append(parts, words.Count(passed, "file")+" "+words.Plural(passed, "holds", "hold")+" no log")
	}
	if empty > 0 {
		parts = append(parts, "there is no row in "+words.Count(empty, "input"))
	}
	return words.AndList(parts)
}

// firstReject says why most of the rejected rows were, and where the first of these is.
func firstReject(s *summary.Summary) string {
	if len(s.RejectReasons) == 0 {
		return ""
	}
	r := s.RejectReasons[0]
	most := ": "
	if len(s.RejectReasons) > 1 {
		most = ", most of them: "
	}
	return most + words.OneLine(r.Reason) + " (row " + words.Thousands(r.First.Row) + " of " + words.OneLine(r.First.File) + ")"
}

// Nothing is the sentence of a night without records, for the page and the terminal alike, in two parts: what it was, and
// a rest that begins with a blank. An export without rows, one that nobody can read and hours that hold nothing send
// whoever reads it to three different places.
func Nothing(s *summary.Summary) (lead, rest string) {
	const (
		unread   = "Nothing was read:"
		lost     = "No record came through:"
		filtered = " filtered out (--since, --until, --log, history prune)."
	)
	t := s.Totals
	all := " all " + words.Count(t.Read, "row") + " were"
	if t.Read == 1 {
		all = " the only row was"
	}
	switch {
	case s.OfPeriod():
		return "No record is known of this period:", " its exports have none, or only rows without a time."
	case len(s.Inputs) == 0:
		return unread, " the run had no input."
	case t.Read == 0:
		return unread, " " + noRow(s.Inputs) + "."
	case t.Rejected == t.Read:
		return lost, all + " rejected" + firstReject(s) + "."
	case t.Filtered == t.Read:
		return lost, all + filtered
	}
	return lost, " of " + words.Count(t.Read, "row") + ", " + words.Thousands(t.Rejected) + " " + words.Were(t.Rejected) + " rejected and " +
		words.Thousands(t.Filtered) + filtered
}

// failures says what failed, where and when, then what it needs and who can do it: everything critical, the rows that are
// missing, the largest of the rest, what only has to be saved again, and what nobody knows. It names no steps: they are
// for those who do them.
func failures(s *summary.Summary) []phrase {
	v := append(criticalNews(s), extent(s)...)
	if s.Unknown == s.Failing {
		v = append(v, strong("No rule and no code explains any of them."))
		if s.SavedUnplanned < s.Failing {
			v = append(v, plain(" Begin with the "), link("unknown messages", "#unknown"), plain(", most records first."))
		}
		if s.SavedUnplanned > 0 {
			v = append(append(v, plain(" ")), savedSince(s.SavedUnplanned))
		}
		return v
	}
	v = append(append(v, phrase{Ends: true}), critical(s)...)
	v = append(v, missing(s)...)
	v = append(v, largest(s)...)
	v = append(v, repeats(s)...)
	if s.Unknown > 0 {
		v = append(v, plain("No rule explains "), link(words.Count(s.Unknown, "record"), "#unknown"), plain(" ("+percent(s.Unknown, s.Failing)+"). "))
	}
	if len(s.Fixes) > 0 {
		v = append(v, withoutFix(s)...)
	}
	switch {
	case len(s.Fixes) > 0:
	case s.Muted == s.Failing: // what is muted is counted below
	case s.Muted > 0:
		v = append(v, plain("No fix is known for what is not muted. "))
	default:
		v = append(v, plain("No fix is known for what failed. "))
	}
	return v
}

// withoutFix counts what has a name and no place in the plan beside what has one: an error code says what happened and not what to do, and the texts of a rule that is not
// among today's are not known.
func withoutFix(s *summary.Summary) (v []phrase) {
	var byCode, byOthers int64
	for i := range s.Signatures {
		switch sig := &s.Signatures[i]; {
		case sig.Mute != nil || len(sig.Ranks) > 0:
		case ofOtherRules(sig):
			byOthers += sig.Records
		case sig.Status == classify.StatusCode || sig.Status == classify.StatusText:
			byCode += sig.Records
		}
	}
	if byCode > 0 {
		v = append(v, link(words.Count(byCode, "record"), "#signatures"), plain(words.Plural(byCode, " is", " are")+" known by a code alone, and no rule says what to do. "))
	}
	if byOthers > 0 {
		v = append(v, link(words.Count(byOthers, "record"), "#signatures"), plain(words.Plural(byOthers, " was", " were")+" taken by a rule that is not among today's. "))
	}
	return v
}

// criticalNews names what is critical and new, or back after a pause: it stands before everything else.
func criticalNews(s *summary.Summary) []phrase {
	var v []phrase
	asked := map[string]string{summary.Regressed: "Critical, known, and not failing in the hours compared with:", backHere: "Critical, known, and not failing in that map in the hours compared with:"}
	for _, of := range []struct{ change, word string }{
		{summary.New, "New and critical:"}, {newHere, "Critical, known and in another map than before:"},
		{summary.Regressed, "Back and critical:"}, {backHere, "Critical, and back in a map:"},
	} {
		list := criticals(withChange(s, of.change))
		if len(list) == 0 {
			continue
		}
		word := of.word
		if s.Asked() {
			word = orWords(asked[of.change], word)
		}
		v = append(append(v, strong(word), plain(" ")), named(list)...)
		v = append(v, plain(". "))
	}
	return v
}

func criticals(list []summary.Signature) (out []summary.Signature) {
	for _, sig := range list {
		if sig.Severity == "critical" && sig.Mute == nil {
			out = append(out, sig)
		}
	}
	return out
}

// mostNamed is how many signatures a sentence names: more are a list, and that stands below.
const mostNamed = 3

// named lists signatures by what is wrong, each with a link on its number of records.
func named(list []summary.Signature) []phrase { return namedLeft(list, nil) }

// namedLeft is named of signatures that had more records, by id, which nothing is to be mended for any more.
func namedLeft(list []summary.Signature, settled map[string]int64) []phrase {
	var v []phrase
	for i, sig := range list {
		switch {
		case i == mostNamed:
			return append(v, plain(" and "), link(words.Count(len(list)-i, "more signature"), "#signatures"))
		case i > 0:
			v = append(v, plain(", "))
		}
		text := words.Count(sig.Records, "record")
		if n := settled[sig.ID]; n > 0 {
			text = words.Thousands(sig.Records) + " of " + words.Count(sig.Records+n, "record")
		}
		v = append(v, plain(wrong(sig)+" ("), link(text, "#sig-"+anchor(sig.ID)), plain(")"))
	}
	return v
}

// wrong is what is wrong by a signature, as a part of a sentence.
func wrong(sig summary.Signature) string {
	return orWords(sig.Headline, orWords(sig.Title, sig.ID))
}

// extent says how much failed, when and where, and how much before.
func extent(s *summary.Summary) []phrase {
	text := words.Thousands(s.Failing) + " of " + words.Count(s.Records, "record") + " failed"
	v := []phrase{strong(text + when(s)), plain(before(s) + ", in " + summary.EntityWords(s.EntityCount()) + mostIn(s) + ". ")}
	if s.Compared() {
		v = append(v, newness(s)...)
		v = append(v, plain(" "))
	}
	return v
}

// when says that everything failed in the period of the report, or what of it did not as far as the records tell.
func when(s *summary.Summary) string {
	p := s.Period()
	period := inPeriod(periodTitle(s))
	untimed, outside := s.Timeline.UntimedFailing, s.Timeline.OutsideFailing
	switch {
	case p.Hours() == 0:
		return ""
	case untimed > 0 && outside > 0:
		return ", " + words.Thousands(untimed) + " of them without a time and " + words.Thousands(outside) + " far from the others"
	case untimed > 0:
		return ", " + words.Thousands(untimed) + " of them without a time"
	case s.From.Before(p.From) || !s.Until.Before(p.Until):
		return ", not all of them " + period
	case outside > 0:
		return ", all but " + words.Thousands(outside) + " " + period
	default:
		return " " + period
	}
}

// inPeriod puts the words for a period into a sentence.
func inPeriod(title string) string {
	switch {
	case strings.HasPrefix(title, "night"):
		return "in the " + title
	case strings.Contains(title, " to "):
		return "from " + title
	}
	return "on " + title
}

// before says how much failed in the period before; nothing where that is not known.
func before(s *summary.Summary) string {
	if len(s.FailedIn) < 2 {
		return ""
	}
	text := failedBefore(s)
	if s.FailedIn[0] != s.Failing { // other runs read a part of these hours, or records lie outside of them or have no time
		text = words.Thousands(s.FailedIn[0]) + " in the hours that are compared, " + text
	}
	return " (" + text + ")"
}

// failedBefore counts what failed in the period before. Where the environment has another log, of which the report has nothing, its failures are not among them.
func failedBefore(s *summary.Summary) string {
	n, text := s.FailedIn[1], words.Thousands(s.FailedIn[1])
	switch failingOf(s) {
	case "dual-write errors":
		text = words.Count(n, "dual-write error")
	case "plug-in traces":
		text = words.Count(n, "plug-in trace failure")
	}
	return text + " in the " + periodBefore(s)
}

// failingOf is what the records of FailedIn are called: they are of the logs that were read, and records of whatever log where there is no other one.
func failingOf(s *summary.Summary) string {
	for i, c := range s.Logs {
		if c.Known && c.Period.Hours() == 0 && len(s.Logs) == 2 {
			return logWord(s.Logs[1-i].Log)
		}
	}
	return "records"
}

// periodBefore is what the period is called that the report is compared with first. Hours that were chosen go by their ends: the report
// itself may be of hours that were asked for.
func periodBefore(s *summary.Summary) string {
	night := strings.HasPrefix(periodTitle(s), "night")
	if s.Asked() {
		return chosenHours(s)
	}
	for _, c := range s.Logs {
		if c.Compared() { // a night that was not read may lie between, or the day is what was read before, or only a part of the night is compared
			back := c.Night.From.Sub(c.Before[0].From)
			night = night && !c.PartBefore && back >= 18*time.Hour && back <= 30*time.Hour
		}
	}
	if night {
		return "night before"
	}
	return "period before"
}

// chosenHours are those that a report is compared with instead of the periods before; a run covers hours of its own of each log.
func chosenHours(s *summary.Summary) string {
	var hours []string
	for _, c := range s.Logs {
		if c.Asked.Hours() > 0 {
			hours = append(hours, hoursOf(c.Asked, s.Run.Finished.UTC().Year()))
		}
	}
	if hours = slices.Compact(hours); len(hours) != 1 {
		return "hours compared with"
	}
	return "hours " + hours[0]
}

func allOrMost(records, of int64) string {
	if records == of {
		return ", all of them"
	}
	return ", most of them"
}

// mostIn names the company, or the map, in which more than half of what failed did.
func mostIn(s *summary.Summary) string {
	for _, g := range s.Heat.Groups {
		if !g.All && g.Company != "" && g.Company != summary.Several && 2*g.Records > s.Failing {
			return allOrMost(g.Records, s.Failing) + " in company " + g.Company
		}
	}
	if len(s.Heat.Groups) > 0 && len(s.Heat.Groups[0].Rows) > 1 {
		if row := s.Heat.Groups[0].Rows[0]; 2*row.Records > s.Failing && row.MapTitle != summary.Several {
			return allOrMost(row.Records, s.Failing) + " in " + some([]string{row.MapTitle}, 1)
		}
	}
	return ""
}

// critical counts what every critical signature has left that is not settled, says what is wrong, and who can mend it. What is new was counted with what is settled since:
// the sentence has both, or there would be two numbers of one thing.
func critical(s *summary.Summary) []phrase {
	var list []summary.Signature
	settled := make(map[string]int64)
	for _, sig := range criticals(s.Signatures) {
		for i := range s.Fixes {
			if f := &s.Fixes[i]; f.Settled && f.Signature == sig.ID {
				settled[sig.ID] += f.Records
			}
		}
		if sig.Records > settled[sig.ID] {
			list = append(list, sig)
		}
	}
	if len(list) == 0 {
		return nil
	}
	var records, before int64
	var roles []string
	for i := range list {
		sig := &list[i]
		before += sig.Records
		sig.Records -= settled[sig.ID]
		records += sig.Records
		if sig.Fix != nil {
			roles = append(roles, sig.Fix.Role)
		}
	}
	text := words.Count(len(list), "critical signature") + ", " + words.Count(records, "record")
	if before > records {
		text = words.Count(len(list), "critical signature") + ", " + words.Thousands(records) + " of " + words.Count(before, "record") + " left to mend"
	}
	v := []phrase{strong(text + ":"), plain(" ")}
	v = append(v, namedLeft(list, settled)...)
	if who := people(roles); who != "" {
		v = append(v, plain("; to be mended by "+who))
	}
	return append(v, plain(". "))
}

// people names those who have one of these roles, each once: a role may be that of two.
func people(roles []string) string {
	var names []string
	for _, role := range roles {
		if role != "" {
			names = append(names, strings.Split(role, ", ")...)
		}
	}
	if names = distinct(names, func(name string) string { return name }); len(names) == 0 {
		return ""
	}
	return some(names, mostNamed)
}

// missing says how many records wait for rows that must be brought first, in which maps, and who brings them.
func missing(s *summary.Summary) []phrase {
	var records, rows int64
	var maps, roles []string
	rank := 0
	for i := range s.Fixes {
		if f := &s.Fixes[i]; f.MissingIn != "" {
			records, rows = records+f.Records, rows+f.MissingRows
			maps, roles = append(maps, f.MissingIn), append(roles, f.Role)
			rank = cmp.Or(rank, f.Rank)
		} else {
			records += f.Waiting // a record that also waits for what its message does not name
		}
	}
	if records == 0 {
		return nil
	}
	v := []phrase{strong(words.Count(records, "record waits", "records wait") + " for rows that are missing"), plain(" in " + some(maps, 2) + ": "),
		link(words.Count(rows, "missing row"), "#fix-"+strconv.Itoa(rank))}
	if who := people(roles); who != "" {
		v = append(v, plain(", to be brought by "+who))
	}
	return append(v, plain(". "))
}

// largest names what else is to be mended, by the fix with most records: what is critical and missing rows are said before,
// and what passes by itself is behind. Without a plan it is the largest signature.
func largest(s *summary.Summary) []phrase {
	if len(s.Fixes) == 0 {
		return unplanned(s)
	}
	var most left
	lead := "To be mended, with most records: "
	for i := range s.Fixes {
		f := &s.Fixes[i]
		if f.Severity == "critical" && !f.Settled || f.MissingIn != "" {
			lead = "Else to be mended, with most records: "
		}
		l := notCritical(f)
		if l.records -= f.Waiting; f.MissingIn == "" && !f.PassesByItself() && l.records > most.records {
			most = l
		}
	}
	if most.fix == nil {
		return nil
	}
	at := slices.IndexFunc(s.Signatures, func(sig summary.Signature) bool { return sig.ID == most.signature })
	if at < 0 {
		return nil
	}
	text := lead + wrong(s.Signatures[at])
	if most.more > 0 { // its records are those of all of them
		text += " and " + words.Count(most.more, "more signature")
	}
	v := []phrase{plain(text + " ("), link(words.Count(most.records, "record"), "#fix-"+strconv.Itoa(most.fix.Rank))}
	if who := people([]string{most.fix.Role}); who != "" {
		v = append(v, plain(", "+who))
	}
	return append(v, plain("). "))
}

// left is what a fix mends beside what is critical: the signature with most of these records, and how many more there are.
type left struct {
	fix       *summary.Fix
	signature string
	more      int
	records   int64
}

func notCritical(f *summary.Fix) left {
	if f.Severity != "critical" {
		return left{f, f.Signature, len(f.Parts) - 1, f.Records}
	}
	l := left{fix: f, more: -1}
	most := int64(0)
	for _, p := range f.Parts {
		if p.Severity == "critical" {
			continue
		}
		if l.more++; p.Records > most {
			most, l.signature = p.Records, p.Signature
		}
		l.records += p.Records
	}
	return l
}

// unplanned names the largest signature that is not critical, which is said before.
func unplanned(s *summary.Summary) []phrase {
	for _, sig := range s.Signatures {
		if sig.Mute == nil && sig.Severity != "critical" {
			lead := "Of what a rule or code explains, most records: "
			if len(criticals(s.Signatures)) > 0 {
				lead = "Of what else a rule or code explains, most records: "
			}
			return append(append([]phrase{plain(lead)}, named([]summary.Signature{sig})...), plain(". "))
		}
	}
	return nil
}

// repeats counts what only has to be saved again, as the plan groups it, and what a fix that comes before that is for although the
// rows themselves need nothing. Rows of a joint fix, and what waits for missing rows, are neither: of these a rule alone does not decide.
func repeats(s *summary.Summary) []phrase {
	var passing, stopped, keys, named, atOnce, saved int64
	var passingCritical, stoppedCritical int64 // of them, those that critical counts, too
	var first, behind int
	var settled, unsaid int
	var keyless int64
	saved = s.SavedUnplanned
	for i := range s.Fixes {
		f := &s.Fixes[i]
		switch {
		case f.Settled:
			saved += f.Done()
			if n := f.AtOnce(); n > 0 {
				atOnce += n
				settled = cmp.Or(settled, f.Rank)
			}
			if f.Keyless > 0 {
				keyless += f.Keyless
				unsaid = cmp.Or(unsaid, f.Rank)
			}
		case f.PassesByItself():
			passing += f.Records
			passingCritical += ofCriticals(s, f)
			keys += affectedKeys(s, f)
			first = cmp.Or(first, f.Rank)
		case f.Retry == "yes" && len(f.Parts) <= 1 && f.MissingIn == "":
			stopped += f.Records
			stoppedCritical += ofCriticals(s, f)
			named += affectedKeys(s, f)
			behind = cmp.Or(behind, f.Rank)
		}
	}
	var v []phrase
	if atOnce > 0 {
		v = append(v, link(words.Count(atOnce, "record"), "#fix-"+strconv.Itoa(settled)),
			plain(words.Plural(atOnce, " can be saved again at once: what it looked up came later. ", " can be saved again at once: what they looked up came later. ")))
	}
	if keyless > 0 {
		v = append(v, link(words.Count(keyless, "record"), "#fix-"+strconv.Itoa(unsaid)),
			plain(words.Plural(keyless, " does not say which row it is of, and what it looked up came later: see whether the row is there. ", " do not say which rows they are of, and what they looked up came later: see whether these are there. ")))
	}
	if passing > 0 {
		how := words.Plural(passing, "save its row again, in its turn in retry.csv. ", "save the rows again that retry.csv lists for them, each in its turn. ")
		if keys == 0 {
			how = words.Plural(passing, "it does not name its row, so retry.csv has none for it. ", "none of them names its row, so retry.csv has none for them. ")
		}
		v = append(v, link(words.Count(passing, "record"), "#fix-"+strconv.Itoa(first)), plain(" failed of what passes by itself"+amongCritical(passing, passingCritical)+": "+how))
	}
	if stopped > 0 {
		how := words.Plural(stopped, ": then save its row again, too. ", ": then save their rows again, too. ")
		if named == 0 {
			how = words.Plural(stopped, "; it names no row. ", "; none of them names a row. ")
		}
		how = amongCritical(stopped, stoppedCritical) + how
		v = append(v, link(words.Count(stopped, "record"), "#fix-"+strconv.Itoa(behind)), plain(" failed of what must be over first"+how))
	}
	if saved > 0 {
		v = append(v, savedSince(saved))
	}
	return v
}

// ofCriticals is how many records of a fix are of signatures that critical counts.
func ofCriticals(s *summary.Summary, f *summary.Fix) (n int64) {
	list := criticals(s.Signatures)
	for _, p := range f.Parts {
		if slices.ContainsFunc(list, func(sig summary.Signature) bool { return sig.ID == p.Signature }) {
			n += p.Records
		}
	}
	return n
}

// amongCritical says how many of these records were counted before, as critical ones.
func amongCritical(records, critical int64) string {
	switch {
	case critical == 0:
		return ""
	case critical < records:
		return " (" + words.Thousands(critical) + " of them " + words.Plural(critical, "is", "are") + " among the critical ones above)"
	}
	return words.Plural(records, " (it is among the critical ones above)", " (they are among the critical ones above)")
}

func savedSince(records int64) phrase {
	return plain(words.Plural(records, "The row of 1 failing record is saved since. ", "The rows of "+words.Thousands(records)+" failing records are saved since. "))
}

// affectedKeys is how many rows the records of a fix's signatures name, 0 where none names any, as those of traces do.
func affectedKeys(s *summary.Summary, f *summary.Fix) (n int64) {
	for i := range s.Signatures {
		if slices.ContainsFunc(f.Parts, func(p summary.Part) bool { return p.Signature == s.Signatures[i].ID }) {
			n += s.Signatures[i].AffectedKeys
		}
	}
	return n
}

// caveats say how far the numbers can be believed.
func caveats(s *summary.Summary) []phrase {
	var v []phrase
	troubled := len(troubledInputs(s))
	unread, incomplete := 0, 0
	for _, in := range s.Inputs {
		if in.Problem != "" {
			unread++
		} else if in.Incomplete {
			incomplete++
		}
	}
	of := func(n int) phrase {
		return link(words.Thousands(n)+" of "+words.Count(len(s.Inputs), "input"), "#problems")
	}
	const toTheEnd, low = " could not be read to the end", ": the numbers may be too low."
	notWhole := words.Plural(incomplete, " is", " are") + " not the whole export"
	switch {
	case unread > 0 && incomplete > 0:
		v = append(v, plain(" "), of(unread), strong(toTheEnd), plain(", and "), of(incomplete), strong(notWhole), plain(low))
	case unread > 0:
		v = append(v, plain(" "), of(unread), strong(toTheEnd), plain(low))
	case incomplete > 0:
		v = append(v, plain(" "), of(incomplete), strong(notWhole), plain(low))
	case troubled > 0 && s.Failing == 0:
		v = append(v, plain(" But "), link(words.Count(troubled, "input needs", "inputs need")+" a look", "#problems"), plain("."))
	}
	for _, sentence := range Bounds(s) {
		v = append(v, plain(" "+sentence))
	}
	switch {
	case s.Muted == s.Failing && s.Muted > 1:
		v = append(v, plain(" All "), link(words.Thousands(s.Muted)+" failing records are muted", "#muted"), plain("."))
	case s.Muted > 0:
		v = append(v, plain(" "), link(words.Count(s.Muted, "record is", "records are")+" muted", "#muted"), plain("."))
	}
	if imbalances(s) != "" {
		v = append(v, plain(" "), strong("The "), link("ledger", "#ledger"), strong(" does not balance."))
	}
	return v
}

// sentence ends s with a full stop, once.
func sentence(s string) string {
	if strings.HasSuffix(s, ".") || strings.HasSuffix(s, "!") || strings.HasSuffix(s, "?") {
		return s
	}
	return s + "."
}

// A card is one number of the summary, and where to read on.
type card struct{ Href, Label, Value, Detail string }

// entityCard is how many entities fail, in the room of a number.
func entityCard(s *summary.Summary) string {
	n, atLeast := s.EntityCount()
	if atLeast && n == 0 {
		return "–"
	}
	if atLeast {
		return "≥ " + words.Thousands(n)
	}
	return words.Thousands(n)
}

// unknownCard is the share of what failed that nothing explains. Of nothing there is none.
func unknownCard(s *summary.Summary) card {
	if s.Failing == 0 {
		return card{"#unknown", "Share unknown", "–", noneFailed(s)}
	}
	return card{"#unknown", "Share unknown", percent(s.Unknown, s.Failing), words.Count(s.Unknown, "record") + " in " + words.Count(s.ClusterCount(), "cluster")}
}

// noneSentence is the text of a section that has nothing, as no record failed. Where there are no records it does not say so: nobody knows.
func noneSentence(s *summary.Summary) string {
	if s.Records == 0 {
		return "There are no records."
	}
	return "No record failed in " + subject(s) + "."
}

// noneFailed says in a few words why there is nothing to count.
func noneFailed(s *summary.Summary) string {
	if s.Records == 0 {
		return "there are no records"
	}
	return "no record failed"
}

func cards(s *summary.Summary) []card {
	list := []card{
		{"#findings", "Records in error", words.Thousands(s.Failing), "of " + words.Count(s.Records, "record")},
		{"#entities", "Failing entities", entityCard(s), inCompanies(s)},
		{"#ledger", "Ok records", words.Thousands(s.OK), percent(s.OK, s.Records) + " of all records"},
		unknownCard(s),
		{"#rejects", "Rejected rows", words.Thousands(s.Totals.Rejected), "of " + words.Count(s.Totals.Read, "row") + " read"},
	}
	if s.Records == 0 {
		list[2].Detail = noneFailed(s)
	}
	if s.Compared() {
		list[2] = card{"#changes", "New signatures", words.Thousands(len(withChange(s, summary.New))), newsDetail(s)}
		if among, besides := compared(s); len(besides) > 0 && len(among) == 0 {
			list[2].Value = "not known"
		}
	}
	if len(s.FailedIn) > 1 {
		list[0].Detail += "; " + failedBefore(s)
	}
	return list
}

// spark gives the heights of columns, 0 to 20, for counts, which have the latest first; none of fewer than two. What failed
// has a height, however small.
func spark(counts []int64) []int {
	if len(counts) < 2 {
		return nil
	}
	heights := make([]int, len(counts))
	most := max(1, slices.Max(counts))
	for i, n := range counts {
		heights[len(counts)-1-i] = int((20*n + most - 1) / most)
	}
	return heights
}

// newsDetail says what else changed: what is back, what is known and new in a map, what spikes, and what is over as far as rules and codes explain it.
func newsDetail(s *summary.Summary) string {
	back := " back"
	if s.Asked() {
		back = " known and not then"
	}
	whole, inMap, list := withChange(s, summary.Regressed), withChange(s, backHere), withChange(s, newHere)
	said := append(apartByMessage(s, summary.New, &list), apartByMessage(s, summary.Regressed, &whole, &inMap)...)
	text := words.Thousands(len(whole)) + back
	if n := len(inMap); n > 0 {
		text += ", " + words.Thousands(n) + back + " in a map"
	}
	if n := len(list); n > 0 {
		text += ", " + words.Thousands(n) + " known and new in a map"
	}
	for _, part := range said {
		text += ", " + part
	}
	text += spikingDetail(s)
	text += goneDetail(s, summary.Quiet) + goneDetail(s, summary.Resolved)
	if _, besides := compared(s); len(besides) > 0 {
		text += "; " + logWords(besides) + " are not compared"
	}
	return text
}

// goneDetail counts signatures that are quiet or resolved: whole ones, which fail nowhere in the report and are so in every map, apart from those that are so in some map only;
// and messages of those that are told apart by them and fail with others. It counts signatures like the rest of the card, of which changes.csv has a row for each map.
func goneDetail(s *summary.Summary, state string) (text string) {
	list, more := changedTo(s, state)
	fails, others := make(map[string]bool), make(map[string]bool)
	for i := range s.Signatures {
		fails[s.Signatures[i].ID] = true
	}
	for i := range s.Changes {
		if ch := &s.Changes[i]; ch.Change != state {
			others[ch.Signature] = true
		}
	}
	// Where other runs read hours of the period, too, it may fail in one of these.
	alone := s.OfPeriod() || len(s.FailedIn) > 0 && s.FailedIn[0] <= s.Failing
	whole, inMaps, messages := make(map[string]bool), make(map[string]bool), 0
	for i := range list {
		switch c := &list[i]; {
		case c.unknown():
		case alone && !fails[c.signature] && !others[c.signature]:
			whole[c.signature] = true
		case c.ofMessage():
			messages++
		default:
			inMaps[c.signature] = true
		}
	}
	least := ""
	if more {
		least = "at least "
	}
	if n := len(whole); n > 0 {
		text += ", " + least + words.Thousands(n) + " " + state
	}
	if n := len(inMaps); n > 0 {
		text += ", " + least + words.Thousands(n) + " " + state + " in a map"
	}
	if messages > 0 {
		text += ", " + least + words.Count(messages, "message") + " " + state + " in a map"
	}
	return text
}

// spikingDetail counts the signatures that spike, and apart from them messages of one that is told apart by them.
func spikingDetail(s *summary.Summary) (text string) {
	list, more := changedTo(s, summary.Spiking)
	signatures, messages := 0, 0
	for i := range list {
		switch c := &list[i]; {
		case c.unknown():
		case c.ofMessage():
			messages++
		default:
			signatures++
		}
	}
	least := ""
	if more {
		least = "at least "
	}
	if signatures > 0 {
		text += ", " + least + words.Thousands(signatures) + " spiking"
	}
	if messages > 0 {
		text += ", " + least + words.Count(messages, "message") + " of known signatures spiking"
	}
	return text
}

func inCompanies(s *summary.Summary) string {
	companies := 0
	for _, c := range s.Heat.Companies {
		if c != "" && c != summary.Several {
			companies++
		}
	}
	switch several := slices.Contains(s.Heat.Companies, summary.Several); {
	case s.Failing == 0:
		return noneFailed(s)
	case companies == 0 && several:
		return "in several companies"
	case several:
		return "in at least " + words.Count(companies, "company", "companies")
	case companies == 0:
		return "no company in the log"
	}
	return "in " + words.Count(companies, "company", "companies")
}
