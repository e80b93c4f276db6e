//go:build cgo

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/google/go-cmp/cmp"

	"dwtriage/classify"
	"dwtriage/ingest"
)

// verdictsOfRun are the verdicts of the failing records that run makes of a file.
func verdictsOfRun(t *testing.T, m *classify.Matcher, path string) (out []string) {
	t.Helper()
	err := ingest.Read(t.Context(), []ingest.Source{{Path: path, Size: -1}}, ingest.Options{}, func(b *ingest.Batch) error {
		defer b.Release()
		m.Classify(b, nil)
		for i := range b.Len() {
			cell := func(col int) string { return b.Records.Column(col).(*array.String).Value(i) }
			if cell(ingest.ColOutcome) != ingest.OK {
				out = append(out, strings.Join([]string{cell(ingest.ColLog), cell(classify.ColSignature), cell(classify.ColStatus), cell(classify.ColErrorCode), cell(classify.ColTemplateID)}, " "))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// verdictsOfExplain are those that explain shows for a text.
func verdictsOfExplain(t *testing.T, m *classify.Matcher, text string) (out []string) {
	t.Helper()
	rows, err := readTexts(t.Context(), text, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		v := m.JudgeRow(r.Log, r.Type, r.Error, r.Trace, r.Entity, r.Company)
		code := ""
		if v.Code != nil {
			code = v.Code.String()
		}
		out = append(out, strings.Join([]string{v.Log, v.Signature, v.Status, code, v.TemplateID}, " "))
	}
	return out
}

// explain says of a text what run makes of a file that holds it: as many records, each with the same log, rule,
// status, code and template.
func TestExplainIsRun(t *testing.T) {
	m, err := builtinRules()
	if err != nil {
		t.Fatal(err)
	}
	texts := []string{
		"Inventory dimension Site is mandatory and must consequently be specified.\nField 'Currency' must be filled in.\n",
		"errormessage,entity,company\n\"Gate 7 of USMF is shut, error\",accounts,USMF\n\"Gate 8 of DEMF is shut, error\",accounts,DEMF\n",
		`{"value":[{"typename":"Contoso.Guard","exceptiondetails":"System.Exception: Gate 7 is shut","primaryentity":"account"},{"typename":"Contoso.Guard","exceptiondetails":""}]}`,
		`{"error":{"code":"0x80040203","message":"Quote lines need a unit group."}}`,
		`{"entityName":"UnitOfMeasureEntity","executionStatus":2,"recordResponses":[{"errorMessage":"Unable to sync with entity uoms.","logDateTime":"2026-11-17T00:14:28Z"},{"errorMessage":"Gate 7 is shut"}]}`,
		"The weather is fine.",
		"- Field 'Currency' must be filled in.\n- Item B200 is blocked for 'Sales order'.\n",
	}
	for i, r := range m.Rules() {
		if !*full && (i%3 != 0 || testing.Short() && i%6 != 0) {
			continue
		}
		for _, ex := range r.Examples.Match {
			texts = append(texts, ex.Text,
				"Exception type: Microsoft.Xrm.Sdk.InvalidPluginExecutionException\nMessage: "+ex.Text+"\n   at Contoso.Guard.Check(Entity row)\n",
				fmt.Sprintf(`{"error":{"code":"0x80040265","message":%q}}`, ex.Text),
				"2026-11-22 09:14:03 ERROR "+ex.Text)
		}
	}
	path := filepath.Join(t.TempDir(), "one.txt")
	several := 0
	for _, text := range texts {
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		run, explained := verdictsOfRun(t, m, path), verdictsOfExplain(t, m, text)
		if d := cmp.Diff(run, explained); d != "" {
			t.Errorf("%s\n(-run +explain):\n%s", text, d)
		}
		if len(run) > 1 {
			several++
		}
	}
	if several < 4 {
		t.Errorf("%d texts gave several records, want 4 or more", several)
	}
}

func TestExplainOfSeveralRecords(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		want       []string
	}{
		{"a table", "errormessage,entity\nGate 7 is shut: error,accounts\nField 'Currency' must be filled in.,accounts\n", []string{"Record 1 of 2: Gate 7 is shut: error", "Record 2 of 2: Field 'Currency' must be filled in."}},
		{"no sign of an error", "The weather is fine.", []string{"gives run no record that failed", "template "}},
		{"a trace that went well", `{"value":[{"typename":"Contoso.Guard","exceptiondetails":"","messageblock":"done"}]}`, []string{"gives run no record that failed"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var out strings.Builder
			if code := run(t.Context(), []string{"explain", tc.text}, strings.NewReader(""), &out, &out, func(string) string { return "" }); code != exitDone {
				t.Fatalf("exit code %d\n%s", code, &out)
			}
			for _, want := range tc.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("%q is missing:\n%s", want, &out)
				}
			}
		})
	}
}
