package report

import (
	"slices"
	"strings"

	"dwtriage/ingest/words"
	"dwtriage/report/summary"
)

// CauseRecords is how many records the listed causes explain together: none of them has two.
func (p *page) CauseRecords() (n int64) {
	for i := range p.Causes {
		n += p.Causes[i].Records()
	}
	return n
}

// causeMaps are the maps of a cause and of what waits for it, for the filter.
func causeMaps(c summary.Cause) string {
	maps := []string{c.MapTitle}
	for _, l := range c.Levels {
		maps = append(maps, l.MapTitle)
	}
	return keys(distinct(maps, func(name string) string { return name }))
}

// causeKeys are the signatures of a cause's own failures, for the filter.
func causeKeys(c summary.Cause) string {
	ids := make([]string, len(c.Failures))
	for i, f := range c.Failures {
		ids[i] = anchor(f.Signature)
	}
	return keys(ids)
}

// causeFailures are the failures of a cause as the page lists them: where there are many, the last line stands for the rest.
func causeFailures(c summary.Cause) []summary.CauseFailure {
	list := c.Failures
	if len(list) > mostFailures {
		rest := summary.CauseFailure{Title: words.Count(len(list)-mostFailures+1, "other signature")}
		for _, f := range list[mostFailures-1:] {
			rest.Records += f.Records
		}
		list = append(slices.Clone(list[:mostFailures-1]), rest)
	}
	return list
}

// causeRows names the rows of a cause: "customer group 80", "customer group 10, customer group 30 and 4 others".
func causeRows(c summary.Cause) string {
	var names []string
	for _, n := range c.RowNames {
		n, _, _ = strings.Cut(n, " (map ")
		names = append(names, n)
	}
	text := strings.Join(names, ", ")
	if rest := c.Rows - int64(len(names)); rest > 0 {
		text += " and " + words.Count(rest, "other", "others")
	}
	return text + " (" + c.MapTitle + ")"
}

// causeFailed says which rows failed: those that are named, or others of their map that stand for them.
func causeFailed(c summary.Cause) string {
	switch seen := c.Rows - c.Unseen; {
	case c.Unseen == 0:
		return "Failed"
	case seen == 0:
		return "Other rows of the map failed"
	default:
		return words.Thousands(seen) + " of these rows and others of the map failed"
	}
}

// causeDepth says what the records of a level wait for.
func causeDepth(c summary.Cause, l summary.CauseLevel) string {
	switch l.Depth {
	case 1:
		return words.Plural(int(c.Rows), "for it", "for these rows")
	case 2:
		return "for rows that wait for " + words.Plural(int(c.Rows), "it", "these rows")
	}
	return "for rows that wait for those, " + words.Thousands(l.Depth-1) + " rows away"
}

// causeReason says why records are folded, and which are not.
func causeReason(c summary.Cause) string {
	var says []string
	switch {
	case c.Signature == "":
		says = append(says, "Folded because what the farther records look up failed itself, for want of this row.")
	case c.Unseen < c.Rows:
		says = append(says, "Folded because the key that is looked up is that of a record which failed itself, of the same company where both name one.")
	}
	if c.Unseen > 0 {
		says = append(says, words.Thousands(c.Unseen)+" of "+words.Count(c.Rows, "row")+" "+words.Plural(int(c.Unseen), "has no failure of its own", "have no failure of their own")+": other rows of the map and company failed in the same hours.")
	}
	if c.Partly > 0 {
		says = append(says, words.Count(c.Partly, "more record waits", "more records wait")+" for this and for something else, and "+words.Plural(int(c.Partly), "is", "are")+" not counted.")
	}
	return strings.Join(says, " ")
}

// noCauses says why there are no root causes, empty where they were looked for.
func noCauses(s *summary.Summary) string {
	if s.TooManyLookups == 0 {
		return ""
	}
	return "not looked for: " + words.Thousands(s.TooManyLookups) + " look-ups of missing rows are too many."
}
