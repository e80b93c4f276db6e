package classify

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/google/go-cmp/cmp"

	"dwtriage/ingest"
	"dwtriage/rules"
)

// builtIn are the rules of the program, each a copy that a test may change.
func builtIn(t *testing.T) *Set {
	t.Helper()
	set, err := Load([]Layer{{FS: rules.FS, Name: "rules"}}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// otherwise is the set with other rules: each as change makes it, and without those of which change makes nil.
func otherwise(t *testing.T, set *Set, change func(r Rule) *Rule) *Matcher {
	t.Helper()
	other := *set
	other.Rules = nil
	for _, r := range set.Rules {
		if r := change(*r); r != nil {
			other.Rules = append(other.Rules, r)
		}
	}
	m, err := Compile(&other, rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// sieved are texts of every kind: the examples of every rule, alone, framed, beside another error, one in the trace, too long for one budget, and unknown ones.
func sieved(set *Set) (rows []testRow) {
	for i, r := range set.Rules {
		for _, ex := range r.Examples.Match {
			log := ex.Log
			if log == "" {
				log = r.Logs[0]
			}
			other := set.Rules[(i*7+3)%len(set.Rules)].Examples.Match[0].Text
			rows = append(rows,
				testRow{log: log, errText: ex.Text, outcome: ingest.Error},
				testRow{log: log, errText: `Unable to write data to entity accounts. Writes to CustCustomerV3Entity failed with error message "` + ex.Text + `"`, outcome: ingest.Error},
				testRow{log: log, errText: ex.Text + " ---> " + other, outcome: ingest.Error},
				testRow{log: ingest.PluginTrace, errText: "größer als " + r.ID, trace: ex.Text, outcome: ingest.Error})
		}
		for _, text := range r.Examples.NoMatch {
			rows = append(rows, testRow{log: r.Logs[0], errText: text, outcome: ingest.Error})
		}
	}
	return append(rows, testRow{log: ingest.DualWrite, errText: set.Rules[0].Examples.Match[0].Text + strings.Repeat(" the dock is shut", 2000), outcome: ingest.Error},
		testRow{log: ingest.DualWrite, errText: "the dock is shut", outcome: ingest.Error})
}

// verdictsOf are the verdicts of rows, each as one text, and their signatures.
func verdictsOf(m *Matcher, rows []testRow) (verdicts []string, signatures [][]string) {
	b := batchOf(memory.DefaultAllocator, rows)
	defer b.Release()
	m.Classify(b, memory.DefaultAllocator)
	for i := range rows {
		var row []string
		for col := ingest.NumColumns; col < NumColumns; col++ {
			row = append(row, b.Records.Column(col).ValueStr(i))
		}
		verdicts = append(verdicts, strings.Join(row, "\x1f"))
		list := b.Records.Column(ColSignatures).(*array.List)
		from, to := list.ValueOffsets(i)
		ids := []string{}
		for at := from; at < to; at++ {
			ids = append(ids, list.ListValues().(*array.String).Value(int(at)))
		}
		signatures = append(signatures, ids)
	}
	return verdicts, signatures
}

// Whatever of the rules changes, a record that the sieve leaves out has the verdict that it had. Judging all of them again is the slow twin.
func TestSieve(t *testing.T) {
	set := builtIn(t)
	rows := sieved(set)
	if !slices.IsSortedFunc(set.Rules, func(a, b *Rule) int { return strings.Compare(a.ID, b.ID) }) {
		t.Fatal("rules are not in the order of their ids")
	}
	all := otherwise(t, set, func(r Rule) *Rule { return &r })
	random := rand.New(rand.NewPCG(11, 30))
	for i, share := range []float64{0, 0.004, 0.004, 0.01, 0.02, 0.1, 0.3, 0.9} {
		t.Run(fmt.Sprintf("%d, %g of the rules", i, share), func(t *testing.T) {
			changed := 0
			other := otherwise(t, set, func(r Rule) *Rule {
				if random.Float64() >= share {
					return &r
				}
				changed++
				switch random.IntN(6) {
				case 0:
					r.Priority += 7 - random.IntN(15)
				case 1:
					r.Severity = Severities[random.IntN(len(Severities))]
				case 2:
					r.Wrapper = !r.Wrapper
				case 3:
					r.Match.None = append(slices.Clone(r.Match.None), "dock")
				case 4:
					r.Match.Signs, r.Match.NoSigns = nil, r.Match.Signs
				default:
					return nil
				}
				return &r
			})
			for _, way := range []struct {
				name          string
				before, after *Matcher
			}{{"there", all, other}, {"and back", other, all}} {
				compareSieve(t, way.name, changed, rows, way.before, way.after)
			}
		})
	}
}

func compareSieve(t *testing.T, name string, changed int, rows []testRow, before, after *Matcher) {
	t.Helper()
	s, err := after.Sieve(before.Decides())
	if err != nil || s == nil {
		t.Fatalf("%s: no sieve, %v", name, err)
	}
	b := batchOf(memory.DefaultAllocator, rows)
	defer b.Release()
	holds := s.Holds(nil, b)
	were, signatures := verdictsOf(before, rows)
	are, _ := verdictsOf(after, rows)
	asked, differ := 0, 0
	for i := range rows {
		gone := slices.ContainsFunc(signatures[i], func(id string) bool { return slices.Contains(s.Gone, id) })
		if holds[i] || gone {
			asked++
		}
		if were[i] == are[i] {
			continue
		}
		if differ++; !holds[i] && !gone {
			t.Errorf("%s: row %d is left out, and had\n%s\nand has\n%s\n%.300s", name, i, were[i], are[i], rows[i].errText)
		}
	}
	t.Logf("%s: %d rules changed, %d of %d rows asked about, %d differ", name, changed, asked, len(rows), differ)
	if most := 1 + 40*changed + len(rows)/20; changed < len(after.Rules())/20 && asked > most {
		t.Errorf("%s: %d of %d rows asked about for %d rules, want at most %d", name, asked, len(rows), changed, most)
	}
	if changed == 0 && (asked > 0 || !s.Empty()) {
		t.Errorf("%s: %d rows asked about for the same rules", name, asked)
	}
}

// Signs are asked for by any rule, so where one is another one nothing is left out; and several sets of before count together.
func TestSieveOfSets(t *testing.T) {
	set := builtIn(t)
	all := otherwise(t, set, func(r Rule) *Rule { return &r })
	signs := *set
	signs.Signs = slices.Clone(set.Signs)
	sign := *signs.Signs[0]
	sign.Any = append(slices.Clone(sign.Any), "another word")
	signs.Signs[0] = &sign
	other, err := Compile(&signs, rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	if s, err := other.Sieve(all.Decides()); s != nil || err != nil {
		t.Errorf("signs changed: %v, %v", s, err)
	}
	first, second := set.Rules[0].ID, set.Rules[1].ID
	without := func(id string) map[string]uint64 {
		return otherwise(t, set, func(r Rule) *Rule {
			if r.ID == id {
				return nil
			}
			return &r
		}).Decides()
	}
	s, err := all.Sieve(without(first), without(second))
	if err != nil || len(s.Gone) != 0 || len(s.m.engine.rules) != 2 {
		t.Errorf("two sets that lack a rule each: %+v, %v", s, err)
	}
	fewer := otherwise(t, set, func(r Rule) *Rule {
		if r.ID == first {
			return nil
		}
		return &r
	})
	if s, err = fewer.Sieve(all.Decides(), all.Decides()); err != nil || !cmp.Equal(s.Gone, []string{first}) || !s.Empty() {
		t.Errorf("a rule that is gone: %+v, %v", s, err)
	}
}

// Every field of a rule decides verdicts or does not: one that is added must be put on one side.
func TestDecides(t *testing.T) {
	said := []string{"Title", "Headline", "Tier", "Cause", "Fix", "References", "Examples", "File", "Path", "Line", "Replaces"}
	rule := Rule{ID: "a-rule", Logs: []string{ingest.DualWrite}}
	number := func(r Rule) uint64 {
		return (&Matcher{set: &Set{Rules: []*Rule{&r}}}).Decides()[r.ID]
	}
	kind := reflect.TypeFor[Rule]()
	for i := range kind.NumField() {
		f := kind.Field(i)
		if !f.IsExported() || f.Name == "ID" {
			continue
		}
		for _, changed := range changes(rule, []int{i}, f) {
			if differs := number(changed) != number(rule); differs == slices.Contains(said, f.Name) {
				t.Errorf("field %s: another one makes another number: %v", f.Name, differs)
			}
		}
	}
}

// changes are rules that differ from r in a field, and in each field of it where it is a struct.
func changes(r Rule, index []int, f reflect.StructField) (all []Rule) {
	if f.Type.Kind() == reflect.Struct {
		for i := range f.Type.NumField() {
			if inner := f.Type.Field(i); inner.IsExported() {
				all = append(all, changes(r, append(slices.Clone(index), i), inner)...)
			}
		}
		return all
	}
	v := reflect.ValueOf(&r).Elem().FieldByIndex(index)
	switch v.Kind() {
	case reflect.String:
		v.SetString("another")
	case reflect.Int:
		v.SetInt(77)
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(f.Type, 1, 1))
	default:
		panic(fmt.Sprintf("a field of kind %s", v.Kind()))
	}
	return []Rule{r}
}
