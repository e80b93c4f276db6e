//go:build cgo

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestClassifyPipes: a reader that goes away ends the filter without a word, also while more is still to come; one that is slow gets
// every row; and rows are handed on while the input is still open.
func TestClassifyPipes(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("pipes end in another way there")
	}
	program := buildLight(t, runtime.GOOS+"/"+runtime.GOARCH)
	const line = `{"k":%d,"exceptiondetails":"The user is not a member of the organization.","createdon":"2026-11-22T22:15:00Z"}` + "\n"
	const rows = 20_000
	start := func() (*exec.Cmd, io.WriteCloser, io.ReadCloser, *bytes.Buffer) {
		cmd := exec.Command(program, "classify", "--threads", "2")
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		said := new(bytes.Buffer)
		cmd.Stderr = said
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd, in, out, said
	}
	feed := func(in io.Writer) {
		for k := range rows {
			if _, err := fmt.Fprintf(in, line, k); err != nil {
				return
			}
		}
	}

	cmd, in, out, said := start()
	go feed(in) // and never closes it
	if _, err := io.ReadFull(out, make([]byte, 100)); err != nil {
		t.Fatal(err)
	}
	out.Close()
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case <-ended:
	case <-time.After(time.Minute):
		cmd.Process.Kill()
		t.Fatal("it goes on although nobody reads")
	}
	if code := cmd.ProcessState.ExitCode(); code != exitUnread || said.Len() > 0 {
		t.Errorf("exit code %d, %q", code, said)
	}

	cmd, in, out, said = start()
	go func() {
		feed(in)
		in.Close()
	}()
	var all strings.Builder
	for b := make([]byte, 1<<18); ; {
		n, err := out.Read(b)
		all.Write(b[:n])
		if err != nil {
			break
		}
		time.Sleep(2 * time.Millisecond)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	k := 0
	for l := range strings.Lines(all.String()) {
		if !strings.HasPrefix(l, fmt.Sprintf(`{"k":%d,`, k)) {
			t.Fatalf("row %d is %.80s", k, l)
		}
		k++
	}
	if k != rows {
		t.Errorf("%d rows, want %d", k, rows)
	}
}

// TestClassifyPath: a pipe that is named is read once, from its start, as standard input is.
func TestClassifyPath(t *testing.T) {
	if _, err := os.Stat("/dev/fd"); err != nil {
		t.Skip("pipes have no paths here")
	}
	const rows = 5000
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	go func() {
		defer w.Close()
		for k := range rows {
			fmt.Fprintf(w, `{"k":%d,"exceptiondetails":"no"}`+"\n", k)
		}
	}()
	got, code, said := filtered(t, fmt.Sprintf("/dev/fd/%d", r.Fd()))
	if len(got) != rows || code != 0 || said != "" {
		t.Fatalf("%d rows of %d, exit code %d, %q", len(got), rows, code, said)
	}
	if got[0]["row"] != json.Number("1") || got[0]["file"] != "-" {
		t.Errorf("the first row is %v of %v", got[0]["row"], got[0]["file"])
	}
}
