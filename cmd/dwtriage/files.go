package main

import (
	"fmt"
	"os"
	"syscall"
)

// openRegular opens a file that is read whole before the work. A pipe is refused and not waited for: nobody may ever write to it, and a
// device may have no end.
func openRegular(name string) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is no file", name)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}
