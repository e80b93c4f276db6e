package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
)

// A DamageError says that the file of a database does not hold what was written to it.
type DamageError struct {
	What   string // "its block 7 …"
	Advice string // what can be done
}

func (e *DamageError) Error() string {
	if e.Advice == "" {
		return "it is damaged: " + e.What
	}
	return "it is damaged: " + e.What + "; " + e.Advice
}

// damaged makes an error of DuckDB's that speaks of a damaged file a [*DamageError] with advice; others stay as they are.
func (db *DB) damaged(err error) error {
	if err == nil {
		return nil
	}
	if d, ok := errors.AsType[*DamageError](err); ok {
		d.Advice = cmp.Or(d.Advice, db.advice())
		return err
	}
	if !speaksOfDamage(err) {
		return err
	}
	d := &DamageError{What: firstLine(err), Advice: db.advice()}
	if found := db.look(); found != nil {
		d.What = found.What
	}
	return d
}

// speaksOfDamage reports whether an error is about the content of a file, and not about the machine (a full disk, a
// missing permission, too little memory) or about a table that is not there.
func speaksOfDamage(err error) bool {
	e, ok := errors.AsType[*duckdb.Error](err)
	if !ok {
		return false
	}
	switch e.Type {
	case duckdb.ErrorTypeSerialization, duckdb.ErrorTypeInternal, duckdb.ErrorTypeFatal:
		return true
	case duckdb.ErrorTypeIO, duckdb.ErrorTypeInvalid:
		for _, part := range []string{"Corrupt", "Could not read enough bytes", "checksum", "WAL", "not a valid DuckDB"} {
			if strings.Contains(e.Msg, part) {
				return true
			}
		}
	}
	return false
}

func firstLine(err error) string {
	text, _, _ := strings.Cut(err.Error(), "\n")
	return text
}

// look reads the file itself for what is wrong with it.
func (db *DB) look() *DamageError {
	f, l, err := db.layout()
	if d, ok := errors.AsType[*DamageError](err); ok {
		return d
	}
	if err != nil {
		return nil
	}
	if bad, err := l.damagedBlocks(f, 0, l.blocks); err == nil && (len(bad) > 0 || l.blocks < l.booked && !l.onlyFreeMissing(f)) {
		return &DamageError{What: l.describe(bad)}
	}
	return nil
}

// describe says which blocks are damaged or cut off.
func (l layout) describe(bad []int64) string {
	const most = 5
	var names []string
	for _, b := range bad[:min(most, len(bad))] {
		names = append(names, fmt.Sprintf("%d (at byte %d)", b, firstBlock+b*blockSize))
	}
	more := ""
	if len(bad) > most {
		more = fmt.Sprintf(" and %d more", len(bad)-most)
	}
	if len(bad) == 0 {
		return fmt.Sprintf("it is cut: %d of its %d blocks of %d KiB are there", l.blocks, l.booked, blockSize>>10)
	}
	return fmt.Sprintf("%d of its %d blocks of %d KiB do not have the content that was written: block %s%s", len(bad), l.blocks, blockSize>>10, strings.Join(names, ", "), more)
}

// advice says how to go on with a damaged file.
func (db *DB) advice() string {
	return fmt.Sprintf("nothing was changed; %s; dwtriage check --db %s says what can still be read", db.wayBack(), db.path)
}

// wayBack says which copies there are.
func (db *DB) wayBack() string {
	var copies []string
	matches, _ := filepath.Glob(globQuote(db.path) + "*.bak")
	for _, m := range matches {
		if info, err := os.Stat(m); err == nil {
			copies = append(copies, fmt.Sprintf("%s of %s", m, info.ModTime().UTC().Format("2006-01-02 15:04 UTC")))
		}
	}
	if len(copies) == 0 {
		return "put back a copy of yours, or give another file with --db and load the exports again"
	}
	return "put back a copy (there is " + strings.Join(copies, ", ") + ") and load the exports since then again"
}

// globQuote makes a pattern of a path that matches nothing but it.
func globQuote(path string) string {
	return strings.NewReplacer("*", "[*]", "?", "[?]", "[", "[[]").Replace(path)
}

// attachLogAside attaches the database without the log beside it, which DuckDB could not replay. A run ends with a
// checkpoint, so what a log holds belongs to a run that was killed or lost its machine before its end: without the log the
// database is as it was before that run. The log is kept under another name, and put back where the file without it
// cannot be opened either.
func (db *DB) attachLogAside(ctx context.Context, statement string) error {
	log, aside := db.path+".wal", db.path+".wal.unreadable"
	if err := os.Rename(log, aside); err != nil {
		return err
	}
	if _, err := db.conn.ExecContext(ctx, statement); err != nil {
		return errors.Join(err, os.Rename(aside, log))
	}
	db.notes = append(db.notes, fmt.Sprintf("%s: the log of a run that did not come to its end could not be replayed, and was set aside as %s: "+
		"the database is as it was before that run; run its exports again", db.path, aside))
	return nil
}

// hold opens a file of the database to be read, and holds it open until the database is closed: closing it would end the lock
// that DuckDB has on it, as locks of a process do on Unix.
func (db *DB) hold(path string) (*os.File, os.FileInfo, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	db.held = append(db.held, f)
	info, err := f.Stat()
	return f, info, err
}

// layout reads the headers of the file.
func (db *DB) layout() (*os.File, layout, error) {
	f, info, err := db.hold(db.path)
	if err != nil {
		return nil, layout{}, err
	}
	l, err := readLayout(f, info.Size())
	return f, l, err
}

// looked is how much of a file a run looks at for damage before it writes to it, a quarter of a second from a cold disk
// of 1 GB a second. Of a larger file the runs look at one part each, in turn.
const looked = 256 << 20

// findDamage looks for blocks that are in use and damaged, in all of the file or, of a large one, in the part that is this
// run's turn.
func (db *DB) findDamage(ctx context.Context, all bool) error {
	info, err := os.Stat(db.path)
	if err != nil {
		return err
	}
	// The tables of an older version are others. It is opened once, and then looked at from the start.
	last := int64(0)
	if !all && info.Size() > looked && db.version == schemaVersion {
		if last, err = db.lastRun(ctx); err != nil {
			return err
		}
	}
	var l layout
	var bad []int64
	var whole bool
	err = db.beside(ctx, func() error {
		var f *os.File
		if f, l, err = db.layout(); err != nil {
			return err
		}
		first, count := int64(0), l.blocks
		if part := int64(looked / blockSize); !all && l.blocks > part {
			first, count = last%((l.blocks+part-1)/part)*part, part
		}
		bad, err = l.damagedBlocks(f, first, count)
		// What is behind those that are booked is in no use. A checkpoint cuts free blocks off at the end, and books them still. Asking
		// DuckDB what holds a block reads where each column of each row group is, half a second at 5 million records.
		whole = len(bad) == 0 && (l.blocks >= l.booked || l.onlyFreeMissing(f))
		return err
	})
	if err != nil || whole {
		return err
	}
	where, err := db.whereBlocks(ctx, bad, l.blocks)
	if err != nil || where == "" {
		return err
	}
	return &DamageError{What: l.describe(bad) + "; " + where}
}

// whereBlocks says what blocks hold, those in bad and all from end on; nothing if they are free. Free ones may hold what a
// killed run left, and those at the end of a file are cut off.
func (db *DB) whereBlocks(ctx context.Context, bad []int64, end int64) (string, error) {
	list := strings.Join(strings.Fields(strings.Trim(fmt.Sprint(append(bad, end)), "[]")), ", ")
	among := func(id string) string { return fmt.Sprintf("(%[1]s IN (%[2]s) OR %[1]s > %[3]d)", id, list, end) }
	var places []string
	tables, err := db.strings(ctx, "SELECT table_name FROM duckdb_tables() WHERE database_name = 'dw'") // an older schema has not all of archiveTables
	if err != nil {
		return "", err
	}
	for _, table := range archiveTables {
		if !slices.Contains(tables, table) {
			continue
		}
		found, err := db.strings(ctx, fmt.Sprintf(`SELECT DISTINCT column_name FROM pragma_storage_info('dw.%s')
			WHERE %s OR len(list_filter(additional_block_ids, b -> %s)) > 0 ORDER BY column_name`, table, among("block_id"), among("b")))
		if err != nil {
			return "", err
		}
		if len(found) > 0 {
			places = append(places, "of table "+table+" they hold "+strings.Join(found, ", "))
		}
	}
	if len(places) > 0 {
		return strings.Join(places, "; "), nil
	}
	inside, err := db.strings(ctx, "SELECT block_id::VARCHAR FROM pragma_metadata_info('dw') WHERE "+among("block_id"))
	if err != nil || len(inside) == 0 {
		return "", err
	}
	return "they say where the tables are", nil
}
