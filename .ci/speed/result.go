package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A result is what one process took.
type result struct {
	wall, cpu float64 // seconds; cpu of all its threads, in the program and in the system
	peak      float64 // MB of memory
	database  float64 // MB on disk, at its end
	rows      int64   // that it read
	rules     int     // in the CASE chain
	stages    []stage // of ours, in their order
}

// A stage is a part of our run.
type stage struct {
	name    string
	seconds float64
}

// measured runs a program to its end. What it prints is how many rows it read, and how many rules it applied.
func measured(program string, args ...string) (result, error) {
	var out, said bytes.Buffer
	cmd := exec.Command(program, args...)
	cmd.Stdout, cmd.Stderr = &out, &said
	began := time.Now()
	err := cmd.Run()
	r := result{wall: time.Since(began).Seconds()}
	if err != nil {
		return r, fmt.Errorf("%s %s: %w\n%s", program, args[0], err, &said)
	}
	state := cmd.ProcessState
	r.cpu = (state.UserTime() + state.SystemTime()).Seconds()
	unit := 1e3 / 1.024 // kB of 1,024 bytes in a MB
	if runtime.GOOS == "darwin" {
		unit = 1e6
	}
	r.peak = float64(state.SysUsage().(*syscall.Rusage).Maxrss) / unit
	fmt.Sscan(out.String(), &r.rows, &r.rules)
	return r, nil
}

// settle has the system write what is left of the process before.
func settle() { syscall.Sync() }

// readSummary takes from the report how many rows were read, and how long the stages took.
func (r *result) readSummary(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var s struct {
		Totals  struct{ Read int64 }
		Timings json.RawMessage
	}
	if err := json.Unmarshal(text, &s); err != nil {
		return err
	}
	r.rows = s.Totals.Read
	// Token by token, as a map would forget their order.
	d := json.NewDecoder(bytes.NewReader(s.Timings))
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		if _, open := name.(json.Delim); open {
			continue
		}
		var seconds float64
		if err := d.Decode(&seconds); err != nil {
			return err
		}
		r.stages = append(r.stages, stage{name.(string), seconds})
	}
	return nil
}

// spread shows several values: the median, the lowest and the highest.
func spread(values []float64) string {
	values = slices.Sorted(slices.Values(values))
	return fmt.Sprintf("%s (%s–%s)", number(median(values)), number(values[0]), number(values[len(values)-1]))
}

func median(values []float64) float64 {
	values = slices.Sorted(slices.Values(values))
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}

// number shows three digits, or all of the whole part.
func number(x float64) string {
	digits := 0
	if x != 0 && math.Abs(x) < 100 {
		digits = 2 - int(math.Floor(math.Log10(math.Abs(x))))
	}
	return strconv.FormatFloat(x, 'f', min(digits, 3), 64)
}

// figures are the columns of the table.
var figures = []struct {
	name string
	of   func(result) float64
}{
	{"wall, s", func(r result) float64 { return r.wall }},
	{"CPU, s", func(r result) float64 { return r.cpu }},
	{"peak memory, MB", func(r result) float64 { return r.peak }},
	{"database, MB", func(r result) float64 { return r.database }},
}

// printTable prints medians with lowest and highest. A ratio is that of the two in one pair.
func printTable(alone, ours []result) {
	lines := [4][]string{{""}, {"DuckDB read_csv"}, {"dwtriage run"}, {"ratio"}}
	for _, f := range figures {
		var a, o, ratio []float64
		for i := range ours {
			a, o = append(a, f.of(alone[i])), append(o, f.of(ours[i]))
			ratio = append(ratio, o[i]/a[i])
		}
		lines[0] = append(lines[0], f.name)
		lines[1] = append(lines[1], spread(a))
		lines[2] = append(lines[2], spread(o))
		lines[3] = append(lines[3], spread(ratio))
	}
	for _, cells := range lines {
		line := fmt.Sprintf("  %-16s", cells[0])
		for _, c := range cells[1:] {
			line += "  " + c + strings.Repeat(" ", max(0, 20-len([]rune(c))))
		}
		fmt.Println(strings.TrimRight(line, " "))
	}
	var stages []string
	for i, s := range ours[0].stages {
		var seconds []float64
		for _, r := range ours {
			if len(r.stages) > i {
				seconds = append(seconds, r.stages[i].seconds)
			}
		}
		stages = append(stages, s.name+" "+spread(seconds))
	}
	fmt.Printf("  dwtriage's stages, s: %s\n", strings.Join(stages, ", "))
}

// printCase prints what the CASE chain took, and how often our median fits into it.
func printCase(c result, ours []result) {
	var wall, cpu []float64
	for _, r := range ours {
		wall, cpu = append(wall, r.wall), append(cpu, r.cpu)
	}
	fmt.Printf("  DuckDB read_csv and a CASE chain of %d rules, once: %s s, %s CPU seconds, %s MB; ÷ dwtriage run: %s wall, %s CPU\n",
		c.rules, number(c.wall), number(c.cpu), number(c.peak), number(c.wall/median(wall)), number(c.cpu/median(cpu)))
}
