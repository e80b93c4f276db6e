package rules

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
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
	asJSON, err := yaml.YAMLToJSON(text)
	if err != nil {
		return err
	}
	var doc any
	if err := json.Unmarshal(asJSON, &doc); err != nil {
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
	for name, change := range map[string][2]string{
		"unknown key":      {"title: A", "title: A\n  staus: x"},
		"unknown match":    {"{any:", "{text: x, any:"},
		"no way to match":  {`{any: ["something rare"]}`, `{none: ["x"]}`},
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
