package classify

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"dwtriage/rules"
)

// slowNodes gives the root of a file as the library reads it, nil where it has none.
func slowNodes(content []byte) (*yaml.Node, error) {
	var docs []yaml.Node
	if err := yaml.Load(content, &docs, yaml.WithAllDocuments()); err != nil {
		return nil, err
	}
	if len(docs) != 1 || len(docs[0].Content) != 1 {
		return nil, fmt.Errorf("%d documents", len(docs))
	}
	return docs[0].Content[0], nil
}

// spelled is all of a node that the loader looks at.
func spelled(n *yaml.Node) string {
	var b strings.Builder
	var walk func(n *yaml.Node, depth int)
	walk = func(n *yaml.Node, depth int) {
		fmt.Fprintf(&b, "%*s%d:%d kind %d %q null %v alias %v\n", depth, "", n.Line, n.Column, n.Kind, n.Value, n.Tag == "!!null", n.Alias != nil)
		for _, c := range n.Content {
			walk(c, depth+1)
		}
	}
	walk(n, 0)
	return b.String()
}

// checkPlain holds what plainNodes reads to what the library reads.
func checkPlain(t *testing.T, content []byte) (read bool) {
	t.Helper()
	fast := plainNodes(content)
	if fast == nil {
		return false
	}
	slow, err := slowNodes(content)
	if err != nil {
		t.Fatalf("%q is read, and the library says: %v", content, err)
	}
	if got, want := spelled(fast), spelled(slow); got != want {
		t.Fatalf("%q:\ngot\n%swant\n%s", content, got, want)
	}
	return true
}

// Every file of the rules is read without the library, and as the library reads it.
func TestPlainYAMLReadsTheRules(t *testing.T) {
	files, err := ruleFiles(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		content, err := fs.ReadFile(rules.FS, f)
		if err != nil {
			t.Fatal(err)
		}
		if !checkPlain(t, content) {
			t.Errorf("%s is left to the library, which takes six times as long", f)
		}
	}
}

var plainYAMLs = []string{
	"- id: a\n  title: 'it''s'\n  logs: [dualwrite, \"x\", 'y z']\n  fix:\n    steps:\n    - one # two\n    - http://x/y#z\n    captures: {a: b, c: 'd: e'}\n",
	"# only\n- id: a\n  cause: >-\n    one\n    two  \n    drei ü\n\n\n- id: b\n  text: |\n    a\n      b\n\n    c\n",
	"- a: \"x \\\"y\\\" \\\\\"\n  b: 'goes\n    on  \n    here' # so\n",
	"- ~\n- null\n- -x\n", "- id:\n- x\n", "- a: b: c\n", "- a: b\n   c: d\n", "- - a\n", "-\n  a: b\n",
	"- a: |-\n     x\n    y\n", "- a: |\n\n    x\n", "- a: >\n    x\n\n    y\n", "- a: >-\n    x\n     y\n", "- a: |+\n    x\n", "- a: |2\n    x\n",
	"- a: &x b\n- *x\n", "---\n- a: b\n", "- a: b\n---\n- c: d\n", "- a: b\n...\n", "- 'a': b\n", "- a: 'b\n", "- a: [b, c\n", "- a: [b,, c]\n", "- a: [b, c,]\n", "- a: []\n", "- a: {}\n",
	"- a: b\n  - c\n", "- a:\n  - b\n  c: d\n", "a:\n  b:\n   - c\n   - d: e\n     f: g\n", "- a: ü [b]\n  c: [ü, d]\n", "- a:  b  \n", "- a: 'b'c\n", "- a: b #c\n- d: e#f\n",
	"- x: [a b , 'c' ]\n  y: {k: v w , l: m}\n", "- a: b\n# c\n  # d\n  e: f\n", "- a: b\n c: d\n", "- a: 'b'\n   c\n", "- a: |-\n    # no comment\n  # one\n  b: c\n", "x", "", "\n", "- \n", "-  a: b\n   c: d\n", "- a: |-\n    \n", "- a: 'b\n\n    c'\n", "- a: 12\n  b: true\n  c: 2026-12-31\n",
}

func TestPlainYAMLEqualsTheLibrary(t *testing.T) {
	read := 0
	for _, text := range plainYAMLs {
		if checkPlain(t, []byte(text)) {
			read++
		}
	}
	if read < len(plainYAMLs)/4 {
		t.Errorf("%d of %d texts are read", read, len(plainYAMLs))
	}
}

func FuzzPlainYAML(f *testing.F) {
	for _, text := range plainYAMLs {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, content []byte) { checkPlain(t, content) })
}

// go test ./classify -run - -bench PlainYAML
func BenchmarkPlainYAML(b *testing.B) {
	content, err := fs.ReadFile(rules.FS, "validation-codes.yaml")
	if err != nil {
		b.Fatal(err)
	}
	for _, bm := range []struct {
		name string
		read func()
	}{{"plain", func() { plainNodes(content) }}, {"library", func() { slowNodes(content) }}} {
		b.Run(bm.name, func(b *testing.B) {
			b.SetBytes(int64(len(content)))
			b.ReportAllocs()
			for b.Loop() {
				bm.read()
			}
		})
	}
}
