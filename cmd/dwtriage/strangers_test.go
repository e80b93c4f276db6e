//go:build cgo

package main

import (
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"dwtriage/classify"
)

// What strangers pasted comes out as somebody who knows dual-write would say: as many records as there were failures,
// each of its log, with its rule or none, and with the names that stand in it.
func TestStrangers(t *testing.T) {
	m, err := builtinRules()
	if err != nil {
		t.Fatal(err)
	}
	texts, err := txtar.ParseFile("../../testdata/explain/strangers.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(texts.Files); i += 2 {
		text, want := texts.Files[i], texts.Files[i+1]
		if want.Name != text.Name+": want" {
			t.Fatalf("%s is followed by %s", text.Name, want.Name)
		}
		t.Run(text.Name, func(t *testing.T) {
			rows, err := readTexts(t.Context(), string(text.Data), "")
			if err != nil {
				t.Fatal(err)
			}
			wants := strings.Split(strings.TrimSuffix(string(want.Data), "\n"), "\n")
			if len(rows) != len(wants) {
				t.Fatalf("%d records, want %d:\n%+v", len(rows), len(wants), rows)
			}
			for i, r := range rows {
				strange(t, m.JudgeRow(r.Log, r.Type, r.Error, r.Trace, r.Entity, r.Company), wants[i])
			}
		})
	}
	if n := len(texts.Files); n < 2*90 {
		t.Errorf("only %d texts", n/2)
	}
}

// strange holds a verdict to a line of what is wanted: "LOG RULE name=value|name=value|!name".
func strange(t *testing.T, v *classify.Verdict, want string) {
	t.Helper()
	log, rest, _ := strings.Cut(want, " ")
	rule, names, _ := strings.Cut(rest, " ")
	got := v.Signature
	if got == "" {
		got = "unknown"
	}
	if v.Log != log || got != rule {
		t.Errorf("%s %s, want %s %s", v.Log, got, log, rule)
	}
	for name := range strings.SplitSeq(names, "|") {
		name, value, _ := strings.Cut(name, "=")
		got := v.Captures[strings.TrimPrefix(name, "!")]
		switch {
		case name == "":
			continue
		case name == "code" && v.Code != nil:
			got = v.Code.String()
		case name == "template":
			got = v.Template
		}
		if got != value {
			t.Errorf("%s is %q, want %q", name, got, value)
		}
	}
}
