package summary

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strings"
	"time"

	"dwtriage/classify"
	"dwtriage/ingest/words"
	"dwtriage/report/store"
)

// mostFindings is how many findings are listed one by one, half of them unknown messages where there are as many.
// Every list of a report follows from them, so it is what bounds memory and pages: 300,000 different unknown messages
// are as many findings, and nobody reads the second thousand. What is not listed is still counted, in a finding per
// signature that says how many it stands for.
var mostFindings = 10000

// A tally is the findings of a run and what is known of their signatures beside them.
type tally struct {
	list       []Finding
	bySig      map[string][]*Finding // of list
	status     map[string]string     // per signature
	candidates map[string][]string   // per MapTitle: the titles of the maps it may be
	elsewhere  map[string]bool       // signatures that are new in every map of the report and failed before in another one
	severities []Count
}

// findings counts what fails: map (or table) × company × signature, most records first, and last what is not
// listed one by one.
func findings(ctx context.Context, db *store.DB, name titles) (*tally, error) {
	found := &tally{bySig: make(map[string][]*Finding), status: make(map[string]string), candidates: make(map[string][]string), elsewhere: make(map[string]bool)}
	same := make(map[string]string) // findings repeat a few hundred names in thousands of rows
	add := func(f Finding, status string) {
		for _, name := range []*string{&f.Map, &f.MapTitle, &f.DataverseTable, &f.FnoEntity, &f.Company, &f.Signature, &f.Category, &f.Severity} {
			if known, ok := same[*name]; ok {
				*name = known
			} else {
				same[*name] = *name
			}
		}
		parts := []string{f.MapTitle, f.DataverseTable, f.FnoEntity, f.Company, f.Signature}
		if f.TemplateID != "" && status != classify.StatusUnknown { // whose signature is its message
			parts = append(parts, f.TemplateID)
		}
		if f.Others > 0 {
			parts = append(parts, "others", f.Change)
		}
		f.ID = findingID(parts...)
		found.status[f.Signature] = status
		found.list = append(found.list, f)
	}
	categories, err := categories(ctx, db)
	if err != nil {
		return nil, err
	}
	err = each(ctx, db, "findings", func(rows *sql.Rows) error {
		var f Finding
		var number uint64
		var status string
		var candidates []string
		var mixed counts
		var elsewhere bool
		err := rows.Scan(&number, &f.Map, &f.MapTitle, &f.DataverseTable, &f.FnoEntity, &f.Company, &f.Signature, &f.Category, &f.Severity, &status,
			&f.Records, &f.AffectedKeys, (*instant)(&f.FirstSeen), (*instant)(&f.LastSeen), (*store.List)(&candidates), &f.TemplateID, &f.Change, &f.KnownElsewhere, &elsewhere, &mixed)
		for i, n := range mixed {
			if n > 0 {
				f.Severities = append(f.Severities, Count{unrated(i), n})
			}
		}
		if f.Categories = categories[number]; len(f.Categories) > 0 {
			f.Category = f.Categories[0].Name
		}
		f.Title = name.title(f.Signature)
		found.candidates[f.MapTitle] = candidates
		if elsewhere {
			found.elsewhere[f.Signature] = true
		}
		add(f, status)
		return err
	})
	if err == nil && len(found.list) >= mostFindings {
		err = others(ctx, db, name, add)
	}
	if err == nil {
		found.severities, err = severities(ctx, db)
	}
	for i := range found.list { // only now: a list that grows moves
		f := &found.list[i]
		found.bySig[f.Signature] = append(found.bySig[f.Signature], f)
	}
	return found, err
}

// categories counts the records of findings that are not all in one category, by category, most first, by the number of the finding. Only
// rules of several runs put the records of one finding into two, and most reports have records of one only.
func categories(ctx context.Context, db *store.DB) (map[uint64][]Count, error) {
	var judges int
	if err := each(ctx, db, "judges", func(rows *sql.Rows) error { return rows.Scan(&judges) }); err != nil || judges < 2 {
		return nil, err
	}
	list := make(map[uint64][]Count)
	err := each(ctx, db, "categories", func(rows *sql.Rows) error {
		var number uint64
		var c Count
		err := rows.Scan(&number, &c.Name, &c.Records)
		list[number] = append(list[number], c)
		return err
	})
	return list, err
}

// inCategories counts the records of findings by category.
func inCategories(fs []*Finding) map[string]int64 {
	sums := make(map[string]int64)
	for _, f := range fs {
		for _, c := range f.byCategory() {
			sums[c.Name] += c.Records
		}
	}
	return sums
}

// byCategory counts the records of a finding by category.
func (f *Finding) byCategory() []Count {
	if f.Categories == nil {
		return []Count{{f.Category, f.Records}}
	}
	return f.Categories
}

// severities counts the failing records by what each was judged, which findings cannot: rules of several runs may have judged the records of one.
func severities(ctx context.Context, db *store.DB) (list []Count, err error) {
	err = each(ctx, db, "severities", func(rows *sql.Rows) error {
		var c Count
		err := rows.Scan(&c.Name, &c.Records)
		c.Name = cmp.Or(c.Name, "unrated")
		list = append(list, c)
		return err
	})
	return list, err
}

// unrated is the name of a severity by its place, and of what is behind them.
func unrated(i int) string {
	if i < len(classify.Severities) {
		return classify.Severities[i]
	}
	return "unrated"
}

// worst is the worst severity of findings; empty where none is rated.
func worst(fs []*Finding) (severity string) {
	for _, f := range fs {
		if f.Severity != "" && (severity == "" || rated(f.Severity) < rated(severity)) {
			severity = f.Severity
		}
	}
	return severity
}

// others adds the findings that sum up what is not listed.
func others(ctx context.Context, db *store.DB, name titles, add func(f Finding, status string)) error {
	if unlisted, err := db.Rest(ctx, "scope"); err != nil || unlisted == 0 {
		return err
	}
	return each(ctx, db, "others", func(rows *sql.Rows) error {
		var f Finding
		var status string
		var company sql.NullString
		if err := rows.Scan(&f.Map, &f.MapTitle, &f.DataverseTable, &f.FnoEntity, &company, &f.Signature, &f.Category, &f.Severity, &status,
			&f.Records, &f.AffectedKeys, (*instant)(&f.FirstSeen), (*instant)(&f.LastSeen), &f.Change, &f.Others, &f.OtherMessages, &f.LargestOther); err != nil {
			return err
		}
		f.Company = company.String
		if !company.Valid {
			f.Company = Several
		}
		f.MapTitle = cmp.Or(f.MapTitle, Several)
		f.Title = name.title(f.Signature)
		if f.Signature == othersID {
			f.Title = "Unknown: " + words.Count(f.OtherMessages, "other message")
		}
		add(f, status)
		return nil
	})
}

// Several stands for the map or the company of a finding that sums up what is not listed, where these differ.
const Several = "(several)"

// othersID is the signature of the unknown messages that are not listed.
const othersID = "unknown/others"

// findingID is stable between runs and needs no database to be found again: links into a report
// that was mailed stay true when the night is drawn anew.
func findingID(parts ...string) string {
	h := fnv.New32a()
	h.Write([]byte(strings.Join(parts, "\x00")))
	return fmt.Sprintf("%08x", h.Sum32())
}

// sum adds findings up: how many records, from when to when.
func sum(fs []*Finding) (records int64, first, last time.Time) {
	for _, f := range fs {
		records += f.Records
		first, last = earlier(first, f.FirstSeen), later(last, f.LastSeen)
	}
	return records, first, last
}

// mapTitles lists the maps of findings, most records first.
func mapTitles(fs []*Finding) []string {
	return mostFirst(fs, func(f *Finding) string { return f.MapTitle })
}

// companies lists the companies of findings, most records first; records without one are in none.
func companies(fs []*Finding) []string {
	return mostFirst(fs, func(f *Finding) string { return f.Company })
}

func nowhere(f *Finding) bool { return f.Company == "" }

// mostFirst lists the different non-empty names of findings, most records first.
func mostFirst(fs []*Finding, name func(*Finding) string) []string {
	sum := make(map[string]int64)
	for _, f := range fs {
		if n := name(f); n != "" {
			sum[n] += f.Records
		}
	}
	return mostNamed(sum)
}

// mostNamed lists names, most records first.
func mostNamed(records map[string]int64) []string {
	names := slices.Collect(maps.Keys(records))
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(records[b], records[a]), cmp.Compare(a, b)) })
	return names
}

// earlier is the first of two times; a zero time is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// later is the last of two times; a zero time is none.
func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// ordered lists counts in the order of names, then the others by name.
func ordered(counts map[string]int64, names ...string) []Count {
	var out []Count
	for _, n := range append(names, slices.Sorted(maps.Keys(counts))...) {
		if c, ok := counts[n]; ok {
			out = append(out, Count{n, c})
			delete(counts, n)
		}
	}
	return out
}
