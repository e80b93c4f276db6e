package classify

import (
	"encoding/json"
	"slices"
	"testing"

	"go.yaml.in/yaml/v4"

	"dwtriage/rules"
)

// The JSON Schema has the keys of the tables, in their order, in every mapping of a rule file.
func TestSchemaHasTheKeysOfTheLoader(t *testing.T) {
	var schema struct {
		Defs map[string]yaml.Node `yaml:"$defs"`
	}
	if err := yaml.Load(rules.Schema, &schema); err != nil { // JSON is YAML, whose nodes keep the order of keys
		t.Fatal(err)
	}
	keysAt := func(def string, path ...string) (keys []string) {
		n := schema.Defs[def]
		v := valueAt(&n, append(path, "properties")...)
		if v == nil {
			t.Fatalf("the schema has no properties at %s %v", def, path)
		}
		for i := 0; i < len(v.Content); i += 2 {
			keys = append(keys, v.Content[i].Value)
		}
		return keys
	}
	for _, tc := range []struct {
		name      string
		got, want []string
	}{
		{"rule", keysAt("rule"), names(ruleKeys)},
		{"match", keysAt("match"), names(matchKeys)},
		{"fix", keysAt("fix"), names(fixKeys)},
		{"fix.sql", keysAt("fix", "properties", "sql", "items"), names(sqlKeys)},
		{"examples", keysAt("examples"), names(examplesKeys)},
		{"examples.match", keysAt("examples", "properties", "match", "items"), names(exampleKeys)},
		{"fragment", keysAt("fragment"), names(fragmentKeys)},
		{"mute", keysAt("mute"), names(muteKeys)},
		{"change", keysAt("change"), names(changeKeys)},
	} {
		if !slices.Equal(tc.got, tc.want) {
			t.Errorf("%s: the schema has %q, the loader reads %q", tc.name, tc.got, tc.want)
		}
	}
	if !json.Valid(rules.Schema) {
		t.Error("the schema is no JSON")
	}
}

func names[T any](keys []key[T]) (out []string) {
	for _, k := range keys {
		out = append(out, k.name)
	}
	return out
}

// A rule that is written by the tables reads as itself.
func TestWrittenRulesReadAsThemselves(t *testing.T) {
	for _, r := range builtinMatcher(t).Rules() {
		text, err := dumpRule(r)
		if err != nil {
			t.Fatal(err)
		}
		var l loader
		l.content = text
		l.file()
		if len(l.errs) > 0 || len(l.unchecked) != 1 {
			t.Fatalf("%s: %v in\n%s", r.ID, l.errs, text)
		}
		back, err := dumpRule(l.unchecked[0].r)
		if err != nil || string(back) != string(text) {
			t.Errorf("%s: written, read and written again it is\n%s\n(%v), was\n%s", r.ID, back, err, text)
		}
	}
}
