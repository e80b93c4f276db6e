package classify

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"dwtriage/rules"
)

func TestSentence(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"empty", "", ""},
		{"banner of a tool", "*** Error: System.ServiceModel.FaultException`1[Microsoft.Xrm.Sdk.OrganizationServiceFault] ***\nSystem.ServiceModel.FaultException`1[Microsoft.Xrm.Sdk.OrganizationServiceFault]: The gate is shut. (Fault Detail is equal to Exception details: \nErrorCode: 0x80048105\nMessage: The gate is shut.", "The gate is shut."},
		{"banner of another tool", "*** Contoso.GateException ***\nThe gate is shut.", "The gate is shut."},
		{"stars are no banner", "*** The gate is shut.", "*** The gate is shut."},
		{"inner fault behind an outer one that says nothing", "An unexpected error occurred. (Fault Detail is equal to Exception details: \nErrorCode: 0x80040216\nMessage: An unexpected error occurred.\nTimeStamp: 2026-11-05T08:02:47.6476346Z\n--\nException details: \nErrorCode: 0x80040216\nMessage: System.IO.IOException: The gate is shut.\nat Microsoft.Crm.Gates.Open(String name)", "The gate is shut."},
		{"head of a dialog in one line", "Business Process Error: The gate is shut.", "The gate is shut."},
		{"type behind a word of another language", "Komunikat Contoso.Gates.GateException: brama jest zamknięta", "brama jest zamknięta"},
		{"type behind a word", "Mensaje Microsoft.Xrm.Sdk.InvalidPluginExecutionException: la puerta está cerrada", "la puerta está cerrada"},
		{"a short type behind a word is a sentence", "Unknown GateException: the gate is shut", "Unknown GateException: the gate is shut"},
		{"stack of a server", "The gate is shut. Server stack trace: - System.ServiceModel.Call(String s)", "The gate is shut."},
		{"a sentence", "The customer group is mandatory.", "The customer group is mandatory."},
		{"frame of a trace", "Unhandled exception:\nException type: System.ServiceModel.FaultException`1[Microsoft.Xrm.Sdk.OrganizationServiceFault]\nMessage: Credit limit reached.Detail:\n<OrganizationServiceFault xmlns=\"http://schemas.microsoft.com/xrm/2011/Contracts\">\n  <ActivityId>c18f6a3d-20e7-4b95-9d44-57a0e2b6f831</ActivityId>\n</OrganizationServiceFault>", "Credit limit reached."},
		{"frame with a capital", "Unhandled Exception: System.InvalidOperationException: The sequence is empty.", "The sequence is empty."},
		{"frame without a message", "Unhandled exception:\nException type: System.OutOfMemoryException", "Exception type: System.OutOfMemoryException"},
		{"message without a frame", "Exception type: System.Exception\nMessage: refused", "refused"},
		{"stack of the platform", "Object reference not set to an instance of an object. at Microsoft.Crm.Sandbox.Execute(Int32 n)", "Object reference not set to an instance of an object."},
		{"stack of a plug-in", "Object reference not set to an instance of an object. at Contoso.Orders.Guard.Check(Entity row) in C:\\src\\Guard.cs:line 88", "Object reference not set to an instance of an object."},
		{"stack of a generic method", "Object reference not set to an instance of an object. at Contoso.Orders.List`1.<Load>b__3_0(Entity row)", "Object reference not set to an instance of an object."},
		{"German stack", "Der Objektverweis wurde nicht auf eine Objektinstanz festgelegt.\n   bei Contoso.Orders.Guard.Check(Entity row) in C:\\src\\Guard.cs:Zeile 88.", "Der Objektverweis wurde nicht auf eine Objektinstanz festgelegt."},
		{"German stack of the platform", "Der Objektverweis wurde nicht auf eine Objektinstanz festgelegt.\n   bei System.ThrowHelper.Throw()", "Der Objektverweis wurde nicht auf eine Objektinstanz festgelegt."},
		{"French stack", "La référence d'objet n'est pas définie à une instance d'un objet.\n   à Contoso.Orders.Guard.Check(Entity row)", "La référence d'objet n'est pas définie à une instance d'un objet."},
		{"Italian stack", "Riferimento a un oggetto non impostato su un'istanza di oggetto.\n   in Contoso.Orders.Guard.Check(Entity row)", "Riferimento a un oggetto non impostato su un'istanza di oggetto."},
		{"end of an inner stack", "The row could not be saved here. --- End of inner exception stack trace --- x", "The row could not be saved here."},
		{"a stack at the start is all there is", "at System.Net.Send(x)", "at System.Net.Send(x)"},
		{"a place is no stack", "The row was saved at Contoso (main office) at 12 h", "The row was saved at Contoso (main office) at 12 h"},
		{"an address is no stack", "Nobody answered the request at contoso.example (10.41.7.20)", "Nobody answered the request at contoso.example (10.41.7.20)"},
		{"stack in a language of its own behind a stop", "Le dépôt est fermé.\n   à Contoso.Depots.Guard.Check(Entity row)", "Le dépôt est fermé."},
		{"fault cut behind Detail", "System.ServiceModel.FaultException`1[[Microsoft.Xrm.Sdk.OrganizationServiceFault, Microsoft.Xrm.Sdk]]: The gate is shut.Detail:", "The gate is shut."},
		{"fault detail in parentheses", "System.ServiceModel.FaultException`1[Microsoft.Xrm.Sdk.OrganizationServiceFault]: The gate is shut. (Fault Detail is equal to Microsoft.Xrm.Sdk.OrganizationServiceFault).", "The gate is shut."},
		{"fault detail that alone says why", "System.ServiceModel.FaultException`1[Microsoft.Xrm.Sdk.OrganizationServiceFault]: The creator of this fault did not specify a Reason. (Fault Detail is equal to Exception details:\nErrorCode: 0x80040265\nMessage: The gate is shut.\nTimeStamp: 2026-11-21T04:12:33Z", "The gate is shut."},
		{"fault whose head says nothing", "ISV code aborted the operation.Detail: <OrganizationServiceFault><ErrorCode>-2147220891</ErrorCode><Message>The gate is shut.</Message></OrganizationServiceFault>", "The gate is shut."},
		{"inner fault behind one that says nothing", "<OrganizationServiceFault><Message>An unexpected error occurred.</Message><InnerFault><Message>The gate is shut.</Message></InnerFault></OrganizationServiceFault>", "The gate is shut."},
		{"fault that was cut off", "<OrganizationServiceFault><ErrorCode>-2147220891</ErrorCode><Message>The gate is sh", "The gate is sh"},
		{"element with a prefix", `<a:Fault xmlns:a="x"><a:Message>The gate is shut.</a:Message></a:Fault>`, "The gate is shut."},
		{"reason of SOAP 1.2", `<s:Fault><s:Reason><s:Text xml:lang="en-US">The gate is shut.</s:Text></s:Reason></s:Fault>`, "The gate is shut."},
		{"arrow to an inner exception", "System.Exception: Order was not saved. ---> System.InvalidOperationException: The gate is shut. ---> end", "The gate is shut. ---> end"},
		{"arrow behind the reader of OData", "Error identified in Payload ----> InnerException : Microsoft.OData.ODataException: Gate 'north' is no number. ---> System.FormatException: Input string was not in a correct format. at System.Number.Parse(String s)", "Gate 'north' is no number."},
		{"arrow behind the reader of OData, at the start", "Microsoft.OData.ODataException: Gate 'north' is no date. ---> System.FormatException: String was not recognized as a valid DateTime.", "Gate 'north' is no date."},
		{"arrow that joins words", "Rule 7: from red ---> to blue is not allowed", "Rule 7: from red ---> to blue is not allowed"},
		{"message of a JSON with quotes inside", `{"error":{"code":"0x80040265","message":"Gate \"north\", \"south\" is shut.","target":"gates"}}`, `Gate "north", "south" is shut.`},
		{"error of a token service", `{"error":"invalid_client","error_description":"The gate is shut."}`, "The gate is shut."},
		{"record error of dual-write", `failed to process entity account - ({"RecordError0":"The gate is shut."})`, "The gate is shut."},
		{"JSON without a message", `{"check":"Gates","status":"North gate was found shut"}`, "North gate was found shut"},
		{"JSON without words", `{"a":1,"b":"x"}`, `{"a":1,"b":"x"}`},
		{"JSON that was cut off", `{"error":{"code":"0x80040265","message":"The gate is sh`, "The gate is sh"},
		{"status line", `400  0x80048d0b  "The gate is shut."`, "The gate is shut."},
		{"status line of HTTP 2", `HTTP/2 503 Service Unavailable: The gate is shut.`, "The gate is shut."},
		{"status as .NET names it", `403 Forbidden - "The gate is shut."`, "The gate is shut."},
		{"number of rows is no status", "500 rows are behind the gate", "500 rows are behind the gate"},
		{"status without a sentence", "404 Not Found", "404 Not Found"},
		{"code in brackets", "[0x80040265] The gate is shut.", "The gate is shut."},
		{"negative code", "-2147220891: The gate is shut.", "The gate is shut."},
		{"negative amount", "-12 pallets wait at the gate", "-12 pallets wait at the gate"},
		{"code before a sentence", "Error code: 0x80040265, The gate is shut.", "The gate is shut."},
		{"code in the middle", "Gate failed with error code: 7 because it is shut", "Gate failed with error code: 7 because it is shut"},
		{"code in the middle, a sentence behind it", "Operation failed. ErrorCode: 7 The gate is shut.", "Operation failed. ErrorCode: 7 The gate is shut."},
		{"ids behind it", "The gate is shut. Activity ID: 5d9a3c1e-7b24-4f80-9e16-c2a84b7d0f35", "The gate is shut."},
		{"time that is no stamp", "The gate opens at Time: of day", "The gate opens at Time: of day"},
		{"opener before a reason", "An error has occurred. The gate is shut.", "The gate is shut."},
		{"opener that goes on", "An error occurred while the gate was shut", "An error occurred while the gate was shut"},
		{"opener alone", "An error has occurred.", "An error has occurred."},
		{"infolog", "Infolog: Warning: The gate is shut", "The gate is shut"},
		{"level of a log", "[ERROR] The gate is shut", "The gate is shut"},
		{"error as a word", "Error reading gate 7", "Error reading gate 7"},
		{"dual-write", "Unable to write data to entity accounts. Writes to CustCustomerV3Entity failed with error message The gate is shut..For information on troubleshooting see https://go.example/x..", "The gate is shut."},
		{"dual-write with a response", "Unable to write data to entity accounts.Writes to CustCustomerV3Entity failed with error message Request failed with status code BadRequest and CDS error code : 0x80040265 response message: The gate is shut..", "The gate is shut."},
		{"look-up of dual-write", "Unable to write data to entity gates. Unable to lookup locks with values {7}. Writes to GateEntity failed with error message x", "Unable to write data to entity gates. Unable to lookup locks with values {7}. Writes to GateEntity failed with error message x"},
		{"finance and operations", "Write failed for entity Gates with unknown exception - The gate is shut", "The gate is shut"},
		{"row of an initial sync", "Record Id: new record, ErrorMessage: The gate is shut.", "The gate is shut."},
		{"quoted words at both ends", `"North" gate is not "open"`, `"North" gate is not "open"`},
		{"type without a label of the message", "`Exception type: System.ServiceModel.FaultException`1[Microsoft.Xrm.Sdk.OrganizationServiceFault] The gate is shut`", "The gate is shut"},
		{"apostrophe in quotes", "'The gate doesn't open'", "The gate doesn't open"},
		{"brackets at both ends", "(north) gate and (south)", "(north) gate and (south)"},
		{"Markdown", "> - **The gate is shut.**", "The gate is shut."},
		{"cell of a Markdown table", "| The gate is shut. |", "The gate is shut."},
		{"type that is no exception", "Contoso.Gates.Guard: refused", "Contoso.Gates.Guard: refused"},
		{"type of an exception alone", "Contoso.Gates.ShutException", "Contoso.Gates.ShutException"},
		{"numbers alone", "0x80040265 4711", "0x80040265 4711"},
		{"fault alone", "Detail: <OrganizationServiceFault/>", "Detail: <OrganizationServiceFault/>"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := string(Sentence([]byte(NormalizeString(tc.text)))); got != tc.want {
				t.Errorf("Sentence(%q)\n got %q\nwant %q", tc.text, got, tc.want)
			}
		})
	}
}

func TestSentenceOfLongText(t *testing.T) {
	for n := range 4 { // the cut falls on every byte of a letter
		text := strings.Repeat("x", sentenceBytes-n) + "üü"
		if s := Sentence([]byte(text)); !utf8.Valid(s) || len(s) > sentenceBytes {
			t.Errorf("cut at %d bytes, the sentence ends in %q", sentenceBytes, s[len(s)-4:])
		}
	}
}

// withoutTailSlowly tries every place of a text for a tail.
func withoutTailSlowly(s []byte) []byte {
	kept := tailStart
	defer func() { tailStart = kept }()
	for c := range tailStart {
		tailStart[c] = anywhere
	}
	return withoutTail(s)
}

// undressedSlowly tries to take off every dress, without a quick look whether the text may wear it.
func undressedSlowly(s []byte) []byte {
	kept := dresses
	defer func() { dresses = kept }()
	for i := range dresses {
		dresses[i].starts, dresses[i].holds = nil, 0
	}
	return undressed(s)
}

// A sentence is a part of its text, says something where the text does, and is found without an allocation.
func FuzzSentence(f *testing.F) {
	for _, d := range dressed {
		f.Add(d.in("Gate \"north\" is shut.", "0x80040265"))
	}
	for _, text := range []string{"", " ", "...", "Detail:", "(", "{\"", "<Message>", "---> ", "-- End", "Error code: ", "a ---> (Inner Exception #0) E.Exception: b<---", "\u00e9\xff"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		normal := []byte(NormalizeString(text))
		s := Sentence(normal)
		if at := cap(normal) - cap(s); len(normal) > 0 && !bytes.Equal(normal[at:at+len(s)], s) {
			t.Errorf("%q is no part of %q", s, normal)
		}
		if says(normal[:min(len(normal), sentenceBytes)]) && !says(s) {
			t.Errorf("nothing is left of %q: %q", normal, s)
		}
		if fast, slow := withoutTail(normal), withoutTailSlowly(normal); !bytes.Equal(fast, slow) {
			t.Errorf("tail of %q: %q remains, want %q", normal, fast, slow)
		}
		if fast, slow := undressed(normal), undressedSlowly(normal); !bytes.Equal(fast, slow) {
			t.Errorf("dresses of %q: %q remains, want %q", normal, fast, slow)
		}
		for i := range s {
			if mask, n := maskAt(s, i); n > 0 && stays(s, i, wordLength(s[i:])) {
				t.Errorf("%q stays in %q, want %s for it", s[i:i+n], s, mask)
			}
		}
		if tpl := Template(nil, s, nil, nil); len(s) > 0 && !hasWords(tpl) {
			t.Errorf("template %q of %q has no words", tpl, s)
		}
	})
}

func TestSentenceAllocates(t *testing.T) {
	for _, d := range dressed {
		normal := []byte(NormalizeString(d.in("Gate \"north\" is shut.", "0x80040265")))
		if n := testing.AllocsPerRun(20, func() { Sentence(normal) }); n != 0 {
			t.Errorf("%s: %v allocations, want 0", d.name, n)
		}
	}
}

// hasWords reports whether a template has a word outside of its masks.
func hasWords(template []byte) bool {
	return says(masks.ReplaceAll(bytes.Clone(template), []byte(" ")))
}

// No message becomes a template of nothing but masks: all such messages would be one cluster.
func TestTemplateSaysSomething(t *testing.T) {
	m := builtinMatcher(t)
	for _, r := range m.Rules() {
		for _, ex := range r.Examples.Match {
			if v := m.Judge("", ex.Text, "", ""); !hasWords([]byte(v.Template)) {
				t.Errorf("%s: template %q of %s", r.ID, v.Template, ex.Text)
			}
		}
	}
	rows, err := readTable(rules.FS, "error-codes.csv", "message")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if tpl := templateOf(row[0], "", ""); row[0] != "" && !hasWords([]byte(tpl)) {
			t.Errorf("template %q of %s", tpl, row[0])
		}
	}
	for _, text := range []string{"4711", "{80}", "'80' {90}", "0c1d2e3f-4a5b-4c6d-8e7f-90a1b2c3d4e5", "https://contoso.example/a", "'Contoso Ltd' {Fabrikam}", "SO-17", "12:30", "{\"a\":1}", "accounts", "!"} {
		if tpl := templateOf(text, "accounts", ""); !hasWords([]byte(tpl)) {
			t.Errorf("template %q of %s", tpl, text)
		}
	}
}

// go test ./classify -run - -bench Judge
func BenchmarkJudge(b *testing.B) {
	stack := strings.Repeat(" at Microsoft.Crm.Sandbox.SandboxAppDomainHelper.Execute(IOrganizationServiceFactory factory) in Sandbox.cs:line 412", 8)
	m := builtinMatcher(b)
	var traces, faults, short []string
	for _, r := range m.Rules() {
		for _, ex := range r.Examples.Match {
			traces = append(traces, "Unhandled exception: Exception type: System.Exception Message: "+ex.Text+stack)
			faults = append(faults, ex.Text+"Detail: "+faultXML(ex.Text, "-2147220891"))
			short = append(short, ex.Text)
		}
	}
	for _, bm := range []struct {
		name, log string
		texts     []string
	}{{"traces", "plugintrace", traces}, {"faults", "plugintrace", faults}, {"dual-write short", "dualwrite", short}} {
		b.Run(bm.name, func(b *testing.B) {
			texts, size := varied(bm.texts, 1000)
			j := &judge{m: m}
			b.SetBytes(size)
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				j.record(bm.log, nil, [numFields][]byte{texts[i%len(texts)]}, nil, nil)
				i++
			}
		})
	}
}
