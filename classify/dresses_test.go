package classify

import (
	"cmp"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"testing"

	"dwtriage/classify/pattern"
)

func inXMLText(s string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(s))
	return b.String()
}

func inJSONText(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

const faultType = "System.ServiceModel.FaultException`1[[Microsoft.Xrm.Sdk.OrganizationServiceFault, Microsoft.Xrm.Sdk, Version=9.0.0.0, Culture=neutral, PublicKeyToken=31bf3856ad364e35]]"

const frames = "\n   at Contoso.Plugins.Guard.Check(Entity row, Int32 tries) in C:\\src\\Guard.cs:line 88\n   at Contoso.Plugins.Guard.Execute(IServiceProvider serviceProvider)"

func faultXML(message string, code string) string {
	return `<OrganizationServiceFault xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns="http://schemas.microsoft.com/xrm/2011/Contracts">
  <ActivityId>5d9a3c1e-7b24-4f80-9e16-c2a84b7d0f35</ActivityId>
  <ErrorCode>` + code + `</ErrorCode>
  <ErrorDetails xmlns:d2p1="http://schemas.datacontract.org/2004/07/System.Collections.Generic">
    <KeyValuePairOfstringanyType>
      <d2p1:key>OperationStatus</d2p1:key>
      <d2p1:value xmlns:d4p1="http://www.w3.org/2001/XMLSchema" i:type="d4p1:int">0</d2p1:value>
    </KeyValuePairOfstringanyType>
  </ErrorDetails>
  <HelpLink i:nil="true" />
  <Message>` + inXMLText(message) + `</Message>
  <Timestamp>2026-11-21T04:12:33.4017729Z</Timestamp>
  <ExceptionRetriable>false</ExceptionRetriable>
  <ExceptionSource i:nil="true" />
  <InnerFault i:nil="true" />
  <OriginalException i:nil="true" />
  <TraceText i:nil="true" />
</OrganizationServiceFault>`
}

// dresses in which logs, services and people hand a sentence on. Each gets the code that the sentence has, for
// some of them print one.
var dressed = []struct {
	name string
	in   func(s, code string) string
}{
	{"unhandled exception with a fault", func(s, code string) string {
		return "Unhandled exception: \nException type: System.ServiceModel.FaultException`1[Microsoft.Xrm.Sdk.OrganizationServiceFault]\nMessage: " + s + "Detail: \n" + faultXML(s, decimal(code))
	}},
	{"fault exception with its type in full", func(s, code string) string {
		return "Unhandled Exception: " + faultType + ": " + s + "Detail: \n" + faultXML(s, decimal(code))
	}},
	{"fault exception cut behind Detail", func(s, _ string) string { return faultType + ": " + s + "Detail:" }},
	{"fault alone", func(s, code string) string { return faultXML(s, decimal(code)) }},
	{"fault behind a head that says nothing", func(s, code string) string {
		return faultType + ": ISV code aborted the operation.Detail: " + faultXML(s, decimal(code))
	}},
	{"SOAP fault", func(s, code string) string {
		return `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode>s:Client</faultcode><faultstring xml:lang="en-US">` + inXMLText(s) + `</faultstring></s:Fault></s:Body></s:Envelope>`
	}},
	{"exception type, message and stack", func(s, _ string) string {
		return "Unhandled exception: \nException type: Microsoft.Xrm.Sdk.InvalidPluginExecutionException\nMessage: " + s + frames
	}},
	{"exception type and stack of another server", func(s, _ string) string {
		return "Microsoft.Xrm.Sdk.InvalidPluginExecutionException: " + s + "\n   bei Contoso.Plugins.Guard.Execute(IServiceProvider serviceProvider) in C:\\src\\Guard.cs:Zeile 88."
	}},
	{"bare exception type", func(s, _ string) string { return "Microsoft.Xrm.Sdk.InvalidPluginExecutionException: " + s }},
	{"type of a site", func(s, _ string) string { return "Contoso.Guards.GuardException: " + s }},
	{"outer exception that says nothing", func(s, _ string) string {
		return "System.Reflection.TargetInvocationException: Exception has been thrown by the target of an invocation. ---> Microsoft.Xrm.Sdk.InvalidPluginExecutionException: " + s + frames +
			"\n   --- End of inner exception stack trace ---\n   at System.RuntimeMethodHandle.InvokeMethod(Object target)"
	}},
	{"task that failed", func(s, _ string) string {
		return "System.AggregateException: One or more errors occurred. ---> System.Exception: " + s + "\n   --- End of inner exception stack trace ---\n---> (Inner Exception #0) System.Exception: " + s + "<---"
	}},
	{"plug-in that did not handle it", func(s, _ string) string {
		return "An unexpected error occurred from ISV code. (ErrorType = ClientError) Unexpected exception from plug-in (Execute): Contoso.Plugins.Guard: System.Exception: " + s
	}},
	{"OData", func(s, code string) string {
		return `{"error":{"code":"` + code + `","message":` + inJSONText(s) + `}}`
	}},
	{"OData with annotations", func(s, code string) string {
		return `{"error":{"code":"` + code + `","message":` + inJSONText(s) + `,"@Microsoft.PowerApps.CDS.ErrorDetails.OperationStatus":"0","@Microsoft.PowerApps.CDS.HelpLink":"http://go.microsoft.com/fwlink/?LinkID=398563","@Microsoft.PowerApps.CDS.InnerError.Message":` + inJSONText(s) + `}}`
	}},
	{"OData with an inner error", func(s, code string) string {
		return `{"error":{"code":"` + code + `","message":"An error has occurred.","innererror":{"message":` + inJSONText(s) + `,"type":"System.Exception","stacktrace":"   at Contoso.Guard.Check(Int32 n)\r\n"}}}`
	}},
	{"OData, spread over lines", func(s, code string) string {
		return "{\n  \"error\": {\n    \"code\": \"" + code + "\",\n    \"message\": " + inJSONText(s) + "\n  }\n}"
	}},
	{"OData of an older service", func(s, code string) string {
		return `{"odata.error":{"code":"` + code + `","message":{"lang":"en-US","value":` + inJSONText(s) + `}}}`
	}},
	{"OData, escaped once", func(s, code string) string {
		return strings.Trim(inJSONText(`{"error":{"code":"`+code+`","message":`+inJSONText(s)+`}}`), `"`)
	}},
	{"OData, escaped twice", func(s, code string) string {
		return strings.Trim(inJSONText(strings.Trim(inJSONText(`{"error":{"code":"`+code+`","message":`+inJSONText(s)+`}}`), `"`)), `"`)
	}},
	{"OData behind a client's words", func(s, code string) string {
		return "Response status code does not indicate success, body: " + `{"error":{"code":"` + code + `","message":` + inJSONText(s) + `}}`
	}},
	{"status line with code and sentence", func(s, code string) string { return "400  " + code + "  \"" + s + "\"" }},
	{"status line with words", func(s, _ string) string { return "HTTP/1.1 400 Bad Request: " + s }},
	{"code before it", func(s, code string) string { return code + ": " + s }},
	{"code behind it", func(s, code string) string { return s + "\nError code: " + code }},
	{"code in brackets behind it", func(s, code string) string { return s + " (" + code + ")" }},
	{"error dialog", func(s, code string) string {
		return "Exception Message: " + s + "\nErrorCode: " + decimal(code) + "\nHexErrorCode: " + code + "\nErrorDetails: \nHelpLink: http://go.microsoft.com/fwlink/?LinkID=398563\nActivity Id: 5d9a3c1e-7b24-4f80-9e16-c2a84b7d0f35"
	}},
	{"Markdown quotation", func(s, _ string) string { return "> " + s }},
	{"bold", func(s, _ string) string { return "**" + s + "**" }},
	{"code of a page", func(s, _ string) string { return "`" + s + "`" }},
	{"quotes", func(s, _ string) string { return "\u201c" + s + "\u201d" }},
	{"item of a list", func(s, _ string) string { return "- " + s }},
	{"lines wrapped", func(s, _ string) string { return wrapped(s, 60) }},
	{"non-breaking spaces", func(s, _ string) string { return strings.ReplaceAll(s, " ", "\u00a0") }},
}

// decimal is a code as faults print it.
func decimal(code string) string {
	v, err := parseCode(code)
	if err != nil {
		panic(err)
	}
	return fmt.Sprint(int32(v))
}

// wrapped breaks lines at the blanks behind n bytes.
func wrapped(s string, n int) string {
	var b strings.Builder
	width := 0
	for i, w := range strings.Split(s, " ") {
		switch {
		case i > 0 && width > n:
			b.WriteString("\r\n")
			width = 0
		case i > 0:
			b.WriteByte(' ')
		}
		b.WriteString(w)
		width += len(w) + 1
	}
	return b.String()
}

// One sentence is one cluster, whatever it wears.
func TestSentenceInEveryDress(t *testing.T) {
	for _, s := range []string{
		"Customer is on hold.", "Quote lines need a unit group", "No stock for item D0007.", `Column "state" of 'Store S-3' is read-only.`,
		"Die Filiale S-3 ist geschlossen.", "Prices (net) of list A must not fall: see rule 7.", "Order SO-1 waits for 3 pallets.",
	} {
		for _, d := range dressed {
			text := d.in(s, "0x80040265")
			if got, want := templateOf(text, "", ""), templateOf(s, "", ""); got != want {
				t.Errorf("%s: %s\n got %q\nwant %q", d.name, text, got, want)
			}
		}
	}
}

// declines reports whether a rule says itself that a message is not its own in this dress: it excludes words of
// the dress, or knows the message by its start only and leaves it to plug-ins that say the same.
func (m *Matcher) declines(r *Rule, text, bare string) bool {
	i := int32(slices.Index(m.set.Rules, r))
	normal := NormalizeString(text)
	if m.engine.excluded(i, []byte(normal)) {
		return true
	}
	own := strings.Contains(text, "InvalidPluginExecutionException") || strings.Contains(text, "exception from plug-in") ||
		strings.Contains(strings.ToLower(text), "0x80040265") || strings.Contains(text, "-2147220891")
	at := strings.Index(normal, bare)
	return own && at >= 0 && r.expr() != nil && r.expr().Next(pattern.TextOf([]byte(normal[:at+len(bare)])), 0, len(normal)) < 0
}

// A documented message keeps its verdict in every dress.
func TestVerdictInEveryDress(t *testing.T) {
	m := builtinMatcher(t)
	n := 0
	for _, r := range m.Rules() {
		for _, ex := range r.Examples.Match {
			log := cmp.Or(ex.Log, r.Logs[0])
			bare := string(undressed([]byte(NormalizeString(ex.Text))))
			want := m.Judge(log, bare, "", "")
			if want.Signature != r.ID || strings.Contains(bare, `":`) || openerEnd([]byte(bare)) == len(bare) {
				continue // the rule needs the dress, or there is nothing else
			}
			code := "0x80040265"
			if want.Code != nil {
				code = want.Code.String()
			}
			n++
			for _, d := range dressed {
				text := d.in(bare, code)
				got := m.Judge(log, text, "", "")
				if got.Template != want.Template {
					t.Errorf("%s: template\n got %s\nwant %s", d.name, got.Template, want.Template)
				}
				if r.Wrapper || m.declines(r, text, bare) {
					continue
				}
				if got.Signature != want.Signature {
					t.Errorf("%s: %s: signature %s, want %s", d.name, bare, got.Signature, want.Signature)
				}
				for name, v := range want.Captures {
					if got.Captures[name] != v && name != "inner" { // each wrapper has its own
						t.Errorf("%s: %s: capture %s is %q, want %q", d.name, bare, name, got.Captures[name], v)
					}
				}
				if c := got.Code; want.Code != nil && (c == nil || c.Value != want.Code.Value) {
					t.Errorf("%s: %s: code %v, want %v", d.name, bare, c, want.Code)
				}
			}
		}
	}
	t.Log(n, "messages")
}
