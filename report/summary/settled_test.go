package summary

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dwtriage/classify"
	"dwtriage/ingest"
	"dwtriage/report/store/storetest"
)

// saved is an ok record of dual-write of a row.
func saved(when, entity, key string) storetest.Line {
	return storetest.Line{At: when, Entity: entity, Key: key, Company: "USMF", Log: ingest.DualWrite}
}

// retryLines are rows of retry.csv as one text each.
func retryLines(t *testing.T, s *Summary) (out []string) {
	t.Helper()
	if err := s.EachRetry(func(r *Retry) error {
		out = append(out, fmt.Sprintf("%s %s: %d after %d", r.Key, r.Company, r.Records, r.AfterFix))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

// traced is a record of the plug-in traces.
func traced(l storetest.Line) storetest.Line {
	l.Log = ingest.PluginTrace
	return l
}

// lookUps is what a message says that looked up several rows of a table.
func lookUps(table string, keys ...string) (text string) {
	for _, key := range keys {
		text += "Unable to lookup " + table + " with values {" + key + "}."
	}
	return text
}

// What ok records show is not missing any more, and no row to save again.
func TestWhatCameIsNotMissing(t *testing.T) {
	const group = "CustCustomerGroupEntity"
	customer := func(when, key, needs string) storetest.Line {
		return keyed(key, failed(when, "CustCustomerV3Entity", noGroup, needs))
	}
	waits := func(key string) []string { return []string{key + " USMF: 1 after 1"} }
	six := keyed("C1", failed("01:00:00", "CustCustomerV3Entity", "Unable to write data to entity accounts.%sWrites to CustCustomerV3Entity failed", lookUps("msdyn_customergroups", "1", "2", "3", "4", "5", "6")))
	const still, came = "Create", "Save again what failed in 1 record: what it looked up is there since 02:00."
	for _, c := range []struct {
		name    string
		lines   []storetest.Line
		missing int
		first   string // how the first fix begins
		retries []string
	}{
		{"the row came", []storetest.Line{customer("01:00:00", "C1", "80"), saved("02:00:00", group, "80"), saved("03:00:00", group, "80")}, 0, came, waits("C1")},
		{"its company is printed before its key", []storetest.Line{customer("01:00:00", "C1", "80"), saved("02:00:00", group, "usmf,80")}, 0, came, waits("C1")},
		{"its company is in small letters", []storetest.Line{customer("01:00:00", "C1", "80"), in("usmf", saved("02:00:00", group, "80"))}, 0, came, waits("C1")},
		{"it is missed again by its company in small letters", []storetest.Line{customer("01:00:00", "C1", "80"), saved("02:00:00", group, "80"), in("usmf", customer("03:00:00", "C2", "80"))}, 1, still,
			[]string{"C1 USMF: 1 after 1", "C2 USMF: 1 after 1"}},
		{"its key has two columns", []storetest.Line{customer("01:00:00", "C1", "A,B"), saved("02:00:00", group, "A, B")}, 0, came, waits("C1")},
		{"the same, with blanks where it is missed", []storetest.Line{customer("01:00:00", "C1", "A, B"), saved("02:00:00", group, "usmf,A,B")}, 0, came, waits("C1")},
		{"its key is in other letters", []storetest.Line{customer("01:00:00", "C1", "us-80\u00fc"), saved("02:00:00", group, "US-80u\u0308")}, 0, came, waits("C1")},
		{"the log calls its map", []storetest.Line{customer("01:00:00", "C1", "80"), saved("02:00:00", "Customer groups", "80")}, 0, came, waits("C1")},
		{"before it was missed", []storetest.Line{saved("00:30:00", group, "80"), customer("01:00:00", "C1", "80")}, 1, still, waits("C1")},
		{"it is missed again", []storetest.Line{customer("01:00:00", "C1", "80"), saved("02:00:00", group, "80"), customer("03:00:00", "C2", "80")}, 1, still,
			[]string{"C1 USMF: 1 after 1", "C2 USMF: 1 after 1"}},
		{"another key", []storetest.Line{customer("01:00:00", "C1", "80"), saved("02:00:00", group, "81")}, 1, still, waits("C1")},
		{"another map", []storetest.Line{customer("01:00:00", "C1", "80"), saved("02:00:00", "VendVendorV2Entity", "80")}, 1, still, waits("C1")},
		{"another company", []storetest.Line{customer("01:00:00", "C1", "80"), in("DEMF", saved("02:00:00", group, "80"))}, 1, still, waits("C1")},
		{"of no company", []storetest.Line{customer("01:00:00", "C1", "80"), in("", saved("02:00:00", group, "80"))}, 0, came, waits("C1")},
		{"for a record of no company", []storetest.Line{in("", customer("01:00:00", "C1", "80")), saved("02:00:00", group, "80")}, 0, came, []string{"C1 : 1 after 1"}},
		{"of one of two companies", []storetest.Line{customer("01:00:00", "C1", "80"), in("DEMF", customer("01:00:00", "C2", "80")), in("", customer("01:00:00", "C3", "80")), saved("02:00:00", group, "80")},
			1, still, []string{"C2 DEMF: 1 after 1", "C3 : 1 after 1", "C1 USMF: 1 after 2"}},
		{"of both companies", []storetest.Line{customer("01:00:00", "C1", "80"), in("DEMF", customer("01:00:00", "C2", "80")), in("", customer("01:00:00", "C3", "80")), saved("02:00:00", group, "80"), in("DEMF", saved("02:00:00", group, "80"))},
			0, "Save again what failed in 3 records: what they looked up is there since 02:00.", []string{"C1 USMF: 1 after 1", "C2 DEMF: 1 after 1", "C3 : 1 after 1"}},
		{"a plug-in ran on it", []storetest.Line{customer("01:00:00", "C1", "80"), {At: "02:00:00", Entity: group, Key: "80", Company: "USMF", Log: ingest.PluginTrace}}, 1, still, waits("C1")},
		{"one of two rows", []storetest.Line{keyed("O1", failed("01:00:00", "salesorders", noCustomer, "C1", "80")), saved("02:00:00", group, "80")}, 1, "Create or synchronize first: customer C1", waits("O1")},
		{"both rows", []storetest.Line{keyed("O1", failed("01:00:00", "salesorders", noCustomer, "C1", "80")), saved("02:00:00", group, "80"), saved("02:00:00", "accounts", "C1")}, 0, came, waits("O1")},
		{"of six rows the four that have names here", []storetest.Line{six, saved("02:00:00", group, "1"), saved("02:00:00", group, "2"), saved("02:00:00", group, "3"), saved("02:00:00", group, "4")}, 0,
			"Create or synchronize first: the row that the look-up names.", waits("C1")},
		{"of six rows three", []storetest.Line{six, saved("02:00:00", group, "1"), saved("02:00:00", group, "2"), saved("02:00:00", group, "3")}, 1, "Create or synchronize first: the row that the look-up names.", []string{"C1 USMF: 1 after 2"}},
		{"a record that does not say which row it is of", []storetest.Line{traced(customer("01:00:00", "", "80")), saved("02:00:00", group, "80")}, 0, "What the record looked up is there since 02:00; it does not say which row it is of.", nil},
		{"beside one that does", []storetest.Line{traced(customer("01:00:00", "", "80")), customer("01:00:00", "C1", "80"), saved("02:00:00", group, "80")}, 0,
			"Save again what failed in 1 record: what it looked up is there since 02:00; 1 other does not say which row it is of.", waits("C1")},
		{"two ways to write a row", []storetest.Line{customer("01:00:00", "c-1", "80"), customer("01:01:00", "C-1", "80")}, 1, still, []string{"c-1 USMF: 2 after 1"}},
		{"the record is saved", []storetest.Line{customer("01:00:00", "C1", "80"), saved("02:00:00", "CustCustomerV3Entity", "C1")}, 0, "Nothing to save again: the row of the record is saved since 02:00.", nil},
		{"the record is saved in another company", []storetest.Line{customer("01:00:00", "C1", "80"), in("DEMF", saved("02:00:00", "CustCustomerV3Entity", "C1"))}, 1, still, waits("C1")},
		{"the record is saved, its company in small letters", []storetest.Line{customer("01:00:00", "C1", "80"), in("usmf", saved("02:00:00", "CustCustomerV3Entity", "C1"))}, 0, "Nothing to save again: the row of the record is saved since 02:00.", nil},
		{"the record is saved, its company beside its key", []storetest.Line{customer("01:00:00", "C1", "80"), saved("02:00:00", "CustCustomerV3Entity", "C1, usmf")}, 0, "Nothing to save again: the row of the record is saved since 02:00.", nil},
		{"the record had its company beside its key", []storetest.Line{customer("01:00:00", "usmf|C1", "80"), saved("02:00:00", "CustCustomerV3Entity", "C1")}, 0, "Nothing to save again: the row of the record is saved since 02:00.", nil},
		{"its description is printed behind its key", []storetest.Line{customer("01:00:00", "C1", "80"), saved("02:00:00", group, "80, Retail, usmf")}, 0, came, waits("C1")},
		{"another key with a description", []storetest.Line{customer("01:00:00", "C1", "80"), saved("02:00:00", group, "81, Retail")}, 1, still, waits("C1")},
		{"the record is saved with a description", []storetest.Line{customer("01:00:00", "C1", "80"), saved("02:00:00", "CustCustomerV3Entity", "C1, Contoso Retail")}, 0, "Nothing to save again: the row of the record is saved since 02:00.", nil},
		{"the record had a description", []storetest.Line{customer("01:00:00", "C1, Contoso Retail", "80"), saved("02:00:00", "CustCustomerV3Entity", "C1")}, 0, "Nothing to save again: the row of the record is saved since 02:00.", nil},
		{"the record fails again", []storetest.Line{customer("01:00:00", "C1", "80"), saved("02:00:00", "CustCustomerV3Entity", "C1"), customer("03:00:00", "C1", "80")}, 1, still, waits("C1")},
		{"one is saved", []storetest.Line{customer("01:00:00", "C1", "80"), customer("01:00:00", "C2", "80"), saved("02:00:00", group, "80"), saved("02:10:00", "CustCustomerV3Entity", "C2")},
			0, "Save again what failed in 1 record: what it looked up is there since 02:00; the row of 1 other is saved.", waits("C1")},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := load(t, open(t, filepath.Join(t.TempDir(), "x.duckdb")), numbered(c.lines...))
			if got := missingLines(t, s); len(got) != c.missing {
				t.Errorf("missing %q, want %d", got, c.missing)
			}
			if got := s.Fixes[0].Summary; !strings.HasPrefix(got, c.first) {
				t.Errorf("the first fix is %q, want %q", got, c.first)
			}
			if d := cmp.Diff(c.retries, retryLines(t, s)); d != "" {
				t.Errorf("retry.csv (-want +got)\n%s", d)
			}
			checkFixesOfMissing(t, s)
			var sum int64
			for _, f := range s.Fixes {
				sum += f.Records
			}
			if sum != s.Failing {
				t.Errorf("fixes are for %d records, want each of the %d once", sum, s.Failing)
			}
		})
	}
}

// What failed of anything and was saved is no row to save again, and the fix of its rule neither counts nor names it.
func TestSavedOfAnyFailure(t *testing.T) {
	noRead := strings.ReplaceAll(refused, "prvRead", "prvWrite")
	failing := []storetest.Line{keyed("70", failed("01:00:00", "msdyn_customergroups", refused)), keyed("80", failed("01:10:00", "msdyn_customergroups", "%s", noRead)), keyed("81", failed("01:20:00", "msdyn_customergroups", "%s", noRead))}
	row := func(key string) storetest.Line { return saved("01:30:00", "msdyn_customergroups", key) }
	for _, c := range []struct {
		name    string
		saved   []storetest.Line
		fixes   []string
		names   string // what the first step but for the settled fix names
		retries []string
	}{
		{"none", nil, []string{"3 from 01:00 to 01:20, 0 saved"}, "prvRead", []string{"70 USMF: 1 after 1", "80 USMF: 1 after 1", "81 USMF: 1 after 1"}},
		{"one", []storetest.Line{row("70")}, []string{"2 from 01:10 to 01:20, 0 saved", "1 from 01:00 to 01:00, 1 saved"}, "prvWrite", []string{"80 USMF: 1 after 1", "81 USMF: 1 after 1"}},
		{"all", []storetest.Line{row("70"), row("80"), row("81")}, []string{"3 from 01:00 to 01:20, 3 saved"}, "", nil},
		{"before it failed", []storetest.Line{saved("00:30:00", "msdyn_customergroups", "70")}, []string{"3 from 01:00 to 01:20, 0 saved"}, "prvRead", []string{"70 USMF: 1 after 1", "80 USMF: 1 after 1", "81 USMF: 1 after 1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := load(t, open(t, filepath.Join(t.TempDir(), "x.duckdb")), numbered(slices.Concat(failing, c.saved)...))
			if d := cmp.Diff(c.retries, retryLines(t, s)); d != "" {
				t.Errorf("retry.csv (-want +got)\n%s", d)
			}
			for _, sig := range s.Signatures {
				if all := len(sig.Ranks) == 1 && s.Fixes[sig.Ranks[0]-1].Settled; all != strings.HasPrefix(sig.Fix.Summary, "Nothing to save again") {
					t.Errorf("all rows of a signature are saved: %t, and its fix is %q", all, sig.Fix.Summary)
				}
			}
			var got []string
			texts := ""
			for _, f := range s.Fixes {
				got = append(got, fmt.Sprintf("%d from %s to %s, %d saved", f.Records, f.FirstSeen.Format("15:04"), f.LastSeen.Format("15:04"), f.Saved))
				if f.Settled != (f.Saved > 0) || f.Settled != f.PassesByItself() {
					t.Errorf("%q is settled: %t, passes by itself: %t", f.Summary, f.Settled, f.PassesByItself())
				}
				if done := f.Settled && !strings.HasPrefix(f.Summary, "Save again"); done != f.LeavesNothing() || done != (f.Role == "nobody") || done != (f.Retry == "no") {
					t.Errorf("%q leaves nothing: %t, and is for %s, retry %s", f.Summary, f.LeavesNothing(), f.Role, f.Retry)
				}
				if !f.Settled {
					texts += f.Summary + strings.Join(f.Steps, " ") + f.Cause
				}
			}
			if d := cmp.Diff(c.fixes, got); d != "" {
				t.Errorf("fixes (-want +got)\n%s", d)
			}
			if c.names == "" && texts != "" || !strings.Contains(texts, c.names) || c.names == "prvWrite" && strings.Contains(texts, "prvRead") {
				t.Errorf("what is to be mended should name %q: %s", c.names, texts)
			}
		})
	}
}

// The key that only the message of a failure names is that of its row, too.
func TestSavedOfKeyInTheMessage(t *testing.T) {
	failing := failed("01:00:00", "CustCustomerV3Entity", "Cannot create customer with account number 'C-1' with same party number as prospect 'P-2'. The customer and prospect should have the same account number.")
	failing.Log = ingest.DualWrite
	for key, want := range map[string]int64{"C-1": 1, "C-1, Contoso Retail": 1, "P-2": 0} {
		s := load(t, open(t, filepath.Join(t.TempDir(), "x.duckdb")), numbered(failing, saved("02:00:00", "CustCustomerV3Entity", key)))
		if len(s.Fixes) != 1 || s.Fixes[0].Saved != want {
			t.Errorf("saved as %q: %+v, want %d saved", key, s.Fixes, want)
		}
	}
}

// A fix that leaves nothing to do stands behind those that do.
func TestSavedStandLast(t *testing.T) {
	done := &Fix{Signature: "a", Tier: classify.RepeatOnly, Settled: true, Records: 9, Saved: 9}
	plan, err := ranked(t.Context(), storetest.Matcher(), []*Fix{done, {Signature: "b", Tier: classify.RepeatOnly, Records: 2}}, nil)
	if err != nil || plan[0].Signature != "b" || plan[1].Signature != "a" {
		t.Errorf("the plan is %v (%v)", plan, err)
	}
}

// Of random nights, each missing row and each row to save again is one that looking through the records one by one finds.
func TestSettledIsWhatLookingThroughFinds(t *testing.T) {
	rounds := 4
	if *full {
		rounds = 60
	}
	for seed := range rounds {
		r := rand.New(rand.NewPCG(uint64(seed), 5))
		var lines []storetest.Line
		for range 40 {
			when := fmt.Sprintf("01:%02d:00", r.IntN(60))
			company := []string{"USMF", "DEMF"}[r.IntN(2)]
			key, needs := fmt.Sprint("C", r.IntN(6)), fmt.Sprint("G", r.IntN(3))
			l := keyed(key, failed(when, "CustCustomerV3Entity", noGroup, needs))
			switch r.IntN(4) {
			case 0:
				l = saved(when, "CustCustomerV3Entity", key)
			case 1:
				l = saved(when, "CustCustomerGroupEntity", needs)
			}
			lines = append(lines, in(company, l))
		}
		wantMissing, wantRetries := lookThrough(lines)
		s := load(t, open(t, filepath.Join(t.TempDir(), "x.duckdb")), numbered(lines...))
		var gotMissing, gotRetries []string
		if s.EachMissing != nil {
			if err := s.EachMissing(func(m *MissingRow) error {
				gotMissing = append(gotMissing, fmt.Sprint(m.Key, " ", m.Company, " ", m.Records))
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.EachRetry(func(x *Retry) error {
			gotRetries = append(gotRetries, fmt.Sprint(x.Key, " ", x.Company, " ", x.Records, " ", s.Fixes[x.AfterFix-1].Settled))
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		slices.Sort(gotMissing)
		slices.Sort(gotRetries)
		if d := cmp.Diff(wantMissing, gotMissing); d != "" {
			t.Errorf("seed %d, missing.csv (-want +got)\n%s", seed, d)
		}
		if d := cmp.Diff(wantRetries, gotRetries); d != "" {
			t.Errorf("seed %d, retry.csv (-want +got)\n%s", seed, d)
		}
	}
}

// lookThrough is the slow twin of what the database finds: the missing rows, and the rows to save again with whether that can be done at once.
func lookThrough(lines []storetest.Line) (missing, retries []string) {
	type row struct{ key, company string }
	needs := func(l storetest.Line) row {
		_, rest, _ := strings.Cut(l.Err, "{")
		key, _, _ := strings.Cut(rest, "}")
		return row{key, l.Company}
	}
	lastMissed, lastCame := make(map[row]string), make(map[row]string)
	for _, l := range lines {
		if l.Err != "" {
			lastMissed[needs(l)] = max(lastMissed[needs(l)], l.At)
		} else {
			of := row{l.Key, l.Company}
			lastCame[of] = max(lastCame[of], l.At)
		}
	}
	waiting, again, later := make(map[row]int), make(map[row]int), make(map[row]bool)
	for _, l := range lines {
		if of := (row{l.Key, l.Company}); l.Err != "" && lastCame[of] <= l.At {
			again[of]++
			if n := needs(l); lastCame[n] <= lastMissed[n] {
				waiting[n]++
				later[of] = true
			}
		}
	}
	for of, n := range waiting {
		missing = append(missing, fmt.Sprint(of.key, " ", of.company, " ", n))
	}
	for of, n := range again {
		// The fix for what came stands behind that for the missing rows, so a row that waits for both is behind the later one.
		at := slices.ContainsFunc(lines, func(l storetest.Line) bool {
			n := needs(l)
			return l.Err != "" && row{l.Key, l.Company} == of && lastCame[of] <= l.At && lastCame[n] > lastMissed[n]
		})
		retries = append(retries, fmt.Sprint(of.key, " ", of.company, " ", n, " ", at))
	}
	slices.Sort(missing)
	slices.Sort(retries)
	return missing, retries
}

// A settled fix says what is left to do, and when, with the day where that is another one than that of the last failure.
func TestStepsOfWhatCame(t *testing.T) {
	f := Fix{Records: 3, Saved: 1, LastSeen: time.Date(2026, 11, 22, 23, 50, 0, 0, time.UTC)}
	f.tellSettled(&Timeline{}, time.Date(2026, 11, 23, 0, 10, 0, 0, time.UTC), time.Date(2026, 11, 22, 23, 55, 0, 0, time.UTC))
	want := []string{
		"Save again what failed in 2 records: what they looked up is there since 23 Nov 00:10; the row of 1 other is saved.",
		"Save the rows again that retry.csv lists after this fix, in its order. What the 2 records of this fix looked up has a later record that is ok, the last at 23 Nov 00:10. A row that waits for one of these rows, too, stands behind it.",
		"Nothing is to be done for 1 record: its own row has a later record that is ok, the last at 23:55.",
	}
	if d := cmp.Diff(want, append([]string{f.Summary}, f.Steps...)); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

// Of a row that also fails for something else nothing says that it can be saved again at once, and the error queue forgets what is left to save, not what is saved.
func TestHeldBySomethingElse(t *testing.T) {
	const group = "CustCustomerGroupEntity"
	came := saved("02:00:00", group, "80")
	customer := func(when, key string) storetest.Line {
		return keyed(key, failed(when, "CustCustomerV3Entity", noGroup, "80"))
	}
	other := strings.NewReplacer("msdyn_customergroups", "accounts", "CustCustomerGroupEntity", "CustCustomerV3Entity").Replace(refused)
	also := func(when, key string) storetest.Line {
		return keyed(key, failed(when, "CustCustomerV3Entity", "%s", other))
	}
	for _, c := range []struct {
		name    string
		lines   []storetest.Line
		atOnce  int64
		summary string
		purged  string
		steps   int
	}{
		{"one of one", []storetest.Line{customer("01:00:00", "C1"), also("03:00:00", "C1")}, 0,
			"What the record looked up is there since 02:00, but its row failed of something else, too.", "01:00 01:00", 2},
		{"before", []storetest.Line{also("00:30:00", "C1"), customer("01:00:00", "C1")}, 0,
			"What the record looked up is there since 02:00, but its row failed of something else, too.", "01:00 01:00", 2},
		{"one of two", []storetest.Line{customer("01:00:00", "C1"), customer("01:10:00", "C2"), also("03:00:00", "C1")}, 1,
			"Save again what failed in 1 record: what it looked up is there since 02:00; the row of 1 other failed of something else, too.", "01:00 01:10", 2},
		{"one is saved", []storetest.Line{customer("01:00:00", "C0"), customer("01:00:01", "C1"), customer("01:10:00", "C2"), also("03:00:00", "C1"), saved("03:10:00", "CustCustomerV3Entity", "C0")}, 1,
			"Save again what failed in 1 record: what it looked up is there since 02:00; the row of 1 other failed of something else, too; the row of 1 other is saved.", "01:00 01:10", 3},
		{"one is saved, and fails again", []storetest.Line{customer("01:00:00", "C0"), saved("01:30:00", "CustCustomerV3Entity", "C0"), also("03:00:00", "C0"), customer("01:10:00", "C2")}, 1,
			"Save again what failed in 1 record: what it looked up is there since 02:00; the row of 1 other is saved, but it failed again.", "01:10 01:10", 2},
		{"all are saved, and one fails again", []storetest.Line{customer("01:00:00", "C0"), customer("01:00:00", "C1"), saved("01:30:00", "CustCustomerV3Entity", "C0"), saved("01:30:00", "CustCustomerV3Entity", "C1"), also("03:00:00", "C0")}, 0,
			"The rows of 2 records are saved since 01:30, but 1 of them failed again.", "", 2},
		{"saved under another name of its map", []storetest.Line{{At: "00:50:00", Entity: "Customers V3", Key: "C0", Company: "USMF", Err: other}, customer("01:00:00", "C0"), saved("01:30:00", "CustCustomerV3Entity", "C0")}, 0,
			"Nothing to save again: the row of the record is saved since 01:30.", "", 1},
		{"its message names no map", []storetest.Line{customer("01:00:00", "C1"), keyed("C1", failed("03:00:00", "accounts", "A validation error occurred. A string value provided is too long."))}, 0,
			"What the record looked up is there since 02:00, but its row failed of something else, too.", "01:00 01:00", 2},
		{"saved, and fails again without a map", []storetest.Line{customer("01:00:00", "C1"), saved("01:30:00", "CustCustomerV3Entity", "C1"), keyed("C1", failed("03:00:00", "accounts", "A validation error occurred. A string value provided is too long."))}, 0,
			"The row of the record is saved since 01:30, but it failed again.", "", 1},
		{"without a time", []storetest.Line{customer("01:00:00", "C1"), saved("01:30:00", "CustCustomerV3Entity", "C1"), also("", "C1")}, 0,
			"Nothing to save again: the row of the record is saved since 01:30.", "", 1},
		{"its company in small letters", []storetest.Line{customer("01:00:00", "C1"), in("usmf", also("03:00:00", "C1"))}, 0,
			"What the record looked up is there since 02:00, but its row failed of something else, too.", "01:00 01:00", 2},
		{"of another company", []storetest.Line{customer("01:00:00", "C1"), in("DEMF", also("03:00:00", "C1"))}, 1,
			"Save again what failed in 1 record: what it looked up is there since 02:00.", "01:00 01:00", 1},
		{"that is saved itself", []storetest.Line{customer("01:00:00", "C1"), also("01:01:00", "C1"), saved("03:10:00", "CustCustomerV3Entity", "C1")}, 0,
			"Nothing to save again: the row of the record is saved since 03:10.", "", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := load(t, open(t, filepath.Join(t.TempDir(), "x.duckdb")), numbered(append(c.lines, came)...))
			at := slices.IndexFunc(s.Fixes, func(f Fix) bool {
				return f.Settled && strings.HasPrefix(f.Signature, "dw-lookup") || f.Settled && len(s.Fixes) == 1
			})
			if at < 0 {
				t.Fatalf("no fix of what came: %+v", s.Fixes)
			}
			f, purged := s.Fixes[at], ""
			if !f.Purged.From.IsZero() {
				purged = f.Purged.From.Add(-queueDay).Format("15:04 ") + f.Purged.Until.Add(-queueDay).Format("15:04")
			}
			if f.AtOnce() != c.atOnce || !strings.HasSuffix(f.Summary, c.summary) || purged != c.purged || len(f.Steps) != c.steps {
				t.Errorf("%d at once, failed %q, %d steps, %q;\nwant %d, %q, %d, %q", f.AtOnce(), purged, len(f.Steps), f.Summary, c.atOnce, c.purged, c.steps, c.summary)
			}
		})
	}
}
