package summary

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dwtriage/ingest"
	"dwtriage/report/store/storetest"
)

// guests are names that are written without quotes, of different first words.
var guests = []string{"Adventure Works", "Alpine Ski House", "Bellows College", "Contoso", "Fabrikam", "Litware", "Margie Travel", "Northwind", "Proseware", "Tailspin Toys"}

// tierless are failures of a night in which guests from number from on and before number until have no tier, and another message.
func tierless(day string, id, from, until int) (lines []storetest.Line) {
	for i := from; i < until; i++ {
		lines = append(lines, failed(fmt.Sprintf("%s 02:%02d:00", day, i), "accounts", "Loyalty tier of %s could not be worked out", guests[i]))
	}
	lines = append(lines, failed(day+" 03:00:00", "accounts", "the crane is jammed"))
	for i := range lines {
		lines[i].ID, lines[i].Row, lines[i].File = uint16(id+i), int64(2+i), day+".csv"
	}
	return lines
}

// Messages of two nights that differ in names only are one failure, which is told so from the night on that shows it, of all nights: what was known by one name is not
// new by another.
func TestJoinedClustersOverNights(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
	first := loadRun(t, db, "", tierless("2026-11-20", 100, 0, 3))
	told := func(run int64) (list []string) {
		s := of(t, db, run)
		for _, c := range s.Clusters {
			list = append(list, fmt.Sprintf("%s: %s, %d records, %d messages", c.Change, c.Title, c.Records, c.Messages))
		}
		for _, c := range s.Changes {
			list = append(list, fmt.Sprintf("%s %s %d %d", c.Change, c.Title, c.Records, c.PreviousRecords))
		}
		slices.Sort(list)
		return list
	}
	apart := told(first)
	if len(apart) != 4 { // three guests and the crane
		t.Errorf("of three names: %q", apart)
	}
	second := loadRun(t, db, "", tierless("2026-11-21", 200, 3, 10))
	joined := []string{
		"ongoing: Loyalty tier of … could not be worked out, 7 records, 7 messages",
		"ongoing: the crane is jammed, 1 records, 1 messages",
	}
	if d := cmp.Diff(joined, told(second)); d != "" {
		t.Errorf("the second night (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]string{": Loyalty tier of … could not be worked out, 3 records, 3 messages", ": the crane is jammed, 1 records, 1 messages"}, told(first)); d != "" {
		t.Errorf("the first night, told again (-want +got):\n%s", d)
	}
	// One that does not fail any more is called by what its messages have in common, and not by the name in one of them.
	third := loadRun(t, db, "", tierless("2026-11-22", 300, 10, 10))
	if got := told(third); !slices.Contains(got, "quiet Unknown: Loyalty tier of … could not be worked out 0 0") {
		t.Errorf("the third night: %q", got)
	}
	// What is left of pruned nights is of the cluster, too.
	if _, err := db.Prune(t.Context(), time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC), nil, "dwtriage history prune", time.Now()); err != nil {
		t.Fatal(err)
	}
	fourth := loadRun(t, db, "", tierless("2026-11-23", 400, 9, 10)) // a name that only the pruned nights had
	if got := told(fourth); !slices.Contains(got, "ongoing: Loyalty tier of … could not be worked out, 1 records, 1 messages") {
		t.Errorf("after pruning: %q", got)
	}
}

// The messages of a cluster that fail most are named one by one, by their own text, most records first.
func TestLargestOfAJoinedCluster(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
	lines := tierless("2026-11-20", 100, 0, 10)
	for i := range 9 { // Northwind three times more, Litware twice, Contoso once; and three of another night
		name := []string{"Northwind", "Northwind", "Northwind", "Litware", "Litware", "Contoso", "Fabrikam", "Fabrikam", "Fabrikam"}[i]
		l := failed(fmt.Sprintf("2026-11-20 02:3%d:00", i), "accounts", "Loyalty tier of %s could not be worked out", name)
		if l.ID, l.Row, l.File = uint16(200+i), int64(100+i), "2026-11-20.csv"; i > 5 {
			l.File, l.At = "other.csv", fmt.Sprintf("2026-11-19 02:3%d:00", i)
		}
		lines = append(lines, l)
	}
	loadRun(t, db, "", lines[len(lines)-3:])
	// A rule that takes the message of a plug-in explains one of them: it is none of the cluster's.
	l := failed("2026-11-20 02:39:00", "accounts", "ISV code aborted the operation. Microsoft.Xrm.Sdk.InvalidPluginExecutionException: Loyalty tier of Wingtip Toys could not be worked out")
	l.ID, l.Row, l.File, l.Log = 300, 200, "2026-11-20.csv", ingest.PluginTrace
	lines = slices.Insert(lines, 0, l)
	s := of(t, db, loadRun(t, db, "", lines[:len(lines)-3]))
	c := s.Clusters[0]
	if len(s.Signatures) != 1 {
		t.Errorf("%d signatures, want one of the trace", len(s.Signatures))
	}
	var got []string
	for _, m := range c.Largest {
		got = append(got, fmt.Sprint(m.Records, " ", m.Text))
	}
	if len(got) != 5 || c.Messages != 10 || c.Records != 16 {
		t.Fatalf("%d messages, %d records, named: %q", c.Messages, c.Records, got)
	}
	for i, want := range []string{"4 Loyalty tier of Northwind", "3 Loyalty tier of Litware", "2 Loyalty tier of Contoso", "1 Loyalty tier of ", "1 Loyalty tier of "} {
		if !strings.HasPrefix(got[i], want) {
			t.Errorf("message %d: %q, want %q", i, got[i], want)
		}
	}
}

// A mute is of the messages that somebody saw: what was joined with them since is not muted, nor are they, and the mute says of which cluster they are.
func TestMuteOfAJoinedMessage(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "x.duckdb"))
	first := of(t, db, loadRun(t, db, "", tierless("2026-11-20", 100, 0, 3)))
	at := slices.IndexFunc(first.Clusters, func(c Cluster) bool { return strings.Contains(c.Title, guests[0]) })
	run := loadRun(t, db, "", tierless("2026-11-21", 200, 0, 10))
	cluster := of(t, db, run).Clusters[0]
	for _, muted := range []struct {
		id, cluster string
		records     int64
	}{{first.Clusters[at].TemplateID, cluster.TemplateID, 0}, {cluster.TemplateID, "", 10}} {
		m := withSite(t, "- mute: unknown/"+muted.id+"\n  reason: a guest of the house\n  owner: Mia\n  expires: 2999-01-01\n")
		s, err := Of(t.Context(), db, run, m)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Mutes[0]; got.Cluster != muted.cluster || got.Records != muted.records || s.Muted != muted.records {
			t.Errorf("mute of %s: cluster %q, %d records, %d muted; want %q, %d", muted.id, got.Cluster, got.Records, s.Muted, muted.cluster, muted.records)
		}
	}
}
