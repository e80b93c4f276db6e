//go:build !unix

package store

import (
	"context"
	"errors"
	"os"
	"syscall"

	"github.com/duckdb/duckdb-go/v2"
)

// claim makes sure that the file at path is there. It gives nil where another process has made a database of it in the
// meantime. Nothing is locked: the file could not be replaced then. Of two processes that start at the same moment the
// second cannot rename over the file that the first one has open.
func claim(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	kind := noFile
	if err == nil {
		kind, err = kindOfContent(f, info.Size())
	}
	f.Close()
	if err != nil || kind != huskFile {
		return nil, err
	}
	return f, nil // closed, and closing it again does no harm
}

func syncFolder(string) error { return nil }

// readWhileOpen says that the files of a database can be read while DuckDB has them open.
const readWhileOpen = false

// lockFile opens a file that is there, which nobody can who has it open in DuckDB; while it is open DuckDB cannot.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if lockedOut(err) {
		return nil, ErrBusy
	}
	return f, err
}

// beside does what reads the files of the database. Windows lets nobody open what DuckDB has open, so it lets go of the
// database in the meantime. What another process does with it then, this one meets when it takes it back: the file is in use.
func (db *DB) beside(ctx context.Context, do func() error) error {
	if _, err := db.conn.ExecContext(ctx, "DETACH dw"); err != nil {
		return err
	}
	err := do()
	for _, f := range db.held {
		f.Close()
	}
	db.held = nil
	_, again := db.conn.ExecContext(ctx, db.attachment)
	return errors.Join(err, again)
}

// sharingViolation is what Windows answers who opens a file that another process has open. (ERROR_SHARING_VIOLATION, winerror.h)
const sharingViolation = syscall.Errno(32)

// lockedOut reports whether err is that another process has a file open.
func lockedOut(err error) bool { return errors.Is(err, sharingViolation) }

// held reports whether DuckDB could not open the file at path because another process has it open. DuckDB says so in the
// language of the system, so the system is asked again.
func held(err error, path string) bool {
	if e, ok := errors.AsType[*duckdb.Error](err); !ok || e.Type != duckdb.ErrorTypeIO {
		return false
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err == nil {
		f.Close()
	}
	return lockedOut(err)
}
