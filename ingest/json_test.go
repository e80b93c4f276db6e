package ingest

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
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
		{"escapes", `{"exceptiondetails":"a\tb\u00e9\ud83d\ude00\ud83d \u0000\/\"\\ \x"}`, []string{"a\tb\u00e9\U0001f600\ufffd \ufffd/\"\\ \\x"}, nil},
		{"numbers and nulls", `{"exceptiondetails":42,"typename":null,"depth":2}`, []string{"42"}, nil},
		{"nested document", `{"errorMessage":{"error":"one"}}`, []string{`{"error":"one"}`}, nil},
		{"strings", `["Unable to write data to entity a","Unable to write data to entity b"]`, []string{"Unable to write data to entity a", "Unable to write data to entity b"}, nil},
		{"wrapped line in a text", "{\"exceptiondetails\":\"one\ntwo\"}", []string{"one\ntwo"}, nil},
		{"unclosed line", "{\"exceptiondetails\":\"one\n{\"exceptiondetails\":\"two\"}\n", []string{"two"}, []string{reasonJSON}},
		{"garbage between", "{\"exceptiondetails\":\"one\"}\n-- 2 --\n{\"exceptiondetails\":\"two\"}\n", []string{"one", "two"}, []string{reasonJSON}},
		{"end missing", `[{"exceptiondetails":"one"},{"exceptiondetails":"tw`, []string{"one"}, []string{reasonJSON}},
		{"bad id", `[{"plugintracelogid":"7","exceptiondetails":"one"},{"id":"7","exceptiondetails":"two"}]`, []string{"two"}, []string{reasonID}},
		{"nested too deep", `[{"exceptiondetails":"one"},` + "\n" + strings.Repeat("[", 2*jsonDepth) + "\n" + `{"exceptiondetails":"two"}]`, []string{"one", "two"}, []string{reasonJSON}},
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

// FuzzJSON holds the scanner against encoding/json, and the reader against its ledger.
func FuzzJSON(f *testing.F) {
	for _, s := range []string{
		`{"value":[{"exceptiondetails":"one","depth":1},{"typename":"A\u00e9\\"}],"@odata.nextLink":"x"}`,
		`[{"a":[1,2,{"b":null}]},true,false,-1.5e3,"x",{}]`, "{\"errormessage\":\"x\n{\"errormessage\":\"y\"}\n",
		`{"error":{"code":"0x8","message":"m"}} {"RecordError0":"x"}`, `{"recordResponses":[{"errorMessage":"a"b","verboseError":"c"}]}`, `[}{]`, `{"a":1,}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		trimmed := bytes.TrimSpace(b)
		n, st := scanJSON(b, true)
		if json.Valid(b) && bytes.Count(b, []byte("["))+bytes.Count(b, []byte("{")) < jsonDepth {
			if st != scanDone || len(bytes.TrimSpace(b[n:])) > 0 {
				t.Errorf("scanJSON(%q) = %d, %d", b, n, st)
			}
		}
		for i := range trimmed {
			if st := second(scanJSON(trimmed[:i], false)); st == scanDone && trimmed[0] == '{' && i < n && second(scanJSON(trimmed, true)) == scanDone && json.Valid(trimmed) {
				t.Errorf("done after %d of %q", i, trimmed)
			}
		}
		account(t, b, readData(t, "a", b, Options{Format: formatJSON}))
	})
}

func second(_ int, st scanState) scanState { return st }

// FuzzEnvelope: on a well-formed envelope the reader by keys finds what the strict one finds.
func FuzzEnvelope(f *testing.F) {
	f.Add("m", "v", "e", `x"y`)
	f.Add(`a "b", "c": {}`, `{"Message":"x","List":[{"a":"b"}]}`, "WidgetEntity", `{"debugLogTrace":["x"]}`)
	f.Add("\\", "\u00e9\n", `"}]`, `",`)
	f.Fuzz(func(t *testing.T, message, verbose, entity, junk string) {
		doc, err := json.Marshal(map[string]any{
			"entityName":      entity,
			"recordResponses": []any{map[string]any{"errorMessage": message, "verboseError": verbose, "logDateTime": "2026-11-22T09:14:03Z"}},
		})
		if err != nil {
			t.Skip()
		}
		var r reader
		strict := r.strictResponses(nil, doc)
		loose := r.looseResponses(nil, doc)
		trim := func(x []response) (out []string) {
			for _, y := range x {
				out = append(out, string(bytes.TrimSpace(y.entity)), string(bytes.TrimSpace(y.message)), string(bytes.TrimSpace(y.verbose)), string(y.at))
			}
			return out
		}
		// A text that looks like the next key cannot be told from one.
		if !strings.Contains(message+verbose+entity, `"`) {
			if strings.TrimSpace(message) != "" || strings.TrimSpace(verbose) != "" {
				if diff := cmp.Diff(trim(strict), trim(loose)); diff != "" {
					t.Errorf("%s\n-strict +loose:\n%s", doc, diff)
				}
			}
		}
		readData(t, "a", []byte("prose "+string(doc)+junk+string(doc[:len(doc)/2])), Options{Format: formatText})
		readData(t, "a", append(doc, junk...), Options{Format: formatJSON})
	})
}

// FuzzText: any bytes are text, every message is accounted for.
func FuzzText(f *testing.F) {
	f.Add([]byte("Cannot save the changes to the database.\n\n[2026-11-22 10:00:00] Writes to X failed\n<OrganizationServiceFault>\n\nUnhandled exception: x\n"))
	f.Add([]byte("[A.B: C.D]\n[0a1b2c3d-0000-4000-8000-000000000001: C.D: Create of x]\nException type: y\nError Message: z"))
	f.Add([]byte("\xff\xfea\x00\n\x00\n\x00b\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		account(t, b, readData(t, "a", b, Options{Format: formatText}))
		// Whatever format is found by content.
		readData(t, "a", b, Options{})
	})
}
