// Package store is the archive: the DuckDB database that remembers what the source systems
// forget. Classified batches come in and are loaded once, whatever number of exports holds them;
// the ledger of a run and the rows of queries go out. One run is one transaction: it is in the
// database whole or not at all. The package sums nothing up, fills no text of a rule in and draws
// nothing; nobody else imports DuckDB, and nobody else writes to the database.
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
)

//go:embed sql/*.sql
var queries embed.FS

// query gives the text of an embedded query.
func query(name string) string {
	text, err := queries.ReadFile("sql/" + name + ".sql")
	if err != nil {
		panic(err) // a file that the build lacks
	}
	return string(text)
}

// ErrBusy is wrapped by Open when another process has the database open.
var ErrBusy = errors.New("the database is in use by another process")

// Options of a database. The zero value is right for most machines.
type Options struct {
	MemoryLimit string // of DuckDB, as "150MB"; empty: 150MB. Without a limit DuckDB keeps every written block
	Threads     int    // of DuckDB; 0: one per core
	ReadOnly    bool   // the file must be there, and stays as it is
}

// A DB is an open database. It is for one goroutine.
type DB struct {
	pool  *sql.DB
	conn  *sql.Conn // everything runs on it; the database is attached to it as dw
	spool *sql.Conn // fills tables outside the run's transaction
	path  string
	temp  string // folder that DuckDB spills to
	notes []string

	readOnly bool
	confined bool // by Ask: nothing but queries is possible any more

	version int // of the schema, once it is known

	served int // feeds and functions offered so far, for names
	asking asking

	made map[string]made // by Scope and Groups, per view; empty once anything is written
}

// Notes are sentences about what Open found and put right. They name the file.
func (db *DB) Notes() []string { return db.notes }

// Row groups of 30,720: DuckDB compresses a full row group on one thread, and with long traces
// its default of 122,880 rows holds 340 MB per thread in memory.
const (
	attach         = `ATTACH '%s' AS dw (STORAGE_VERSION 'latest', ROW_GROUP_SIZE 30720)`
	attachReadOnly = `ATTACH '%s' AS dw (READ_ONLY)`
)

// Open opens the database file at path, or creates it.
func Open(ctx context.Context, path string, opt Options) (*DB, error) {
	db, err := open(ctx, path, opt)
	switch {
	case err == nil:
		return db, nil
	case strings.Contains(err.Error(), "Could not set lock"), strings.Contains(err.Error(), "being used by another process"):
		return nil, fmt.Errorf("opening %s: %w; wait for it, or give another file with --db", path, ErrBusy)
	}
	return nil, fmt.Errorf("opening %s: %w", path, err)
}

func open(ctx context.Context, path string, opt Options) (*DB, error) {
	if err := checkFile(path, opt.ReadOnly); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return nil, err
	}
	boundArenas()
	connector, err := duckdb.NewConnector("", nil)
	if err != nil {
		return nil, err
	}
	db := &DB{pool: sql.OpenDB(connector), path: path, asking: defaultAsking, made: make(map[string]made)}
	if db.conn, err = db.pool.Conn(ctx); err == nil {
		db.spool, err = db.pool.Conn(ctx)
	}
	if err == nil {
		err = db.setUp(ctx, opt)
	}
	if err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}

var errNotADatabase = errors.New("it is not a DuckDB database; give another file with --db")

// checkFile makes sure that path is a DuckDB file, or new. DuckDB itself takes a short file of
// any kind for an empty one and writes over it.
func checkFile(path string, mustExist bool) error {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) && !mustExist {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	head := make([]byte, 12)
	switch n, err := io.ReadFull(f, head); {
	case n == 0 && err == io.EOF && !mustExist:
		return nil
	case err != nil, string(head[8:]) != "DUCK":
		return errNotADatabase
	}
	return nil
}

func (db *DB) setUp(ctx context.Context, opt Options) error {
	limit := opt.MemoryLimit
	if limit == "" {
		limit = "150MB"
	}
	attach := attach
	db.temp, db.readOnly = db.path+".tmp", opt.ReadOnly
	if opt.ReadOnly {
		attach = attachReadOnly
		db.temp += strconv.Itoa(os.Getpid()) // there may be other readers
	}
	settings := []string{
		"SET memory_limit = '" + quote(limit) + "'",
		// Rows carry file, row and byte_offset; queries sort.
		"SET preserve_insertion_order = false",
		"SET temp_directory = '" + quote(db.temp) + "'",
		"SET TimeZone = 'UTC'",
		fmt.Sprintf(attach, quote(db.path)),
		// A run's transaction takes its view of a database when it first reads it, so what the spool
		// holds by then is visible at the end of a run.
		"ATTACH ':memory:' AS spool",
	}
	if opt.Threads > 0 {
		settings = append(settings, fmt.Sprintf("SET threads = %d", opt.Threads))
	}
	for _, s := range settings {
		if _, err := db.conn.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	if !opt.ReadOnly {
		db.removeSpilled()
	}
	if err := db.checkSchema(ctx, opt.ReadOnly); err != nil || opt.ReadOnly {
		return err
	}
	return db.removeOrphans(ctx)
}

// removeSpilled removes what killed processes spilled beside the file, which is ours alone now.
func (db *DB) removeSpilled() {
	dir, name := filepath.Split(db.path)
	entries, _ := os.ReadDir(filepath.Clean(dir + "."))
	for _, e := range entries {
		if rest, ok := strings.CutPrefix(e.Name(), name+".tmp"); ok && strings.Trim(rest, "0123456789") == "" {
			os.RemoveAll(filepath.Join(dir, e.Name()))
		}
	}
}

// all runs statements as one transaction.
func (db *DB) all(ctx context.Context, statements ...string) error {
	return db.transaction(ctx, func() error {
		for _, s := range statements {
			if _, err := db.conn.ExecContext(ctx, s); err != nil {
				return err
			}
		}
		return nil
	})
}

// transaction runs do between BEGIN and COMMIT; an error of do rolls back.
func (db *DB) transaction(ctx context.Context, do func() error) error {
	if _, err := db.conn.ExecContext(ctx, "BEGIN"); err != nil {
		return err
	}
	clear(db.made)
	err := do()
	if err == nil {
		if err = context.Cause(ctx); err == nil {
			// Not to be cancelled: of a cancelled COMMIT nobody knows whether it took place.
			if _, err = db.conn.ExecContext(context.WithoutCancel(ctx), "COMMIT"); err == nil {
				return nil
			}
			err = fmt.Errorf("committing: %w", err)
		}
	}
	db.conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
	return err
}

// Close closes the database. The temporary files beside it go with it.
func (db *DB) Close() error {
	var errs []error
	for _, c := range []*sql.Conn{db.spool, db.conn} {
		if c != nil {
			errs = append(errs, c.Close())
		}
	}
	errs = append(errs, db.pool.Close())
	os.Remove(db.temp) // empty by now
	return errors.Join(errs...)
}

// Spill makes a file for what a run need not hold in memory, in the folder beside the database that DuckDB spills to.
// The caller closes and removes it; what a killed process left is removed by the next Open.
func (db *DB) Spill(name string) (*os.File, error) {
	dir := db.temp
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	return os.CreateTemp(dir, name)
}

func quote(s string) string { return strings.ReplaceAll(s, "'", "''") }
