package store

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
)

// Backup copies the database as it is now, with its log if it has one, beside it under its name and suffix, and gives the
// path of the copy. A copy of that name is replaced once the new one is whole. Nothing may be under way on the database.
func (db *DB) Backup(ctx context.Context, suffix string) (path string, err error) {
	path = db.path + suffix
	return path, db.beside(ctx, func() error { return db.copyFiles(path) })
}

func (db *DB) copyFiles(path string) error {
	for _, part := range []string{"", ".wal"} {
		err := db.copyFile(db.path+part, path+part)
		if part == ".wal" && errors.Is(err, os.ErrNotExist) {
			// An older copy may have had one.
			if err = os.Remove(path + part); errors.Is(err, os.ErrNotExist) {
				err = nil
			}
		}
		if err != nil {
			return err
		}
	}
	return syncFolder(filepath.Dir(path))
}

// copyFile copies a file of the database. The original stays open, see hold.
func (db *DB) copyFile(from, to string) error {
	in, info, err := db.hold(from)
	if err != nil {
		return err
	}
	return writeAside(to, info.Mode().Perm(), func(out io.Writer) error {
		_, err := io.Copy(out, in)
		return err
	})
}

// writeAside makes a file under another name, syncs and renames it, so it is there whole or as it was.
func writeAside(to string, mode os.FileMode, write func(out io.Writer) error) error {
	aside := asideName(to)
	os.Remove(aside) // of a process that was killed, or a link to somewhere else
	out, err := os.OpenFile(aside, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	if err = write(out); err == nil {
		err = out.Sync()
	}
	if err = errors.Join(err, out.Close()); err == nil {
		err = os.Rename(aside, to)
	}
	if err != nil {
		os.Remove(aside)
	}
	return err
}

func asideName(to string) string { return to + ".part" }
