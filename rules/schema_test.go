package rules

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"
)

const editorLine = "# yaml-language-server: $schema=rule.schema.json\n"

// compileSchema loads the schema that editors check rule files with.
func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := os.ReadFile("rule.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("rule.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("rule.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// validate checks YAML text against the schema, by way of JSON.
func validate(s *jsonschema.Schema, text []byte) error {
	var doc any
	if err := yaml.Load(text, &doc); err != nil {
		return err
	}
	asJSON, err := json.Marshal(doc)
	if err != nil {
		return err
	}
	if doc, err = jsonschema.UnmarshalJSON(bytes.NewReader(asJSON)); err != nil {
		return err
	}
	return s.Validate(doc)
}

func TestRuleFilesFollowTheSchema(t *testing.T) {
	s := compileSchema(t)
	files, err := fs.Glob(FS, "*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d rule files, error %v", len(files), err)
	}
	for _, f := range files {
		text, err := FS.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if err := validate(s, text); err != nil {
			t.Errorf("%s: %v", f, err)
		}
		if !strings.HasPrefix(string(text), editorLine) {
			t.Errorf("%s does not start with %q", f, editorLine)
		}
	}
}

// A file of a site may mute rules and change their severity.
func TestSchemaTakesDecisions(t *testing.T) {
	s := compileSchema(t)
	const good = `- change: dw-lookup-not-resolved
  severity: low
  reason: r
  owner: o
- mute: unknown/0123456789ab
  reason: r
  owner: o
  expires: "2026-12-31"
`
	if err := validate(s, []byte(good)); err != nil {
		t.Fatalf("good decisions are refused: %v", err)
	}
	for _, line := range []string{"  severity: low\n", "  reason: r\n", "  owner: o\n", "  expires: \"2026-12-31\"\n"} {
		if err := validate(s, []byte(strings.Replace(good, line, "", 1))); err == nil {
			t.Errorf("without %q the schema takes it", line)
		}
	}
	for _, change := range [][2]string{{"severity: low", "severity: grave"}, {"unknown/0123456789ab", "unknown/1"}, {"2026-12-31", "soon"}, {"owner: o", "owner: o\n  until: x"}} {
		if err := validate(s, []byte(strings.Replace(good, change[0], change[1], 1))); err == nil {
			t.Errorf("the schema takes %s", change[1])
		}
	}
}

// A file may hold fragments, and a rule several wordings.
func TestSchemaTakesFragments(t *testing.T) {
	s := compileSchema(t)
	const good = `- fragment: parcel
  meaning: a parcel and its number
  regex: 'parcel \w+'
`
	if err := validate(s, []byte(good)); err != nil {
		t.Fatalf("a good fragment is refused: %v", err)
	}
	for _, change := range [][2]string{{"fragment: parcel", "fragment: A parcel"}, {"  meaning: a parcel and its number\n", ""}, {"  regex: 'parcel \\w+'\n", ""}, {"meaning: a", "meaning: a\n  priority: 3\n  x: a"}} {
		bad := strings.Replace(good, change[0], change[1], 1)
		if bad == good {
			t.Errorf("the change of %q does not apply", change[0])
		}
		if err := validate(s, []byte(bad)); err == nil {
			t.Errorf("the schema takes\n%s", bad)
		}
	}
}

// The schema refuses what the loader refuses.
func TestSchemaRefuses(t *testing.T) {
	s := compileSchema(t)
	const good = `- id: site-a
  title: A
  status: observed
  logs: [dualwrite]
  severity: low
  category: access
  match: {any: ["something rare"]}
  cause: c
  fix: {summary: s, role: r, retry: "no", steps: [a]}
  examples: {match: [{text: something rare}], no_match: [nothing]}
`
	if err := validate(s, []byte(good)); err != nil {
		t.Fatalf("a good rule is refused: %v", err)
	}
	if err := validate(s, []byte(strings.Replace(good, "any: [", "regex: [another wording, ", 1))); err != nil {
		t.Errorf("a list of wordings is refused: %v", err)
	}
	for name, change := range map[string][2]string{
		"unknown key":      {"title: A", "title: A\n  staus: x"},
		"unknown match":    {"{any:", "{text: x, any:"},
		"no way to match":  {`{any: ["something rare"]}`, `{none: ["x"]}`},
		"list of nothing":  {`{any: ["something rare"]}`, `{regex: []}`},
		"regex of numbers": {`{any: ["something rare"]}`, `{regex: [1]}`},
		"bad code":         {`{any: ["something rare"]}`, `{codes: ["0x1"]}`},
		"severity":         {"severity: low", "severity: grave"},
		"status":           {"status: observed", "status: guessed"},
		"log":              {"[dualwrite]", "[syslog]"},
		"id":               {"site-a", "Site_A"},
		"retry":            {`retry: "no"`, "retry: maybe"},
		"no steps":         {", steps: [a]", ""},
		"no near miss":     {", no_match: [nothing]", ""},
		"title too long":   {"title: A", "title: " + strings.Repeat("A", 86)},
		"missing category": {"  category: access\n", ""},
	} {
		bad := strings.Replace(good, change[0], change[1], 1)
		if bad == good {
			t.Errorf("%s: the change does not apply", name)
		}
		if err := validate(s, []byte(bad)); err == nil {
			t.Errorf("%s: the schema takes it:\n%s", name, bad)
		}
	}
}
