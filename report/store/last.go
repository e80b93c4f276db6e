package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// A run that met what the run before it met, and nothing else, has its report: adding up millions of records and drawing their rows once more took
// as long as loading them. What the last report said is kept for that beside the file, as FILE.last, by whoever draws it; the store only says
// whether it still holds what it held then. The file may go at any time. It has texts of records, so it goes with them, see forgotten.

// lastName follows links: a database has one such file, whatever name it is called by.
func lastName(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	return path + ".last"
}

// mostLast is how long that file may be, in bytes. A longer one is somebody's.
const mostLast = 64 << 20

// KeepLast writes what the last report said, in the place of an earlier one.
func (db *DB) KeepLast(text []byte) error {
	if db.readOnly {
		return errors.New("internal error: the database is open for reading")
	}
	if len(text) > mostLast {
		return db.forgotten()
	}
	return writeAside(lastName(db.path), 0o666, func(out io.Writer) error {
		_, err := out.Write(text)
		return err
	})
}

// Last is what KeepLast wrote, nil where there is nothing, or nothing that can be read.
func (db *DB) Last() []byte {
	info, err := os.Lstat(lastName(db.path))
	if err != nil || !info.Mode().IsRegular() || info.Size() > mostLast {
		return nil
	}
	text, err := os.ReadFile(lastName(db.path))
	if err != nil {
		return nil
	}
	return text
}

// forgotten removes what the last report said, before records or what is said of them go out of the database. What is no file is somebody's.
func (db *DB) forgotten() error {
	info, err := os.Lstat(lastName(db.path))
	if err == nil && info.Mode().IsRegular() {
		err = os.Remove(lastName(db.path))
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// State says what the database holds as far as a run, in words that are equal when it is: runs, files, what they cover, records and how they
// were judged. How a run ended is not among it.
func (db *DB) State(ctx context.Context, run int64) (state string, err error) {
	if err := db.conn.QueryRowContext(ctx, query("state"), run).Scan(&state); err != nil {
		return "", fmt.Errorf("looking at what the database holds: %w", err)
	}
	return state, nil
}

// Repeats reports whether there are runs behind one, as far as another, which only met again what that one met: the same bytes in the same order,
// read in the same way, and nothing in them that was new.
func (db *DB) Repeats(ctx context.Context, of, until int64) (same bool, err error) {
	if err := db.conn.QueryRowContext(ctx, query("repeats"), of, until).Scan(&same); err != nil {
		return false, fmt.Errorf("comparing run %d with run %d: %w", until, of, err)
	}
	return same, nil
}

// Newest is the id of the newest run that the database holds, 0 where it holds none.
func (db *DB) Newest(ctx context.Context) (id int64, err error) {
	if err := db.conn.QueryRowContext(ctx, "SELECT coalesce(max(run_id), 0) FROM dw.runs").Scan(&id); err != nil {
		return 0, fmt.Errorf("looking for the newest run: %w", err)
	}
	return id, nil
}
