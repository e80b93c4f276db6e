package classify

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func siteLayers(site string) []Layer {
	return []Layer{{ruleFile(goodRule), "rules"}, {fstest.MapFS{"site.yaml": {Data: []byte(site)}}, "."}}
}

func TestOverlay(t *testing.T) {
	another := strings.NewReplacer("dw-parcel-lost", "site-parcel-late", "was lost", "was late").Replace(goodRule)
	site := another + `
- change: dw-parcel-lost
  severity: critical
  reason: nothing leaves the warehouse without it
  owner: Mia
  expires: 2026-11-24
- mute: site-parcel-late
  reason: the carrier strikes
  owner: Noor
  expires: 2026-12-01
- mute: unknown/0123456789ab
  reason: a test system
  owner: Noor
  expires: 2026-11-23
- mute: code/0x80048408
  reason: expected during the move
  owner: Mia
  expires: 2027-01-31
`
	set, err := Load(siteLayers(site), today)
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Rules) != 2 || set.Rules[0].Severity != "critical" || set.Rules[1].Severity != "low" {
		t.Errorf("the rules are %v, want two, the changed one critical", set.Rules)
	}
	want := []string{"site.yaml:47: the mute of unknown/t-0123456789ab by Noor ended on 2026-11-23, it counts again (a test system)"}
	if d := cmp.Diff(want, set.Ended(today)); d != "" {
		t.Errorf("ended (-want +got)\n%s", d)
	}

	// Until its last day is over a decision holds; then it says so and has no effect.
	for _, tc := range []struct {
		now      string
		severity string
		ended    int
	}{{"2026-11-24T23:59:59Z", "critical", 1}, {"2026-11-25T00:00:00Z", "low", 2}, {"2027-02-01T00:00:00Z", "low", 4}} {
		now, err := time.Parse(time.RFC3339, tc.now)
		if err != nil {
			t.Fatal(err)
		}
		set, err := Load(siteLayers(site), now)
		if err != nil {
			t.Fatal(err)
		}
		if got := set.Rules[0].Severity; got != tc.severity {
			t.Errorf("at %s the severity is %s, want %s", tc.now, got, tc.severity)
		}
		if got := set.Ended(now); len(got) != tc.ended {
			t.Errorf("at %s %d decisions have ended, want %d: %q", tc.now, len(got), tc.ended, got)
		}
	}
}

// A rule of a later layer takes the place of the one with its id.
func TestOverlayReplaces(t *testing.T) {
	site := strings.NewReplacer("severity: low", "severity: high", "was lost", "went astray").Replace(goodRule)
	set, err := Load(siteLayers(site), today)
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Rules) != 1 || set.Rules[0].Replaces != "rules/a.yaml:1" || set.Rules[0].Path != "site.yaml" {
		t.Fatalf("the rules are %+v, want the site's alone", set.Rules)
	}
	m, err := Compile(set, testTables())
	if err != nil {
		t.Fatal(err)
	}
	if v := m.Judge("dualwrite", "Parcel AB-1 of accounts went astray.", "", ""); v.Signature != "dw-parcel-lost" {
		t.Errorf("the site's text comes out as %s", v.describe())
	}
	if v := m.Judge("dualwrite", "Parcel AB-1 of accounts was lost.", "", ""); v.Signature != "" {
		t.Errorf("the text of the rule that was replaced comes out as %s", v.describe())
	}
}

func TestOverlayMistakes(t *testing.T) {
	const good = "- mute: dw-parcel-lost\n  reason: r\n  owner: o\n  expires: 2026-12-01\n"
	for _, tc := range []struct{ name, site, want string }{
		{"no reason", strings.Replace(good, "  reason: r\n", "", 1), "site.yaml:1:3: reason is missing: why"},
		{"no owner", strings.Replace(good, "  owner: o\n", "", 1), "site.yaml:1:3: owner is missing: who decided"},
		{"no expiry", strings.Replace(good, "  expires: 2026-12-01\n", "", 1), "site.yaml:1:3: expires is missing: the last day of the mute, as 2026-12-31"},
		{"bad date", strings.Replace(good, "2026-12-01", "1.12.2026", 1), `site.yaml:4:12: expires is "1.12.2026", must be a date as 2026-12-31`},
		{"unknown key", good + "  until: x\n", `site.yaml:5:3: unknown key "until", known here: mute, reason, owner, expires`},
		{"unknown rule", strings.Replace(good, "parcel", "parcal", 1), "site.yaml:1:9: there is no rule dw-parcal-lost to mute, did you mean dw-parcel-lost?; beside rules, code/0x…, text/0x… and unknown/… of a report can be muted"},
		{"bad cluster", strings.Replace(good, "dw-parcel-lost", "unknown/12", 1), "site.yaml:1:9: there is no rule unknown/12 to mute; beside rules, code/0x…, text/0x… and unknown/… of a report can be muted"},
		{"unknown rule, and no owner", strings.Replace(strings.Replace(good, "parcel", "parcal", 1), "  owner: o\n", "", 1), `site.yaml:1:3: owner is missing: who decided
site.yaml:1:9: there is no rule dw-parcal-lost to mute, did you mean dw-parcel-lost?; beside rules, code/0x…, text/0x… and unknown/… of a report can be muted`},
		{"of a rule with a mistake", "- id: site-torn\n  bogus: 1\n" + strings.Replace(good, "dw-parcel-lost", "site-torn", 1) + "- change: site-torn\n  severity: low\n  reason: r\n  owner: o\n",
			`site.yaml:2:3: site-torn: unknown key "bogus", did you mean "logs"?`},
		{"twice", good + good, "site.yaml:5:9: dw-parcel-lost is muted twice"},
		{"change of nothing", "- change: dw-parcel-lost\n  reason: r\n  owner: o\n", "site.yaml:1:3: severity is missing: what the severity of the rule shall be"},
		{"change to a bad severity", "- change: dw-parcel-lost\n  severity: grave\n  reason: r\n  owner: o\n", `site.yaml:2:13: severity is "grave", must be one of critical, high, medium, low, info`},
		{"change of an unknown rule", "- change: x\n  severity: low\n  reason: r\n  owner: o\n", "site.yaml:1:11: there is no rule x to change"},
		{"several at once", "- mute: x\n  owner: ' '\n- change: dw-parcel-lost\n", `site.yaml:1:3: reason is missing: why
site.yaml:1:3: owner is missing: who decided
site.yaml:1:3: expires is missing: the last day of the mute, as 2026-12-31
site.yaml:1:9: there is no rule x to mute; beside rules, code/0x…, text/0x… and unknown/… of a report can be muted
site.yaml:3:3: reason is missing: why
site.yaml:3:3: owner is missing: who decided
site.yaml:3:3: severity is missing: what the severity of the rule shall be`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if d := cmp.Diff(tc.want, strings.Join(loadErrors(t, siteLayers(tc.site)...), "\n")); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
	if got := loadErrors(t, siteLayers(good)...); got != nil {
		t.Errorf("a good mute: %q", got)
	}
}

// testTables are tables without a row.
func testTables() fstest.MapFS {
	return fstest.MapFS{
		"entity-maps.csv":      {Data: []byte(mapsHeader)},
		"map-dependencies.csv": {Data: []byte(needsHeader)},
		"error-codes.csv":      {Data: []byte("hex,name,message\n")},
	}
}
