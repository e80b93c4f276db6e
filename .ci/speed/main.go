// Command speed measures a whole run of dwtriage beside the least that a database can do with the same file:
// DuckDB's own read_csv into a new, closed, checkpointed database, and nothing else. Both are processes of their own
// and take turns, the other one first in every second pair, so that what slows the machine down slows down both. Their
// times are those that the system booked for them.
//
// It is called by .ci/bench speed, which builds what it needs; usage.txt is the help of both.
package main

import (
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

//go:embed usage.txt
var usage string

// A lane is a kind of file that is measured.
type lane struct {
	name string
	log  string   // --kind of the generator, and which rules the CASE chain is made of
	mix  []string // further flags of the generator
}

var lanes = []lane{
	{"traces", "plugintrace", nil},
	{"dual-write", "dualwrite", nil},
	{"hard-traces", "plugintrace", []string{"--mix", "hard"}},
	{"hard-dual-write", "dualwrite", []string{"--mix", "hard"}},
}

// A bench is what was asked for, and where the programs are.
type bench struct {
	dwtriage, gen, dir string
	size               string
	pairs              int
	cases              bool
}

func main() {
	if err := run(os.Args[1:]); err != nil && !errors.Is(err, pflag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "speed:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	// What DuckDB does by itself is a process of its own, too: this program, called with these words.
	if len(args) == 3 && args[0] == "load" {
		return loadAlone(args[1], args[2])
	}
	if len(args) == 4 && args[0] == "case" {
		return loadWithCase(args[1], args[2], args[3])
	}
	b := bench{size: "1GB"}
	f := pflag.NewFlagSet("speed", pflag.ContinueOnError)
	f.Usage = func() { fmt.Print(usage) }
	f.StringVar(&b.dwtriage, "dwtriage", "", "")
	f.StringVar(&b.gen, "gen", "", "")
	f.StringVar(&b.dir, "dir", "", "")
	f.IntVarP(&b.pairs, "pairs", "n", 5, "")
	f.BoolVarP(&b.cases, "case", "c", false, "")
	names := f.StringSliceP("lanes", "l", nil, "")
	nights, records := f.IntP("nights", "s", 0, ""), f.Int("records", 1_000_000, "")
	if err := f.Parse(args); err != nil {
		return err
	}
	if f.NArg() > 1 || b.pairs < 1 {
		return errors.New("it takes one SIZE, and at least one pair")
	}
	if f.NArg() == 1 {
		b.size = f.Arg(0)
	}
	if *nights > 0 {
		return b.measureStored(*nights, *records)
	}
	chosen := lanes
	if len(*names) > 0 {
		chosen = nil
	}
	for _, name := range *names {
		i := slices.IndexFunc(lanes, func(l lane) bool { return l.name == name })
		if i < 0 {
			return fmt.Errorf("there is no lane %q", name)
		}
		chosen = append(chosen, lanes[i])
	}
	for _, l := range chosen {
		if err := b.measure(l); err != nil {
			return fmt.Errorf("%s: %w", l.name, err)
		}
	}
	return nil
}

// measure writes the file of a lane, lets both load it in turn, and prints what came out.
func (b *bench) measure(l lane) error {
	csv := filepath.Join(b.dir, l.name+".csv")
	defer os.Remove(csv)
	gen := exec.Command(b.gen, append([]string{"--kind", l.log, "--bytes", b.size, "--out", csv}, l.mix...)...)
	gen.Stderr = os.Stderr
	if err := gen.Run(); err != nil {
		return fmt.Errorf("writing the file: %w", err)
	}
	var alone, ours []result
	for pair := range b.pairs {
		steps := []func() error{
			func() error { return b.add(&alone, func() (result, error) { return b.loadAlone(csv) }) },
			func() error { return b.add(&ours, func() (result, error) { return b.run(csv) }) },
		}
		if pair%2 > 0 {
			slices.Reverse(steps)
		}
		for _, step := range steps {
			if err := step(); err != nil {
				return err
			}
		}
		a, o := alone[pair], ours[pair]
		if a.rows != o.rows {
			return fmt.Errorf("DuckDB read %d rows, dwtriage %d: they do not do the same", a.rows, o.rows)
		}
		fmt.Fprintf(os.Stderr, "%s, pair %d of %d: DuckDB %.1f s, dwtriage %.1f s\n", l.name, pair+1, b.pairs, a.wall, o.wall)
	}
	info, err := os.Stat(csv)
	if err != nil {
		return err
	}
	fmt.Printf("\n%s: %s MB, %d records; cores: %d, pairs: %d\n", l.name, number(float64(info.Size())/1e6), ours[0].rows, runtime.NumCPU(), b.pairs)
	printTable(alone, ours)
	if !b.cases {
		return nil
	}
	var cases []result
	if err := b.add(&cases, func() (result, error) { return b.loadWithCase(csv, l.log) }); err != nil {
		return err
	}
	printCase(cases[0], ours)
	return nil
}

// add measures once more. What is still to be written of the time before is written first.
func (b *bench) add(to *[]result, once func() (result, error)) error {
	settle()
	r, err := once()
	*to = append(*to, r)
	return err
}

func (b *bench) loadAlone(csv string) (result, error) {
	return b.database("alone", func(db string) (result, error) {
		return measured(os.Args[0], "load", csv, db)
	})
}

func (b *bench) loadWithCase(csv, log string) (result, error) {
	return b.database("case", func(db string) (result, error) {
		return measured(os.Args[0], "case", csv, db, log)
	})
}

func (b *bench) run(csv string) (result, error) {
	return b.database("dwtriage", func(db string) (result, error) {
		out := filepath.Join(b.dir, "report")
		defer os.RemoveAll(out)
		r, err := measured(b.dwtriage, "run", "-q", "--progress", "none", "--db", db, "-o", out, csv)
		if err == nil {
			err = r.readSummary(filepath.Join(out, "summary.json"))
		}
		return r, err
	})
}

// database gives do a new database, and removes it.
func (b *bench) database(name string, do func(db string) (result, error)) (result, error) {
	db := filepath.Join(b.dir, name+".duckdb")
	defer func() {
		left, _ := filepath.Glob(db + "*")
		for _, path := range left {
			os.RemoveAll(path)
		}
	}()
	r, err := do(db)
	if err != nil {
		return r, err
	}
	info, err := os.Stat(db)
	if err != nil {
		return r, err
	}
	r.database = float64(info.Size()) / 1e6
	if wal, err := os.Stat(db + ".wal"); err == nil && wal.Size() > 0 {
		return r, fmt.Errorf("%s was not checkpointed", strings.TrimSuffix(filepath.Base(db), ".duckdb"))
	}
	return r, nil
}
