package unpack

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"dwtriage/ingest/words"
)

// settled is how long a file must have been left alone before its end is believed. Exporters and copies write at
// least once a second or so; a minute forgives a clock of another machine that is a little off.
const settled = time.Minute

// whileRead ends what is said of a file that changed under the reader.
const whileRead = " while it was read"

// ChangedWhileRead reports whether a warning is about what went on while a file was read, and not about its bytes.
func ChangedWhileRead(warning string) bool { return strings.Contains(warning, whileRead) }

// A fileState is what was known of a file when it was opened, to be compared with what it is later.
type fileState struct {
	file *os.File
	path string
	size int64
}

// changed says what became of the file since it was opened, in a sentence; empty when nothing did.
func (s *fileState) changed() string {
	info, err := s.file.Stat()
	if err != nil {
		return ""
	}
	size := func(n int64) string { return words.Thousands(n) + " bytes" }
	switch _, gone := os.Lstat(s.path); {
	case info.Size() > s.size:
		return fmt.Sprintf("the file grew"+whileRead+", from %s to %s: the next run reads it as it is then", size(s.size), size(info.Size()))
	case info.Size() < s.size:
		return fmt.Sprintf("the file shrank"+whileRead+", from %s to %s: the next run reads it as it is then", size(s.size), size(info.Size()))
	case errors.Is(gone, fs.ErrNotExist):
		return "the file was removed" + whileRead
	}
	return ""
}

func (s *fileState) fresh(now time.Time) bool {
	info, err := s.file.Stat()
	return err == nil && Fresh(info, now)
}

// Fresh reports whether a file was written to within the last minute, or is said to be written in the future by less.
func Fresh(info fs.FileInfo, now time.Time) bool { return now.Sub(info.ModTime()).Abs() < settled }
