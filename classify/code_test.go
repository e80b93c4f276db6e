package classify

import (
	stdcmp "cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAppendCodes(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		want       []string // code@start
	}{
		{"nothing", "", nil},
		{"hexadecimal", "error code: 0x80040265.", []string{"0x80040265@12"}},
		{"alone", "0x80040265", []string{"0x80040265@0"}},
		{"any case", "0X8004418d 0x8004418D 0x8004418d", []string{"0x8004418D@0", "0x8004418D@11", "0x8004418D@22"}},
		{"signed decimal", "<ErrorCode>-2147220891</ErrorCode>", []string{"0x80040265@11"}},
		{"decimal alone", "-2147220891", []string{"0x80040265@0"}},
		{"decimal of another facility", "CRM ErrorCode: -2147204784", []string{"0x80044150@15"}},
		{"smallest and largest", "0x80000000 0xFFFFFFFF -2147483648 -2100000000", []string{"0x80000000@0", "0xFFFFFFFF@11", "0x80000000@22", "0x82D48B00@34"}},
		{"order is that of the text", "-2147220891 0X80072560 -2147015328 0x80040265", []string{"0x80040265@0", "0x80072560@12", "0x80072560@23", "0x80040265@35"}},
		{"quotes and brackets around", `"0x80040265"(0x80040265)[-2147220891]`, []string{"0x80040265@1", "0x80040265@13", "0x80040265@25"}},

		{"numbers of .NET", "0x80131500 (0x80131904) <ErrorCode>-2146233088</ErrorCode> HResult=0x80131509", nil},
		{"the numbers beside those of .NET", "0x80120000 0x80140000", []string{"0x80120000@0", "0x80140000@11"}},
		{"sub error code in JSON", `"code":"0x80040313","@Microsoft.PowerApps.CDS.ErrorDetails.SubErrorCode":"-2147220960"`, []string{"0x80040313@8"}},
		{"sub error code first", `"SubErrorCode": -2147220960, "code": "0x80040313"`, []string{"0x80040313@38"}},
		{"sub error code in fault XML", "<d2p1:key>SubErrorCode</d2p1:key> <d2p1:value xmlns:d4p1=\"http://www.w3.org/2001/XMLSchema\" i:type=\"d4p1:int\">-2147220960</d2p1:value>", nil},
		{"sub error code as an element", "<SubErrorCode>-2147220960</SubErrorCode><ErrorCode>-2147220891</ErrorCode>", []string{"0x80040265@51"}},
		{"sub error code with a namespace", `<b:SubErrorCode xmlns:b="urn:x">-2147220960</b:SubErrorCode>`, nil},
		{"sub error code in a plain line", "SubErrorCode: -2147220960", nil},
		{"sub error code by other separators", "SubErrorCode=-2147220960; [SubErrorCode, -2147220960] SubErrorCode -2147220960 | SubErrorCode | -2147220960 |", nil},
		{"sub error code in words", "Sub error code is 0x80040220, sub-error-code 0x80040220, sub_error_code: 0x80040220, Sub Error Code (hex): 0x80040220", nil},
		{"key and value of a pair", `{"Key":"SubErrorCode","Value":-2147220960}, {"key":"PluginSubErrorCodeHex","value":"0x80040220"}`, nil},
		{"a code behind a sub error code", "SubErrorCode: 10001 ErrorCode: 0x80040220", []string{"0x80040220@31"}},
		{"a code behind an empty sub error code", "SubErrorCode: null, error code 0x80040220", []string{"0x80040220@31"}},
		{"what ends alike is no sub error code", "HubErrorCode: 0x80040220", []string{"0x80040220@14"}},
		{"an HRESULT", "Exception from HRESULT: 0x80040201 (no such event), HResult=-2147220991 hresult 0x80092004", nil},
		{"an HRESULT behind the type", "System.Runtime.InteropServices.COMException (0x80040201): x; CryptographicException(0x80092004)", nil},
		{"the code of an exception of Dataverse", "Microsoft.Crm.CrmException (0x80040220): x", []string{"0x80040220@28"}},
		{"a code in brackets", "It failed (0x80040220) with an Exception. (0x80040220)", []string{"0x80040220@11", "0x80040220@43"}},

		{"no error: the first digit is below 8", "0x7FFFFFFF 0x00000001", nil},
		{"too short", "0x8004026", nil},
		{"longer hexadecimal text", "0x800402651 0x80040265ABCDEF01", nil},
		{"inside a word", "id0x80040265 _0x80040265 0x80040265h", nil},
		{"no hexadecimal digit", "0x8004026G", nil},
		{"0x twice", "0x0x80040265", nil},
		{"cut off at the end", "0x", nil},
		{"unsigned", "2147220891", nil},
		{"unsigned behind its name", "ErrorCode: 2147746581 and \"code\": 2147746405, CDS error code (2147746407)", []string{"0x80040315@11", "0x80040265@34", "0x80040267@62"}},
		{"unsigned of XML", "<ErrorCode>2147746405</ErrorCode><b:errorcode>2147746581</b:errorcode>", []string{"0x80040265@11", "0x80040315@46"}},
		{"hex digits behind their name", "ErrorCode: 80040265, error-code=8004D24B 'code': 'C0040265' errorCode#80060888", []string{"0x80040265@11", "0x8004D24B@32", "0xC0040265@50", "0x80060888@70"}},
		{"hex digits without a name", "80040265 order 80040265 code 80040265 zipcode 80040265 country code: 80040265 statusCode: 80040265", nil},
		{"hex digits of others", "SubErrorCode: 80040265 sub error code 80040265 SubErrorCode: 2147746405 HResult code 80040201", nil},
		{"numbers behind the name of a code", "ErrorCode: 10001 error code: 12345678 error code 2147483647 code: 4294967296 error code 80040265-12ab error code 800402651", nil},
		{"more than 32 bits", "-2147483649 -2199999999", nil},
		{"more digits", "-21472208911", nil},
		{"fewer digits", "-214722089", nil},
		{"a number behind another", "5-2147220891", nil},
		{"a day or a temperature", "2026-11-21 -21.5 -21", nil},
		{"cut off decimal", "-21472", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var got []string
			for _, h := range appendCodes(nil, []byte(tc.text)) {
				got = append(got, fmt.Sprintf("%s@%d", codeText(h.value), h.start))
				part := tc.text[h.start:h.end]
				named := len(part) == 8 || len(part) == 10 && part[0] >= '2' && part[0] <= '4'
				if !named && (!strings.HasPrefix(strings.ToLower(part), "0x") && !strings.HasPrefix(part, "-21") || len(part) < 10 || len(part) > 11) {
					t.Errorf("appendCodes(%q): the code stands at %q", tc.text, part)
				}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("appendCodes(%q) (-want +got)\n%s", tc.text, diff)
			}
		})
	}
}

func TestAppendCodesKeepsWhatIsThere(t *testing.T) {
	before := codeHit{0x80000001, 900, 910}
	got := appendCodes([]codeHit{before}, []byte("-2147220891 0x80072560"))
	if len(got) != 3 || got[0] != before || got[1].start != 0 || got[2].start != 12 {
		t.Errorf("appendCodes behind %v: %v", before, got)
	}
}

func TestCodeTable(t *testing.T) {
	m := builtinMatcher(t)
	for _, tc := range []struct{ code, name string }{
		{"0x80040265", "IsvAborted"}, {"0x80040220", "PrivilegeDenied"}, {"0x80072560", "UserNotMemberOfOrg"},
		{"0X80072560", "UserNotMemberOfOrg"}, {"0x8004418d", "SandboxWorkerNotAvailable"}, {"0x80048d0B", "IsvAbortedBadRequest"},
	} {
		c := m.Code(tc.code)
		if c == nil || c.Name != tc.name {
			t.Errorf("Code(%q) is %v, want %s", tc.code, c, tc.name)
			continue
		}
		if got, want := c.String(), "0x"+strings.ToUpper(tc.code[2:]); got != want {
			t.Errorf("Code(%q).String() is %s, want %s", tc.code, got, want)
		}
	}
	for _, code := range []string{"", "0x", "0x7FFFFFFF", "PrivilegeDenied", "0x80040265h", "0x180040265", "-2147220891"} {
		if c := m.Code(code); c != nil {
			t.Errorf("Code(%q) is %v, want none", code, c)
		}
	}
}

func TestReadable(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"nothing", "", ""},
		{"no place", "Empty XML.", "Empty XML."},
		{"one place", "The {0} field doesn't exist.", "The … field doesn't exist."},
		{"quoted", "Attribute '{0}' on entity '{1}'", "Attribute '…' on entity '…'"},
		{"side by side", "The {0}({1}) component, found {2} {3} times", "The … component, found … times"},
		{"with an id", "component {1} (Id={0}) does not exist", "component … (Id=…) does not exist"},
		{"two figures", "is {10}", "is …"},
		{"nothing but places", "{0}  ", ""},
		{"nothing but places and marks", "{0}: {1}.", ""},
		{"brand", "your {#Brand_CRM} server", "your Dynamics 365 server"},
		{"quotes around it", `"The invitation has status {0}."`, "The invitation has status …."},
		{"a quote left over", `It failed.""`, `It failed.""`},
		{"a quote at the end", `failed at: '{0}'."`, "failed at: '…'."},
		{"braces that are meant", "none of ~ { | }", "none of ~ { | }"},
	} {
		if got := readable(tc.text); got != tc.want {
			t.Errorf("%s: readable(%q) = %q, want %q", tc.name, tc.text, got, tc.want)
		}
	}
	codes := builtinMatcher(t).codes
	if len(codes) != 3581 {
		t.Errorf("the table has %d codes, want 3581", len(codes))
	}
	for _, c := range codes {
		if anyPlace.MatchString(c.Message) || strings.Contains(c.Message, "{#") || strings.Trim(c.Message, `"`) != c.Message && strings.Count(c.Message, `"`)%2 != 0 {
			t.Errorf("%s %s: %q", c, c.Name, c.Message)
		}
		if c.Message == "" && nameable.MatchString(anyPlace.ReplaceAllString(c.text, "")) {
			t.Errorf("%s %s: nothing is left of %q", c, c.Name, c.text)
		}
	}
}

// Which of several codes in a text is the record's, as [judge.code] says.
func TestWhichCodeCounts(t *testing.T) {
	m := builtinMatcher(t)
	for _, tc := range []struct{ name, text, code string }{
		{"none", "Nothing to see.", ""},
		{"the annotation of the Web API", `{"error":{"code":"0x80040313","message":"A cascade found nothing to do.","@Microsoft.PowerApps.CDS.ErrorDetails.SubErrorCode":"-2146233088"}}`, "0x80040313"},
		{"the annotation first", `{"error":{"@Microsoft.PowerApps.CDS.ErrorDetails.SubErrorCode":"-2146233088","message":"A cascade found nothing to do.","code":"0x80040313"}}`, "0x80040313"},
		{"escaped once", `{\"error\":{\"code\":\"0x80040313\",\"@Microsoft.PowerApps.CDS.ErrorDetails.SubErrorCode\":\"-2147220960\"}}`, "0x80040313"},
		{"escaped twice", `{\\\"code\\\":\\\"0x80040313\\\",\\\"SubErrorCode\\\":\\\"-2147220960\\\"}`, "0x80040313"},
		{"escaped by numbers", `{\u0022code\u0022:\u00220x80040313\u0022,\u0022SubErrorCode\u0022:\u0022-2147220960\u0022}`, "0x80040313"},
		{"XML in entities", "&lt;ErrorCode&gt;-2147220719&lt;/ErrorCode&gt;&lt;key&gt;SubErrorCode&lt;/key&gt;&lt;value&gt;-2147220960&lt;/value&gt;", "0x80040311"},
		{"a fault of a plug-in", "<ErrorCode>-2147220891</ErrorCode><ErrorDetails><KeyValuePairOfstringanyType><key>SubErrorCode</key><value>-2146233088</value></KeyValuePairOfstringanyType></ErrorDetails>", "0x80040265"},
		{"SQL under a code", "CRM ErrorCode: -2147204784 Sql ErrorCode: -2146232060 Sql Number: 547", "0x80044150"},
		{"access denied by Windows", "System.UnauthorizedAccessException: denied (Exception from HRESULT: 0x80070005 (E_ACCESSDENIED)). ErrorCode: 0x80040311", "0x80040311"},
		{"unspecified error of a socket", "ErrorCode: 0x80040311 System.ComponentModel.Win32Exception (0x80004005): no answer", "0x80040311"},
		{"a certificate that is missing", "System.Security.Cryptography.CryptographicException (0x80092004): no object", ""},
		{"an event of COM", "COMException (0x80040208): no", ""},
		{"a sign-in", "AADSTS50034: no such account in directory 0xCAA20003. Error code 50034", ""},
		{"statuses of HTTP", "HttpStatusCode: 500, OperationStatus: 0, StatusCode: -2147220719 OK", "0x80040311"},
		{"the inner fault", "<ErrorCode>-2147220719</ErrorCode><InnerFault><ErrorCode>-2147220717</ErrorCode></InnerFault>", "0x80040313"},
		{"a catch-all around a code", "0x80040311: see 0x80040265 and 0x80040216", "0x80040311"},
		{"catch-alls alone: the last", "0x80040265: 0x80040216", "0x80040216"},
		{"a catch-all as sub error code", "ErrorCode 0x80040265, SubErrorCode 0x80040216", "0x80040265"},
		{"codes of somebody else's table", "0xDEADBEEF behind 0x80040311 before 0x80FFFFFF", "0x80040311"},
		{"in the trace of the fault", "0x80040311 <TraceText>0x80040313</TraceText>", "0x80040311"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := ""
			if v := m.Judge("", tc.text, "", ""); v.Code != nil {
				got = v.Code.String()
			}
			if got != tc.code {
				t.Errorf("%s: error code %q, want %q", tc.text, got, tc.code)
			}
		})
	}
}

// appendCodes finds what expressions over the whole text find, and takes for foreign what the slow
// twin does.
// namedTwin finds the codes that are such by their name only.
func namedTwin(text string) (found []string) {
	named, behind := regexp.MustCompile(`(?i)(?:^[ _-]*|["'<{\[(,;|]|error[ _-]*)$`), regexp.MustCompile(`^[ :="'>(#\[]{1,4}([0-9A-Za-z_]+)(-?)`)
	for i := range len(text) - 3 {
		loc := behind.FindStringSubmatchIndex(text[i+4:])
		if !strings.EqualFold(text[i:i+4], "code") || !named.MatchString(text[:i]) || loc == nil || loc[4] < loc[5] && loc[3]-loc[2] == 8 {
			continue
		}
		from, end := i+4+loc[2], i+4+loc[3]
		n, err := strconv.ParseUint(text[from:end], map[int]int{8: 16, 10: 10}[end-from], 32)
		if (end-from == 8 || end-from == 10) && err == nil && n >= 1<<31 && !foreignTwin(text[:from], uint32(n)) {
			found = append(found, fmt.Sprint(codeText(uint32(n)), []int{from, end}))
		}
	}
	return found
}

func FuzzAppendCodes(f *testing.F) {
	for _, seed := range []string{
		`{"code":"0x80040313","@Microsoft.PowerApps.CDS.ErrorDetails.SubErrorCode":"-2147220960"}`,
		`<d2p1:key>SubErrorCode</d2p1:key><d2p1:value i:type="d4p1:int">-2147220960</d2p1:value>`,
		"Sub error code is 0x80040220 (hex value) 0X80040220, HResult 0x80092004 0x80131500",
		`ErrorCode: 2147746581 "code": 80040265 sub error code 80040265 error_code=(8004D24B) error code 80040265-12`, "code:80040265", "HResult error code 80040265",
		"CryptographicException (0x80092004) Microsoft.Crm.CrmException(0x80040220)", "< >0x80040220 <a><b>-2147220960", "<x:/>Code -2147220960",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var want, got []string
		for _, loc := range codeTwin.FindAllStringIndex(text, -1) {
			n, err := strconv.ParseInt(text[loc[0]:loc[1]], 0, 64)
			if err == nil && n >= -1<<31 && !foreignTwin(text[:loc[0]], uint32(n)) {
				want = append(want, fmt.Sprint(codeText(uint32(n)), loc))
			}
		}
		want = append(want, namedTwin(text)...)
		slices.Sort(want)
		for _, h := range appendCodes(nil, []byte(text)) {
			got = append(got, fmt.Sprint(codeText(h.value), []int{int(h.start), int(h.end)}))
		}
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-twin +appendCodes)\n%s", text, diff)
		}
	})
}

// Whatever a plug-in puts into its sub error code, by whatever key it is shown and on whichever side
// of the real code, rule, captures and code are those of the text without it.
func TestSubErrorCodeChangesNothing(t *testing.T) {
	inJSON := func(s string) string { return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) }
	inXML := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	web := func(text, before, after string) string {
		return `{"error":{` + before + `"code":"0x80040313","message":"` + inJSON(text) + `"` + after + `}}`
	}
	fault := func(text, before, after string) string {
		return "Unhandled exception: \nException type: System.ServiceModel.FaultException`1[Microsoft.Xrm.Sdk.OrganizationServiceFault]\nMessage: " + text +
			"Detail: \n<OrganizationServiceFault>" + before + "<ErrorCode>-2147220719</ErrorCode>" + after + "<Message>" + inXML.Replace(text) + "</Message></OrganizationServiceFault>"
	}
	const annotation = `"@Microsoft.PowerApps.CDS.ErrorDetails.SubErrorCode":"%s"`
	const pair = `<ErrorDetails><KeyValuePairOfstringanyType><d2p1:key>SubErrorCode</d2p1:key><d2p1:value xmlns:d4p1="http://www.w3.org/2001/XMLSchema" i:type="d4p1:int">%s</d2p1:value></KeyValuePairOfstringanyType></ErrorDetails>`
	dresses := []struct {
		name          string
		put           func(text, before, after string) string
		before, after string
	}{
		{"line behind", func(text, _, after string) string { return text + after }, "", "\nSubErrorCode: %s"},
		{"line in the middle", func(text, before, _ string) string { return text + before + "\nError code: 0x80040313" }, "\nSubErrorCode = %s", ""},
		{"line behind a code", func(text, _, after string) string { return text + "\nError code: 0x80040313" + after }, "", "\nSubErrorCode: %s"},
		{"annotation behind", web, "", "," + annotation},
		{"annotation in front", web, annotation + ",", ""},
		{"annotation in a cell", func(text, before, after string) string { return inJSON(web(text, before, after)) }, "", "," + annotation},
		{"annotation in a cell in a cell", func(text, before, after string) string { return inJSON(inJSON(web(text, before, after))) }, annotation + ",", ""},
		{"fault, pair behind", fault, "", pair},
		{"fault, pair in front", fault, pair, ""},
	}
	// A capture that takes the frame along takes what is new in it along, too.
	same := func(want, got map[string]string) bool {
		for _, m := range []map[string]string{want, got} {
			for name := range m {
				if !strings.Contains(want[name]+got[name], "<Error") && want[name] != got[name] {
					return false
				}
			}
		}
		return true
	}
	m := builtinMatcher(t)
	values := []string{"-2146233088", "0x80131500", "-2147220960", "0x80072560", "-2147220891", "10001"}
	n := 0
	for _, r := range m.Rules() {
		if strings.HasPrefix(r.ID, "is-") {
			continue // the summary of an initial sync is no answer of Dataverse and never comes in its frames
		}
		for _, ex := range r.Examples.Match {
			d := dresses[n%len(dresses)]
			value := values[n/len(dresses)%len(values)]
			n++
			with := func(s string) string { return strings.ReplaceAll(s, "%s", value) }
			log := stdcmp.Or(ex.Log, r.Logs[0])
			want, got := m.Judge(log, d.put(ex.Text, "", ""), "", ""), m.Judge(log, d.put(ex.Text, with(d.before), with(d.after)), "", "")
			if strings.HasPrefix(d.name, "line") && want.Template != got.Template {
				t.Errorf("%s: template %q, without it %q", d.name, got.Template, want.Template)
			}
			if want.Signature != got.Signature || want.Code != got.Code || !same(want.Captures, got.Captures) {
				t.Errorf("%s, sub error code %s: %s %v %v, without it %s %v %v:\n%s", d.name, value, got.Signature, got.Code, got.Captures, want.Signature, want.Code, want.Captures, ex.Text)
			}
		}
	}
	if n < 500 {
		t.Errorf("only %d examples were tried", n)
	}
}

// A code without its 0x, or without its sign, says of a record what the code in full says, and is no part of its sentence.
func TestCodesByTheirNameOnly(t *testing.T) {
	m := builtinMatcher(t)
	const sentence = "The parcel of the depot may not leave the yard"
	want := m.Judge("plugintrace", sentence+". ErrorCode: 0x80048306", "", "")
	for _, code := range []string{"ErrorCode: 80048306", "ErrorCode: 2147779334", "Error code 80048306", `errorcode="80048306"`, "CRM ErrorCode: 2147779334"} {
		for _, text := range []string{sentence + ". " + code, code + ": " + sentence} {
			got := m.Judge("plugintrace", text, "", "")
			if got.Code != want.Code || got.Signature != want.Signature || got.Template != want.Template {
				t.Errorf("%s: %v, %s, %q, want %v, %s, %q", text, got.Code, got.Signature, got.Template, want.Code, want.Signature, want.Template)
			}
		}
	}
}
