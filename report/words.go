package report

import (
	"fmt"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"dwtriage/ingest/words"
	"dwtriage/report/store"
	"dwtriage/report/summary"
)

// percent writes the share of n in all. It says 0% and 100% only where that is exact.
func percent(n, all int64) string {
	switch {
	case n <= 0 || all <= 0:
		return "0%"
	case n >= all:
		return "100%"
	}
	share := 100 * float64(n) / float64(all)
	switch {
	case share < 0.1:
		return "under 0.1%"
	case share > 99.9:
		return "over 99.9%"
	case share < 10 || share > 99:
		return fmt.Sprintf("%.1f%%", share)
	}
	return fmt.Sprintf("%.0f%%", share)
}

// A stamp is a time for machines and for people, empty when it is not known.
type stamp struct{ ISO, Text string }

// stamper writes times in layout; those of another year than the run get their year.
func stamper(year int, layout string) func(time.Time) stamp {
	return func(t time.Time) stamp {
		if t.IsZero() {
			return stamp{}
		}
		t = t.UTC()
		text := t.Format(layout)
		if t.Year() != year {
			text = t.Format(strings.Replace(layout, "Jan", "Jan 2006", 1))
		}
		return stamp{t.Format("2006-01-02T15:04:05Z"), text}
	}
}

// asTyped writes an end that was asked for, as exactly as it was.
func asTyped(t time.Time, year int) stamp {
	switch {
	case t.Equal(t.Truncate(time.Minute)):
		return stamper(year, "2 Jan 15:04")(t)
	case t.Equal(t.Truncate(time.Second)):
		return stamper(year, "2 Jan 15:04:05")(t)
	}
	return stamper(year, "2 Jan 15:04:05.999999")(t)
}

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2 January 2006")
}

// duration writes from when to when a run went, and how long that was.
func duration(from, to time.Time) string {
	if from.IsZero() || to.IsZero() {
		return ""
	}
	took := "under a second"
	if d := to.Sub(from).Round(time.Second); d >= time.Second {
		took = strings.NewReplacer("h", " h ", "m", " min ", "s", " s").Replace(d.String())
	}
	return fmt.Sprintf("from %s to %s (%s)", from.UTC().Format("15:04:05"), to.UTC().Format("15:04:05"), took)
}

var severities = []string{"critical", "high", "medium", "low", "info", "unrated"}

// sevClass is the style of a severity; what is no severity of ours is unrated.
func sevClass(s string) string {
	if slices.Contains(severities, s) {
		return s
	}
	return "unrated"
}

func sevWord(s string) string {
	s = sevClass(s)
	return strings.ToUpper(s[:1]) + s[1:]
}

func sevRank(s string) int { return slices.Index(severities, sevClass(s)) }

func chgClass(s string) string {
	if slices.Contains(summary.Changes, s) {
		return s
	}
	return ""
}

func chgWord(s string) string {
	if s = chgClass(s); s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func chgRank(s string) int { return slices.Index(summary.Changes, chgClass(s)) }

// anchor makes an id that HTML, addresses and the script agree on.
func anchor(id string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '-':
			return r
		}
		return '-'
	}, id)
}

func muteWords(m *summary.Mute) string {
	return "muted until " + m.Expires.Format("2 Jan 2006") + " by " + m.Owner
}

// shortNumber keeps the columns of the heat table apart: "9,999", "12.7k", "341k", "2.1M". It cuts and does not round,
// so it never says more than there is.
func shortNumber(n int64) string {
	unit := ""
	switch {
	case n < 10_000:
		return words.Thousands(n)
	case n < 1_000_000:
		unit = "k"
	default:
		n, unit = n/1000, "M"
	}
	switch {
	case n >= 100_000: // of a thousandth of the unit
		return words.Thousands(n/1000) + unit
	default:
		return fmt.Sprintf("%d.%d%s", n/1000, n%1000/100, unit)
	}
}

func orWords(s, words string) string {
	if strings.TrimSpace(s) == "" {
		return words
	}
	return s
}

// companyKey is what the filter calls a company: the empty value means all of them there.
func companyKey(name string) string { return orWords(name, "(none)") }

// companyKeys joins companies for the filter; none says that some records have no company.
func companyKeys(names []string, none bool) string {
	list := make([]string, 0, len(names)+1)
	for _, n := range names {
		list = append(list, companyKey(n))
	}
	if none {
		list = append(list, companyKey(""))
	}
	return keys(list)
}

// keys joins names for the filter.
func keys(names []string) string { return strings.Join(first(names, mostOptions), "|") }

const noMapKnown = "no map known"

// some lists the first names and says how many more there are, where that is known. It stands in sentences, so a
// table without a map is called a table there, an entity by its name; lists and cells have the words of the findings, "No map: msdyn_agreement".
func some(names []string, most int) string {
	names = slices.Clone(names)
	for i, n := range names {
		if table, ok := strings.CutPrefix(n, "No map: "); ok {
			names[i] = "table " + table
		} else if entity, ok := strings.CutPrefix(n, "No map known: "); ok {
			names[i] = entity
		} else if n == summary.NoMap {
			names[i] = noMapKnown
		}
	}
	if i := slices.Index(names, summary.Several); i >= 0 {
		if names = slices.Delete(names, i, i+1); len(names) == 0 {
			return "several entities"
		}
		return strings.Join(first(names, most), ", ") + " and others"
	}
	switch more := len(names) - most; {
	case len(names) == 0:
		return noMapKnown
	case more > 0:
		return strings.Join(names[:most], ", ") + " and " + words.Thousands(more) + " more"
	case len(names) == 1:
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// ofCompanies names companies with the word for them.
func ofCompanies(names []string) string {
	switch {
	case len(names) > 1:
		return "companies " + someCompanies(names)
	case names[0] == summary.Several:
		return someCompanies(names)
	}
	return "company " + someCompanies(names)
}

func someCompanies(names []string) string {
	if len(names) == 1 && names[0] == summary.Several {
		return "several companies"
	}
	list := make([]string, len(names))
	for i, n := range names {
		list[i] = orWords(n, "company not set")
	}
	return some(list, 4)
}

// Who is who has to do a fix, in a list of words; of one that leaves nothing to do, that.
func Who(f *summary.Fix) string {
	switch {
	case f.LeavesNothing() && f.Again > 0:
		return "nothing is left to do but for what failed again"
	case f.LeavesNothing():
		return "nothing is left to do"
	}
	return orWords(f.Role, "nobody named")
}

// waits says what the count of a fix leaves out: records that wait for these rows and for others, and
// how many rows are missing.
func waits(f summary.Fix) string {
	if f.MissingIn == "" {
		return ""
	}
	text := words.Count(f.Waiting, "record waits", "records wait")
	if f.MissingRows > 0 {
		text += " for " + words.Count(f.MissingRows, "row") + " of " + f.MissingIn
	} else {
		text += " for rows of " + f.MissingIn
	}
	if f.Waiting > f.Records {
		text += ", " + words.Thousands(f.Waiting-f.Records) + " of them for a later fix as well"
	}
	return text + "."
}

// partKeys are the signatures of a fix, for the filter.
func partKeys(parts []summary.Part) string {
	names := make([]string, len(parts))
	for i, p := range parts {
		names[i] = anchor(p.Signature)
	}
	return keys(names)
}

// fixRanks names the fixes of a signature: "Fix 3", "Fixes 3 and 4".
func fixRanks(ranks []int) string {
	names := make([]string, len(ranks))
	for i, r := range ranks {
		names[i] = words.Thousands(r)
	}
	return words.Plural(len(ranks), "Fix", "Fixes") + " " + some(names, mostRanks)
}

// contents says what is inside the details of a fix.
func contents(f summary.Fix) string {
	var list []string
	if n := len(f.Steps); n > 0 {
		list = append(list, words.Count(n, "step"))
	}
	if n := len(f.SQL); n > 0 {
		list = append(list, words.Thousands(n)+" SQL")
	}
	if n := len(f.Prerequisites); n > 0 {
		list = append(list, words.Count(n, "prerequisite map"))
	}
	if len(list) == 0 {
		return "More"
	}
	return strings.Join(list, ", ")
}

// queryTitle is the title of a query of a fix; of several with its number, as people speak of them.
func queryTitle(list []summary.SQL, i int) string {
	title := list[i].Title
	switch number := "Query " + strconv.Itoa(i+1); {
	case len(list) == 1:
		return orWords(title, "Query")
	case title == "":
		return number
	default:
		return number + ": " + title
	}
}

// exitWords says what the exit code of a run means, by the thresholds that it was given.
func exitWords(s *summary.Summary) string {
	switch to := s.Run.Thresholds; {
	case s.ExitCode == summary.ExitDone && to.FailOn == "":
		return "done"
	case s.ExitCode == summary.ExitDone:
		return "done, nothing meets --fail-on " + to.FailOn
	case s.ExitCode == summary.ExitFailOn:
		return "done, --fail-on " + to.FailOn + " is met"
	case s.ExitCode == summary.ExitRejects:
		return "done, more rejects than --max-rejects " + to.MaxRejects + " allows"
	}
	return "the run did not end well"
}

// shortDigest shows the two ends of a digest: enough to compare two pages by eye.
func shortDigest(s string) string {
	kind, hex, ok := strings.Cut(s, ":")
	if !ok || len(hex) < 12 {
		return s
	}
	return kind + " " + hex[:4] + "…" + hex[len(hex)-4:]
}

// httpURL lets through the addresses a page may link to.
func httpURL(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return ""
	}
	return s
}

// urlText names a page of documentation: its host and the last part of its path.
func urlText(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return s
	}
	text := u.Host
	if last := path.Base(u.Path); last != "." && last != "/" {
		text += ": " + last
	}
	if u.Fragment != "" {
		text += ", " + u.Fragment
	}
	return text
}

func inputWords(in store.Input) string {
	var list []string
	for _, s := range []string{in.Log, in.Format, in.Container} {
		if s != "" && !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return strings.Join(append(list, size(in.Bytes)), ", ")
}

// digestWords name the digest of an input for what it is, so that nobody compares it with that of another method; a file that was not
// read to its end has none.
func digestWords(in store.Input) string {
	if in.Digest == "" {
		return ""
	}
	if in.Container != "" {
		return "XXH3 (128 bits) of the unpacked file "
	}
	return "XXH3 (128 bits) "
}

// countedWords says how many rows the export itself says there are; where some of these are not there, a warning does.
func countedWords(in store.Input) string {
	switch {
	case in.Counted == 0 || in.Counted > in.Read:
		return ""
	case in.Counted == in.Read:
		return "the export itself counts " + words.Count(in.Counted, "row") + ", as many as were read"
	}
	return "the export itself counts " + words.Count(in.Counted, "row") + ", fewer than were read"
}

// warnings lists the first warnings of an input and says how many more there are.
func warnings(most int) func(store.Input) []string {
	return func(in store.Input) []string {
		if more := len(in.Warnings) - most; more > 0 {
			return append(slices.Clone(in.Warnings[:most]), "and "+words.Count(more, "more warning"))
		}
		return in.Warnings
	}
}

// size writes a number of bytes as people do.
func size(n int64) string {
	switch {
	case n < 1000:
		return words.Count(n, "byte")
	case n < 1e6:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	case n < 1e9:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/1e9)
}

// cut shortens s to most characters, at a word's end, and says so at its end.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	n := 0
	for i := range s {
		if n == most {
			return s[:words.End(s, i)] + cutMark
		}
		n++
	}
	return s
}

func message(s string) string { return cut(s, mostMessage) }

// messageLabel says how much of a message message shows.
func messageLabel(s string) string {
	n := utf8.RuneCountInString(s)
	if n <= mostMessage {
		return "Message in full, " + words.Count(n, "character")
	}
	return "Message, first " + words.Thousands(utf8.RuneCountInString(strings.TrimSuffix(message(s), cutMark))) + " of " + words.Count(n, "character")
}

// longer reports whether the message of e says more than the line shown of it.
func longer(e summary.Evidence) bool {
	return e.Message != "" && strings.TrimSpace(e.Message) != strings.TrimSpace(e.Before+e.Matched+e.After)
}

func moreWhere(list []summary.Where) string {
	if more := len(list) - mostWhere; more > 0 {
		return "and " + words.Thousands(more) + " more"
	}
	return ""
}

func whereMaps(list []summary.Where) string {
	return keys(distinct(list, func(w summary.Where) string { return w.MapTitle }))
}

func whereCompanies(list []summary.Where) string {
	return companyKeys(distinct(list, func(w summary.Where) string { return w.Company }), false)
}

func distinct[T any](list []T, name func(T) string) []string {
	seen := map[string]bool{}
	var names []string
	for _, v := range list {
		if n := name(v); !seen[n] {
			seen[n] = true
			names = append(names, n)
		}
	}
	return names
}

// imbalances says which sums of the ledger fail, in total or else in which inputs.
func imbalances(s *summary.Summary) string {
	if !s.Totals.Balances() {
		return imbalance(s.Totals)
	}
	var names []string
	for _, in := range s.Inputs {
		if !in.Balances() {
			names = append(names, in.Path)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "the sums of " + some(names, 2) + " fail"
}

// imbalance says which sum of c fails, empty when none does.
func imbalance(c store.Counts) string {
	var list []string
	if sum := c.Loaded + c.Duplicates + c.Rejected + c.Filtered; sum != c.Read {
		list = append(list, fmt.Sprintf("%s read, but loaded, duplicates, rejected and filtered make %s", words.Thousands(c.Read), words.Thousands(sum)))
	}
	if sum := c.OK + c.Classified + c.Unclassified; sum != c.Loaded {
		list = append(list, fmt.Sprintf("%s loaded, but ok, classified and unclassified make %s", words.Thousands(c.Loaded), words.Thousands(sum)))
	}
	return strings.Join(list, "; ")
}

// problem is what is wrong with an input, without the file name that the page shows beside it.
func problem(in store.Input) string { return strings.TrimPrefix(in.Problem, in.Path+": ") }

// missingShards says which shards of a merge were not among its parts, a sentence for each number of shards; none where all were there.
func missingShards(run store.Run) (sentences []string) {
	numbers := make(map[string][]string)
	var order []string
	for _, shard := range run.MissingShards {
		number, of, _ := strings.Cut(shard, "/")
		if numbers[of] == nil {
			order = append(order, of)
		}
		if !slices.Contains(numbers[of], number) { // of two deals with as many shards
			numbers[of] = append(numbers[of], number)
		}
	}
	for _, of := range order {
		n := len(numbers[of])
		sentences = append(sentences, fmt.Sprintf("%s of %s %s missing: %s", words.Thousands(int64(n)), of+" shards", words.Plural(n, "is", "are"), words.AndList(numbers[of])))
	}
	return sentences
}
