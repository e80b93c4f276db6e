package exports

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
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

// jsonText is a string, a number or null in JSON; anything else is none of ours.
func jsonText(value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case string:
		return string(append(AppendJSON([]byte{'"'}, []byte(v)), '"'))
	}
	return fmt.Sprint(value)
}

// notes say which annotations the Web API adds: a tag of the version, how a column is shown to
// people, who made the row.
type notes struct {
	tagged, maker bool
	shown         []string
}

var (
	noNotes  = notes{}
	allNotes = notes{tagged: true, maker: true, shown: []string{"createdon", "operationtype", "mode", "performanceexecutionduration"}}
)

// shownAs is the text of a column for people.
func (e *Trace) shownAs(column string) string {
	switch column {
	case "createdon":
		return e.Value("createdon:1/2/2006 3:04 PM")
	case "performanceexecutionduration":
		return strconv.Itoa(e.Duration/1000) + "," + fmt.Sprintf("%03d", e.Duration%1000)
	}
	return e.Value(column + ":label")
}

// webAPI are the entries as the Web API answers them: numbers for choices, null for nothing.
func webAPI(entries []Trace, columns []heading, n notes) (out []object) {
	for i := range entries {
		e := &entries[i]
		var o object
		if n.tagged {
			o = append(o, member{"@odata.etag", fmt.Sprintf(`W/"%d"`, 48210000+17*(len(entries)-1-i))}) // the newest row comes first
		}
		for _, h := range columns {
			if slices.Contains(n.shown, h.column) {
				o = append(o, member{h.name + "@OData.Community.Display.V1.FormattedValue", e.shownAs(h.column)})
			}
			text := e.Value(h.column)
			number, err := strconv.Atoi(text)
			switch {
			case text == "":
				o = append(o, member{h.name, nil})
			case err == nil:
				o = append(o, member{h.name, number})
			default:
				o = append(o, member{h.name, text})
			}
		}
		if n.maker {
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

const (
	apiRoot = "https://contoso.crm.example/api/data/v9.2/"
	columns = "(typename,messageblock,exceptiondetails,mode)" // what a query with $select adds
)

// page is an answer of the Web API; next is where the one behind it begins.
func page(objects []object, selected, next string) []byte {
	context := `{"@odata.context":"` + apiRoot + `$metadata#plugintracelogs` + selected + `","value":[`
	end := "]}"
	if next != "" {
		end = `],"@odata.nextLink":"` + apiRoot + `plugintracelogs?$skiptoken=` + next + `"}`
	}
	return joined(objects, context, ",", end, "")
}

// indented is a JSON text as programs print it for people.
func indented(b []byte) ([]byte, error) {
	var out bytes.Buffer
	err := json.Indent(&out, b, "", "  ")
	out.WriteByte('\n')
	return out.Bytes(), err
}
