package ingest

import (
	"strings"
	"testing"
)

// What an export says it holds is held against what is found: fewer rows are an export that is not whole, and said with both numbers.
func TestCountedAgainstFound(t *testing.T) {
	const one, two = `{"exceptiondetails":"one"}`, `{"exceptiondetails":"two"}`
	xml := func(count string) string {
		return `<Entities EntityName="plugintracelog" MoreRecords="False"` + count + `><Entity><Attributes><exceptiondetails>one</exceptiondetails></Attributes></Entity></Entities>`
	}
	for _, c := range []struct{ name, file, data, want string }{
		{"fewer", "a.json", `{"@odata.count":48,"value":[` + one + "," + two + `]}`, "it counts 48 rows, and 2 are in the file"},
		{"the count stands behind", "a.json", `{"value":[` + one + `],"@odata.count":2}`, "it counts 2 rows, and 1 is in the file"},
		{"as many", "a.json", `{"@odata.count":2,"value":[` + one + "," + two + `]}`, ""},
		{"each of two pages counts all", "a.json", `{"@odata.count":2,"value":[` + one + `]}` + "\n" + `{"@odata.count":2,"value":[` + two + `]}`, ""},
		{"not known", "a.json", `{"@Microsoft.Dynamics.CRM.totalrecordcount":-1,"value":[` + one + `]}`, ""},
		{"no number", "a.json", `{"@odata.count":"many","value":[` + one + `]}`, ""},
		{"a rejected row is found", "a.json", `{"@odata.count":2,"value":[` + one + `,{"exceptiondetails":" "}]}`, ""},
		{"XML, fewer", "a.xml", xml(` TotalRecordCount="7"`), "it counts 7 rows, and 1 is in the file"},
		{"XML, as many", "a.xml", xml(` TotalRecordCount="1"`), ""},
		{"XML, not known", "a.xml", xml(` TotalRecordCount="-1"`), ""},
		{"XML, nothing said", "a.xml", xml(""), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := readText(t, c.file, c.data).files[0]
			if f.Problem != nil || f.Read == 0 {
				t.Fatalf("%d rows are read, problem %v", f.Read, f.Problem)
			}
			if got := strings.Join(f.Warnings, "; "); c.want == "" && strings.Contains(got, "counts") || !strings.Contains(got, c.want) || f.Incomplete != (c.want != "") {
				t.Errorf("warnings %q, incomplete %t, want %q", got, f.Incomplete, c.want)
			}
		})
	}
}
