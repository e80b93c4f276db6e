package ingest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const aGUID, bGUID = "3fa85f64-5717-4562-b3fc-2c963f66afa6", "09bf305c-8272-4fc4-801b-479280cb3069"

func TestTextIDs(t *testing.T) {
	many := func(n int) (text string) {
		for i := range n {
			text += fmt.Sprintf("Correlation Id: %08x-5717-4562-b3fc-2c963f66afa6\n", i+1)
		}
		return text
	}
	for _, c := range []struct {
		name, err, trace string
		given            record
		want             string
	}{
		{name: "template of the plug-in base", trace: "Entered Ns.Type.Execute() Correlation Id: " + aGUID + ", Initiating User: " + bGUID, want: "correlation:" + aGUID},
		{name: "without a blank", trace: "CorrelationId:" + aGUID, want: "correlation:" + aGUID},
		{name: "prose", trace: "Entered CreditCheck.Execute, correlation " + aGUID, want: "correlation:" + aGUID},
		{name: "element of a fault", err: "<ActivityId>" + aGUID + "</ActivityId>", want: "activity:" + aGUID},
		{name: "element with a prefix", err: "<a:ActivityId>" + aGUID + "</a:ActivityId>", want: "activity:" + aGUID},
		{name: "key and value of a fault", err: `<d2p1:key>ApiActivityIdKey</d2p1:key><d2p1:value xmlns:d4p1="http://www.w3.org/2001/XMLSchema" i:type="d4p1:string">` + aGUID + "</d2p1:value>", want: "activity:" + aGUID},
		{name: "annotation", err: `"@Microsoft.PowerApps.CDS.ErrorDetails.ApiActivityIdKey":"` + aGUID + `"`, want: "activity:" + aGUID},
		{name: "escaped JSON", err: `{\"requestId\":\"` + aGUID + `\"}`, want: "request:" + aGUID},
		{name: "headers", err: "x-ms-service-request-id: " + aGUID + "; x-ms-client-request-id: " + bGUID, want: "request:" + aGUID + " request:" + bGUID},
		{name: "header of correlation", err: "x-ms-correlation-request-id=" + aGUID, want: "correlation:" + aGUID},
		{name: "REQ_ID", err: "REQ_ID: " + strings.ToUpper(aGUID), want: "request:" + aGUID},
		{name: "for support", err: "[ Activity ID for troubleshooting {" + aGUID + "}. ]", want: "activity:" + aGUID},
		{name: "both texts, once", err: "Correlation Id: " + aGUID, trace: "Correlation Id: " + aGUID + " Activity Id: " + bGUID, want: "correlation:" + aGUID + " activity:" + bGUID},
		{name: "a row", err: "account With Id = " + aGUID + " Does Not Exist"},
		{name: "a user", err: "Initiating User: " + aGUID + ", organization id " + bGUID},
		{name: "a session", err: "Session ID: " + aGUID},
		{name: "of another operation", err: "Parent Correlation Id: " + aGUID + " initialSyncRequestId: " + bGUID},
		{name: "zeros", err: "Correlation Id: 00000000-0000-0000-0000-000000000000"},
		{name: "part of a longer word", err: "Correlation Id: " + aGUID + "-7"},
		{name: "no GUID", err: "Correlation Id: 3fa85f64-5717-4562-b3fc-2c963f66afz6"},
		{name: "cut off", err: "Correlation Id: 3fa85f64-5717-4562-b3fc-2c963f66"},
		{name: "hyphens", err: "Correlation Id: " + strings.Repeat("-", 200)},
		{name: "begins with it", err: aGUID},
		{name: "a list of others", err: many(mostTextIDs + 1)},
		{name: "the column says the same", trace: "Correlation Id: " + aGUID, given: record{correlationID: []byte("{" + strings.ToUpper(aGUID) + "}")}, want: "correlation:" + aGUID},
		{name: "the column says another", trace: "Correlation Id: " + aGUID + " Activity Id: " + aGUID, given: record{correlationID: []byte(bGUID)}, want: "activity:" + aGUID},
	} {
		x := c.given
		x.errorText, x.traceText = []byte(c.err), []byte(c.trace)
		if d := cmp.Diff(c.want, string(textIDs(nil, &x))); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, d)
		}
	}
	x := record{traceText: []byte(many(mostTextIDs))}
	if got := strings.Count(string(textIDs(nil, &x)), "correlation:"); got != mostTextIDs {
		t.Errorf("%d ids, want %d", got, mostTextIDs)
	}
}

// What is found is in the text, has the form of a GUID, and finding it changes nothing.
func FuzzTextIDs(f *testing.F) {
	f.Add("Correlation Id: "+aGUID, "<key>ActivityId</key><value>"+bGUID+"</value>")
	f.Add(">>>>> "+aGUID, "<"+aGUID+">"+aGUID)
	f.Fuzz(func(t *testing.T, err, trace string) {
		x := record{errorText: []byte(err), traceText: []byte(trace)}
		for id := range strings.FieldsSeq(string(textIDs(nil, &x))) {
			_, guid, _ := strings.Cut(id, ":")
			if _, ok := parseGUID([]byte(guid)); !ok || !strings.Contains(strings.ToLower(err+"\n"+trace), guid) {
				t.Errorf("found %q", id)
			}
		}
		if string(x.errorText) != err || string(x.traceText) != trace {
			t.Error("the texts changed")
		}
	})
}

func BenchmarkTextIDs(b *testing.B) {
	x := record{traceText: []byte(strings.Repeat("[+12 ms] Retrieved 14 rows of msdyn_taxgroup - in 3 ms for account 4711\n", 40) + "Correlation Id: " + aGUID + ", Initiating User: " + bGUID)}
	b.SetBytes(int64(len(x.traceText)))
	dst := make([]byte, 0, 100)
	b.ReportAllocs()
	for b.Loop() {
		dst = textIDs(dst[:0], &x)
	}
}
