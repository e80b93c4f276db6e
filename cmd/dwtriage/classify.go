package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"dwtriage/classify"
	"dwtriage/classify/filter"
	"dwtriage/ingest"
	"dwtriage/ingest/secrets"
	"dwtriage/ingest/words"
)

// classifyFlags are the flags of the filter, as given.
type classifyFlags struct {
	from, to, columns string
	schema            bool
	environment       string
	maxRejects        string
	threads           int
	reading           readingFlags
	rules             ruleFlags
}

func (c *classifyFlags) flags() *flags {
	f := newFlags("dwtriage classify [flags] [PATH | -]", `Gives rows back with their verdicts: for each row that is read exactly one is written, in the same
order, with its own columns and those of the verdict beside them. A row that is no record comes out
as well, with status reject and the reason. There is no database and nothing is kept, so any engine
can run it over its partitions. PATH is one file, or a pipe; - or nothing is standard input. It takes CSV (and
TSV), JSON lines, arrays of JSON, and Arrow IPC, as a stream or a file; other exports are for run.`)
	g := f.group("Input and output")
	g.StringVar(&c.from, "from", "auto", "`FORM` of what is read: auto (Arrow, CSV or JSON, by its first bytes) or arrow")
	g.StringVar(&c.to, "to", "auto", "`FORM` of what is written: auto (as it came), arrow (a stream of Arrow IPC), jsonl or csv")
	g.StringVar(&c.columns, "columns", "verdict", "`SET` of columns that are added: verdict, or all that a record has")
	g.BoolVar(&c.schema, "schema", false, "write the columns and no row: an empty Arrow stream, the header of a CSV file, or an object with name and type for each; without PATH those that are added, with it the input's, too")
	g.StringVar(&c.environment, "environment", "", "`NAME` of the environment, for column environment of --columns all")
	g = f.group("What is read")
	c.reading.defineTimes(g, "")
	c.rules.define(f.group("Rules"))
	f.defineLog(f.group("Messages"))
	f.group("Exit code").StringVar(&c.maxRejects, "max-rejects", "", "exit with 4 when more rows than `N` (or N% of the rows read) are rejects")
	g = f.group("Machine")
	g.IntVar(&c.threads, "threads", 0, "`N` worker threads (0: one per core)")
	g = f.group("Limits")
	c.reading.defineLimits(g)
	f.fold(namesOf(g)...)
	f.examples = `  dwtriage classify traces.csv > verdicts.csv
  zstdcat night.jsonl.zst | dwtriage classify | jq -c 'select(.dwtriage_status == "unknown")'
  dwtriage classify --schema --to arrow > schema.arrow`
	f.notes = `Exit codes: 0 done. 1 failed, or the input could not be read to its end: what came before is written.
2 mistake in flags or rules. 4 done, more rejects than --max-rejects. 129/130/131/143 ended by a
signal. 141 nobody reads standard output any more.`
	return f
}

// The words that the flags take.
var (
	filterFrom    = []string{"auto", "arrow"}
	filterTo      = []string{"auto", filter.Arrow, filter.JSONL, filter.CSV}
	filterColumns = []string{"verdict", "all"}
)

// runClassify is the command classify.
func runClassify(s *session, args []string) (int, error) {
	var c classifyFlags
	f := c.flags()
	if err := f.parse(s, args); err != nil {
		return 0, err
	}
	if f.NArg() > 1 {
		return 0, usageError("classify takes one PATH, not %d; a stream has one end, and for many files there is run", f.NArg())
	}
	s.fate.is("what was written is all there is")
	opt, err := c.check(s)
	if err != nil {
		return 0, err
	}
	m, err := c.rules.compile()
	if err != nil {
		return 0, err
	}
	for _, note := range m.Set().Ended(time.Now()) {
		tell(s.stderr, "dwtriage: %s\n", note)
	}
	if c.schema && f.NArg() == 0 {
		return exitDone, c.filter(s, c.from == "arrow").Schema(nil, false)
	}
	path := "-"
	if f.NArg() == 1 {
		path = f.Arg(0)
	}
	in, err := openInput(s, path, opt, c.from == "arrow")
	if err != nil {
		return 0, err
	}
	defer in.Close()
	if c.schema {
		return c.printSchema(s, in)
	}
	return c.classify(s, in, m)
}

// check turns the flags' texts into values.
func (c *classifyFlags) check(s *session) (ingest.Options, error) {
	c.environment = secrets.Clean(c.environment)
	opt, err := c.reading.options(s.stdin)
	if err != nil {
		return opt, err
	}
	for _, x := range []struct {
		flag, value string
		known       []string
	}{
		{"--from", c.from, filterFrom},
		{"--to", c.to, filterTo},
		{"--columns", c.columns, filterColumns},
	} {
		if err := oneOf(x.flag, x.value, x.known); err != nil {
			return opt, err
		}
	}
	if c.threads, err = workers(c.threads); err != nil {
		return opt, err
	}
	if _, err := ingest.RejectsAllowed(c.maxRejects, 0); err != nil {
		return opt, usageError("--max-rejects: %v", err)
	}
	opt.Originals = true
	return opt, nil
}

// filter makes the filter that writes to standard output.
func (c *classifyFlags) filter(s *session, fromArrow bool) *filter.Filter {
	to := c.to
	if to == "auto" {
		if to = ""; fromArrow {
			to = filter.Arrow
		}
	}
	return filter.New(s.rows(to), filter.Options{To: to, All: c.columns == "all", Environment: c.environment})
}

// rows is standard output for rows in a form. What a pipeline takes for a command is no command in JSON; bytes of Arrow are not read there,
// and every one of them counts.
func (s *session) rows(form string) io.Writer {
	e, ok := s.stdout.(*escaping)
	switch {
	case !ok || isTerminal(s.stdout) || !s.defused || isRegular(e.file):
		return s.data()
	case form == filter.Arrow:
		return e.file
	case form == filter.JSONL:
		return &defuser{to: e.file, json: true}
	}
	return e.to
}

// An input is what classify reads: Arrow, or something that ingest knows by its content.
type input struct {
	path  string    // - for all that is no regular file
	arrow io.Reader // nil: it is none
	opt   ingest.Options
	file  *os.File // nil: standard input
}

// openInput opens the input, once, and looks at its first bytes, where nobody said what it is. A path that is no regular file is read as
// standard input is: a pipe opened a second time has lost its start, or waits for another writer.
func openInput(s *session, path string, opt ingest.Options, arrow bool) (*input, error) {
	in := &input{path: path, opt: opt}
	from := s.stdin
	regular := false
	if path != "-" {
		file, err := openUntil(s.ctx, path)
		if err != nil {
			return nil, err
		}
		info, err := file.Stat()
		if err == nil && info.IsDir() {
			file.Close()
			return nil, fmt.Errorf("%s is a folder; classify takes one file, run takes folders", path)
		}
		in.file, from = file, file
		if regular = err == nil && info.Mode().IsRegular(); !regular {
			in.path = "-"
		}
	}
	if !regular {
		from = &stoppable{ctx: s.ctx, in: from}
	}
	buffered := bufio.NewReaderSize(from, 1<<16)
	start, _ := buffered.Peek(8)
	if arrow || ingest.IsArrow(start) {
		in.arrow = buffered
	} else {
		in.opt.Stdin = buffered
	}
	return in, nil
}

// openUntil is os.Open that stops waiting for the other end of a pipe when a signal comes.
func openUntil(ctx context.Context, path string) (*os.File, error) {
	var file *os.File
	var err error
	done := make(chan struct{})
	go func() {
		file, err = os.Open(path)
		close(done)
	}()
	select {
	case <-done:
		return file, err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func (in *input) Close() error {
	if in.file == nil {
		return nil
	}
	return in.file.Close()
}

// read reads the rows.
func (in *input) read(ctx context.Context, emit func(*ingest.Batch) error) error {
	if in.arrow != nil {
		return ingest.ReadArrow(ctx, in.path, in.arrow, in.opt, emit)
	}
	return ingest.Read(ctx, []ingest.Source{{Path: in.path, Size: -1}}, in.opt, emit)
}

// classify lets the rows go through the same pipeline as those of a run: workers judge and encode side by side, and what they made is
// written in the order in which it was read.
func (c *classifyFlags) classify(s *session, in *input, m *classify.Matcher) (int, error) {
	out := c.filter(s, in.arrow != nil)
	var problems []error
	err := pipeline(s.ctx, c.threads, in.read, func(ctx context.Context, b *ingest.Batch) *filter.Encoded {
		if !m.ClassifyUntil(ctx.Done(), b, nil) {
			return nil
		}
		return out.Encode(b)
	}, func(next source[*filter.Encoded]) error {
		for {
			b, rows, err := next()
			if errors.Is(err, io.EOF) {
				return out.Close()
			}
			if err != nil {
				return err
			}
			for i := range b.Files {
				if p := b.Files[i].Problem; p != nil {
					problems = append(problems, p)
				}
				for _, w := range b.Files[i].Warnings {
					tell(s.stderr, "dwtriage: %s: %s\n", b.Files[i].Path, w)
				}
			}
			err = errors.Join(out.Write(rows), out.Flush())
			b.Release()
			if err != nil {
				return err
			}
		}
	})
	if err = errors.Join(append(problems, err)...); err != nil {
		return 0, err
	}
	most, err := ingest.RejectsAllowed(c.maxRejects, out.Rows)
	if err == nil && float64(out.Rejects) > most {
		tell(s.stderr, "dwtriage: --max-rejects %s is exceeded: %s in %s\n", c.maxRejects, words.Count(out.Rejects, "reject"), words.Count(out.Rows, "row"))
		return exitRejects, nil
	}
	return exitDone, err
}

// errSeen ends the reading of an input whose columns are known.
var errSeen = errors.New("the columns are known")

// printSchema reads as much of the input as tells its columns.
func (c *classifyFlags) printSchema(s *session, in *input) (int, error) {
	var header *ingest.Header
	var problem error
	objects := false
	err := in.read(s.ctx, func(b *ingest.Batch) error {
		defer b.Release()
		for i := range b.Files {
			problem = errors.Join(problem, b.Files[i].Problem)
			objects = objects || b.Files[i].Format == "json"
		}
		if header = b.Header; header != nil || len(b.Originals) > 0 || b.Len() > 0 || len(b.Rejects) > 0 {
			objects = header == nil
			return errSeen
		}
		return nil
	})
	if err != nil && !errors.Is(err, errSeen) {
		return 0, err
	}
	if problem != nil && header == nil {
		return 0, problem
	}
	return exitDone, c.filter(s, in.arrow != nil).Schema(header, objects)
}

// stoppable is standard input, or a pipe, that stops waiting when a signal comes, or when nobody wants the rest. A read that is under way is left to
// itself: the process ends.
type stoppable struct {
	ctx  context.Context
	in   io.Reader
	buf  []byte
	rest []byte
	err  error
}

func (r *stoppable) Read(p []byte) (int, error) {
	if len(r.rest) == 0 && r.err == nil {
		if r.buf == nil {
			r.buf = make([]byte, 1<<16)
		}
		type got struct {
			n   int
			err error
		}
		done := make(chan got, 1)
		go func() {
			n, err := r.in.Read(r.buf)
			done <- got{n, err}
		}()
		select {
		case g := <-done:
			r.rest, r.err = r.buf[:g.n], g.err
		case <-r.ctx.Done():
			r.err = context.Cause(r.ctx)
		}
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	if n == 0 && len(r.rest) == 0 {
		return 0, r.err
	}
	return n, nil
}
