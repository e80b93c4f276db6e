//go:build linux && amd64

package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// nights lists the exports of nights/, in order.
func (h *harness) nightFiles() ([]string, error) {
	files, err := filepath.Glob(filepath.Join(h.inputs, "nights", "*.csv"))
	if err == nil && len(files) < h.nights {
		err = fmt.Errorf("there are %d files in nights, for %d nights", len(files), h.nights)
	}
	return files, err
}

// start begins a run without waiting for it.
func (h *harness) start(dir string, inputs []string) (*exec.Cmd, error) {
	c := exec.Command(h.program, h.runArgs(inputs)...)
	c.Dir = dir
	return c, c.Start()
}

// killed runs and kills after a while; it reports whether the kill came in time, and what memory the run took at most.
func (h *harness) killed(dir string, inputs []string, after time.Duration) (bool, error) {
	c, err := h.start(dir, inputs)
	if err != nil {
		return false, err
	}
	time.AfterFunc(after, func() { c.Process.Kill() })
	c.Wait()
	status := c.ProcessState.Sys().(syscall.WaitStatus)
	return status.Signaled(), nil
}

// random kills runs over a growing database at random moments. After every one, the database is as before the run or as
// after it; in the end it is what it would be without them.
func (h *harness) random() (bad int, err error) {
	files, err := h.nightFiles()
	if err != nil {
		return 0, err
	}
	files = files[:min(12, len(files))]
	calm, dir := filepath.Join(h.work, "random-calm"), filepath.Join(h.work, "random")
	for _, d := range []string{calm, dir} {
		if err := errorsOf(os.RemoveAll(d), os.MkdirAll(d, 0o755)); err != nil {
			return 0, err
		}
	}
	begun := time.Now()
	if out, code := h.call(calm, h.runArgs(files)...); code != 0 {
		return 0, fmt.Errorf("undisturbed: %s", out)
	}
	whole := time.Since(begun)
	want := h.state(calm)
	r := rand.New(rand.NewPCG(2026, 11))
	// A database that was made, and nothing loaded into it, is one as before the first run.
	kills, known := 0, map[string]bool{"": true, nothing: true}
	report := func(format string, args ...any) {
		bad++
		fmt.Printf("BAD after %d kills: %s\n", kills, fmt.Sprintf(format, args...))
	}
	for kills < h.kills {
		upto := 1 + kills*len(files)/h.kills
		inputs := slices.Clone(files[:upto])
		r.Shuffle(len(inputs), func(i, j int) { inputs[i], inputs[j] = inputs[j], inputs[i] })
		// What this run would make of the database.
		copied := filepath.Join(h.work, "random-copy")
		if err := copyTree(dir, copied); err != nil {
			return bad, err
		}
		h.call(copied, h.runArgs(inputs)...)
		known[h.state(copied).content] = true
		in, err := h.killed(dir, inputs, time.Duration(r.Float64()*float64(whole)*float64(upto+2)/float64(len(files)+2)))
		if err != nil {
			return bad, err
		}
		if in {
			kills++
		}
		if left := h.state(dir); !known[left.content] && !strings.Contains(left.content, "it is empty") && !strings.HasPrefix(left.content, "unreadable") {
			report("it holds %q", left.content)
		}
		if kills%10 == 0 {
			if out, code := h.call(dir, h.runArgs(inputs)...); code != 0 {
				report("the next run: exit code %d: %s", code, lastLine(out))
			}
			if m := h.inOrder(dir); m != "" {
				report("%s", m)
			}
			known = map[string]bool{h.state(dir).content: true}
		}
	}
	if out, code := h.call(dir, h.runArgs(files)...); code != 0 {
		report("the last run: exit code %d: %s", code, lastLine(out))
	}
	if m := h.inOrder(dir); m != "" {
		report("%s", m)
	}
	if got := h.state(dir); got.content != want.content || !slices.Equal(got.files, want.files) {
		report("it holds %q and files %q, want %q and %q", got.content, got.files, want.content, want.files)
	}
	if names := beside(dir); len(names) > 0 {
		report("%q are left over", names)
	}
	fmt.Printf("%d random kills of %d files, %d bad\n", kills, len(files), bad)
	return bad, nil
}

func errorsOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// disk fills disks of many sizes. They are file systems in memory, so it takes root.
func (h *harness) disk() (bad int, err error) {
	night := filepath.Join(h.inputs, "big.csv")
	first := filepath.Join(h.inputs, "night1.csv")
	counts := make(map[string]int)
	tried := 0
	for _, there := range []bool{false, true} {
		for _, kib := range []int{4, 8, 16, 64, 300, 600, 1200, 2000, 2600, 3500, 5000, 8000, 12000, 16000, 24000, 32000, 64000} {
			dir := filepath.Join(h.work, "disk")
			if err := os.MkdirAll(dir, 0o755); err != nil {
				return bad, err
			}
			if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%dk", kib)); err != nil {
				return bad, fmt.Errorf("mounting a small disk: %w", err)
			}
			n, found := h.small(dir, there, first, night)
			if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
				return bad, err
			}
			if found != "" {
				tried++
				counts[found]++
			}
			if n != "" {
				bad++
				fmt.Printf("BAD %d KiB, database there before: %v: %s\n", kib, there, n)
			}
		}
	}
	fmt.Printf("%d small disks, %d bad: %v\n", tried, bad, counts)
	return bad, nil
}

// small runs on a disk that is too small or just large enough.
func (h *harness) small(dir string, there bool, first, night string) (bad, found string) {
	if there {
		if _, code := h.call(dir, h.runArgs([]string{first})...); code != 0 {
			return "", "" // too small for a database at all
		}
	}
	before := h.state(dir)
	if before.content == "" {
		before.content = nothing
	}
	out, code := h.call(dir, h.runArgs([]string{night})...)
	after := h.state(dir)
	switch {
	case alarms.MatchString(out):
		return "it says " + out, "alarm"
	case code == 0 && after.content == before.content:
		return "exit code 0 and nothing loaded", "lost"
	case code == 0:
		return h.inOrder(dir), "done"
	case code == 1 && after.content != before.content && !strings.Contains(out, "kept") && !strings.Contains(after.content, "it is empty"):
		return fmt.Sprintf("exit code 1, %q became %q without a word: %s", before.content, after.content, out), "in, not said"
	case code != 1:
		return fmt.Sprintf("exit code %d: %s", code, lastLine(out)), "code"
	}
	// With room, everything is right again.
	if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT, "size=400m"); err != nil {
		return err.Error(), "failed"
	}
	if out, code := h.call(dir, h.runArgs([]string{night})...); code != 0 {
		return fmt.Sprintf("with room: exit code %d: %s", code, lastLine(out)), "not mended"
	}
	if names := beside(dir); len(names) > 0 {
		return fmt.Sprintf("%q are left over", names), "left over"
	}
	return h.inOrder(dir), "refused, then done"
}

// soak goes through many nights, of which every tenth run is killed and given again.
func (h *harness) soak() (bad int, err error) {
	files, err := h.nightFiles()
	if err != nil {
		return 0, err
	}
	dir := filepath.Join(h.work, "soak")
	if err := errorsOf(os.RemoveAll(dir), os.MkdirAll(dir, 0o755)); err != nil {
		return 0, err
	}
	r := rand.New(rand.NewPCG(7, 7))
	var peaks []int64
	for i, night := range files[:h.nights] {
		// What overlaps: the export of the night before is still there.
		inputs := files[max(0, i-1) : i+1]
		if r.IntN(10) == 0 {
			if _, err := h.killed(dir, inputs, time.Duration(r.IntN(1200))*time.Millisecond); err != nil {
				return bad, err
			}
		}
		c, err := h.start(dir, inputs)
		if err != nil {
			return bad, err
		}
		if err := c.Wait(); err != nil {
			bad++
			fmt.Printf("BAD night %d, %s: %v\n", i+1, filepath.Base(night), err)
		}
		peaks = append(peaks, c.ProcessState.SysUsage().(*syscall.Rusage).Maxrss>>10)
		if i%20 == 19 {
			if m := h.inOrder(dir); m != "" {
				bad++
				fmt.Printf("BAD after night %d: %s\n", i+1, m)
			}
		}
	}
	fresh := filepath.Join(h.work, "soak-fresh")
	if err := errorsOf(os.RemoveAll(fresh), os.MkdirAll(fresh, 0o755)); err != nil {
		return bad, err
	}
	// The same content in two goes: all nights, and what each night met again. Loaded once alone, it would lack the second half.
	for _, inputs := range [][]string{files[:h.nights], files[:h.nights-1]} {
		if out, code := h.call(fresh, h.runArgs(inputs)...); code != 0 {
			return bad, fmt.Errorf("fresh: %s", out)
		}
	}
	got, want := h.state(dir), h.state(fresh)
	if strings.Split(got.content, " ")[1] != strings.Split(want.content, " ")[1] {
		bad++
		fmt.Printf("BAD it holds %q, want %q\n", got.content, want.content)
	}
	size, least := sizeOf(dir), sizeOf(fresh)
	ratio := float64(size) / float64(least)
	tenth := max(1, len(peaks)/10)
	begin, end := slices.Max(peaks[:tenth]), slices.Max(peaks[len(peaks)-tenth:])
	fmt.Printf("%d nights: file %d bytes, fresh %d, ratio %.2f; peak of a run %d MB at the beginning, %d MB at the end; left over %q\n",
		h.nights, size, least, ratio, begin, end, beside(dir))
	if ratio > 1.3 {
		bad++
		fmt.Println("BAD the file is more than 1.3 of a fresh one")
	}
	return bad, nil
}

func sizeOf(dir string) int64 {
	info, err := os.Stat(filepath.Join(dir, "t.duckdb"))
	if err != nil {
		return 1
	}
	return info.Size()
}
