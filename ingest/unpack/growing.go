package unpack

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"dwtriage/ingest/words"
)

// Settled is how long a file must have been left alone before its end is believed. Exporters and copies write at
// least once a second or so; a minute forgives a clock of another machine that is a little off.
const Settled = time.Minute

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
		return fmt.Sprintf("the file grew while it was read, from %s to %s: the next run reads it as it is then", size(s.size), size(info.Size()))
	case info.Size() < s.size:
		return fmt.Sprintf("the file shrank while it was read, from %s to %s: the next run reads it as it is then", size(s.size), size(info.Size()))
	case errors.Is(gone, fs.ErrNotExist):
		return "the file was removed while it was read"
	}
	return ""
}

// fresh reports whether the file was written to within the last minute, or is said to be written in the future by less.
func (s *fileState) fresh(now time.Time) bool {
	info, err := s.file.Stat()
	return err == nil && now.Sub(info.ModTime()).Abs() < Settled
}
