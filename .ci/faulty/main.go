//go:build linux && amd64

// Command faulty does to dwtriage what machines do to programs, and looks what is left: it kills, tears, fails or cuts the
// power at every operation on a file, kills at random, fills small disks, and goes through a hundred nights. See ../faults.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	var h harness
	builds := flag.String("programs", "", "`FILES` of dwtriage, with commas, of one build each")
	scenarios := flag.String("scenarios", "first,second,big,migrate", "`NAMES` of what the program is doing")
	only := flag.String("modes", "", "`NAMES` of faults, with commas; all if empty")
	flag.IntVar(&h.every, "every", 1, "only every `N`th operation")
	flag.IntVar(&h.jobs, "j", 2, "`N` at the same time")
	flag.IntVar(&h.kills, "kills", 200, "`N` kills of random")
	flag.IntVar(&h.nights, "nights", 100, "`N` nights of soak")
	flag.StringVar(&h.inputs, "inputs", "", "`FOLDER` of the exports")
	flag.StringVar(&h.old, "old", "", "database of an older schema")
	flag.Parse()
	h.programs = strings.Split(*builds, ",")
	if *only != "" {
		h.only = strings.Split(*only, ",")
	}
	work, err := os.MkdirTemp("", "faults")
	if err != nil {
		fail(err)
	}
	if h.work, err = filepath.EvalSymlinks(work); err != nil {
		fail(err)
	}
	defer os.RemoveAll(h.work)
	bad := 0
	for _, task := range flag.Args() {
		for _, program := range h.programs {
			h.program = program
			fmt.Printf("\n== %s, %s\n", task, filepath.Base(program))
			n, err := h.do(task, strings.Split(*scenarios, ","))
			if err != nil {
				os.RemoveAll(h.work)
				fail(err)
			}
			bad += n
		}
	}
	if bad > 0 {
		os.RemoveAll(h.work)
		fail(fmt.Errorf("%d bad", bad))
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "faults:", err)
	os.Exit(1)
}

// do is one of the tasks, and gives how many cases were bad.
func (h *harness) do(task string, scenarios []string) (bad int, err error) {
	switch task {
	case "matrix":
		return h.matrix(scenarios)
	case "random":
		return h.random()
	case "disk":
		return h.disk()
	case "soak":
		return h.soak()
	}
	return 0, fmt.Errorf("%q is not one of matrix, random, disk, soak", task)
}
