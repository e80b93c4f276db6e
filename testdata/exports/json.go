package exports

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// A member of an object; value is a string, an int or nil.
type member struct {
	key   string
	value any
}

// An object is one in JSON, with its members in this order.
type object []member

func (o object) text(indent string) string {
	var b strings.Builder
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "%s%q:%s", indent, m.key, jsonText(m.value))
	}
	if indent != "" {
		b.WriteByte('\n')
	}
	b.WriteByte('}')
	return b.String()
}

// jsonText is a string, a number or null in JSON; none of them can fail.
func jsonText(value any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(value)
	return string(bytes.TrimSpace(b.Bytes()))
}

// webAPI are the entries as the Web API answers them: numbers for choices, null for nothing.
func webAPI(entries []Trace, columns []heading, annotated bool) (out []object) {
	labels := map[string]bool{"mode": true, "operationtype": true}
	for i, e := range entries {
		var o object
		if annotated {
			o = append(o, member{"@odata.etag", fmt.Sprintf(`W/"%d"`, 1234567+i)})
		}
		for _, h := range columns {
			const formatted = "@OData.Community.Display.V1.FormattedValue"
			text := e.Value(h.column)
			switch {
			case annotated && labels[h.column]:
				o = append(o, member{h.name + formatted, e.Value(h.column + ":label")})
			case annotated && h.column == "createdon":
				o = append(o, member{h.name + formatted, e.Value("createdon:1/2/2006 3:04 PM")})
			case annotated && h.column == "performanceexecutionduration":
				o = append(o, member{h.name + formatted, strconv.Itoa(e.Duration/1000) + "," + fmt.Sprintf("%03d", e.Duration%1000)})
			}
			n, err := strconv.Atoi(text)
			switch {
			case text == "":
				o = append(o, member{h.name, nil})
			case err == nil:
				o = append(o, member{h.name, n})
			default:
				o = append(o, member{h.name, text})
			}
		}
		if annotated {
			o = append(o, member{"_createdby_value@Microsoft.Dynamics.CRM.lookuplogicalname", "systemuser"}, member{"_createdby_value", "11111111-0000-4000-8000-000000000001"})
		}
		out = append(out, o)
	}
	return out
}

func joined(objects []object, before, between, after, indent string) []byte {
	var texts []string
	for _, o := range objects {
		texts = append(texts, o.text(indent))
	}
	return []byte(before + strings.Join(texts, between) + after)
}

func page(objects []object, next string) []byte {
	const context = `{"@odata.context":"https://fabrikam.crm.dynamics.com/api/data/v9.2/$metadata#plugintracelogs(typename,messageblock,exceptiondetails,mode)","value":[`
	end := "]}"
	if next != "" {
		end = `],"@odata.nextLink":"https://fabrikam.crm.dynamics.com/api/data/v9.2/plugintracelogs?$skiptoken=` + next + `"}`
	}
	return joined(objects, context, ",", end, "")
}
