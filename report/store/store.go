// Package store is the archive: the DuckDB database that remembers what the source systems
// forget. Classified batches come in and are loaded once, whatever number of exports holds them;
// the ledger of a run and the rows of queries go out. One run is one transaction: it is in the
// database whole or not at all. The package sums nothing up, fills no text of a rule in and draws
// nothing; nobody else imports DuckDB, and nobody else writes to the database.
package store

import (
	"cmp"
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

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
	MemoryLimit int64 // of DuckDB, in bytes; 0: 150 MB. Without a limit DuckDB keeps every written block
	Threads     int   // of DuckDB at most, as the limit has to have room for them; 0: one per core, and one where there is little to do, as Coming says
	Coming      int64 // bytes that will be loaded, unpacked; -1 where nobody knows
	ReadOnly    bool  // the file must be there, and stays as it is
	MustExist   bool  // the file must be there

	LockWait time.Duration // how long to wait for another process that has the file open
	Waiting  func(error)   // called once when that begins, with an error that names the process; may be nil

	GroupsAtOnce int64 // how many groups of what a report counts are held at once, which memory limits; 0: 400,000. Tests ask for few

	Reads []string // full paths of folders whose files may be read, besides the database: of parts

	folder string // of an extract, whose files may be written and read, in the order of rows
}

// A DB is an open database. It is for one goroutine.
type DB struct {
	pool         *sql.DB
	conn         *sql.Conn // everything runs on it; the database is attached to it as dw
	spool        *sql.Conn // fills tables outside the run's transaction
	path         string
	temp         string // folder that DuckDB and Spill put files into
	groupsAtOnce int64  // see Options
	spills       bool   // that folder is ours alone
	notes        []string
	held         []*os.File // see hold
	attachment   string     // the statement that attached the database
	open         bool       // for writing, and in order

	readOnly bool
	spared   uint64 // iteration of the header whose blocks are kept, see spare
	confined bool   // by Ask: nothing but queries is possible any more

	version int // of the schema, once it is known

	keys   bool // business_key is known to conn
	served int  // feeds and functions offered so far, for names
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

// Open opens the database file at path, or creates it, and puts right what a killed process left. It waits for another
// process that has the file open as long as the options say; then the error is [ErrBusy], with the process's name where
// the system tells it. A file that is damaged is a [*DamageError], and stays as it is.
func Open(ctx context.Context, path string, opt Options) (*DB, error) {
	if err := CheckName(path); err != nil {
		return nil, err
	}
	deadline := time.Now().Add(opt.LockWait)
	for waiting := false; ; waiting = true {
		db, err := open(ctx, path, opt)
		switch {
		case err == nil:
			return db, nil
		case !errors.Is(err, ErrBusy):
			return nil, fmt.Errorf("opening %s: %w", path, refused(err, path, opt.ReadOnly))
		case time.Now().After(deadline):
			return nil, fmt.Errorf("opening %s: %w; wait for it, or give another file with --db", path, err)
		}
		if !waiting && opt.Waiting != nil {
			opt.Waiting(err)
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(lockPoll):
		}
	}
}

// refused is an error in which the system denies access, with advice instead of the words of DuckDB; any other is as it was.
func refused(err error, path string, readOnly bool) error {
	text, what, does := err.Error(), "it", "read and write"
	if readOnly {
		does = "read"
	}
	file := ""
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		file = e.Path
	} else if m := deniedFile.FindStringSubmatch(text); m != nil {
		file = m[1]
	}
	if file != "" && filepath.Base(file) != filepath.Base(path) {
		what = file
	}
	switch {
	case errors.Is(err, syscall.EROFS) || strings.Contains(text, "Read-only file system"):
		return errors.New("its file system is read-only; give another file with --db, or copy this one to where it can be written")
	case errors.Is(err, fs.ErrPermission) || strings.Contains(text, "Permission denied") || strings.Contains(text, "Access is denied"):
		return fmt.Errorf("permission denied; let this user %s %s, or give another file with --db", does, what)
	}
	return err
}

// deniedFile is what DuckDB says that it cannot open.
var deniedFile = regexp.MustCompile(`(?i)open file "([^"]+)"`)

const lockPoll = 100 * time.Millisecond

func open(ctx context.Context, path string, opt Options) (*DB, error) {
	kind, err := checkFile(path, opt.ReadOnly || opt.MustExist)
	if err != nil {
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
	db := &DB{path: path, asking: defaultAsking, made: make(map[string]made), groupsAtOnce: cmp.Or(opt.GroupsAtOnce, usualGroups)}
	if db.pool, db.conn, db.spool, err = connect(ctx, connector); err == nil {
		err = db.setUp(ctx, opt, kind)
	}
	if err != nil {
		if busy := busyError(err); busy != nil {
			err = busy
		} else if held(err, path) {
			err = ErrBusy
		} else {
			err = db.damaged(err)
		}
		db.Close()
		return nil, err
	}
	return db, nil
}

// connect opens the two connections of a database. Whatever it returns is to be closed.
func connect(ctx context.Context, connector *duckdb.Connector) (pool *sql.DB, conn, spool *sql.Conn, err error) {
	pool = sql.OpenDB(connector)
	if conn, err = pool.Conn(ctx); err == nil {
		spool, err = pool.Conn(ctx)
	}
	return pool, conn, spool, err
}

var holder = regexp.MustCompile(`(?:held in |open in\s+)(.*?) \(PID (\d+)\)`)

// busyError is the error for a file that another process has locked, nil for any other. DuckDB names the process where the system does.
func busyError(err error) error {
	if errors.Is(err, ErrBusy) {
		return err
	}
	text := err.Error()
	if !strings.Contains(text, "Could not set lock") && !strings.Contains(text, "being used by another process") && !strings.Contains(text, "already open in") {
		return nil
	}
	if m := holder.FindStringSubmatch(text); m != nil {
		return fmt.Errorf("%w: %s, process %s", ErrBusy, filepath.Base(m[1]), m[2])
	}
	return ErrBusy
}

var errNotADatabase = errors.New("it is not a DuckDB database; give another file with --db")

// errEmpty is of what only reads, where a run was killed before it made its tables.
var errEmpty = errors.New("it is empty, as after a run that was killed before it held anything; dwtriage run makes a database of it")

// checkFile makes sure that path is a DuckDB file, or will be one. DuckDB itself takes a short file of
// any kind for an empty one and writes over it.
func checkFile(path string, mustExist bool) (fileKind, error) {
	kind, err := kindOf(path)
	if err != nil {
		return kind, err
	}
	// The log is written through a link as well, wherever that leads.
	log, err := os.Lstat(path + ".wal")
	if err == nil && !log.Mode().IsRegular() {
		return kind, fmt.Errorf("its log %s.wal is no regular file; remove it", path)
	}
	switch {
	case kind == otherFile:
		return kind, errNotADatabase
	case kind == noFile && mustExist:
		return kind, fmt.Errorf("%w; dwtriage run makes it, --db gives another one", os.ErrNotExist)
	case kind == huskFile && mustExist:
		return kind, errEmpty
	case kind != duckFile && err == nil && log.Size() > 0:
		return kind, fmt.Errorf("it is empty or missing, and the log of a database lies beside it, %s.wal: put back a copy of the database, or remove the log", path)
	}
	return kind, nil
}

func (db *DB) setUp(ctx context.Context, opt Options, kind fileKind) error {
	full, err := filepath.Abs(db.path)
	if err != nil {
		return err
	}
	attach := fmt.Sprintf(attach, quote(full))
	db.temp, db.readOnly = spillFolder(db.path, opt.ReadOnly), opt.ReadOnly
	if opt.ReadOnly {
		attach = fmt.Sprintf(attachReadOnly, quote(full))
	}
	if opt.Threads == 0 && db.little(opt.Coming) {
		opt.Threads = 1
	}
	opt.Threads = opt.threads()
	for _, s := range settings(opt, db.temp, opt.folder != "") {
		if _, err := db.conn.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	if kind != duckFile {
		if err := db.create(ctx, full); err != nil {
			return err
		}
	}
	db.attachment = attach
	if !opt.ReadOnly {
		if err := db.untear(); err != nil {
			return err
		}
	}
	if err := db.attach(ctx, attach); err != nil {
		return err
	}
	// Nothing but the database, its log and what is spilled is read or written from here on: a view in a file that somebody
	// prepared could name any other file of the machine.
	if _, err := db.conn.ExecContext(ctx, "SET enable_external_access = false"); err != nil {
		return err
	}
	if opt.ReadOnly {
		if db.hasSpare() {
			if err := db.beside(ctx, db.tornAtRest); err != nil {
				return err
			}
		}
		return db.checkSchema(ctx)
	}
	removeSpilled(db.path)
	// A folder that DuckDB makes it removes with all that is in it by then. Where this fails DuckDB says so when it needs it.
	os.Mkdir(db.temp, 0o777)
	db.spills = true
	if err := db.checkSchema(ctx); err != nil {
		return err
	}
	if err := db.findDamage(ctx, false); err != nil {
		return err
	}
	if err := db.spare(ctx); err != nil {
		return err
	}
	if err := db.migrate(ctx); err != nil {
		return err
	}
	if err := db.removeOrphans(ctx); err != nil {
		return err
	}
	if _, err := db.conn.ExecContext(ctx, "SET lock_configuration = true"); err != nil {
		return err
	}
	db.open = true
	return nil
}

// littleWork is up to how many bytes, in the database and of what will be loaded, DuckDB works with one thread. Its others have
// nothing to do there, and while one works they ask for work all the time: a run of 12 MB took 3.3 CPU seconds with one and
// 3.9 with two, and no longer (2026-11-29, two cores, --threads 1 and 2).
const littleWork = 16 << 20

func (db *DB) little(coming int64) bool {
	if coming < 0 {
		return false
	}
	if info, err := os.Stat(db.path); err == nil {
		coming += info.Size()
	}
	return coming <= littleWork
}

// What a thread of DuckDB needs of its limit. Each holds a row group of 30,720 records until it is compressed, of a night of
// long traces 50 MB, which goes to the disk and comes back where the limit has no room for it. Eight threads on 150 MB ended a run of 373 MB with an
// error (out of memory), and four did not; of those that read parts, which hold what they unpack beside, four and now and then two did. Two that had 131 MB each loaded such
// parts in 3.2 CPU seconds, on 75 MB in 4.5, and one on 150 MB in 2.7 (2026-11-30, two cores).
const (
	threadBytes     = 37 << 20
	partThreadBytes = 100 << 20
)

// limit is what DuckDB may have.
func (opt Options) limit() int64 { return cmp.Or(opt.MemoryLimit, 150_000_000) }

// threads are as many as the limit has room for.
func (opt Options) threads() int {
	each := int64(threadBytes)
	if len(opt.Reads) > 0 {
		each = partThreadBytes
	}
	return max(1, min(cmp.Or(opt.Threads, runtime.NumCPU()), int(opt.limit()/each)))
}

// settings are the statements that set DuckDB up, before the database is attached.
func settings(opt Options, temp string, ordered bool) []string {
	list := []string{
		fmt.Sprintf("SET memory_limit = '%dB'", opt.limit()),
		// Rows carry file, row and byte_offset; queries sort.
		fmt.Sprintf("SET preserve_insertion_order = %t", ordered),
		// What a query gave back stays with DuckDB's allocator otherwise, 150 MB of it while a million records are drawn: the process
		// had 486 to 505 MB at most and has 411 to 466, in a twentieth more time (330 MB of dual-write errors, 2026-11-29, two cores).
		"SET allocator_background_threads = true",
		"SET allocator_flush_threshold = '8MB'",
		"SET allocator_bulk_deallocation_flush_threshold = '8MB'",
		// What is read of a Parquet file it keeps, too, in pieces of each file: of 1,000 parts 75 MB, and every part is read again from the system's cache as fast.
		"SET enable_external_file_cache = false",
		"SET temp_directory = '" + quote(temp) + "'",
		"SET TimeZone = 'UTC'",
		// A file that turns out to be damaged stays as it is, with its log. Close makes the checkpoint.
		"PRAGMA disable_checkpoint_on_shutdown",
		// What a file names is not to be fetched from anywhere.
		"SET autoinstall_known_extensions = false",
		"SET autoload_known_extensions = false",
		// A run's transaction takes its view of a database when it first reads it, so what the spool
		// holds by then is visible at the end of a run.
		"ATTACH ':memory:' AS spool",
	}
	folders := slices.Clone(opt.Reads)
	if opt.folder != "" {
		folders = append(folders, opt.folder)
	}
	if len(folders) > 0 {
		quoted := make([]string, len(folders))
		for i, f := range folders {
			quoted[i] = "'" + quote(f) + "'"
		}
		list = append(list, "SET allowed_directories = ["+strings.Join(quoted, ", ")+"]")
	}
	if opt.Threads > 0 {
		list = append(list, fmt.Sprintf("SET threads = %d", opt.Threads))
	}
	return list
}

// attach attaches the database, without its log where that cannot be replayed.
func (db *DB) attach(ctx context.Context, statement string) error {
	_, err := db.conn.ExecContext(ctx, statement)
	if err == nil || busyError(err) != nil || !speaksOfDamage(err) {
		return err
	}
	if info, stat := os.Stat(db.path + ".wal"); stat != nil || info.Size() == 0 {
		return err
	}
	if db.readOnly {
		if torn := db.tornAtRest(); torn != nil {
			return torn
		}
		if db.look() != nil { // it is not the log alone
			return err
		}
		return &DamageError{What: fmt.Sprintf("its log %s.wal, of a run that did not come to its end, cannot be replayed (%s)", db.path, firstLine(err)),
			Advice: "nothing was changed; the next dwtriage run sets the log aside and goes on with the database as it was before that run"}
	}
	return db.attachLogAside(ctx, statement)
}

// create makes a database of the file at path, which is missing or a husk. It is made aside and renamed, so whatever ends
// this process leaves a whole database, or what the next one takes for a husk.
func (db *DB) create(ctx context.Context, path string) error {
	claimed, err := claim(path)
	if err != nil || claimed == nil {
		return err
	}
	defer claimed.Close()
	aside := path + ".new"
	// Of a process that was killed here; the claim is ours.
	for _, left := range []string{aside, aside + ".wal"} {
		if err := os.Remove(left); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	err = db.makeAside(ctx, aside)
	if err == nil {
		err = os.Rename(aside, path)
	}
	if err != nil {
		os.Remove(aside)
		os.Remove(aside + ".wal")
		return fmt.Errorf("making a new database: %w", err)
	}
	return syncFolder(filepath.Dir(path))
}

func (db *DB) makeAside(ctx context.Context, path string) error {
	if _, err := db.conn.ExecContext(ctx, fmt.Sprintf(attach, quote(path))); err != nil {
		return err
	}
	err := db.all(ctx, query("schema"), query("views"))
	if err == nil {
		_, err = db.conn.ExecContext(ctx, "CHECKPOINT dw")
	}
	_, detach := db.conn.ExecContext(context.WithoutCancel(ctx), "DETACH dw")
	return errors.Join(err, detach)
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
	clear(db.made)
	return db.atOnce(ctx, do)
}

// atOnce is transaction for what changes no record, and nothing that is said of runs: what was made of these stays.
func (db *DB) atOnce(ctx context.Context, do func() error) error {
	if db.spared != 0 {
		if err := db.spare(ctx); err != nil {
			return err
		}
	}
	if _, err := db.conn.ExecContext(ctx, "BEGIN"); err != nil {
		return err
	}
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

// Close closes the database, once all that was written is in its file and no log is needed any more. The temporary files beside it go with it.
func (db *DB) Close() error {
	var errs []error
	if db.open {
		err := db.checkpoint(context.Background())
		if errs = append(errs, db.damaged(err)); err == nil {
			db.dropSpare()
		}
		os.Remove(asideName(lastName(db.path))) // of a run that was killed while it wrote it
	}
	for _, c := range []*sql.Conn{db.spool, db.conn} {
		if c != nil {
			errs = append(errs, c.Close())
		}
	}
	errs = append(errs, db.pool.Close())
	for _, f := range db.held {
		f.Close()
	}
	if db.spills || db.readOnly { // else it is that of the process that has the database open
		os.Remove(db.temp) // empty by now
	}
	return errors.Join(errs...)
}

func quote(s string) string { return strings.ReplaceAll(s, "'", "''") }
