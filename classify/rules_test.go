package classify

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"dwtriage/rules"
)

var builtinMatcherOnce = sync.OnceValues(func() (*Matcher, error) {
	set, err := Load([]Layer{{rules.FS, "rules"}}, today)
	if err != nil {
		return nil, err
	}
	return Compile(set, rules.FS)
})

// builtinMatcher is the Matcher of the embedded rules.
func builtinMatcher(tb testing.TB) *Matcher {
	tb.Helper()
	m, err := builtinMatcherOnce()
	if err != nil {
		tb.Fatalf("the built-in rules do not load:\n%v", err)
	}
	return m
}

// seedRules stand for the five sections of the article this project started from.
var seedRules = []string{
	"dw-user-not-member-of-org", "dw-unable-to-sync-reference-data", "dw-missing-privilege-owning-team",
	"dw-payload-empty-uri", "dw-isv-connection-attempt-failed",
}

// publishedIDs are the plug-in rule ids that were published: they stay, whatever becomes of
// their content: an id is stable and never reused, because databases hold it.
var publishedIDs = strings.Fields(`
	dv-access-check-failed dv-admin-only-mode dv-applock-timeout dv-check-privilege-failed dv-concurrency-version
	dv-datetime-kind dv-disabled-user dv-duplicate-detection dv-entity-key-duplicate dv-entity-not-in-metadatacache
	dv-infinite-loop-depth dv-ip-blocked dv-isolation-level dv-isv-aborted dv-isv-aborted-http dv-isv-transaction-count
	dv-isv-unexpected dv-key-not-in-dictionary dv-no-active-transaction dv-null-reference dv-plugin-interface
	dv-plugin-load dv-privilege-denied dv-record-not-found dv-record-not-found-by-key dv-sandbox-disabled
	dv-sandbox-execute-timeout dv-sandbox-host-unavailable dv-sandbox-throttled dv-sandbox-timeout
	dv-sandbox-worker-crashed dv-self-blocked-timeout dv-solution-import-timeout dv-sql-arithmetic-overflow
	dv-sql-deadlock-1205 dv-sql-duplicate-key dv-sql-generic dv-sql-timeout dv-string-too-long dv-subnet-delegation
	dv-throttle-concurrency dv-throttle-requests dv-throttle-time dv-transaction-rolled-back-deadlock
	dv-tx-aborted-by-isv dv-user-no-roles dv-webapi-invalid-property dv-webapi-resource-not-found
	dv-webapi-stream-not-readable`)

func TestBuiltinRules(t *testing.T) {
	m := builtinMatcher(t)
	if n := len(m.Rules()); n < 35 {
		t.Errorf("there are %d rules, want at least 35", n)
	}
	if len(publishedIDs) != 49 {
		t.Fatalf("the list of published ids has %d, want 49", len(publishedIDs))
	}
	for _, id := range slices.Concat(seedRules, publishedIDs) {
		if m.Rule(id) == nil {
			t.Errorf("rule %s is missing", id)
		}
	}
	steps := regexp.MustCompile(`(?i)\b(first|then)\b`)
	for _, r := range m.Rules() {
		if n := len(r.Examples.Match); n < 2 {
			t.Errorf("%s:%d: %s has %d matching examples, want 2 or more", r.File, r.Line, r.ID, n)
		}
		if n := len(r.Examples.NoMatch); n < 2 {
			t.Errorf("%s:%d: %s has %d near misses, want 2 or more", r.File, r.Line, r.ID, n)
		}
		if len(r.References) == 0 {
			t.Errorf("%s:%d: %s has no references", r.File, r.Line, r.ID)
		}
		// The first paragraph of a report says it before what is done about it.
		if r.Headline == "" || steps.MatchString(r.Headline) {
			t.Errorf("%s:%d: %s has the headline %q, want what is wrong, without an order of steps", r.File, r.Line, r.ID, r.Headline)
		}
	}
}

func TestBuiltinExamples(t *testing.T) {
	m := builtinMatcher(t)
	want := 0
	for _, r := range m.Rules() {
		want += len(r.Examples.Match) + len(r.Examples.NoMatch)
	}
	n, failures := m.Test()
	if n != want {
		t.Errorf("Test judged %d examples, want %d", n, want)
	}
	for _, f := range failures {
		t.Errorf("%s:%d: %s: %s\n%s", f.Rule.File, f.Rule.Line, f.Rule.ID, f.Msg, f.Example)
	}
}

// An example that is both would pass for the wrong reason, or not at all.
func TestBuiltinExamplesAreUnique(t *testing.T) {
	seen := make(map[string]string)
	for _, r := range builtinMatcher(t).Rules() {
		for _, ex := range r.Examples.Match {
			key := NormalizeString(ex.Text)
			if other, ok := seen[key]; ok {
				t.Errorf("%s and %s share the matching example %q", other, r.ID, ex.Text)
			}
			seen[key] = r.ID
		}
	}
}

// Whatever a log says, it ends up inside a quoted text of the SQL that is to be copied.
func TestBuiltinSQLQuotesEveryValue(t *testing.T) {
	const hostile = `'; DROP TABLE x --`
	quoted := regexp.MustCompile(`'(?:[^']|'')*'`)
	mp := &Map{Name: hostile, Title: hostile, Set: hostile, Table: hostile, FnoEntity: hostile}
	filled := 0
	for _, r := range builtinMatcher(t).Rules() {
		captures := make(map[string]string)
		for _, name := range r.captureNames() {
			captures[name] = hostile
		}
		_, fix := r.Fill(captures, mp, []string{hostile})
		for _, q := range fix.SQL {
			filled += strings.Count(q.Text, "DROP TABLE")
			if left := quoted.ReplaceAllString(q.Text, "?"); strings.Contains(left, "DROP") || strings.Contains(left, "'") {
				t.Errorf("%s: the value leaves its quotes in\n%s", r.ID, q.Text)
			}
		}
	}
	if filled == 0 {
		t.Error("no SQL took a value: this test shows nothing")
	}
}

func TestBuiltinTextsLeaveNoBrace(t *testing.T) {
	for _, r := range builtinMatcher(t).Rules() {
		cause, fix := r.Fill(nil, nil, nil)
		for _, text := range append([]string{cause, fix.Summary}, fix.Steps...) {
			if placeholder.MatchString(text) || strings.Contains(text, "|") {
				t.Errorf("%s: a placeholder is left in %q", r.ID, text)
			}
		}
	}
}

// A step or query is not spoken of by its number, which it loses where steps are left out or queries are spelt out for each map; and what a rule may
// know is not left to the reader to look up.
func TestBuiltinTextsNameWhatTheyMean(t *testing.T) {
	vague := regexp.MustCompile(`(?i)\bthe (first|second|third|fourth|fifth) (query|step)\b|\b(query|step) [0-9]|named in the message|by the id in the message`)
	for _, r := range builtinMatcher(t).Rules() {
		for _, text := range append([]string{r.Title, r.Cause, r.Fix.Summary}, r.Fix.Steps...) {
			if found := vague.FindString(placeholder.ReplaceAllString(text, "")); found != "" {
				t.Errorf("%s: %q in %q", r.ID, found, text)
			}
		}
	}
}

func BenchmarkLoadCompile(b *testing.B) {
	for b.Loop() {
		set, err := Load([]Layer{{rules.FS, "rules"}}, today)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := Compile(set, rules.FS); err != nil {
			b.Fatal(err)
		}
	}
}

// What stands in the rule files can be read: lint keeps the longest wording at 400 characters and
// finds what many rules write out, and most wordings are much shorter.
func TestBuiltinExpressionsCanBeRead(t *testing.T) {
	m := builtinMatcher(t)
	for _, w := range m.Lint() {
		t.Errorf("%v", w)
	}
	var lengths []int
	for _, r := range m.Rules() {
		for _, w := range r.Match.Wordings {
			lengths = append(lengths, len([]rune(w)))
		}
	}
	slices.Sort(lengths)
	if median := lengths[len(lengths)/2]; median > 150 {
		t.Errorf("half of %d wordings have more than %d characters, want 150 at most", len(lengths), median)
	}
}

// The same part of a message has the same name in every rule.
func TestBuiltinCaptureNames(t *testing.T) {
	used := make(map[string]bool)
	for _, r := range builtinMatcher(t).Rules() {
		for _, name := range r.captureNames() {
			if Captures[name] == "" {
				t.Errorf("%s:%d: %s captures %q, which is not in the list of capture names", r.File, r.Line, r.ID, name)
			}
			used[name] = true
		}
	}
	for name := range Captures {
		if !used[name] {
			t.Errorf("capture name %q is in the list and no rule uses it", name)
		}
	}
}

// A rule is only proven where its text stands as records carry it: alone, inside JSON, inside
// fault XML or a report.
func TestBuiltinExamplesStandInFrames(t *testing.T) {
	frame := func(text string) string {
		switch {
		case strings.Contains(text, "<OrganizationServiceFault") || strings.Contains(text, "<ErrorCode>") || strings.Contains(text, "<Message>"):
			return "fault XML"
		case strings.Contains(text, `{"`) || strings.Contains(text, `{\"`) || strings.Contains(text, `":"`) || strings.Contains(text, `\":\"`) || strings.Contains(text, `": "`):
			return "JSON"
		case strings.Contains(text, "Unhandled exception:") || strings.Contains(text, "Exception type:") || strings.Contains(text, "from plug-in (") || strings.Contains(text, "failed to process "):
			return "exception"
		case strings.Contains(text, "Unable to write data to") || strings.Contains(text, "failed with error message"):
			return "infolog"
		case strings.Contains(text, "Initial Sync completed") || strings.Contains(text, "Record Id: "):
			return "report"
		}
		return "plain"
	}
	for _, r := range builtinMatcher(t).Rules() {
		frames := make(map[string]bool)
		for _, ex := range r.Examples.Match {
			frames[frame(ex.Text)] = true
		}
		if len(frames) < 2 {
			t.Errorf("%s:%d: %s has all its matching examples in one frame: %v", r.File, r.Line, r.ID, slices.Collect(maps.Keys(frames)))
		}
	}
}

// Nearest is for any text, also for one that matches.
func TestNearestTakesEveryExample(t *testing.T) {
	m := builtinMatcher(t)
	for i, r := range m.Rules() {
		if i%sampled(8) != 0 {
			continue // the comparison is slow
		}
		for _, text := range r.Examples.NoMatch {
			for _, n := range m.Nearest("", text, "", 3) {
				if n.Why == "" && len(n.Lacks) == 0 {
					t.Errorf("%s is near to %q and lacks nothing", n.Rule.ID, text)
				}
			}
		}
	}
}

// twinOf reports whether a rule of the platform lost to the one that has the same sentence for dual-write,
// which the frame shows.
func twinOf(v *Verdict, r *Rule) bool {
	lost := func(h Hit) bool { return h.Rule == r }
	return slices.ContainsFunc(v.Hits, lost) && len(v.Hits[0].Rule.Match.Signs) > 0
}

// A plain example must come out as its rule inside the frames that logs put around a message,
// too. What finance and operations says is not believed of a plug-in, which may use its words.
func TestBuiltinRulesInFrames(t *testing.T) {
	const at = "\n   at Contoso.Crm.Plugins.QuoteRevision.Handle(IPluginExecutionContext context) in QuoteRevision.cs:line 301"
	inJSON := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	inXML := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	exception := func(s string) string {
		return "Unhandled exception: \nException type: Microsoft.Xrm.Sdk.InvalidPluginExecutionException\nMessage: " + s
	}
	frames := []struct {
		name   string
		plugin bool
		put    func(string) string
	}{
		{"envelope", false, func(s string) string {
			return `{"entityName":"CustCustomerV3Entity","executionStatus":2,"recordResponses":[{"errorMessage":"` + inJSON.Replace(s) + `","logDateTime":"2026-11-22T13:20:55.3390127Z"}]}`
		}},
		{"link behind it", false, func(s string) string {
			return strings.TrimRight(s, ".") + "..For information on troubleshooting see https://go.microsoft.com/fwlink/?linkid=2244045.."
		}},
		{"stack", true, func(s string) string { return exception(s) + at }},
		{"end of a stack", true, func(s string) string {
			return exception(s) + "\n--- End of stack trace from previous location where exception was thrown ---" + at
		}},
		{"fault", true, func(s string) string {
			return "Message: " + s + "Detail: \n<OrganizationServiceFault xmlns=\"http://schemas.microsoft.com/xrm/2011/Contracts\"><ErrorCode>-2147220891</ErrorCode><Message>" + inXML.Replace(s) + "</Message></OrganizationServiceFault>"
		}},
		{"inner exception", true, func(s string) string {
			return "System.AggregateException: One or more errors occurred. ---> System.Exception: " + s + " --- End of inner exception stack trace ---"
		}},
	}
	m := builtinMatcher(t)
	tried := 0
	for _, r := range m.Rules() {
		if r.Wrapper || r.Category == "setup-validation" {
			continue
		}
		for _, ex := range r.Examples.Match {
			if strings.ContainsAny(ex.Text, "{<\n") || strings.Contains(ex.Text, "xception") {
				continue // not plain
			}
			for _, f := range frames {
				if f.plugin && strings.HasPrefix(r.ID, "fo-") {
					continue
				}
				tried++
				log := r.Logs[0]
				if ex.Log != "" {
					log = ex.Log
				}
				v := m.Judge(log, f.put(ex.Text), "", "")
				if v.Signature != r.ID && !twinOf(v, r) {
					t.Errorf("%s: in the frame %q its example comes out as %s:\n%s", r.ID, f.name, v.describe(), ex.Text)
				}
			}
		}
	}
	if tried < 500 {
		t.Errorf("only %d texts were tried", tried)
	}
}
