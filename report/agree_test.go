package report

import (
	"encoding/csv"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"dwtriage/report/summary"
)

// rows parses a table back: the named columns of each row.
func rows(t *testing.T, text string) []map[string]string { return rowsBy(t, text, ',') }

func rowsBy(t *testing.T, text string, separator rune) []map[string]string {
	t.Helper()
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
	r.Comma = separator
	all, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var list []map[string]string
	for _, line := range all[1:] {
		row := map[string]string{}
		for i, cell := range line {
			row[all[0][i]] = cell
		}
		list = append(list, row)
	}
	return list
}

func sum(t *testing.T, rows []map[string]string, column string) (total int64) {
	t.Helper()
	for _, r := range rows {
		total += whole(t, r[column])
	}
	return total
}

func whole(t *testing.T, text string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(strings.ReplaceAll(text, ",", ""), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// onPage finds a number on the page by what stands around it.
func onPage(t *testing.T, page, pattern string) int64 {
	t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("index.html has nothing like %s", pattern)
	}
	return whole(t, m[1])
}

// TestTotalsAgree reads every file back: whatever is counted twice must be counted alike.
func TestTotalsAgree(t *testing.T) {
	without := night()
	without.Logs, without.Changes, without.Changed, without.ChangedUnknown = nil, nil, summary.Changed{}, summary.Changed{}
	for name, s := range map[string]*summary.Summary{"night": night(), "first run": without} {
		t.Run(name, func(t *testing.T) { agree(t, s) })
	}
}

func agree(t *testing.T, s *summary.Summary) {
	out := draw(t, s, Options{})
	page := out["index.html"]
	var j struct {
		Inputs []struct {
			Read, Loaded, Duplicates, Rejected, Filtered int64
			XXH3                                         string
		}
		Totals     struct{ Read, Loaded, Duplicates, Rejected, Filtered, OK, Classified, Unclassified int64 }
		Statuses   map[string]int64
		Signatures []struct{ Records int64 }
		Changes    struct{ New, Resolved, Ongoing int64 }
		Unknown    struct{ New, Resolved, Ongoing int64 } `json:"unknown_changes"`
		Report     struct{ Records, Failing, OK, Unknown, Muted int64 }

		Incidents     []struct{ Records int64 }
		IncidentCount int `json:"incident_count"`
	}
	if err := json.Unmarshal([]byte(out["summary.json"]), &j); err != nil {
		t.Fatal(err)
	}
	findings, fixes, clusters := rows(t, out["failing_entities.csv"]), rows(t, out["fixes.csv"]), rows(t, out["unclassified.csv"])
	changes, rejects, records := rows(t, out["changes.csv"]), rows(t, out["rejects.csv"]), rows(t, out["records.csv"])

	var read, signatures, new, resolved int64
	for i, in := range j.Inputs {
		read += in.Read
		if d := s.Inputs[i].Digest; in.XXH3 != d || !strings.Contains(page, d) {
			t.Errorf("input %d: digest %q in summary.json, want %q, there and on the page", i, in.XXH3, d)
		}
	}
	for _, sig := range j.Signatures {
		signatures += sig.Records
	}
	for _, c := range changes {
		switch c["change"] {
		case "new":
			new++
		case "resolved":
			resolved++
		}
	}
	fixed := map[string]bool{}
	for _, f := range fixes {
		fixed[f["signature"]] = true
	}
	var clear, muted int64
	for _, f := range findings {
		if f["muted_until"] != "" {
			muted += whole(t, f["records"])
		}
		if fixed[f["signature"]] {
			clear += whole(t, f["records"])
		}
	}
	card := func(label string) int64 {
		return onPage(t, page, `<span class="label">`+label+`</span><span class="value">([\d,]+)`)
	}
	ledger := func(what string) int64 { return onPage(t, page, `<p class="sum-line">.*?([\d,]+) `+what) }

	for _, c := range []struct {
		what      string
		got, want int64
	}{
		{"failing: rows of records.csv", int64(len(records)), s.Failing},
		{"failing: failing_entities.csv", sum(t, findings, "records"), s.Failing},
		{"failing: summary.json", j.Report.Failing, s.Failing},
		{"failing: signatures and unknown in summary.json", signatures + j.Report.Unknown, s.Failing},
		{"failing: statuses in summary.json", j.Statuses["documented"] + j.Statuses["observed"] + j.Statuses["code"] + j.Statuses["text"] + j.Statuses["unknown"], s.Failing},
		{"failing: card", card("Records in error"), s.Failing},
		{"failing: heat table", onPage(t, page, `All maps and companies</th><td>([\d,]+)`), s.Failing},
		{"failing: title", onPage(t, page, `<title>.*: ([\d,]+) failing records`), s.Failing},
		{"unknown: unclassified.csv", sum(t, clusters, "records"), s.Unknown},
		{"unknown: summary.json", j.Report.Unknown, s.Unknown},
		{"unknown: page", onPage(t, page, `<p class="lead">([\d,]+) records in \d+ clusters? that no rule explains`), s.Unknown},
		{"fixes: failing_entities.csv", clear, sum(t, fixes, "records")},
		{"fixes: page", onPage(t, page, `fixes are for ([\d,]+) of`), sum(t, fixes, "records")},
		{"fixes: records without, page", onPage(t, page, `([\d,]+) failing records have no fix yet`), s.Failing - clear - muted},
		{"muted: verdict", onPage(t, page, `>([\d,]+) records are muted<`), muted},
		{"muted: section", onPage(t, page, `--fail-on for a while: ([\d,]+) failing records`), muted},
		{"muted: summary.json", j.Report.Muted, muted},
		{"changes: new", j.Changes.New + j.Unknown.New, new},
		{"changes: resolved", j.Changes.Resolved + j.Unknown.Resolved, resolved},
		{"rejects: rows of rejects.csv", int64(len(rejects)), s.Totals.Rejected},
		{"rejects: card", card("Rejected rows"), s.Totals.Rejected},
		{"rejects: page by reason", onPage(t, page, `reasons?, ([\d,]+) rows`), s.Totals.Rejected},
		{"ledger: read, inputs of summary.json", read, j.Totals.Read},
		{"ledger: both sums of summary.json", j.Totals.Loaded + j.Totals.Duplicates + j.Totals.Rejected + j.Totals.Filtered, j.Totals.Read},
		{"ledger: loaded in summary.json", j.Totals.OK + j.Totals.Classified + j.Totals.Unclassified, j.Totals.Loaded},
		{"ledger: read on the page", ledger("read"), j.Totals.Read},
		{"ledger: loaded on the page", ledger("loaded"), j.Totals.Loaded},
		{"ledger: duplicates on the page", ledger("duplicates"), j.Totals.Duplicates},
		{"ledger: filtered on the page", ledger("filtered"), j.Totals.Filtered},
		{"ledger: ok on the page", ledger("ok"), j.Totals.OK},
		{"ledger: classified on the page", ledger("classified"), j.Totals.Classified},
		{"ledger: unclassified on the page", ledger("unclassified"), j.Totals.Unclassified},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %d, want %d", c.what, c.got, c.want)
		}
	}
	var onTable int64
	for _, m := range regexp.MustCompile(`(?s)<tr id="f-.*?<td class="num">([\d,]+)</td>`).FindAllStringSubmatch(page, -1) {
		onTable += whole(t, m[1])
	}
	var inIncidents int64
	for _, b := range j.Incidents {
		inIncidents += b.Records
	}
	incidents := rows(t, out["incidents.csv"])
	if n := onPage(t, page, `([\d,]+) of [\d,]+ incidents?[:,]`); int(n) != len(incidents) || sum(t, incidents, "records") != inIncidents || j.IncidentCount != s.BurstCount {
		t.Errorf("incidents: %d on the page, %d rows of incidents.csv, %d of %d in summary.json", n, len(incidents), len(j.Incidents), j.IncidentCount)
	}
	var onTimeline int64
	for _, m := range regexp.MustCompile(`<tr><th scope="row"><time[^>]*>[^<]*</time></th><td class="num">([\d,]+)</td>`).FindAllStringSubmatch(page, -1) {
		onTimeline += whole(t, m[1])
	}
	left := onPage(t, page, `\(([\d,]+) failing\) lie`) + onPage(t, page, `\(([\d,]+) failing\) has no time`)
	if onTimeline != s.Failing-left {
		t.Errorf("failing: rows of the timeline and what it leaves out: got %d and %d, want %d", onTimeline, left, s.Failing)
	}
	if onTable != s.Failing {
		t.Errorf("failing: rows of the page's findings: got %d, want %d", onTable, s.Failing)
	}
}
