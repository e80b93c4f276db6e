package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

// A stored bench is of a database that holds many nights: what the next small night costs it, and what reading it does.
type stored struct {
	*bench
	nights  int
	records int // of each
	db, out string
}

// nightly is how many records the night has that is added to the others.
const nightly = 50_000

// measureStored loads the nights one after the other and measures each call on what they left.
func (b *bench) measureStored(nights, records int) error {
	s := &stored{b, nights, records, filepath.Join(b.dir, "stored.duckdb"), filepath.Join(b.dir, "report")}
	defer os.RemoveAll(s.out)
	fmt.Printf("\nnights: %d of %s records\n%-44s %9s %9s %9s %9s %9s\n", nights, number(float64(records)), "", "wall s", "CPU s", "peak MB", "file MB", "records/s")
	var last string
	for night := range nights {
		var err error
		if last, err = s.night(night, records); err != nil {
			return err
		}
		if night < nights-1 {
			defer os.Remove(last)
		}
		if err := s.call(fmt.Sprintf("night %d", night+1), records, "run", "-q", "-o", s.out, last); err != nil {
			return err
		}
	}
	defer os.Remove(last)
	small, err := s.night(nights, nightly)
	if err != nil {
		return err
	}
	defer os.Remove(small)
	for _, c := range []struct {
		what    string
		records int
		args    []string
	}{
		{fmt.Sprintf("a night of %s", number(nightly)), nightly, []string{"run", "-q", "-o", s.out, small}},
		{"it once more, unchanged", 0, []string{"run", "-q", "-o", s.out, small}},
		{"the last night once more, unchanged", 0, []string{"run", "-q", "-o", s.out, last}},
		{"report of the small night", 0, []string{"report", "-q", "--run", strconv.Itoa(nights + 1), "-o", s.out}},
		{"report of the first night", 0, []string{"report", "-q", "--run", "1", "-o", s.out}},
		{"history list", 0, []string{"history", "list"}},
		{"query, states of signatures", 0, []string{"query", "SELECT change, count(*) FROM v_changes GROUP BY ALL"}},
	} {
		if err := s.call(c.what, c.records, c.args...); err != nil {
			return err
		}
	}
	if err := s.judgeAgain(nights*records + nightly); err != nil {
		return err
	}
	left, err := filepath.Glob(s.db + "*")
	for _, path := range left {
		os.RemoveAll(path)
	}
	return err
}

// oneMore is a site's rule that matches nothing of the nights, and otherwise a site's severity of a rule that matches some of each.
const (
	oneMore = `- id: bench-one-more
  title: The quay is closed
  headline: a quay is closed
  status: experimental
  logs: [dualwrite, plugintrace]
  severity: high
  category: to-be-sorted
  priority: 60
  tier: 5
  match: {any: [quay is closed]}
  cause: The quay is closed.
  fix: {summary: Open it., role: Dual-write operator, retry: 'no', steps: [Open the quay.]}
  examples: {match: [{text: The quay is closed}], no_match: [The quay is open]}
`
	otherwise = `- change: dv-record-not-found
  severity: low
  reason: the bench
  owner: the bench
`
)

// judgeAgain measures reclassify: by another program, which judges all records, and by changes of the rules, which touch some of them.
func (s *stored) judgeAgain(records int) error {
	another := filepath.Join(s.dir, "another-dwtriage")
	program, err := os.ReadFile(s.dwtriage)
	if err == nil {
		err = os.WriteFile(another, program, 0o700)
	}
	if err != nil {
		return err
	}
	defer os.Remove(another)
	own := s.dwtriage
	s.dwtriage = another // told from the one that loaded the nights by its time
	defer func() { s.dwtriage = own }()
	if err := s.call("reclassify by another program, all of them", records, "reclassify"); err != nil {
		return err
	}
	for _, c := range []struct{ what, rules string }{
		{"reclassify by one rule more", oneMore}, {"reclassify by one rule less", ""}, {"reclassify by another severity of a rule", otherwise},
	} {
		args := []string{"reclassify"}
		if c.rules != "" {
			file := filepath.Join(s.dir, "site.yaml")
			if err := os.WriteFile(file, []byte(c.rules), 0o600); err != nil {
				return err
			}
			defer os.Remove(file)
			args = append(args, "--rules", file)
		}
		if err := s.call(c.what, records, args...); err != nil {
			return err
		}
	}
	return nil
}

// night writes the file of a night, which has no record of another one.
func (s *stored) night(i, records int) (string, error) {
	csv := filepath.Join(s.dir, fmt.Sprintf("night%d.csv", i))
	gen := exec.Command(s.gen, "--kind", "dualwrite", "--records", strconv.Itoa(records), "--seed", strconv.Itoa(i+1), "--out", csv)
	if text, err := gen.CombinedOutput(); err != nil {
		return "", fmt.Errorf("writing night %d: %w\n%s", i, err, text)
	}
	old := time.Now().Add(-time.Hour) // what was written to a minute ago is read again, as it may still grow
	return csv, os.Chtimes(csv, old, old)
}

// call measures one call of dwtriage and prints what it took; of records it says how many a second where there are any.
func (s *stored) call(what string, records int, args ...string) error {
	settle()
	r, err := measured(s.dwtriage, append(args, "--db", s.db)...)
	if err != nil {
		return err
	}
	info, err := os.Stat(s.db)
	if err != nil {
		return err
	}
	rate := ""
	if records > 0 {
		rate = number(float64(records) / r.wall)
	}
	fmt.Printf("%-44s %9.1f %9.1f %9s %9s %9s\n", what, r.wall, r.cpu, number(r.peak), number(float64(info.Size())/1e6), rate)
	return nil
}
