//go:build unix

package store

import (
	"context"
	"errors"
	"io"
	"os"
	"syscall"
)

// claim makes sure that the file at path is there and locks it, as DuckDB locks its files, while a database is made to
// take its place. It gives nil where another process has done so in the meantime. Closing the file ends the claim.
func claim(path string) (*os.File, error) {
	for {
		f, err := lock(path, os.O_CREATE)
		if err != nil {
			return nil, err
		}
		ours, err := f.Stat()
		if err != nil {
			f.Close()
			return nil, err
		}
		// Between opening and locking, the file may have been replaced by the database that another process made.
		if there, err := os.Stat(path); err != nil || !os.SameFile(ours, there) {
			f.Close()
			continue
		}
		if kind, err := kindOfContent(f, ours.Size()); err != nil || kind != huskFile {
			f.Close()
			return nil, err
		}
		return f, nil
	}
}

// syncFolder makes the names in a folder outlive a power cut.
func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) { // some file systems cannot
		return err
	}
	return nil
}

// readWhileOpen says that the files of a database can be read while DuckDB has them open.
const readWhileOpen = true

// lockFile opens a file that is there and locks it, as DuckDB locks its files; closing it ends the lock.
func lockFile(path string) (*os.File, error) { return lock(path, 0) }

func lock(path string, flags int) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|flags, 0o666)
	if err != nil {
		return nil, err
	}
	l := syscall.Flock_t{Type: syscall.F_WRLCK, Whence: io.SeekStart}
	if err := syscall.FcntlFlock(f.Fd(), syscall.F_SETLK, &l); err != nil {
		f.Close()
		if errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EACCES) {
			return nil, ErrBusy
		}
		return nil, err
	}
	return f, nil
}

// beside does what reads the files of the database, which anybody may on Unix.
func (db *DB) beside(_ context.Context, do func() error) error { return do() }

// lockedOut reports whether err is that another process has a file open, which keeps nobody from reading it on Unix.
func lockedOut(error) bool { return false }

// held reports whether another process has the file at path open: on Unix DuckDB says so itself.
func held(error, string) bool { return false }
