//go:build linux && amd64

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// A scenario is a run that a fault meets, and what is there before it.
type scenario struct {
	name   string
	before []string // inputs of the run before; none: there is no database
	old    bool     // the database is of an older schema
	now    []string
}

func (h *harness) scenarios(names []string) (list []scenario, err error) {
	in := func(name string) string { return filepath.Join(h.inputs, name) }
	all := []scenario{
		{name: "first", now: []string{in("night1.csv")}},
		{name: "second", before: []string{in("night1.csv")}, now: []string{in("night1.csv"), in("night2.csv")}},
		{name: "big", before: []string{in("night1.csv")}, now: []string{in("night2.csv"), in("big.csv")}},
		{name: "migrate", before: []string{in("night1.csv")}, old: true, now: []string{in("night1.csv"), in("night2.csv")}},
	}
	for _, s := range all {
		if slices.Contains(names, s.name) {
			list = append(list, s)
		}
	}
	if len(list) != len(names) {
		return nil, fmt.Errorf("scenarios %q: they are first, second, big, migrate", names)
	}
	return list, nil
}

// A fixture is a scenario made ready: the folder before it, and what is there before and after an undisturbed run.
type fixture struct {
	scenario
	seed          string
	before, after state
	operations    []operation
}

func (h *harness) ready(s scenario) (*fixture, error) {
	f := &fixture{scenario: s, seed: filepath.Join(h.work, s.name+"-seed")}
	os.RemoveAll(f.seed)
	if err := os.MkdirAll(f.seed, 0o755); err != nil {
		return nil, err
	}
	if s.before != nil {
		if out, code := h.call(f.seed, h.runArgs(s.before)...); code != 0 {
			return nil, fmt.Errorf("the run before: exit code %d: %s", code, out)
		}
	}
	if s.old {
		content, err := os.ReadFile(h.old)
		if err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(f.seed, "t.duckdb"), content, 0o600); err != nil {
			return nil, err
		}
	}
	f.before = h.state(f.seed)
	calm := filepath.Join(h.work, s.name+"-calm")
	operations, status, out, err := h.watch(f, calm, fault{})
	if err != nil {
		return nil, err
	}
	if !status.Exited() || status.ExitStatus() != 0 {
		return nil, fmt.Errorf("undisturbed: %s", out)
	}
	f.operations, f.after = operations, h.state(calm)
	if f.before.content == f.after.content || len(operations) < 10 {
		return nil, errors.New("the run changes nothing")
	}
	return f, nil
}

// watch runs the scenario in a copy of its folder, with a fault.
func (h *harness) watch(f *fixture, dir string, with fault) ([]operation, syscall.WaitStatus, string, error) {
	if err := copyTree(f.seed, dir); err != nil {
		return nil, 0, "", err
	}
	out, err := os.Create(dir + ".said")
	if err != nil {
		return nil, 0, "", err
	}
	defer os.Remove(out.Name())
	defer out.Close()
	operations, status, err := traced(append([]string{h.program}, h.runArgs(f.now)...), os.Environ(), dir, out, with)
	return operations, status, said(out), err
}

// An outcome is what came of a case, for counting.
type outcome struct {
	mode, state string
}

// matrix meets every operation of every scenario with every fault.
func (h *harness) matrix(names []string) (bad int, err error) {
	list, err := h.scenarios(names)
	if err != nil {
		return 0, err
	}
	for _, s := range list {
		f, err := h.ready(s)
		if err != nil {
			return bad, fmt.Errorf("%s: %w", s.name, err)
		}
		n, err := h.faults(f)
		if err != nil {
			return bad, err
		}
		bad += n
	}
	return bad, nil
}

func (h *harness) faults(f *fixture) (bad int, err error) {
	var cases []fault
	for _, m := range modes {
		if h.only != nil && !slices.Contains(h.only, m.name) {
			continue
		}
		for i, op := range f.operations {
			if (m.to == "" || strings.Contains(m.to, op.name)) && i%h.every == 0 {
				cases = append(cases, fault{mode: m.name, at: i + 1, seed: uint64(i)})
			}
		}
	}
	fmt.Printf("%s: %d operations, %d cases, begun %s\n", f.name, len(f.operations), len(cases), time.Now().Format(time.TimeOnly))
	counts := make(map[outcome]int)
	var mu sync.Mutex
	var wg sync.WaitGroup
	next := make(chan fault)
	for job := range h.jobs {
		wg.Go(func() {
			dir := filepath.Join(h.work, fmt.Sprintf("%s-%d", f.name, job))
			for c := range next {
				state, problems := h.meet(f, dir, c)
				mu.Lock()
				counts[outcome{c.mode, state}]++
				if len(problems) > 0 {
					bad++
					fmt.Printf("BAD %s, %s at %d (%v): %s\n", f.name, c.mode, c.at, f.operations[c.at-1], strings.Join(problems, "; "))
				}
				mu.Unlock()
			}
		})
	}
	for _, c := range cases {
		next <- c
	}
	close(next)
	wg.Wait()
	fmt.Printf("%s: %d cases, %d bad, done %s\n", f.name, len(cases), bad, time.Now().Format(time.TimeOnly))
	for _, o := range slices.SortedFunc(keys(counts), func(a, b outcome) int { return strings.Compare(a.mode+a.state, b.mode+b.state) }) {
		fmt.Printf("  %-18s%-60s%5d\n", o.mode, o.state, counts[o])
	}
	return bad, nil
}

func keys(m map[outcome]int) func(func(outcome) bool) {
	return func(yield func(outcome) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// meet is one case: the run meets the fault, what is left is looked at, and the same run once more has to put it right.
func (h *harness) meet(f *fixture, dir string, c fault) (found string, problems []string) {
	bad := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	done, status, out, err := h.watch(f, dir, c)
	if err != nil {
		return "failed", []string{err.Error()}
	}
	if len(done) < c.at {
		return "not reached", nil
	}
	left := h.state(dir)
	switch left.content {
	case f.after.content:
		found = "as after"
	case f.before.content:
		found = "as before"
	case "":
		found = "no database"
	case nothing:
		if found = "a database without runs"; f.before.content != "" {
			bad("it holds nothing any more")
		}
	default:
		found = "half a run, not shown"
		if f.before.content == "" && strings.Contains(left.content, "it is empty") {
			found = "an empty file"
		} else if !strings.HasPrefix(left.content, "unreadable") {
			bad("it holds %q", left.content)
		} else {
			found = "unreadable until the next run: " + lastLine(left.content)
		}
	}
	if left.content == "" && f.before.content != "" {
		bad("the database is gone")
	}
	switch {
	case status.Signaled():
		if c.mode != "kill" && c.mode != "torn" && c.mode != "power" {
			bad("signal %v: %s", status.Signal(), lastLine(out))
		}
	case alarms.MatchString(out):
		bad("it says %s", out)
	default:
		code := status.ExitStatus()
		found = fmt.Sprintf("exit code %d, %s", code, found)
		switch {
		case code == 0 && left.content != f.after.content:
			bad("exit code 0 without the run")
		case code == 143 && left.content == f.after.content && !strings.Contains(out, "kept") && !strings.Contains(out, "history says whether"):
			bad("143, and the run stays without a word: %s", out)
		case code != 0 && code != 1 && code != 143:
			bad("exit code %d: %s", code, lastLine(out))
		case code != 0 && out == "":
			bad("exit code %d without a word", code)
		}
	}
	if m := left.mixed(f.before, f.after); m != "" {
		bad("%s", m)
	}
	if again, code := h.call(dir, h.runArgs(f.now)...); code != 0 {
		bad("the next run: exit code %d: %s", code, lastLine(again))
	}
	if m := h.inOrder(dir); m != "" {
		bad("%s", m)
	}
	mended := h.state(dir)
	if mended.content != f.after.content {
		bad("after the next run it holds %q, want %q", mended.content, f.after.content)
	}
	if m := mended.mixed(f.after); m != "" {
		bad("after the next run %s", m)
	}
	if !slices.Equal(mended.files, f.after.files) {
		bad("after the next run the folder of the report holds %q", mended.files)
	}
	for _, name := range beside(dir) {
		// A copy has the log that the database had.
		if !strings.HasSuffix(strings.TrimSuffix(name, ".wal"), ".bak") && name != "t.duckdb.wal.unreadable" {
			bad("%s is left over", name)
		}
	}
	return found, problems
}
