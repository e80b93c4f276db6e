//go:build !linux || !amd64

package main

import (
	"errors"
	"os"
	"syscall"
)

type fault struct {
	mode string
	at   int
	seed uint64
}

type operation struct{ name, path string }

var modes []struct {
	name, to string
	err      syscall.Errno
	stay     bool
}

func traced([]string, []string, string, *os.File, fault) ([]operation, syscall.WaitStatus, error) {
	return nil, syscall.WaitStatus{}, errors.New("programs are watched on Linux with amd64 only")
}
