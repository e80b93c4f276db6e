package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"

	"dwtriage/ingest/words"
)

// Texts of logs, names of files and members, values of flags and rule files reach the terminal, the log of a scheduler and its
// mails. Two walls keep them from steering a terminal and from forging lines. Standard output and error are escaping
// writers from the first line of a command on, so nobody has to think of it; and what is put into a line goes through
// tell, which makes one line of each value, for a writer cannot know whose a line end is. TestPrintsGoThroughTell holds the
// source to the second one.

// escaping is a stream of a session: U+FFFD stands for what does not show itself.
type escaping struct {
	to   io.Writer // behind a defuser in a pipeline
	file io.Writer // what it is in the end
	also *nightLog // gets a copy; nil: nobody
	err  error     // the first of to
	half []byte    // of a character whose rest comes with the next Write
	out  []byte
}

func (e *escaping) Write(p []byte) (int, error) {
	text := p
	if len(e.half) > 0 {
		text = append(e.half, p...)
	}
	whole := len(text)
	for n := 1; n < utf8.UTFMax && n <= len(text); n++ {
		if last := text[len(text)-n:]; utf8.RuneStart(last[0]) {
			if !utf8.FullRune(last) {
				whole -= n
			}
			break
		}
	}
	e.out = words.AppendPrintable(e.out[:0], text[:whole])
	e.half = append([]byte(nil), text[whole:]...)
	e.also.Write(e.out) // whether or not somebody reads the stream
	if _, err := e.to.Write(e.out); err != nil {
		e.err = cmp.Or(e.err, err)
		return 0, err
	}
	return len(p), nil
}

// unwritten is why not all of standard output was written, nil if it was. Commands that print a lot stop there; those that print a
// screen need not look.
func (s *session) unwritten() error {
	if e, ok := s.stdout.(*escaping); ok {
		return e.err
	}
	return nil
}

// styled writes a text of our own with sequences of SGR in it, whose values were made harmless one by one.
func (e *escaping) styled(p []byte) error {
	_, err := e.to.Write(p)
	return err
}

// escape makes the streams of a session escaping ones.
func (s *session) escape() {
	for _, w := range []*io.Writer{&s.stdout, &s.stderr} {
		if _, ok := (*w).(*escaping); !ok {
			*w = &escaping{to: *w, file: *w}
		}
	}
	if s.inPipeline() {
		s.defuse()
	}
}

// defuse lets nothing that is printed from now on be a command of a pipeline. What goes to a file is not read there.
func (s *session) defuse() {
	if s.defused {
		return
	}
	s.defused = true
	defuseStreams(false, s.stdout, s.stderr)
}

// defuseStreams does so for those that go to a file, or for those that do not.
func defuseStreams(files bool, streams ...io.Writer) {
	for _, w := range streams {
		if e, ok := w.(*escaping); ok && isRegular(e.file) == files {
			e.to = &defuser{to: e.to}
		}
	}
}

// isRegular reports whether a stream goes to a file of the disk.
func isRegular(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode().IsRegular()
}

// data is standard output for bytes that must stay what they are. A terminal gets them escaped all the same, and the log of a
// pipeline without commands.
func (s *session) data() io.Writer {
	if e, ok := s.stdout.(*escaping); ok && !isTerminal(s.stdout) {
		return e.to
	}
	return s.stdout
}

// isTerminal reports whether somebody sees a stream.
func isTerminal(w io.Writer) bool {
	f, ok := unescaped(w).(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// unescaped is what a stream writes to.
func unescaped(w io.Writer) io.Writer {
	if e, ok := w.(*escaping); ok {
		return e.file
	}
	return w
}

// several is a text of several lines, none of which begins with a text that is not ours.
type several string

// tell prints like fmt.Fprintf. Texts and errors among args are one line each, but for lines, and for errors that are several.
func tell(w io.Writer, format string, args ...any) (int, error) {
	for i, a := range args {
		switch a := a.(type) {
		case string:
			args[i] = words.OneLine(a)
		case error:
			args[i] = errorLines(a)
		}
	}
	return fmt.Fprintf(w, format, args...)
}

// errorLines is the text of an error: a line, or one for each of those that errors.Join put together.
func errorLines(err error) string {
	if e, ok := err.(*exitError); ok {
		err = e.err
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok && err.Error() == errors.Join(joined.Unwrap()...).Error() {
		var texts []string
		for _, e := range joined.Unwrap() {
			texts = append(texts, errorLines(e))
		}
		return strings.Join(texts, "\n")
	}
	return words.OneLine(strings.TrimSpace(ofMemory(err.Error()))) // texts of DuckDB end their lines
}

// DuckDB ends its sentence about memory, or about the room beside the database, with settings to change, which no command takes.
var (
	duckMemory = regexp.MustCompile(`(?s)Out of Memory Error: (.*?)\.?\s*(Possible solutions:.*?(how_to_tune_workloads|$)|This limit was set by the 'max_temp_directory_size'.*|$)`)
	duckRoom   = regexp.MustCompile(`max_temp_directory_size|offload`)
)

// noMemory and noRoom are what is said instead, in front of how much was asked for.
const (
	noMemory = "the database has no more memory"
	noRoom   = "the disk has no room for what the memory of the database does not hold"
)

// ofMemory puts a sentence of ours in the place of DuckDB's. It is for errors alone: a log may print the same words, and a result is shown as it is.
func ofMemory(text string) string {
	return duckMemory.ReplaceAllStringFunc(text, func(said string) string {
		what := noMemory
		if duckRoom.MatchString(said) {
			what = noRoom
		}
		return what + " (" + words.OneLine(strings.TrimSpace(duckMemory.FindStringSubmatch(said)[1])) + ")"
	})
}

// memoryAdvice says how to go on where a message says so, empty where none does.
func (s *session) memoryAdvice(message string) string {
	switch {
	case !strings.Contains(message, noMemory+" ("):
		return ""
	case s.command == "query":
		return "ask for less at once: v_records joins all texts to their ends where error_text or trace_text is named, so name its other columns only; table records has the first 10,000 bytes of each text"
	case s.typed != nil && s.typed.Lookup("memory-limit") != nil:
		return "give more with --memory-limit, of which the database has a part"
	}
	return "a database of fewer runs needs less: dwtriage history prune makes one"
}
