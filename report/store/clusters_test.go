package store

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dwtriage/classify"
	"dwtriage/report/store/storetest"
)

// namedMessages are failures of a site's own plug-ins that say names without quotes, some of so few that none of them can be told from a word.
func namedMessages() (list []string) {
	names := []string{"Adventure Works", "Alpine Ski House", "Bellows College", "Contoso", "Contoso Retail", "Contoso Suites", "Contoso & Sons", "Contoso Pharma", "Fabrikam", "Litware", "Margie Travel", "Northwind"}
	for i, name := range names {
		list = append(list,
			"Loyalty tier of "+name+" could not be worked out", // of ten first words: a name
			"Parcel of "+name+" is heavier than "+names[(i*5+3)%len(names)]+" takes",
			"Shop "+name+" has closed its books for now",                               // what begins a sentence is none, what follows is
			fmt.Sprintf("The lane for Dock %c is full of parcels", 'A'+i),              // behind one first word
			"user clerk"+string(rune('a'+i))+"@contoso.example has no key to the till", // addresses
		)
	}
	for _, kind := range []string{"Tier", "Badge", "Voucher"} {
		list = append(list, "The "+kind+" was not handed to a guest of the house") // three things, three failures
	}
	for i, answer := range []string{"Timeout", "Forbidden", "Conflict", "Throttled", "Gone", "Unauthorized", "Moved", "Locked", "Unknown", "Teapot"} {
		list = append(list, "the bank of the shop answered "+answer+" to the order of the day") // ten answers, ten failures
		for j := range 2 {
			list = append(list, "the lock of the chest gave back "+string(rune('A'+2*i+j))+"ndrew in the morning") // twenty people
		}
	}
	return append(list, "Fabrikam is late", "Contoso is late", "no name stands in this message at all")
}

// linesOf are records with these messages, numbered from first.
func linesOf(file string, first int, messages []string) (lines []storetest.Line) {
	for i, m := range messages {
		lines = append(lines, storetest.Line{ID: uint16(first + i), File: file, Row: int64(2 + i), Err: m, Entity: "Loyalty", At: fmt.Sprintf("%02d:%02d:00", (first+i)/60, (first+i)%60)})
	}
	return lines
}

// slowClusters says of each message which text its cluster has, by the rule that sql/join.sql follows, in so many loops.
func slowClusters(messages []string) map[string]string {
	templates, places := make(map[string][]byte), make(map[string][]string)
	for _, m := range messages {
		t := classify.Template(nil, []byte(m), []byte("Loyalty"), nil)
		templates[m], places[m] = t, strings.Fields(string(classify.AppendNames(nil, t)))
	}
	clusters := make(map[string]string)
	for _, m := range messages {
		joined := ""
		for at := 1; at < len(places[m]); at++ {
			first, rest, _ := strings.Cut(places[m][at], ".")
			firsts, followed, rests := make(map[string]bool), make(map[string]bool), make(map[string]bool)
			for _, o := range places {
				if len(o) == 0 || o[0] != places[m][0] {
					continue
				}
				f, r, _ := strings.Cut(o[at], ".")
				if firsts[f] = true; r != "" {
					followed[f] = true
				}
				if f == first && r != "" {
					rests[r] = true
				}
			}
			switch {
			case len(firsts) >= 20, len(firsts) >= 8 && len(followed) >= 2:
				joined += "2"
			case len(rests) >= 5 && rest != "":
				joined += "1"
			default:
				joined += "0"
			}
		}
		clusters[m] = string(classify.MaskNames(templates[m], joined))
	}
	return clusters
}

// clustersOf are the clusters of an archive: the messages of each, sorted, by id.
func clustersOf(t *testing.T, db *DB) map[string]string {
	t.Helper()
	found := make(map[string]string)
	for _, line := range list(t, db, "SELECT template_id || ' ' || string_agg(DISTINCT error_text, '|' ORDER BY error_text) FROM dw.v_records WHERE outcome = 'error' GROUP BY template_id") {
		id, messages, _ := strings.Cut(line, " ")
		found[id] = messages
	}
	return found
}

func TestClustersAreASet(t *testing.T) {
	messages := namedMessages()
	all := linesOf("all.csv", 0, messages)
	whole := openTest(t, filepath.Join(t.TempDir(), "whole.duckdb"))
	load(t, whole, all)
	want := clustersOf(t, whole)

	slow := make(map[string][]string)
	for m, text := range slowClusters(messages) {
		slow[text] = append(slow[text], m)
	}
	var expected []string
	for _, members := range slow {
		slices.Sort(members)
		expected = append(expected, strings.Join(members, "|"))
	}
	if got := slices.Sorted(maps.Values(want)); !slices.Equal(got, slices.Sorted(slices.Values(expected))) {
		t.Errorf("clusters:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(slices.Sorted(slices.Values(expected)), "\n"))
	}
	if n := len(want); n != 5+1+6+10 { // tiers, parcels, shops, docks and clerks; people; what else there is; answers
		t.Errorf("%d clusters", n)
	}

	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 12))
		db := openTest(t, filepath.Join(t.TempDir(), "cut.duckdb"))
		lines := slices.Clone(all)
		r.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		earlier := make(map[string]string) // ids that were printed, and a message of each
		var runs []int64
		for rest := lines; len(rest) > 0; {
			n := min(1+r.IntN(20), len(rest))
			part := slices.Concat(rest[:n], lines[:r.IntN(3)]) // some once more
			for i := range part {
				part[i].File, part[i].Row = fmt.Sprint(len(runs), ".csv"), int64(i+2)
			}
			runs = append(runs, load(t, db, part).id)
			rest = rest[n:]
			for id, members := range clustersOf(t, db) {
				earlier[id], _, _ = strings.Cut(members, "|")
			}
		}
		if got := clustersOf(t, db); !maps.Equal(got, want) {
			t.Errorf("seed %d: clusters %v, want %v", seed, got, want)
		}
		for id, message := range earlier {
			now, err := db.ClusterOf(t.Context(), id)
			if err != nil || !slices.Contains(strings.Split(want[now], "|"), message) {
				t.Errorf("seed %d: %s, once the cluster of %q, leads to %s (%v)", seed, id, message, now, err)
			}
		}
		// Without the records of some runs the archive is as if they had never been loaded.
		for _, run := range runs[:len(runs)/2] {
			if err := db.Forget(t.Context(), run); err != nil {
				t.Fatal(err)
			}
		}
		left := list(t, db, "SELECT error_text FROM dw.records ORDER BY 1")
		fresh := openTest(t, filepath.Join(t.TempDir(), "fresh.duckdb"))
		load(t, fresh, linesOf("left.csv", 0, left))
		if got, want := clustersOf(t, db), clustersOf(t, fresh); !maps.Equal(got, want) {
			t.Errorf("seed %d: after forgetting: clusters %v, want %v", seed, got, want)
		}
	}
}

// What history prune leaves of messages counts for what is a name, and goes by the cluster that they are of.
func TestClustersOfPruned(t *testing.T) {
	messages := namedMessages()
	db := openTest(t, filepath.Join(t.TempDir(), "pruned.duckdb"))
	load(t, db, linesOf("old.csv", 0, messages[:len(messages)/2]))
	if _, err := db.Prune(t.Context(), time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), nil, "prune", time.Now()); err != nil {
		t.Fatal(err)
	}
	if n := list(t, db, "SELECT count(*)::VARCHAR FROM dw.records"); n[0] != "0" {
		t.Fatalf("%s records after pruning", n[0])
	}
	later := linesOf("new.csv", 500, messages[len(messages)/2:])
	for i := range later {
		later[i].At = "2026-11-25 " + later[i].At
	}
	load(t, db, later)
	whole := openTest(t, filepath.Join(t.TempDir(), "whole.duckdb"))
	load(t, whole, linesOf("all.csv", 0, messages))
	const ids = "SELECT DISTINCT signature FROM dw.%s WHERE starts_with(signature, 'unknown/') ORDER BY 1"
	got := list(t, db, "SELECT DISTINCT signature FROM (SELECT signature FROM dw.v_pruned UNION ALL SELECT signature FROM dw.v_findings) WHERE starts_with(signature, 'unknown/') ORDER BY 1")
	if want := list(t, whole, fmt.Sprintf(ids, "v_findings")); !slices.Equal(got, want) {
		t.Errorf("clusters of what was pruned and what is there: %q, want %q", got, want)
	}
}

// What is joined is a function of the records, and check holds the table to it.
func TestCheckFindsOtherClusters(t *testing.T) {
	for _, change := range []string{"DELETE FROM dw.clusters WHERE template_id = (SELECT min(template_id) FROM dw.clusters)", "UPDATE dw.clusters SET cluster_id = 't-000000000001' WHERE template_id = (SELECT min(template_id) FROM dw.clusters)",
		"INSERT INTO dw.clusters VALUES ('t-000000000001', 't-000000000002', '2')"} {
		path := seeded(t, func(db *DB) {
			load(t, db, linesOf("names.csv", 0, namedMessages()))
			execute(t, db, change)
		})
		if text := strings.Join(problems(t, path), "\n"); !strings.Contains(text, "of clusters are not what the messages") {
			t.Errorf("%s: found %q", change, text)
		}
	}
}
