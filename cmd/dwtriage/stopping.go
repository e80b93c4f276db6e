package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"
)

// stopSignals end a command, each with the code that a shell gives a program that it ended. What the program does when it
// is asked to quit with a core dump is a clean end, too: Go's own answer is pages of goroutines and exit code 2,
// which means a mistake in the flags.
var stopSignals = map[os.Signal]int{
	syscall.SIGHUP:  exitHungUp,
	os.Interrupt:    exitInterrupted,
	syscall.SIGQUIT: exitQuit,
	syscall.SIGTERM: exitTerminated,
}

// A signalError is the cause of a context that a signal ended. The cause tells it from a context that
// ended because another room failed: only the first is exit code 130 or 143, and says that nothing is
// kept.
type signalError struct {
	os.Signal
	at time.Time
}

func (e signalError) Error() string { return "stopped: " + e.String() }

const (
	// patience is how long a command may take to end after a signal. What takes longer (a statement of the database
	// that cannot be stopped, a disk that does not answer) is left as a power cut would leave it, which
	// the next run puts right.
	patience = 1900 * time.Millisecond
	// takingBack is how much of that a run may take to leave the database again when the signal came behind its commit.
	takingBack = 1500 * time.Millisecond
	// echo is how soon a second signal is the first one once more: timeout(1) and some service managers send it to the
	// process and to its group.
	echo = 15 * time.Millisecond
)

// obey makes the first signal end the context, and the second one the process.
func (s *session) obey(stop context.CancelCauseFunc) {
	signals := make(chan os.Signal, 4) // so that none is lost while another one is handled
	for sig := range stopSignals {
		if sig == syscall.SIGHUP && signal.Ignored(sig) {
			continue // nohup asked for it
		}
		signal.Notify(signals, sig)
	}
	// A reader of our output who goes away must not take the load with it: with somebody listening to this signal, a write
	// is an error instead of the end. Messages that nobody reads are dropped; of results see end.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	go func() {
		first := signalError{<-signals, time.Now()}
		stop(first)
		for late := time.NewTimer(patience); ; {
			select {
			case <-signals:
				if time.Since(first.at) >= echo {
					s.cutOff(first, "at once, by a second signal")
				}
			case <-late.C:
				if !s.fate.committing() { // of a commit the file system decides when it ends
					s.cutOff(first, "without waiting any longer")
				}
				late.Reset(patience / 20)
			}
		}
	}()
}

// cutOff ends the process without a clean end, and says what that leaves behind. Nobody may be reading what it says.
func (s *session) cutOff(first signalError, how string) {
	said := make(chan struct{})
	go func() {
		s.lastWord.Do(func() {
			message := fmt.Sprintf("%v, %s; %s", first, how, s.fate.words())
			tell(s.stderr, "dwtriage: %s\n", message)
			s.answerFailed(stopSignals[first.Signal], message)
		})
		s.endLog(stopSignals[first.Signal])
		close(said)
	}()
	select {
	case <-said:
	case <-time.After(patience / 20):
	}
	os.Exit(stopSignals[first.Signal])
}

// input reads standard input, as far as most bytes, until a signal ends the wait for it.
func (s *session) input(most int64) (string, error) {
	type input struct {
		text []byte
		err  error
	}
	done := make(chan input, 1)
	go func() {
		text, err := io.ReadAll(io.LimitReader(s.stdin, most))
		done <- input{text, err}
	}()
	select {
	case in := <-done:
		if in.err != nil {
			return "", fmt.Errorf("reading standard input: %w", in.err)
		}
		return string(in.text), nil
	case <-s.ctx.Done():
		return "", context.Cause(s.ctx)
	}
}

// A fate is what is kept of a command's work if it ends now. The command says it, and whoever ends it reads it. The
// zero value is that nothing is kept.
type fate struct {
	text    atomic.Pointer[string]
	makes   atomic.Pointer[string] // the database, where there was none before
	writing atomic.Bool
	id      atomic.Int64 // of the run that is kept, or may be; 0: none
	unsure  atomic.Bool  // only history knows whether it is
}

// run is the number of the run that is kept, and whether it is: null if nobody can say.
func (f *fate) run() (id int64, kept *bool) {
	if id = f.id.Load(); f.unsure.Load() {
		return id, nil
	}
	return id, new(id > 0)
}

// is sets what is kept from now on.
func (f *fate) is(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	f.text.Store(&text)
}

// isNothing takes back what was said to be kept.
func (f *fate) isNothing() {
	f.text.Store(nil)
	f.id.Store(0)
	f.unsure.Store(false)
}

func (f *fate) words() string {
	if text := f.text.Load(); text != nil {
		return *text
	}
	if path := f.makes.Load(); path != nil {
		if _, err := os.Stat(*path); err == nil {
			return "the database, which the run made, is empty"
		}
	}
	return "the database is as it was before the run"
}

// committing reports whether the database is being written in one go.
func (f *fate) committing() bool { return f.writing.Load() }

// ofRun says what is kept of a run while it is committed, and afterwards.
func (f *fate) ofRun(id int64, committed bool) {
	f.writing.Store(!committed)
	f.id.Store(id)
	f.unsure.Store(!committed)
	if committed {
		f.is("run %d is kept, without a report: read the same exports again, which draws it, or dwtriage history forget --run %d", id, id)
	} else {
		f.is("run %d was just being written: dwtriage history says whether it is kept", id)
	}
}
