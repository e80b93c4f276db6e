package store

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
)

// Backup copies the database as it is now beside it under its name and suffix, and gives the path of the copy, which is one file: what still
// stands in the log, as after a killed run or a change of the schema, is put in its place before. A copy of that name is replaced once the new one is
// whole. Nothing may be under way on the database.
func (db *DB) Backup(ctx context.Context, suffix string) (path string, err error) {
	path = db.path + suffix
	if info, err := os.Stat(db.path + ".wal"); err == nil && info.Size() > 0 {
		if err := db.checkpoint(ctx); err != nil {
			return path, err
		}
	}
	return path, db.beside(ctx, func() error { return db.copyFiles(path) })
}

// copyFiles makes the copy. The log of an older one goes first: beside the new one it would be another database's.
func (db *DB) copyFiles(path string) error {
	if err := os.Remove(path + ".wal"); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := db.copyFile(db.path, path); err != nil {
		return err
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
