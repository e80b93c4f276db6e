package summary

import (
	"cmp"
	"context"
	"database/sql"
	"maps"
	"slices"
	"strings"

	"dwtriage/classify"
	"dwtriage/ingest/words"
	"dwtriage/report/store"
)

// signatures sums the findings up per rule and code, and per unknown message, most records first.
func signatures(ctx context.Context, db *store.DB, found *tally, m *classify.Matcher, name titles) (list []Signature, clusters []Cluster, err error) {
	for _, sig := range slices.Sorted(maps.Keys(found.bySig)) {
		fs := found.bySig[sig]
		switch {
		case sig == othersID:
			for _, f := range fs { // the new, and the ongoing
				c := cluster("others", []*Finding{f})
				c.Others, c.Messages, c.Title = f.OtherMessages, f.OtherMessages, f.Title
				c.Template = "(" + words.Count(f.OtherMessages, "other message") + ", of no more than " + words.Count(f.LargestOther, "record") + " each in a map and company)"
				clusters = append(clusters, c)
			}
			continue
		case found.status[sig] == classify.StatusUnknown:
			clusters = append(clusters, cluster(strings.TrimPrefix(sig, "unknown/"), fs))
			continue
		}
		list = append(list, signature(sig, found.status[sig], fs, m, name.title(sig), found.elsewhere[sig]))
	}
	slices.SortStableFunc(list, func(a, b Signature) int { return cmp.Compare(b.Records, a.Records) })
	slices.SortStableFunc(clusters, func(a, b Cluster) int {
		return cmp.Or(cmp.Compare(a.Others, b.Others), cmp.Compare(b.Records, a.Records))
	})
	if err := addTypes(ctx, db, clusters); err != nil {
		return nil, nil, err
	}
	return list, clusters, addCodesAndKeys(ctx, db, list)
}

// mostTypes is how many plug-ins an unknown message names; sql/types.sql has one more.
const mostTypes = 3

// addTypes names the plug-ins that unknown messages come from.
func addTypes(ctx context.Context, db *store.DB, clusters []Cluster) error {
	types := make(map[string][]string)
	err := each(ctx, db, "types", func(rows *sql.Rows) error {
		var sig, name string
		var n int64
		err := rows.Scan(&sig, &name, &n)
		if len(types[sig]) == mostTypes {
			name = Several
		}
		types[sig] = append(types[sig], name)
		return err
	})
	for i := range clusters {
		clusters[i].TypeNames = types["unknown/"+clusters[i].TemplateID]
	}
	return err
}

// mostCodes is how many error codes a signature names: a rule about a frame is met with dozens.
const mostCodes = 5

// addCodesAndKeys says which error codes the records of a signature carry, and how many business
// records they touch. Neither is a sum of findings: one key may fail in two companies.
func addCodesAndKeys(ctx context.Context, db *store.DB, list []Signature) error {
	if err := each(ctx, db, "codes", func(rows *sql.Rows) error {
		var sig, code string
		var n int64
		err := rows.Scan(&sig, &code, &n)
		if s := find(list, sig); s != nil && len(s.Codes) < mostCodes {
			s.Codes = append(s.Codes, code)
		}
		return err
	}); err != nil {
		return err
	}
	return each(ctx, db, "keys", func(rows *sql.Rows) error {
		var sig string
		var n int64
		err := rows.Scan(&sig, &n)
		if s := find(list, sig); s != nil {
			s.AffectedKeys = n
		}
		return err
	})
}

func find(list []Signature, sig string) *Signature {
	for i := range list {
		if list[i].ID == sig {
			return &list[i]
		}
	}
	return nil
}

// cluster sums up what fails with one unknown message.
func cluster(id string, fs []*Finding) Cluster {
	c := Cluster{TemplateID: id, Messages: 1, Change: change(fs), KnownElsewhere: fs[0].KnownElsewhere, Maps: mapTitles(fs), Companies: companies(fs), NoCompany: slices.ContainsFunc(fs, nowhere)}
	c.Records, c.FirstSeen, c.LastSeen = sum(fs)
	return c
}

// signature sums up what fails by one rule or code.
func signature(sig, status string, fs []*Finding, m *classify.Matcher, title string, elsewhere bool) Signature {
	s := Signature{ID: sig, Title: title, Status: status, Category: mostNamed(inCategories(fs))[0], Severity: worst(fs), Change: change(fs), KnownElsewhere: elsewhere}
	s.Records, s.FirstSeen, s.LastSeen = sum(fs)
	s.Where = where(fs)
	if r := m.Rule(sig); r != nil {
		s.File, s.Priority, s.Meaning, s.Headline = r.File, r.Priority, r.Cause, r.Headline
	} else if c, byText := m.Named(sig); c != nil {
		s.Meaning = meaning(c, byText)
		if c.Message != "" {
			s.Fix = reading(&s, byText)
		}
	}
	return s
}

// meaning is what the code table says of records without a rule.
func meaning(c *classify.Code, byText bool) string {
	if byText {
		return "These records print no error code that says more. They are named by their text, which the Dataverse code table has for " + c.Name +
			" (" + c.String() + "): " + c.Message + " That is less certain than a code."
	}
	return cmp.Or(c.Message, "The Dataverse code table names this error "+c.Name+" and says no more about it.")
}

// codeTable is where Microsoft lists the codes.
const codeTable = "https://learn.microsoft.com/en-us/power-apps/developer/data-platform/reference/web-service-error-codes"

// reading is what can honestly be offered where the code table has a sentence and no rule stands behind it: how
// to come from the sentence to a cause. It has no place in the plan, which promises that records
// clear when its steps are done; nobody has seen that here. An entry without a sentence gives a name only, and
// nothing to read.
func reading(s *Signature, byText bool) *Fix {
	f := &Fix{
		Signature: s.ID, Title: s.Title, Change: s.Change, Cause: s.Meaning, Records: s.Records, FirstSeen: s.FirstSeen, LastSeen: s.LastSeen,
		Summary: "Correct what the message names; no rule knows more than the code table does.",
		Role:    "System administrator (Dataverse)", Retry: "after-fix", URL: codeTable,
		Steps: []string{
			"Read the message in the evidence: it names what the sentence of the code table leaves open (…).",
			"Correct that, or ask the developer of the step that sends the request: type_name and message_name in records.csv.",
			"Save one of the rows again before the others.",
			"Once it is known what helps, write it down as a rule: the next night then has it as a fix.",
		},
	}
	if byText {
		f.Steps = append([]string{"Check that the records are errors of Dataverse: they have no code that says so, and other programs may use the same sentence."}, f.Steps...)
	}
	return f
}

// where sums findings up by map and company, most records first.
func where(fs []*Finding) []Where {
	sum := make(map[Where]int64)
	for _, f := range fs {
		sum[Where{MapTitle: f.MapTitle, Company: f.Company}] += f.Records
	}
	var out []Where
	for w, n := range sum {
		w.Records = n
		out = append(out, w)
	}
	slices.SortFunc(out, func(a, b Where) int {
		return cmp.Or(cmp.Compare(b.Records, a.Records), cmp.Compare(a.MapTitle, b.MapTitle), cmp.Compare(a.Company, b.Company))
	})
	return out
}
