package ingest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dwtriage/ingest/scan"
)

func TestJSON(t *testing.T) {
	for _, c := range []struct {
		name, data string
		want       []string // error texts
		reasons    []string
	}{
		{"single object", `{"exceptiondetails":"one"}`, []string{"one"}, nil},
		{"concatenated", `{"exceptiondetails":"one"}{"exceptiondetails":"two"}`, []string{"one", "two"}, nil},
		{"two answers", `{"value":[{"exceptiondetails":"one"}]}` + "\n" + `{"value":[{"exceptiondetails":"two"}],"x":{"y":[1]}}`, []string{"one", "two"}, nil},
		{"two arrays", `[{"exceptiondetails":"one"}] [{"exceptiondetails":"two"}]`, []string{"one", "two"}, nil},
		{"empty answer", `{"@odata.context":"#plugintracelogs","value":[]}`, nil, nil},
		{"empty answer, counted", `{"@odata.context":"#x","@odata.count":0,"@Microsoft.Dynamics.CRM.totalrecordcount":-1,"value": [ ] }`, nil, nil},
		{"empty answer without a word of its kind", `{"value":[]}`, nil, nil},
		{"escapes", `{"exceptiondetails":"a\tb\u00e9\ud83d\ude00\ud83d \u0000\/\"\\ \x"}`, []string{"a\tb\u00e9\U0001f600\ufffd \ufffd/\"\\ \\x"}, nil},
		{"numbers and nulls", `{"exceptiondetails":42,"typename":null,"depth":2}`, []string{"42"}, nil},
		{"nested document", `{"errorMessage":{"error":"one"}}`, []string{`{"error":"one"}`}, nil},
		{"strings", `["Unable to write data to entity a","Unable to write data to entity b"]`, []string{"Unable to write data to entity a", "Unable to write data to entity b"}, nil},
		{"wrapped line in a text", "{\"exceptiondetails\":\"one\ntwo\"}", []string{"one\ntwo"}, nil},
		{"unclosed line", "{\"exceptiondetails\":\"one\n{\"exceptiondetails\":\"two\"}\n", []string{"two"}, []string{reasonJSON}},
		{"garbage between", "{\"exceptiondetails\":\"one\"}\n-- 2 --\n{\"exceptiondetails\":\"two\"}\n", []string{"one", "two"}, []string{reasonJSON}},
		{"values that are no objects", "{\"exceptiondetails\":\"one\"}\n1\nnull\n true \r\n-5.2e3\nnul\n1 2\n{\"exceptiondetails\":\"two\"}\nfalse", []string{"one", "two"},
			[]string{reasonNoObject, reasonNoObject, reasonNoObject, reasonNoObject, reasonJSON, reasonJSON, reasonNoObject}},
		{"end missing", `[{"exceptiondetails":"one"},{"exceptiondetails":"tw`, []string{"one"}, []string{reasonJSON}},
		{"bad id", `[{"plugintracelogid":"7","exceptiondetails":"one"},{"id":"7","exceptiondetails":"two"}]`, []string{"two"}, []string{reasonID}},
		{"nested too deep", `[{"exceptiondetails":"one"},` + "\n" + strings.Repeat("[", 2*scan.Depth) + "\n" + `{"exceptiondetails":"two"}]`, []string{"one", "two"}, []string{reasonDeep}},
		{"pretty, broken", "[\n  {\n    \"exceptiondetails\": \"o\"ne\",\n    \"a\": [\n      {\"b\": 1}\n    ]\n  },\n  {\n    \"exceptiondetails\": \"two\"\n  }\n]\n", []string{"two"}, []string{reasonJSON}},
		{"no text", `{"exceptiondetails":"one"} {"exceptiondetails":" "}`, []string{"one"}, []string{reasonNoText}},
		{"formatted values", `{"exceptiondetails":"one","createdon@OData.Community.Display.V1.FormattedValue":"11/22/2026"}`, []string{"one"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := readText(t, "a.json", c.data)
			if x.files[0].Format != formatJSON {
				t.Errorf("format %q, problem %v", x.files[0].Format, x.files[0].Problem)
			}
			var reasons []string
			for _, r := range x.rejects {
				reasons = append(reasons, r.Reason)
			}
			if diff := cmp.Diff(c.want, x.column("error_text")); diff != "" {
				t.Errorf("texts: -want +got:\n%s", diff)
			}
			if diff := cmp.Diff(c.reasons, reasons); diff != "" {
				t.Errorf("rejects: -want +got:\n%s", diff)
			}
		})
	}
}

func second(_ int, st scan.State) scan.State { return st }
