package classify

import (
	"time"

	"dwtriage/classify/pattern"
)

// Severities of a rule, the worst first. The caller must not change them.
var Severities = []string{"critical", "high", "medium", "low", "info"}

// A Rule is one entry of a rule file: how to recognise a failure, what it
// means, and what to do. Texts may hold placeholders, see Fill.
type Rule struct {
	ID         string
	Title      string
	Headline   string // what is wrong, a clause that stands in the first paragraph of a report; empty: the title does
	Status     string
	Logs       []string
	Severity   string
	Category   string
	Priority   int
	Tier       int // when its fix is due, an index of Tiers; where the file says none, by retry and category
	Match      Match
	Wrapper    bool
	ByMessage  bool // it takes any reason that a message gives: its records are told apart by their messages, as those of a wrapper are
	Cause      string
	Fix        Fix
	References []string
	Examples   Examples

	File     string // name of the rule file it stands in
	Path     string // the same with its folder, as in messages
	Line     int    // of its first key
	Replaces string // path:line of the rule of an earlier layer that it stands for, empty when new

	layer  int
	places places
	untold bool          // neither the file nor the category says which tier
	parsed *pattern.Expr // of Match.Regex, nil without one
}

// Match says what a text must hold. Codes, Any and Wordings are alternatives unless All is set;
// None excludes; Signs must all be shown by the record, wherever, and NoSigns by no part of it. Everything is compared with the normal form of the text (see Normalize),
// without regard to case.
type Match struct {
	Codes  []string // 0x8…; met in hex or as the signed decimal
	Any    []string // literals
	None   []string // literals that must not occur in the field
	Fields []string // error_text, trace_text; empty: both
	All    bool

	Signs   []string // names of signs, see Sign
	NoSigns []string

	Wordings []string // RE2, alternatives as written; named groups become captures
	Regex    string   // all of them as one expression, fragments in place, groups of one name numbered
}

// Fix is what to do about a failure.
type Fix struct {
	Summary string
	Role    string
	Retry   string // yes, after-fix, no; in words: RetryWords
	Steps   []string
	SQL     []SQL
	URL     string
}

// RetryWords says when saving the row again helps, as the page and the terminal print it after the word
// Retry. What is no value of [Fix.Retry] is not known.
func RetryWords(retry string) string {
	switch retry {
	case "yes":
		return "at once"
	case "after-fix":
		return "after the fix"
	case "no":
		return "does not help"
	}
	return "not known"
}

// SQL is a query that belongs to a fix.
type SQL struct {
	Title string
	Text  string
}

// Examples are texts that must come out as the rule, judged by the whole set, and texts that
// must not.
type Examples struct {
	Match   []Example
	NoMatch []string
}

// An Example is a text that must come out as its rule.
type Example struct {
	Text     string
	Log      string            // dualwrite or plugintrace; empty: the rule's first log
	Captures map[string]string // that must come out with it; others may, too
}

// A place is a line and column of a rule file, from 1.
type place struct{ line, column int }

// places are where the parts of a rule stand that a warning may be about.
type places struct{ id, match, examples place }

// OfSite reports whether the rule is one of a site and not built in.
func (r *Rule) OfSite() bool { return r.layer > 0 }

// expr is the compiled expression, nil without one.
func (r *Rule) expr() *pattern.Expr {
	if r.parsed == nil && r.Match.Regex != "" {
		r.parsed, _ = pattern.Compile(r.Match.Regex)
	}
	return r.parsed
}

// Categories that are more than a name: failures that wait for the records of other maps, and those of
// the link between the environments.
const (
	ReferenceData        = "reference-data"
	ConfigurationLinking = "configuration-linking"
)

// A Fragment is a piece that many expressions share, under a name by which they use it: {{name}}.
// It may use others. Rules are read with their fragments in place; what a rule looks like with
// them spelt out is Match.Regex.
type Fragment struct {
	Name    string
	Meaning string // what it stands for, in a sentence
	Regex   string // as written
	Path    string // of the rule file it stands in
	Line    int

	place  place
	used   bool   // by a rule or another fragment
	broken bool   // has a mistake, which was reported
	whole  string // with the fragments it uses in place
}

// A Sign is what shows whose failure a record is: that dual-write made it, or that the code of
// finance and operations failed and not a plug-in. The same sentence has another cause on each side, so
// rules ask for signs or for their absence, by name. A sign is looked for in the whole record,
// wherever the rule matches: one of Logs, Types, Any and Wordings is enough.
type Sign struct {
	Name     string
	Meaning  string   // what it shows, in a sentence
	Logs     []string // kinds of log that are a sign by themselves
	Types    []string // parts of the name of a plug-in type
	Any      []string // literals in either text
	Wordings []string // RE2, alternatives as written
	Regex    string   // all of them as one expression, fragments in place
	Path     string   // of the rule file it stands in
	Line     int

	place  place
	used   bool          // by a rule
	broken bool          // has a mistake, which was reported
	parsed *pattern.Expr // of Regex, nil without one
}

// A Set is what the rule files of all layers hold together.
type Set struct {
	Rules   []*Rule // by id
	Mutes   []Mute  // in the order of the files; expired ones too
	Changes []Change
	Digest  string // "sha256:…" over the files

	Fragments []*Fragment // by name
	Signs     []*Sign     // by name
}

// A Mute keeps the failures of one rule, code or unknown cluster out of the plan and out of
// --fail-on, until a date. They stay in the database and in the report, marked.
type Mute struct {
	ID string // of a rule, code/0x…, text/0x…, or unknown/ and a template id
	Decision
}

// A Change gives a rule another severity.
type Change struct {
	ID       string
	Severity string
	Decision

	was string // severity before, where the change applies
}

// A Decision says who decided on a Mute or Change, why, and until when.
type Decision struct {
	Reason  string
	Owner   string
	Expires time.Time // the last day (UTC) on which it holds; zero for a Change without an end
	File    string    // where it stands
	Line    int

	place place
}

// Expired reports whether the decision no longer holds.
func (d Decision) Expired(now time.Time) bool {
	return !d.Expires.IsZero() && !now.Before(d.Expires.AddDate(0, 0, 1))
}
