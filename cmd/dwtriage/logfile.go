package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/pflag"

	"dwtriage/ingest/secrets"
	"dwtriage/ingest/words"
)

// A nightLog is the file of --log-file: what a terminal is told of a call, and what --quiet or --json keep from it, a line for each
// with its time and the process, at the end of what the file holds. It is there for whoever looks in the morning, so it is never why a
// night fails: what is wrong with the file is said once, and the call goes on. A nil log takes everything and keeps nothing.
type nightLog struct {
	name    string // as given
	file    *os.File
	tag     string // behind the time of each line
	began   time.Time
	trouble func(error) // says that something is wrong

	mu    sync.Mutex
	half  []byte // of a line that is not ended
	torn  bool   // the file does not end with a line end
	said  bool   // trouble was
	ended bool
}

// logLine is how a line of a log begins. A file that has none near its beginning is not ours to write into.
var logLine = regexp.MustCompile(`(?m)^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z dwtriage\[\d+\]: `)

// logHead is how much of a file is searched for one, in bytes.
const logHead = 64 << 10

// defineLog is the flag of the commands that a scheduler calls.
func (f *flags) defineLog(g *pflag.FlagSet) {
	f.keepsLog = true
	g.StringVar(&f.logFile, "log-file", "", "append all that is said to `FILE`, with times")
}

// openLog begins the log that --log-file names, also of a call whose other flags are wrong.
func (s *session) openLog(f *flags, args []string) {
	if s.log != nil || !f.keepsLog {
		return
	}
	name, given := f.logFile, f.Changed("log-file")
	if !given {
		name, given = typedLog(args)
	}
	if !given {
		name = s.getenv(variable("log-file"))
	}
	if !given && name == "" {
		return
	}
	if shared := f.Lookup("shared"); shared != nil && shared.Value.String() == "true" && s.relax != nil {
		s.relax()
	}
	l, err := startLog(name, f)
	if err != nil {
		s.logTrouble(err)
		return
	}
	l.trouble = s.logTrouble
	if e, ok := s.stderr.(*escaping); ok {
		e.also = l
	}
	s.log = l
	what := "dwtriage " + shellJoin(s.arguments)
	if hides := f.Lookup("redact"); hides != nil && hides.Value.String() == "true" {
		what = "dwtriage " + s.command + " --redact" // names of files are not for everybody
	}
	l.line(fmt.Sprintf("version %s started: %s", version, what))
}

// typedLog finds the flag on a command line that has mistakes.
func typedLog(args []string) (name string, given bool) {
	for i, a := range args {
		if a == "--" {
			break
		}
		if v, ok := strings.CutPrefix(a, "--log-file="); ok {
			name, given = v, true
		} else if a == "--log-file" && i+1 < len(args) {
			name, given = args[i+1], true
		}
	}
	return name, given
}

// logTrouble says what is wrong with a log, where the log itself does not get it.
func (s *session) logTrouble(err error) {
	message := s.hide(fmt.Sprintf("--log-file: %v; the call goes on, and this log lacks what it says", err))
	w := s.stderr
	if e, ok := w.(*escaping); ok {
		w = &escaping{to: e.to}
	}
	tell(w, "dwtriage: %s\n", message)
	s.ci.issue("warning", message)
}

// startLog opens the file of a log at its end. A pipe without a reader is not waited for, and what is neither a file of a disk nor a
// device that takes texts is no log.
func startLog(name string, f *flags) (*nightLog, error) {
	if name == "" {
		return nil, errors.New("the name is empty")
	}
	if what := takenBy(name, f); what != "" {
		return nil, fmt.Errorf("%s is %s, and a log is written at the end of a file; give it one of its own", name, what)
	}
	file, err := os.OpenFile(name, os.O_RDWR|os.O_APPEND|os.O_CREATE|syscall.O_NONBLOCK, 0o666)
	if errors.Is(err, os.ErrPermission) { // a log that others keep can be such that this user only adds to it
		if only, err2 := os.OpenFile(name, os.O_WRONLY|os.O_APPEND|syscall.O_NONBLOCK, 0); err2 == nil {
			return logOf(name, only, false)
		}
	}
	if err != nil {
		return nil, err
	}
	return logOf(name, file, true)
}

func logOf(name string, file *os.File, readable bool) (*nightLog, error) {
	l := &nightLog{name: name, file: file, tag: fmt.Sprintf(" dwtriage[%d]: ", os.Getpid()), began: time.Now()}
	err := l.look(readable)
	if err != nil {
		file.Close()
		return nil, err
	}
	return l, nil
}

// look makes sure that the file may be written to, and finds out whether its last line was cut off.
func (l *nightLog) look(readable bool) error {
	info, err := l.file.Stat()
	switch {
	case err != nil:
		return err
	case info.Mode()&os.ModeCharDevice != 0:
		return nil
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is no file of a disk", l.name)
	case info.Size() == 0:
		return nil
	case !readable:
		return fmt.Errorf("%s cannot be read, so nobody can say whether it is a log", l.name)
	}
	head := make([]byte, min(info.Size(), logHead))
	if _, err := l.file.ReadAt(head, 0); err != nil && err != io.EOF {
		return err
	}
	if !logLine.Match(head) {
		return fmt.Errorf("%s is there and is no log of dwtriage; move it away or give another name", l.name)
	}
	last := make([]byte, 1)
	if _, err := l.file.ReadAt(last, info.Size()-1); err == nil {
		l.torn = last[0] != '\n'
	}
	return nil
}

// besideDatabase ends the names of the files that belong to a database.
var besideDatabase = []string{".wal", ".spare", ".last", ".bak"}

// takenBy says what else a call uses a file for, empty if nothing: a log at the end of a database, of an export or of rules
// would destroy it.
func takenBy(name string, f *flags) (what string) {
	same := func(other string) bool {
		if other == "" || other == "-" {
			return false
		}
		if absolute(name) == absolute(other) {
			return true
		}
		a, err1 := os.Stat(name)
		b, err2 := os.Stat(other)
		return err1 == nil && err2 == nil && os.SameFile(a, b)
	}
	f.VisitAll(func(fl *pflag.Flag) {
		if !isPath(fl) || fl.Name == "log-file" {
			return
		}
		for _, v := range valuesOf(fl) {
			if same(v) || fl.Name == "db" && v != "" && slices.ContainsFunc(besideDatabase, func(end string) bool { return same(v + end) }) {
				what = "the file of --" + fl.Name
			}
		}
	})
	for _, path := range f.Args() {
		if same(path) {
			what = "what is read"
		}
	}
	return what
}

// Write takes text as a stream does, and keeps each line of it when it ends.
func (l *nightLog) Write(p []byte) (int, error) {
	if l == nil {
		return len(p), nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	rest := p
	for {
		line, more, ends := bytes.Cut(rest, []byte("\n"))
		l.half = append(l.half, line...)
		if !ends {
			return len(p), nil
		}
		l.keep(string(l.half))
		l.half, rest = l.half[:0], more
	}
}

// line keeps a line.
func (l *nightLog) line(text string) { io.WriteString(l, text+"\n") }

// keep writes a line, in one piece: lines of two processes do not mix.
func (l *nightLog) keep(text string) {
	text = strings.TrimRight(secrets.Clean(words.OneLine(strings.TrimPrefix(text, "dwtriage: "))), " ")
	if text == "" {
		return
	}
	line := time.Now().UTC().Format("2006-01-02T15:04:05.000Z") + l.tag + text + "\n"
	if l.torn {
		line = "\n" + line
	}
	n, err := l.file.Write([]byte(line))
	if n > 0 {
		l.torn = n < len(line)
	}
	if err != nil {
		l.fails(err)
	}
}

func (l *nightLog) fails(err error) {
	if !l.said {
		l.said = true
		l.trouble(err)
	}
}

// end writes how the call ended, once, and lets go of the file. A log without that line is one of a process that was killed.
func (s *session) endLog(code int) {
	l := s.log
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		return
	}
	l.ended = true
	l.keep(string(l.half))
	l.keep(fmt.Sprintf("ended with exit code %d after %.1f s", code, time.Since(l.began).Seconds()))
	err := l.file.Sync()
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EINVAL) { // a device
		err = nil
	}
	if err := errors.Join(err, l.file.Close()); err != nil {
		l.fails(err)
	}
}

// result is where a command says what it did: standard output and the log; where it is quiet the log alone.
func (s *session) result(quiet bool) io.Writer {
	switch {
	case s.log == nil && quiet:
		return io.Discard
	case s.log == nil:
		return s.stdout
	case quiet:
		return s.log
	}
	return io.MultiWriter(s.log, s.stdout)
}

// inLog reports whether a path is that of the log.
func (s *session) inLog(path string) bool { return s.log != nil && path == absolute(s.log.name) }

// shellJoin writes the command line as it can be typed again, for the page, the history and the log, but for the secrets in it:
// an input may be given by a signed address. Arguments are
// quoted for a POSIX shell; a path with a blank is the common case, one with a quote the one that bites.
func shellJoin(args []string) string {
	quoted := make([]string, len(args))
	for i, a := range args {
		a = secrets.Clean(a)
		quoted[i] = a
		if a == "" || strings.ContainsAny(a, " \t\n'\"\\$`*?[]{}()<>|&;#~!") {
			quoted[i] = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
		}
	}
	return strings.Join(quoted, " ")
}
