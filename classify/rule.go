package classify

// Severities of a rule, the worst first. The caller must not change them.
var Severities = []string{"critical", "high", "medium", "low", "info"}

// A Rule is one entry of a rule file (DESIGN section 5): how to recognise a failure, what it
// means, and what to do. Texts may hold placeholders, see Fill.
type Rule struct {
	ID         string   `yaml:"id"`
	Title      string   `yaml:"title"`
	Status     string   `yaml:"status"`
	Logs       []string `yaml:"logs"`
	Severity   string   `yaml:"severity"`
	Category   string   `yaml:"category"`
	Priority   int      `yaml:"priority"`
	Match      Match    `yaml:"match"`
	Wrapper    bool     `yaml:"wrapper"`
	Cause      string   `yaml:"cause"`
	Fix        Fix      `yaml:"fix"`
	References []string `yaml:"references"`
	Examples   Examples `yaml:"examples"`

	File string `yaml:"-"` // rule file it stands in
	Line int    `yaml:"-"` // of its id
}

// Match says what a text must hold. Codes, Any and Regex are alternatives unless All is set;
// None excludes. Everything is compared with the normal form of the text (see Normalize),
// without regard to case.
type Match struct {
	Codes  []string `yaml:"codes"`  // 0x8…; met in hex or as the signed decimal
	Any    []string `yaml:"any"`    // literals
	Regex  string   `yaml:"regex"`  // RE2, named groups become captures; name_2 captures as name
	None   []string `yaml:"none"`   // literals that must not occur in the field
	Fields []string `yaml:"fields"` // error_text, trace_text; empty: both
	All    bool     `yaml:"all"`
}

// Fix is what to do about a failure.
type Fix struct {
	Summary string   `yaml:"summary"`
	Role    string   `yaml:"role"`
	Retry   string   `yaml:"retry"` // yes, after-fix, no
	Steps   []string `yaml:"steps"`
	SQL     []SQL    `yaml:"sql"`
	URL     string   `yaml:"url"`
}

// SQL is a query that belongs to a fix.
type SQL struct {
	Title string `yaml:"title"`
	Text  string `yaml:"text"`
}

// Examples are texts that must come out as the rule, judged by the whole set, and texts that
// must not.
type Examples struct {
	Match   []Example `yaml:"match"`
	NoMatch []string  `yaml:"no_match"`
}

// An Example is a text that must come out as its rule.
type Example struct {
	Text     string            `yaml:"text"`
	Log      string            `yaml:"log"`      // dualwrite or plugintrace; empty: the rule's first log
	Captures map[string]string `yaml:"captures"` // that must come out with it; others may, too
}
