package classify

import "dwtriage/classify/pattern"

// Severities of a rule, the worst first. The caller must not change them.
var Severities = []string{"critical", "high", "medium", "low", "info"}

// A Rule is one entry of a rule file: how to recognise a failure, what it
// means, and what to do. Texts may hold placeholders, see Fill.
type Rule struct {
	ID         string
	Title      string
	Status     string
	Logs       []string
	Severity   string
	Category   string
	Priority   int
	Match      Match
	Wrapper    bool
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
	parsed *pattern.Expr // of Match.Regex, nil without one
}

// Match says what a text must hold. Codes, Any and Regex are alternatives unless All is set;
// None excludes. Everything is compared with the normal form of the text (see Normalize),
// without regard to case.
type Match struct {
	Codes  []string // 0x8…; met in hex or as the signed decimal
	Any    []string // literals
	None   []string // literals that must not occur in the field
	Fields []string // error_text, trace_text; empty: both
	All    bool

	Wordings []string // RE2, alternatives as written; named groups become captures
	Regex    string   // all of them as one expression, fragments in place, groups of one name numbered
}

// Fix is what to do about a failure.
type Fix struct {
	Summary string
	Role    string
	Retry   string // yes, after-fix, no
	Steps   []string
	SQL     []SQL
	URL     string
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

// expr is the compiled expression, nil without one.
func (r *Rule) expr() *pattern.Expr {
	if r.parsed == nil && r.Match.Regex != "" {
		r.parsed, _ = pattern.Compile(r.Match.Regex)
	}
	return r.parsed
}

// ReferenceData is the category of failures that wait for the records of other maps.
const ReferenceData = "reference-data"
