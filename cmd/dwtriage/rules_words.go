package main

import (
	"cmp"
	"maps"
	"slices"
	"text/tabwriter"

	"dwtriage/classify"
	"dwtriage/ingest/words"
	"dwtriage/rules"
)

// showExpression shows what a rule's expression is made of, or the whole of it.
func showExpression(p *printer, m *classify.Matcher, r *classify.Rule, expanded bool) {
	if expanded && r.Match.Regex != "" {
		p.printf("  regex   %s\n", r.Match.Regex)
		return
	}
	for _, wording := range r.Match.Wordings {
		p.printf("  regex   %s\n", wording)
	}
	for _, f := range m.Set().FragmentsOf(r) {
		p.printf("  where   {{%s}}: %s\n", f.Name, f.Meaning)
	}
}

func runRulesCaptures(s *session, args []string) (int, error) {
	f := newFlags("dwtriage rules captures [flags]", `Lists the words that rules may use: the names under which expressions take parts of a message,
with the number of rules that do; the placeholders that title, cause, summary, steps and SQL may
hold beside the captures of their own rule; and the fragments that expressions may share.`)
	m, err := matcherFor(s, f, args, 0)
	if err != nil {
		return 0, err
	}
	used := make(map[string]int)
	for _, r := range m.Rules() {
		for _, name := range r.CaptureNames() {
			used[name]++
		}
	}
	names := slices.Concat(slices.Collect(maps.Keys(classify.Captures)), slices.Collect(maps.Keys(used)))
	slices.Sort(names)
	w := tabwriter.NewWriter(s.stdout, 0, 0, 2, ' ', 0)
	tell(w, "Captures: (?P<name>…) in an expression\n")
	for _, name := range slices.Compact(names) {
		tell(w, "  %s\t%s\t%s\n", name, words.Count(used[name], "rule"), cmp.Or(classify.Captures[name], "a name of this site"))
	}
	tell(w, "\nPlaceholders in texts: {name}, or {name|text used when it is not known}\n  captures of the rule itself, and\n")
	for _, p := range classify.Placeholders {
		tell(w, "  %s\t%s\n", p.Name, p.Meaning)
	}
	tell(w, "\nFragments: {{name}} in an expression\n")
	for _, x := range m.Set().Fragments {
		tell(w, "  %s\t%s\n", x.Name, x.Meaning)
	}
	tell(w, "\nSigns of whose failure it is: match.signs and match.no_signs\n")
	for _, x := range m.Set().Signs {
		tell(w, "  %s\t%s\n", x.Name, x.Meaning)
	}
	return exitDone, w.Flush()
}

func runRulesSchema(s *session, args []string) (int, error) {
	f := newFlags("dwtriage rules schema", `Prints the JSON Schema of rule files. Save it beside rule files of your own as rule.schema.json,
and let their first line tell the editor: # yaml-language-server: $schema=rule.schema.json`)
	if err := f.parse(s, args); err != nil {
		return 0, err
	}
	if f.NArg() > 0 {
		return 0, usageError("rules schema takes no arguments, not %d", f.NArg())
	}
	_, err := s.stdout.Write(rules.Schema)
	return exitDone, err
}
