//go:build cgo

package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"dwtriage/classify"
	"dwtriage/ingest/words"
	"dwtriage/report/summary"
)

// A coveredRule is a row of rules coverage.
type coveredRule struct {
	ID       string         `json:"id"`
	Title    string         `json:"title"`
	Records  int64          `json:"records"`
	Shadowed int64          `json:"shadowed"`
	By       []coveredCount `json:"by"`
	First    string         `json:"first_seen"`
	Last     string         `json:"last_seen"`
	State    string         `json:"state"` // fired, shadowed, wrapper, never, code, gone
}

type coveredCount struct {
	ID      string `json:"id"`
	Records int64  `json:"records"`
}

func runRulesCoverage(s *session, args []string) (int, error) {
	f := newFlags("dwtriage rules coverage [flags]", `Says what the records of the database made of the rules: which rules fired, when first and
last, how often another rule won over them, which were always shadowed and by which, and which
never matched. Codes that named records without a rule are candidates for a rule of their own.`)
	var archive archiveFlags
	var asJSON bool
	archive.define(f.group("Input"), "database `FILE`")
	f.group("Output").BoolVar(&asJSON, "json", false, "an array of objects, one per rule, instead of text")
	m, d, err := rulesAndDB(s, f, args, 0, &archive)
	if err != nil {
		return 0, err
	}
	defer d.Close()
	uses, err := summary.Coverage(s.ctx, d)
	if err != nil {
		return 0, err
	}
	list := coverage(m, uses)
	if asJSON {
		return exitDone, printJSON(s.stdout, list)
	}
	return exitDone, printCoverage(s.stdout, list)
}

// coverage joins the rules of today with what the database knows of them, most records first.
func coverage(m *classify.Matcher, uses []summary.RuleUse) []coveredRule {
	list := []coveredRule{}
	used := make(map[string]bool)
	for _, u := range uses {
		used[u.ID] = true
		c := coveredRule{ID: u.ID, Records: u.Records, Shadowed: u.Shadowed, By: []coveredCount{}, First: when(u.First), Last: when(u.Last), State: "fired"}
		for _, by := range u.By {
			c.By = append(c.By, coveredCount{by.Name, by.Records})
		}
		r := m.Rule(u.ID)
		code, _ := m.Named(u.ID)
		switch {
		case code != nil:
			c.State, c.Title = strings.SplitN(u.ID, "/", 2)[0], code.Name
		case strings.HasPrefix(u.ID, "code/"):
			c.State = "code"
		case r == nil:
			c.State = "gone"
		case u.Records == 0 && r.Wrapper:
			c.State = "wrapper"
		case u.Records == 0:
			c.State = "shadowed"
		}
		if r != nil {
			c.Title = r.FillTitle(nil, nil)
		}
		list = append(list, c)
	}
	for _, r := range m.Rules() {
		if !used[r.ID] {
			list = append(list, coveredRule{ID: r.ID, Title: r.FillTitle(nil, nil), By: []coveredCount{}, State: "never"})
		}
	}
	slices.SortStableFunc(list, func(a, b coveredRule) int {
		return cmp.Or(cmp.Compare(b.Records, a.Records), cmp.Compare(b.Shadowed, a.Shadowed), cmp.Compare(a.ID, b.ID))
	})
	return list
}

func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateTime)
}

func printCoverage(out io.Writer, list []coveredRule) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	states := make(map[string][]coveredRule)
	for _, c := range list {
		states[c.State] = append(states[c.State], c)
	}
	if fired := states["fired"]; len(fired) > 0 {
		tell(w, "RECORDS\tSHADOWED\tFIRST SEEN\tLAST SEEN\tRULE\tTITLE\n")
		for _, c := range fired {
			tell(w, "%s\t%s\t%s\t%s\t%s\t%s\n", words.Thousands(c.Records), words.Thousands(c.Shadowed), cmp.Or(c.First, "not known"), cmp.Or(c.Last, "not known"), c.ID, c.Title)
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, part := range []struct{ state, title string }{
		{"shadowed", "Always shadowed: another rule won wherever these matched"},
		{"wrapper", "Wrappers that only gave their captures"},
		{"code", "Codes that named records without a rule"},
		{"text", "Sentences of the code table that named records without rule and code"},
		{"gone", "Signatures in the database that are no rules today"},
	} {
		if len(states[part.state]) == 0 {
			continue
		}
		tell(out, "\n%s:\n", part.title)
		for _, c := range states[part.state] {
			by := ""
			for i, b := range c.By {
				if i == 3 {
					by += fmt.Sprintf(" and %d more", len(c.By)-3)
					break
				}
				by += fmt.Sprintf("%s %s (%s)", map[bool]string{true: ", won by", false: ","}[i == 0], b.ID, words.Thousands(b.Records))
			}
			title := ""
			if c.Title != "" {
				title = " " + c.Title
			}
			tell(out, "  %s:%s, %s%s\n", c.ID, title, words.Count(c.Records+c.Shadowed, "record"), by)
		}
	}
	never := states["never"]
	if len(never) == 0 {
		return nil
	}
	ids := make([]string, len(never))
	for i, c := range never {
		ids[i] = c.ID
	}
	_, err := tell(out, "\nNever matched, %s:\n%s\n", words.Count(len(never), "rule"), several(wrapped(strings.Join(ids, ", "), 96, "  ")))
	return err
}

func runRulesDraft(s *session, args []string) (int, error) {
	f := newFlags("dwtriage rules draft [flags] TEMPLATE_ID", `Writes a rule for an unknown cluster of the database to standard output: an expression of the
fixed words of its messages, examples with invented values, everything that --rules takes. The
rule takes the cluster and no other message of the database, of which every one is judged with it;
where no expression of the common words does, it takes clusters of the same words with values of other
shapes, too, and names and counts them, or says what stands in the way. Cause and fix are left for you to fill in.
Records that are stored keep their verdicts until dwtriage reclassify judges them again with the file.
TEMPLATE_ID is a template_id of unclassified.csv, also one of an earlier report whose messages are of a larger cluster
by now; its t- and an unknown/ before it may be left out.`)
	var archive archiveFlags
	archive.define(f.group("Input"), "database `FILE`")
	f.examples = "  dwtriage rules draft t-58a3c0d1e2f4 > site.yaml\n  dwtriage rules test --rules site.yaml\n  dwtriage reclassify --rules site.yaml"
	m, d, err := rulesAndDB(s, f, args, 1, &archive)
	if err != nil {
		return 0, err
	}
	defer d.Close()
	id, err := d.ClusterOf(s.ctx, classify.ReadTemplateID(f.Arg(0)))
	if err != nil {
		return 0, err
	}
	src, err := d.Cluster(s.ctx, id, m.ByMessage()...)
	if err != nil {
		return 0, err
	}
	others, err := d.OtherMessages(s.ctx, id, m.ByMessage()...)
	if err != nil {
		return 0, err
	}
	text, err := m.Draft(src, others, func(yield func(classify.Message, bool) error) error {
		return d.EachMessage(s.ctx, id, m.ByMessage(), yield)
	})
	if err != nil {
		return 0, err
	}
	if _, err = s.stdout.Write(append(text, "# "+keepVerdicts+".\n"...)); err != nil {
		return 0, err
	}
	tell(s.stderr, "dwtriage: %s\n", keepVerdicts) // in sight where the draft went into a file
	return exitDone, nil
}

// keepVerdicts is what whoever drafts a rule from records of the database has to know of them: rules test passes, and the next report of these records is as it was.
const keepVerdicts = "records that are stored keep their verdicts until dwtriage reclassify --rules FILE judges them again"
