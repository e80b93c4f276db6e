package classify

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"dwtriage/ingest"
)

// saidTwin finds what find must find, slowly: every sentence at every position of the text, every
// value tried in every place.
func saidTwin(list []sentence, log, text string) *Code {
	lower := lowerASCII(text)
	var found *Code
	most := 0
	for i := range list {
		s := &list[i]
		if s.letters < manyLetters && log == ingest.DualWrite || s.letters < most || !saidAnywhere(s, text, lower) {
			continue
		}
		if s.letters == most {
			found = nil
			continue
		}
		found, most = s.code, s.letters
	}
	return found
}

func saidAnywhere(s *sentence, text, lower string) bool {
	for _, p := range s.pieces {
		if !strings.Contains(lower, p) {
			return false
		}
	}
	var rest func(at int, pieces []string) bool
	rest = func(at int, pieces []string) bool {
		if len(pieces) == 0 {
			return s.ends([]byte(text), at)
		}
		for n := 1; n <= longestValue && at+n <= len(text); n++ {
			value := text[at : at+n]
			if strings.ContainsAny(value, `"<`) || strings.Contains(value, ". ") {
				return false
			}
			if strings.HasPrefix(lower[at+n:], pieces[0]) && rest(at+n+len(pieces[0]), pieces[1:]) {
				return true
			}
		}
		return false
	}
	for at := range len(text) + 1 {
		if strings.HasPrefix(lower[at:], s.pieces[0]) && s.begins([]byte(text), at) && rest(at+len(s.pieces[0]), s.pieces[1:]) {
			return true
		}
	}
	return false
}

func tableSentences(t testing.TB) *sentences {
	m := builtinMatcher(t)
	m.said.of(m.codes)
	return m.said
}

func checkSaid(t *testing.T, x *sentences, log, text string) {
	t.Helper()
	var r reach
	normal := NormalizeString(text)
	got, want := x.find(&r, log, []byte(normal)), saidTwin(x.list, log, normal)
	if got.code != want {
		t.Errorf("log %q, text %q: found %v, the twin %v", log, normal, got.code, want)
	}
	if got.code != nil && (got.start < 0 || got.end > int32(len(normal)) || got.start >= got.end) {
		t.Errorf("text %q: %v stands at %d to %d", normal, got.code, got.start, got.end)
	}
}

// filled is a sentence with values in its places.
func filled(c *Code, value string) string {
	return strings.TrimSpace(tablePlace.ReplaceAllString(c.text, value))
}

// Every sentence that counts is found in every dress that a message comes in, by itself and with other
// values in its places, or a longer one that says the same and more.
func TestEverySentenceIsFound(t *testing.T) {
	m, x := builtinMatcher(t), tableSentences(t)
	if n := len(x.list); n < 1600 || n > 1800 {
		t.Errorf("%d sentences count, want about 1,700", n)
	}
	inJSON := func(s string) string { return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) }
	dresses := []struct {
		name string
		put  func(s string) string
	}{
		{"bare", func(s string) string { return s }},
		{"in capitals, no stop", func(s string) string { return strings.ToUpper(strings.TrimRight(s, `."`)) }},
		{"exception", func(s string) string {
			return "Unhandled exception: \nException type: Microsoft.Crm.CrmException\nMessage: " + s + "\n   at Microsoft.Crm.Guard.Check(String name)"
		}},
		{"type in front", func(s string) string { return "Microsoft.Crm.CrmException: " + s }},
		{"detail behind", func(s string) string { return s + "Detail: \n<OrganizationServiceFault></OrganizationServiceFault>" }},
		{"JSON", func(s string) string { return `{"error":{"message":"` + inJSON(s) + `"}}` }},
		{"JSON in a cell", func(s string) string { return inJSON(`{"error":{"message":"` + inJSON(s) + `"}}`) }},
		{"element", func(s string) string {
			return "<Message>" + strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s) + "</Message>"
		}},
	}
	var r reach
	for i := range x.list {
		s := &x.list[i]
		d := dresses[i%len(dresses)]
		value := []string{"new_flag", "7", "Contoso & Sons", "a.b-c/d"}[i/len(dresses)%4]
		if strings.Contains(d.name, "JSON") && strings.ContainsAny(s.code.text, `\<"`) || d.name == "in capitals, no stop" && strings.ContainsAny(s.code.text, "<\"") {
			d = dresses[0]
		}
		text := d.put(filled(s.code, value))
		got := x.find(&r, ingest.PluginTrace, []byte(NormalizeString(text)))
		if got.code != s.code && (got.code == nil || !strings.Contains(tableText(got.code), s.pieces[s.anchor])) {
			t.Errorf("%s: %s %s is found as %v in %q", d.name, s.code, s.code.Name, got.code, text)
		}
		if v := m.Judge(ingest.PluginTrace, text, "", ""); v.Status == StatusUnknown {
			t.Errorf("%s: %s %s stays unknown in %q", d.name, s.code, s.code.Name, text)
		}
	}
}

// What is named by its text, and what is not.
func TestNamedByText(t *testing.T) {
	m := builtinMatcher(t)
	for _, tc := range []struct{ name, log, text, want string }{
		{"the sentence", ingest.PluginTrace, "The base unit does not exist.", "text/0x80043B1C"},
		{"no full stop", ingest.PluginTrace, "the base unit does not exist", "text/0x80043B1C"},
		{"a value in its place", ingest.PluginTrace, "The entity new_parcel is not a valid entity for rollup.", "text/0x80044813"},
		{"with a code that says nothing", ingest.PluginTrace, "0x80040216: The entity new_parcel is not a valid entity for rollup.", "text/0x80044813"},
		{"in an answer of the Web API", ingest.PluginTrace, `{"error":{"code":"","message":"The entity new_parcel is not a valid entity for rollup."}}`, "text/0x80044813"},
		{"a long one in the log of dual-write", ingest.DualWrite, "You can't change this hierarchy. Field contoso_total cannot be used in calculated field contoso_sum because it would create a circular reference.", "text/0x80060431"},

		{"a short one in the log of dual-write", ingest.DualWrite, "The exchange rate is invalid.", ""},
		{"a fragment", ingest.PluginTrace, "We found that the base unit does not exist.", ""},
		{"a fragment at the start", ingest.PluginTrace, "The base unit does not exist in list 7.", ""},
		{"a short one beside another", ingest.PluginTrace, "Order 7 failed. The base unit does not exist. Call Mia.", ""},
		{"a value that is a sentence", ingest.PluginTrace, "The entity is gone. Nobody knows why this is not a valid entity for rollup.", ""},
		{"a place that nothing fills", ingest.PluginTrace, "The entity  is not a valid entity for rollup.", ""},
		{"shared by two entries", ingest.PluginTrace, "A category option for the reports was not found.", ""},
		{"shared by a dozen", ingest.PluginTrace, "The number of format parameters passed into the input string is incorrect", ""},
		{"of a catch-all", ingest.PluginTrace, "An unexpected error occurred.", ""},
		{"shorter than a sentence", ingest.PluginTrace, "Invalid team id.", ""},

		// Anybody writes these; the entries that have them speak of something else.
		{"any file", ingest.PluginTrace, "The requested file was not found.", ""},                                 // ExcelFileNotFound
		{"any record", ingest.PluginTrace, "The record cannot be deleted.", ""},                                   // BulkDeleteRecordDeletionFailure
		{"any network", ingest.PluginTrace, "An error occurred while accessing the network.", ""},                 // AsyncNetworkError
		{"a default text of .NET", ingest.PluginTrace, "Attempted to perform an unauthorized operation.", ""},     // UnauthorizedAccess
		{"any connection", ingest.PluginTrace, "There is no connectivity.", ""},                                   // ClientAuthNoConnectivity
		{"any address", ingest.PluginTrace, "Invalid email address entered.", ""},                                 // CrmLiveInvalidEmail
		{"any error", ingest.PluginTrace, "An unexpected error has occurred", ""},                                 // unManagedidsxmlunexpected
		{"any filter", ingest.PluginTrace, "Invalid filter specified.", ""},                                       // unManagedidsrcsyncinvalidfilter
		{"any status", ingest.PluginTrace, "The status for this operation is unavailable, please try again.", ""}, // WorkerProcessCrashFailure
		{"any certificate", ingest.PluginTrace, "The specified URL is invalid.", ""},                              // InvalidUrlProtocol
		{"access", ingest.PluginTrace, "Access is denied.", ""},
		{"time", ingest.PluginTrace, "The operation has timed out.", ""},
		{"an error", ingest.PluginTrace, "An error has occurred.", ""},
		{"a value", ingest.PluginTrace, "The value is out of range.", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			v := m.Judge(tc.log, tc.text, "", "")
			if got := v.Signature; got != tc.want && !(tc.want == "" && v.Status != StatusText) {
				t.Errorf("%q is %s, want %q", tc.text, v.describe(), tc.want)
			}
		})
	}
	for i := range tableSentences(t).list {
		s := &m.said.list[i]
		if c, byText := m.Named("text/" + s.code.String()); c != s.code || !byText {
			t.Errorf("Named(text/%s) is %v, %v", s.code, c, byText)
		}
	}
}

func TestNameWords(t *testing.T) {
	for name, want := range map[string]string{
		"SPFileNotFound": "sp file not found", "ProductDoesNotExist": "product does not exist", "RSMoveItemError": "rs move item error",
		"InvalidIsoCurrencyCode": "invalid iso currency code", "BDK_E_ZIP": "bdk _ e _ zip", "Web2Lead": "web 2 lead", "": "",
	} {
		if got := strings.Join(nameWords(name), " "); got != want {
			t.Errorf("nameWords(%q) is %q, want %q", name, got, want)
		}
	}
}

// The index finds what the slow twin finds in texts made of pieces of the table's sentences.
func TestSentencesEqualTwin(t *testing.T) {
	x := tableSentences(t)
	r := rand.New(rand.NewPCG(10, 1))
	glue := []string{"", " ", ". ", ": ", `"`, "<", "x", " 'a' ", "... ", " at A.B(", "Detail: ", ". a. "}
	logs := []string{"", ingest.DualWrite, ingest.PluginTrace}
	for i := range 1500 / sampled(1) {
		var text strings.Builder
		for range 1 + r.IntN(3) {
			s := &x.list[r.IntN(len(x.list))]
			for _, p := range s.pieces {
				text.WriteString(p)
				if r.IntN(3) > 0 {
					text.WriteString(glue[r.IntN(len(glue))])
				}
				if len(s.pieces) > 1 {
					fmt.Fprintf(&text, "v%d", r.IntN(100))
				}
			}
			text.WriteString(glue[r.IntN(len(glue))])
		}
		checkSaid(t, x, logs[i%len(logs)], text.String())
	}
}

func FuzzSentences(f *testing.F) {
	for _, seed := range []string{
		"The base unit does not exist.", "The entity new_parcel is not a valid entity for rollup.", "Message: Guid - 7 in the Xaml is not valid at A.B(",
		`{"message":"Field a cannot be used in calculated field b because it would create a circular reference."}`,
		"Attribute 'a' on entity 'b' is deprecated.Detail: <x>", "1 parent is not of type 2. 3 does not support the selected operator",
	} {
		f.Add(seed)
	}
	x := tableSentences(f)
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 2000 {
			t.Skip("the twin takes too long")
		}
		checkSaid(t, x, "", text)
		checkSaid(t, x, ingest.DualWrite, text)
	})
}

func TestFindDoesNotAllocate(t *testing.T) {
	x := tableSentences(t)
	var r reach
	texts := [][]byte{[]byte("The entity new_parcel is not a valid entity for rollup."), []byte("Nothing of the kind has been said here at all."), []byte("1 parent is not of type 2")}
	for _, text := range texts {
		x.find(&r, "", text)
	}
	if n := testing.AllocsPerRun(100, func() {
		for _, text := range texts {
			x.find(&r, "", text)
		}
	}); n != 0 {
		t.Errorf("find allocates %v times", n)
	}
}

// go test ./classify -run - -bench Sentences
func BenchmarkSentences(b *testing.B) {
	m := builtinMatcher(b)
	b.Run("index", func(b *testing.B) {
		for b.Loop() {
			new(sentences).of(m.codes)
		}
	})
	x := tableSentences(b)
	for _, bm := range []struct{ name, text string }{
		{"found", "Message: The entity new_parcel is not a valid entity for rollup."},
		{"not found", strings.Repeat("Contoso says that parcel 12 of the order was not accepted by the carrier of the day. ", 5)},
	} {
		b.Run(bm.name, func(b *testing.B) {
			b.SetBytes(int64(len(bm.text)))
			b.ReportAllocs()
			var r reach
			text := []byte(bm.text)
			for b.Loop() {
				x.find(&r, "", text)
			}
		})
	}
}
