package classify

import (
	"strings"
	"testing"
	"testing/fstest"

	"dwtriage/classify/pattern"
)

const (
	lacksIncident = "Principal user (Id=3f1c2d44-8a0e-4b67-9f52-6f2a1c7d90ab, type=8, roleCount=5) is missing prvReadIncident privilege " +
		"(Id=315f05b2-7417-43fa-8b47-8d0722bfbaf2) on OTC=112 for entity 'incident'"
	ownerLacks = "Read Privilege Check For Owner failed with exception: Principal team (Id=c61f0a7d-35b8-4e92-8d14-f7a90b2c6e53, type=9) is missing " +
		"prvReadIncident privilege (Id=315f05b2-7417-43fa-8b47-8d0722bfbaf2) on OTC=112"
	notMember    = "The user is not a member of the organization."
	noLiteral    = "Microsoft.OData.ODataException: Cannot convert the literal 'abc' to the expected type 'Edm.Int32'."
	sameLocation = "A record that has the attribute values Location ID already exists. The entity key Location ID Key requires that this set of attributes contains unique values."
	unauthorized = "The remote server returned an error: (401) Unauthorized."

	dualWriteType = "Microsoft.Dynamics.Integrator.DualWriteRuntime.Plugins.PostCommitPlugin"
)

// The same sentence is dual-write's failure only where the record shows dual-write.
func TestWhoseFailure(t *testing.T) {
	m := builtinMatcher(t)
	for _, tc := range []struct{ name, log, plugin, text, trace, want string }{
		{"privilege, plug-in of somebody", "plugintrace", "Contoso.Cases.Assign", lacksIncident, "", "dv-privilege-denied"},
		{"privilege, no log known", "", "", lacksIncident, "", "dv-privilege-denied"},
		{"privilege, the trace only speaks of dual-write", "plugintrace", "Contoso.Cases.Assign", lacksIncident, "dual-write is off for cases", "dv-privilege-denied"},
		{"privilege, log", "dualwrite", "", lacksIncident, "", "dw-missing-privilege-owning-team"},
		{"privilege, type name", "plugintrace", dualWriteType, lacksIncident, "", "dw-missing-privilege-owning-team"},
		{"privilege, frame in the trace", "plugintrace", "", lacksIncident, "at " + dualWriteType + ".Execute(IServiceProvider p)", "dw-missing-privilege-owning-team"},
		{"privilege, wrapper", "plugintrace", "", "Unable to write data to entity incidents. " + lacksIncident, "", "dw-missing-privilege-owning-team"},
		{"privilege, other wrapper", "plugintrace", "", "Writes to Cases failed with the error message " + lacksIncident, "", "dw-missing-privilege-owning-team"},
		{"privilege, user of dual-write", "plugintrace", "", lacksIncident + " Caller: # Dual-write app user", "", "dw-missing-privilege-owning-team"},
		{"no member, dual-write", "dualwrite", "", notMember, "", "dw-user-not-member-of-org"},
		{"no member, code only, dual-write", "dualwrite", "", `{"error":{"code":"0x80072560","message":"Forbidden"}}`, "", "dw-user-not-member-of-org"},
		{"no member, as dual-write puts answers", "plugintrace", "", `[{"error":{"code":"0x80072560","message":"Forbidden"}}], The remote server returned an error: (403) Forbidden.`, "", "dw-user-not-member-of-org"},
		{"no member, plug-in of somebody", "plugintrace", "Contoso.Rates", notMember, "", "dv-user-not-member"},
		{"literal, dual-write", "dualwrite", "", noLiteral, "", "dw-odata-literal-conversion"},
		{"literal, plug-in of somebody", "plugintrace", "Contoso.Rates", noLiteral, "", "dv-odata-literal-conversion"},
		{"zero, dual-write", "dualwrite", "", strings.NewReplacer("abc", "000000", "Int32", "Decimal").Replace(noLiteral), "", "is-decimal-zero-locale"},
		{"zero, plug-in of somebody", "plugintrace", "Contoso.Rates", strings.NewReplacer("abc", "000000", "Int32", "Decimal").Replace(noLiteral), "", "dv-odata-literal-conversion"},
		{"address, dual-write", "plugintrace", dualWriteType, sameLocation, "", "dw-postal-address-location-key"},
		{"address, plug-in of somebody", "plugintrace", "Contoso.Rates", sameLocation, "", "dv-entity-key-duplicate"},
		{"401, dual-write", "plugintrace", dualWriteType, unauthorized, "", "dw-remote-http-auth-generic"},
		{"401, plug-in of somebody", "plugintrace", "Contoso.Rates", "System.Net.WebException: " + unauthorized, "", "http-401-403-refused"},
		{"owner", "plugintrace", "Contoso.Cases.Assign", ownerLacks, "", "dv-owner-privilege-missing"},
		{"owner, dual-write", "dualwrite", "", ownerLacks, "", "dw-missing-privilege-owning-team"},
	} {
		if v := m.JudgeRow(tc.log, tc.plugin, tc.text, tc.trace, "", ""); v.Signature != tc.want {
			t.Errorf("%s: %s, want %s\n%s", tc.name, v.Signature, tc.want, tc.text)
		}
	}
}

// An exception in X++ is no defect of a plug-in, and one in a plug-in none of X++.
func TestWhoseCode(t *testing.T) {
	const cast = "Unable to cast object of type '%s.ContosoForm' to type '%s.ContosoTable'."
	const null = "Object reference not set to an instance of an object."
	m := builtinMatcher(t)
	for _, tc := range []struct{ name, text, trace, want string }{
		{"cast in X++", strings.ReplaceAll(cast, "%s", "Dynamics.AX.Application"), "", "fo-xpp-exception"},
		{"cast in X++, long name", strings.ReplaceAll(cast, "%s", "Microsoft.Dynamics.Ax.Xpp"), "", "fo-xpp-exception"},
		{"cast in a plug-in", strings.ReplaceAll(cast, "%s", "Contoso.Plugins"), "", "plugin-invalid-cast"},
		{"null behind a write", "Write failed for entity Vendors V2 with unknown exception - " + null, "", "fo-xpp-exception"},
		{"null as a record error", `failed to process entity account - ({"RecordError0":"` + null + `"})`, "", "fo-xpp-exception"},
		{"null as the second record error", `{\"RecordError1\":\"` + null + `\"}`, "", "fo-xpp-exception"},
		{"null in an infolog", "Infolog: Error: " + null, "", "fo-xpp-exception"},
		{"null in .NET words", "Write failed for entity Vendors V2 with unknown exception - System.NullReferenceException: " + null, "", "fo-xpp-exception"},
		{"key", "Writes to VendVendorV2Entity failed with error message Exception message: The given key was not present in the dictionary.", "", "fo-xpp-exception"},
		{"division", "Write failed for entity Sales order lines with unknown exception - Attempted to divide by zero.", "", "fo-xpp-exception"},
		{"null, X++ in the stack only", "System.NullReferenceException: " + null, "at Dynamics.AX.Application.ContosoTax.compute(Common _row) in xppSource://Source/Contoso/ContosoTax.xpp:line 4", "fo-xpp-exception"},
		{"null in a plug-in", "Unexpected exception from plug-in (Execute): Contoso.Guard: System.NullReferenceException: " + null, "", "dv-null-reference"},
		{"null in the plug-in of dual-write", "Unexpected exception from plug-in (Execute): " + dualWriteType + ": System.NullReferenceException: " + null, "", "dv-null-reference"},
		{"null in a plug-in that dual-write set off", "Unable to write data to entity accounts.Writes to CustCustomerV3Entity failed with error message Request failed with status code BadRequest and CDS error code : 0x80040224 response message: Unexpected exception from plug-in (Execute): Contoso.Guard: System.NullReferenceException: " + null, "", "dv-null-reference"},
		{"a reason is no exception", "Write failed for entity Vendors V2 with unknown exception - Vendor is on hold.", "", "dw-fo-record-error"},
	} {
		if v := m.Judge("plugintrace", tc.text, tc.trace, ""); v.Signature != tc.want {
			t.Errorf("%s: %s, want %s\n%s", tc.name, v.Signature, tc.want, tc.text)
		}
	}
}

// A code of Dataverse does not say who wrote: where nothing else is known, all who may have are named.
func TestWriterIsNotGuessed(t *testing.T) {
	m := builtinMatcher(t)
	for _, code := range []string{"0x80043B03", "0x80043B09", "0x80048CED", "0x80048CEE", "0x80048CF6", "0x8004F908", "0x80043B16"} {
		v := m.JudgeRow("plugintrace", "Contoso.Orders.Lines", `{"error":{"code":"`+code+`","message":"Nein."}}`, "", "", "")
		if len(v.Hits) == 0 {
			t.Errorf("%s: no rule", code)
			continue
		}
		cause, _ := v.Hits[0].Rule.Fill(v.Captures, nil, nil)
		if !strings.Contains(cause, "a user or a plug-in") {
			t.Errorf("%s: %s says who wrote: %s", code, v.Signature, cause)
		}
	}
}

// What a privilege check names is the caller or the new owner, and the advice says which.
func TestWhoLacksThePrivilege(t *testing.T) {
	m := builtinMatcher(t)
	for _, tc := range []struct{ name, text, want string }{
		{"caller", lacksIncident, "role of the user 3f1c2d44-8a0e-4b67-9f52-6f2a1c7d90ab"},
		{"new owner", ownerLacks, "Give the team c61f0a7d-35b8-4e92-8d14-f7a90b2c6e53 a role with prvReadIncident"},
		{"no name", "SecLib::CheckPrivilege failed.", "role of the calling user or team in the message"},
	} {
		v := m.Judge("plugintrace", tc.text, "", "")
		if _, fix := v.Hits[0].Rule.Fill(v.Captures, nil, nil); !strings.Contains(fix.Summary, tc.want) {
			t.Errorf("%s: %q does not hold %q", tc.name, fix.Summary, tc.want)
		}
	}
}

// Signs must hold for exactly the records that the slow and obvious way finds them in.
func TestSignsEqualSlowWay(t *testing.T) {
	m := builtinMatcher(t)
	var found scratch
	for i, s := range m.set.Signs {
		c, slow := &m.engine.signs[i], &twin{}
		slow.add(&Rule{ID: s.Name, Logs: logKinds, Match: Match{Any: s.Any, Regex: s.Regex}})
		for n, text := range exampleTexts() {
			if n%sampled(4) != 0 {
				continue
			}
			other := exampleTexts()[(n+1)%len(exampleTexts())]
			_, inError := slow.match(slow.rules[0], slow.exprs[0], text)
			_, inTrace := slow.match(slow.rules[0], slow.exprs[0], other)
			texts := [numFields]pattern.Text{pattern.TextOf([]byte(text)), pattern.TextOf([]byte(other))}
			for f := range texts {
				m.engine.appendMatches(nil, &found, "", int8(f), texts[f])
			}
			for _, met := range []*[numFields]uint64{nil, &found.met} {
				if got := c.shownBy("", nil, &texts, met); got != (inError || inTrace) {
					t.Errorf("sign %s, filter asked %t: %t, the slow way %t\n%s\n%s", s.Name, met != nil, got, !got, text, other)
				}
			}
		}
	}
}

const parcelSign = `- sign: by-sea
  meaning: the parcel went by ship
  logs: [dualwrite]
  types: [Harbour]
  any: [container]
  regex: '\bship \w+'
`

func loadSign(t *testing.T, sign, asked string) []string {
	t.Helper()
	rule := strings.Replace(goodRule, "    all: false\n", "    all: false\n"+asked, 1)
	return loadErrors(t, Layer{fstest.MapFS{"a.yaml": {Data: []byte(rule)}, "signs.yaml": {Data: []byte(sign)}}, "rules"})
}

func TestSignMistakes(t *testing.T) {
	for _, tc := range []struct{ name, sign, asked, want string }{
		{"none", parcelSign, "    signs: [by-sea]\n", ""},
		{"nobody defined it", parcelSign, "    no_signs: [by-see]\n", `rules/a.yaml:16:16: dw-parcel-lost: there is no sign by-see, did you mean "by-sea"?`},
		{"needed and forbidden", parcelSign, "    signs: [by-sea]\n    no_signs: [by-sea]\n", "rules/a.yaml:17:16: dw-parcel-lost: sign by-sea is needed and forbidden: the rule can never match"},
		{"twice", parcelSign + parcelSign, "", "rules/signs.yaml:7:3: sign by-sea is already defined in rules/signs.yaml:1; rules there lean on it, so give this one another name"},
		{"bad name", strings.Replace(parcelSign, "by-sea", "By sea", 1), "", `rules/signs.yaml:1:9: sign is "By sea", must be lower-case words joined by hyphens`},
		{"no meaning", strings.Replace(parcelSign, "  meaning: the parcel went by ship\n", "", 1), "", "rules/signs.yaml:1:3: meaning is missing: what the sign shows"},
		{"shows nothing", "- sign: by-sea\n  meaning: m\n", "", "rules/signs.yaml:1:3: a sign needs logs, types, any or regex"},
		{"unknown log", strings.Replace(parcelSign, "[dualwrite]", "[post]", 1), "", `rules/signs.yaml:3:9: logs is "post", must be one of dualwrite, plugintrace`},
		{"too short", strings.Replace(parcelSign, "container", "by", 1), "", `rules/signs.yaml:1:3: literal "by" is too short to mean anything`},
		{"bad expression", strings.Replace(parcelSign, `ship \w+`, "ship (", 1), "", "rules/signs.yaml:1:3: sign by-sea: missing closing ): `(?is)\\bship (`"},
		{"matches everything", strings.Replace(parcelSign, `\bship \w+`, "s*", 1), "", "rules/signs.yaml:1:3: sign by-sea: the expression matches an empty text"},
		{"unknown fragment", strings.Replace(parcelSign, `ship \w+`, "{{ship}}", 1), "", "rules/signs.yaml:1:3: sign by-sea: there is no fragment {{ship}}, known here: "},
		{"unknown key", parcelSign + "  priority: 3\n", "", `rules/signs.yaml:7:3: unknown key "priority", known here: sign, meaning, logs, types, any, regex`},
	} {
		if got := strings.Join(loadSign(t, tc.sign, tc.asked), "\n"); got != tc.want {
			t.Errorf("%s:\n got %s\nwant %s", tc.name, got, tc.want)
		}
	}
}

// Looking for signs costs a record nothing but time.
func TestSignsAllocateNothing(t *testing.T) {
	m := builtinMatcher(t)
	j := &judge{m: m}
	j.record("plugintrace", []byte("Contoso.Cases.Assign"), [numFields][]byte{[]byte(lacksIncident + " System.NullReferenceException: null"), []byte("at Contoso.Cases.Assign")}, nil, nil)
	all := m.engine.appendMatches(nil, &j.s, "plugintrace", errorText, j.search[errorText])
	left := 0
	if n := testing.AllocsPerRun(100, func() {
		j.matches = append(j.matches[:0], all...)
		j.withSigns("plugintrace", []byte("Contoso.Cases.Assign"))
		left = len(j.matches)
	}); n != 0 {
		t.Errorf("%v allocations a record", n)
	}
	if left == 0 || left >= len(all) {
		t.Errorf("%d of %d matches are left, want some to go and some to stay", left, len(all))
	}
}

// A rule that only lacks its sign is near, and explain says what is missing.
func TestNearestNamesTheSign(t *testing.T) {
	for _, n := range builtinMatcher(t).Nearest("plugintrace", lacksIncident, "", 5) {
		if n.Rule.ID == "dw-missing-privilege-owning-team" {
			if want := "it matches, but nothing in the record is a sign of dual-write"; n.Why != want {
				t.Errorf("%q, want %q", n.Why, want)
			}
			return
		}
	}
	t.Error("the rule of dual-write is not near a sentence that it would take")
}
