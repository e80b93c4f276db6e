// Command gen writes sample exports: dual-write error logs and plug-in trace logs of any size
// for load tests, samples in every format and container of testdata/exports, and the folder
// testdata/demo. Everything is made up from the catalogue in
// messages.go and a seed, so equal arguments give equal bytes. In csv, json and ndjson memory does
// not grow with the size: they are streams of testdata/exports. It writes exports only and never reads any.
//
//	go run ./testdata/gen --kind plugintrace --bytes 1GB --out traces.csv
//	go run ./testdata/gen --kind dualwrite --records 5000 --format ndjson --out -
//	go run ./testdata/gen --kind dualwrite --mix hard --clusters 300000 --bytes 1GB --out hard.csv --counts counts.csv
//	go run ./testdata/gen --format "xml basic" --container zip --records 200 --out traces.xml.zip
//	go run ./testdata/gen --demo testdata/demo
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/pflag"
)

const usage = `Write sample exports.

  go run ./testdata/gen --out FILE (--bytes SIZE | --records N) [flags]
  go run ./testdata/gen --out FILE --mix hard (--bytes SIZE | --records N) [--clusters N] [--keys N] [--maps N] [--counts FILE]
  go run ./testdata/gen --out FILE --records N --format NAME [--container NAME]
  go run ./testdata/gen --formats
  go run ./testdata/gen --demo testdata/demo
  go run ./testdata/gen --demo-counts

Equal flags give equal bytes. A file of --bytes is at most one record off.

`

func main() {
	err := run(os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case err == nil, errors.Is(err, pflag.ErrHelp):
	default:
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(2)
	}
}

func run(args []string, stdout, stderr io.Writer) error {
	flags := pflag.NewFlagSet("gen", pflag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() { fmt.Fprint(stderr, usage, flags.FlagUsages()) }
	kind := flags.String("kind", "plugintrace", "`log` to write: plugintrace or dualwrite")
	formatName := flags.String("format", "csv", "csv, json or ndjson of any size, or a `NAME` out of --formats")
	container := flags.String("container", "plain", "what a file in a format out of --formats lies in, by `NAME`")
	listFormats := flags.Bool("formats", false, "list the formats and containers of testdata/exports")
	shape := flags.String("shape", "columns", "dual-write CSV: columns, or envelope (its JSON in one cell)")
	bytesFlag := flags.String("bytes", "", "`size` to write: 300MB, 1GB, 64MiB or a number of bytes")
	records := flags.Int64("records", 0, "number of records to write")
	mixName := flags.String("mix", "kind", "what goes wrong: kind (few wordings, keys and clusters) or hard (all rules, keys and clusters without end)")
	hard := hardOptions{}
	flags.Int64Var(&hard.clusters, "clusters", 5000, "hard mix: `number` of different unknown errors")
	flags.Int64Var(&hard.keys, "keys", 0, "hard mix: `number` of different business keys, 0 for another one in each record")
	flags.IntVar(&hard.maps, "maps", 0, "hard mix: `number` of different maps, 0 for all of the catalogue")
	countsFile := flags.String("counts", "", "hard mix: write what a reader has to find into `file`, as CSV")
	seed := flags.Uint64("seed", 1, "start of the random numbers")
	out := flags.String("out", "", "`file` to write, - for standard output")
	demoDir := flags.String("demo", "", "write the demo night into `folder` and nothing else")
	demoCounts := flags.Bool("demo-counts", false, "print what is in the demo night")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *listFormats {
		printFormats(stdout)
		return nil
	}
	if *demoCounts {
		if err := printDemoCounts(stdout); err != nil {
			return err
		}
	}
	if *demoDir != "" {
		return writeDemo(*demoDir)
	}
	if *demoCounts {
		return nil
	}
	s := size{records: *records}
	if *bytesFlag != "" {
		var err error
		if s.bytes, err = parseSize(*bytesFlag); err != nil {
			return err
		}
	}
	if *out == "" || s.bytes == 0 && s.records <= 0 {
		return errors.New("say how much to write and where: --bytes SIZE or --records N, and --out FILE")
	}
	m, err := newMix(*mixName, hard, flags)
	if err != nil {
		return err
	}
	write, err := writer(*kind, *formatName, *shape, *container, *seed, m, s)
	if err != nil {
		return err
	}
	var n *counts
	if *out == "-" {
		n, err = write(stdout)
	} else {
		err = writeFile(*out, func(w io.Writer) (err error) {
			n, err = write(w)
			return err
		})
	}
	if err == nil && *countsFile != "" {
		err = writeFile(*countsFile, n.write)
	}
	if err == nil && *out != "-" {
		fmt.Fprintf(stderr, "%s: %d bytes, %d records: %d ok, %d documented, %d unknown\n",
			*out, n.bytes, n.records, n.ok, n.documented, n.unknown)
	}
	return err
}

// writer returns what writes a file: the generator itself in its own formats, which may be of any
// size, else a sample.
func writer(kind, formatName, shape, container string, seed uint64, m mix, s size) (func(io.Writer) (*counts, error), error) {
	if slices.Contains([]string{"csv", "json", "ndjson"}, formatName) && container == "plain" {
		g, err := m.generator(kind, formatName, shape, seed)
		return func(w io.Writer) (*counts, error) {
			err := g.write(w, s)
			return &g.counts, err
		}, err
	}
	f, err := findFormat(formatName)
	if err != nil {
		return nil, err
	}
	c, err := findContainer(container)
	if err != nil {
		return nil, err
	}
	if s.records == 0 || s.bytes > 0 {
		return nil, fmt.Errorf("%s is held in memory: say --records N instead of --bytes", formatName)
	}
	return sample{f, c, m, s.records, seed}.write, nil
}

// A mix is what the records of a file are about; the zero value is the kind one.
type mix struct{ hard *hardOptions }

// newMix checks the name, and that nobody asks for keys or maps of a mix that has its own.
func newMix(name string, hard hardOptions, flags *pflag.FlagSet) (mix, error) {
	switch name {
	case "hard":
		return mix{&hard}, nil
	case "kind":
		for _, option := range []string{"clusters", "keys", "maps", "counts"} {
			if flags.Changed(option) {
				return mix{}, fmt.Errorf("--%s is an option of --mix hard", option)
			}
		}
		return mix{}, nil
	}
	return mix{}, fmt.Errorf("no such mix: %q (kind, hard)", name)
}

// generator is newGenerator for the mix.
func (m mix) generator(kind, formatName, shape string, seed uint64) (*generator, error) {
	g, err := newGenerator(kind, formatName, shape, seed)
	if err == nil && m.hard != nil {
		g.hard, err = newHardMix(kind, *m.hard)
	}
	return g, err
}

func writeFile(name string, write func(io.Writer) error) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
