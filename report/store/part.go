package store

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql/driver"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"dwtriage/ingest"
)

// A part is what one worker made of whole files: everything that the archive would hold of them, as a Parquet file for each of its
// tables, rows of the report as the worker drew them, and part.json, which says what they must hold. DB.Merge loads any number of them as one run.
//
// Its folder is named after what went in (files, rules, settings) and not after who made it or when. A worker writes it aside and puts it
// in place by one rename, so it is there whole or not at all, and of two attempts at the same task the second one changes nothing.
// Nothing is decided in a part that needs the whole night: it holds records, each with its verdict, and accounts of files.

// partVersion is that of the layout of a part. The columns of its tables follow schemaVersion.
// Version 2 says which shard a part is, version 3 has rows of the report.
const partVersion = 3

const (
	partFile   = "part.json"
	rowsFile   = "rows.zst" // what a Drawing saves
	partPrefix = "part-"
	tempPrefix = ".tmp-"
)

// partTables are the tables of a part, those of the archive without runs and meta. sightings holds every duplicate here and not the first
// one of a record: only Merge knows which that is, and the ledger of a file can be counted.
var partTables = []string{"records", "text_parts", "sightings", "rejects", "files", "coverage", "cuts"}

// A Part says of a part what it was made of and what it holds, as its part.json does.
type Part struct {
	Version     int               `json:"part_version"`
	Schema      int               `json:"schema_version"`
	ToolVersion string            `json:"tool_version"`
	Rules       int               `json:"rules"`
	RulesDigest string            `json:"rules_digest"`
	Judging     string            `json:"judging"` // the ID of a Judging
	Environment string            `json:"environment"`
	Since       string            `json:"since"` // RFC 3339, empty when not given
	Until       string            `json:"until"`
	Settings    map[string]string `json:"settings"` // others that change records, as given
	Arguments   string            `json:"arguments"`
	Shard       *Shard            `json:"shard,omitempty"` // nil where the worker was given all that it was to read
	Inputs      string            `json:"inputs"`          // SHA-256 over the paths and contents of the files
	Files       int               `json:"files"`
	Totals      Counts            `json:"totals"`
	// Tables are the Parquet files by name.
	Tables map[string]PartTable `json:"tables"`
	Drawn  string               `json:"drawn"` // how the rows of the report are drawn that lie in it; empty: none do
	Report PartTable            `json:"report"`
	Seal   string               `json:"sha256"` // of all the rest of part.json

	Folder string `json:"-"` // where it is
}

// A Shard says which of the workers of a deal made a part. It is no part of the name of a part: the same files make the same part.
type Shard struct {
	Number  int    `json:"number"` // from 1
	Of      int    `json:"of"`
	Sources int    `json:"sources"` // files that were dealt to it, archives counted once
	Dealt   int    `json:"dealt"`   // to all
	Deal    string `json:"deal"`    // SHA-256 over what the deal followed from
}

// A PartTable is one of the files of a part beside part.json.
type PartTable struct {
	Rows   int64  `json:"rows"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// Name is the name of the folder of a part: it follows from what went in.
func (p *Part) Name() string {
	identity, _ := json.Marshal([]any{p.Version, p.Schema, p.RulesDigest, p.Environment, p.Since, p.Until, p.Settings, p.Inputs})
	return partPrefix + digestOf(identity)[:32]
}

// NameBy is the name that p would have if it had been made by rules of this digest.
func (p Part) NameBy(rulesDigest string) string {
	p.RulesDigest = rulesDigest
	return p.Name()
}

func digestOf(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// seal is the digest of p without its own.
func (p Part) seal() string {
	p.Seal = ""
	text, _ := json.Marshal(p)
	return digestOf(text)
}

func (p *Part) path(table string) string { return filepath.Join(p.Folder, table+".parquet") }

// Rows is the file with rows of the report.
func (p *Part) Rows() string { return filepath.Join(p.Folder, rowsFile) }

// A Drawing draws rows of the report while a part is written. The zero value draws none.
type Drawing struct {
	How    string                                                 // as Part.Drawn has it
	Loaded func(rows []bool)                                      // as of Load
	Save   func(to io.Writer) (rows int64, drawn bool, err error) // what was drawn of the records that are loaded; drawn is false where that is not known any more
}

// save writes the rows that d drew.
func (p *Part) save(d Drawing) error {
	if d.Save == nil {
		return nil
	}
	f, err := os.Create(p.Rows())
	if err != nil {
		return err
	}
	rows, drawn, err := d.Save(f)
	if err == nil && drawn {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil || !drawn {
		return errors.Join(err, os.Remove(p.Rows()))
	}
	p.Drawn, p.Report.Rows = d.How, rows
	p.Report.Bytes, p.Report.SHA256, err = sumOf(p.Rows(), nil)
	return err
}

// WritePart makes a part of everything that src hands over, in the folder dir, which is made where it is missing. Of p it takes what the
// caller knows: program, rules, environment, limits, settings, arguments and shard. failed says of a file that a run must not succeed
// with it. Where a part of that name is there already, that one stays as it is, and made is false. An error leaves nothing in dir.
func WritePart(ctx context.Context, dir string, p Part, opt Options, src Source, failed func(*ingest.File) bool, d Drawing) (part *Part, made bool, err error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, false, err
	}
	aside := filepath.Join(dir, tempPrefix+rand.Text())
	if err := os.Mkdir(aside, 0o777); err != nil {
		return nil, false, err
	}
	defer os.RemoveAll(aside)
	p.Version, p.Schema, p.Folder = partVersion, schemaVersion, aside
	if err := p.fill(ctx, opt, src, failed, d); err != nil {
		return nil, false, err
	}
	p.Folder = filepath.Join(dir, p.Name())
	if _, err := os.Lstat(p.Folder); err == nil {
		return &p, false, nil
	}
	if err := os.Rename(aside, p.Folder); err != nil {
		if _, there := os.Lstat(filepath.Join(p.Folder, partFile)); there == nil { // another attempt was faster
			return &p, false, nil
		}
		return nil, false, err
	}
	return &p, true, syncFolder(dir)
}

// fill writes the files of a part into its folder.
func (p *Part) fill(ctx context.Context, opt Options, src Source, failed func(*ingest.File) bool, d Drawing) error {
	db, err := openPart(ctx, p.Folder, opt)
	if err != nil {
		return err
	}
	err = db.loadPart(ctx, p, src, failed, d)
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	if err := p.save(d); err != nil {
		return fmt.Errorf("saving the rows of the report: %w", err)
	}
	return p.finish()
}

// finish writes part.json, once the tables are whole.
func (p *Part) finish() (err error) {
	for _, table := range partTables {
		t := p.Tables[table]
		if t.Bytes, t.SHA256, err = sumOf(p.path(table), (*os.File).Sync); err != nil {
			return err
		}
		p.Tables[table] = t
	}
	p.Seal = p.seal()
	text, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return err
	}
	if err := writeSynced(filepath.Join(p.Folder, partFile), append(text, '\n')); err != nil {
		return err
	}
	return syncFolder(p.Folder)
}

// sumOf is the size and SHA-256 of a file; and does something with it while it is open.
func sumOf(path string, and func(*os.File) error) (bytes int64, digest string, err error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if and == nil {
		f, err = os.Open(path)
	}
	if err != nil {
		return 0, "", err
	}
	defer f.Close()
	h := sha256.New()
	if bytes, err = io.Copy(h, f); err == nil && and != nil {
		err = and(f)
	}
	return bytes, hex.EncodeToString(h.Sum(nil)), err
}

func writeSynced(path string, text []byte) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}

// openPart opens the database that a part is made with. It is in memory, as a part needs no more of it than the feed does: the records
// pass through into their Parquet file. DuckDB has one thread, so that they are written in the order in which they were read.
func openPart(ctx context.Context, dir string, opt Options) (*DB, error) {
	full, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	boundArenas()
	connector, err := duckdb.NewConnector("", nil)
	if err != nil {
		return nil, err
	}
	db := &DB{path: dir, asking: defaultAsking, made: make(map[string]made), temp: filepath.Join(full, "spill"), spills: true, version: schemaVersion}
	if db.pool, db.conn, db.spool, err = connect(ctx, connector); err != nil {
		return nil, err
	}
	opt.Threads, opt.folder = 1, full
	for _, s := range append(settings(opt, db.temp, false),
		"ATTACH ':memory:' AS dw",
		"SET enable_external_access = false",
		query("schema"),
	) {
		if _, err := db.conn.ExecContext(ctx, s); err != nil {
			db.Close()
			return nil, err
		}
	}
	return db, nil
}

// loadPart is Load with a part in the place of a database.
func (db *DB) loadPart(ctx context.Context, p *Part, src Source, failed func(*ingest.File) bool, d Drawing) error {
	f, err := db.newFeed(ctx, p.Environment, src, d.Loaded)
	if err != nil {
		return err
	}
	defer f.close()
	relation, release, err := db.serve(f)
	if err != nil {
		return err
	}
	defer release()
	p.Tables = make(map[string]PartTable)
	err = db.copyOut(ctx, p, "records", "SELECT * FROM "+relation)
	if f.err != nil {
		err = f.err // what DuckDB says about it is only an echo
	}
	if err == nil {
		err = f.finish()
	}
	if err != nil {
		return fmt.Errorf("writing records: %w", err)
	}
	inputs, totals := f.ledger()
	if !totals.Balances() {
		return fmt.Errorf("internal error: the ledger does not balance: %+v", totals)
	}
	p.Files, p.Totals, p.Inputs = len(inputs), totals, inputsDigest(inputs)
	if err := errors.Join(db.spoolFiles(inputs), db.spoolPart(ctx, f, failed)); err != nil {
		return err
	}
	if _, err := f.spoolCoverage(); err != nil {
		return err
	}
	for _, table := range partTables[1:] {
		rows := "SELECT * FROM spool.main." + table
		if table == "files" {
			rows = "SELECT f.*, s.source, s.failed FROM spool.main.files f JOIN spool.main.sources s USING (position) ORDER BY position"
		}
		if err := db.copyOut(ctx, p, table, rows); err != nil {
			return err
		}
	}
	return db.checkPart(p, f)
}

// checkPart holds what was written to what was counted.
func (db *DB) checkPart(p *Part, f *feed) error {
	want := map[string]int64{
		"records": p.Totals.Loaded, "sightings": p.Totals.Duplicates, "rejects": p.Totals.Rejected, "files": int64(p.Files),
		"text_parts": f.partRows, "cuts": int64(len(f.cuts)),
	}
	for table, rows := range want {
		if got := p.Tables[table].Rows; got != rows {
			return fmt.Errorf("internal error: table %s of the part was to hold %d rows and holds %d", table, rows, got)
		}
	}
	return nil
}

// copyOut writes rows to a Parquet file of the part. Row groups end by their bytes, too: one of 30,720 long traces was 300 MB in memory.
func (db *DB) copyOut(ctx context.Context, p *Part, table, rows string) error {
	full, err := filepath.Abs(p.path(table))
	if err != nil {
		return err
	}
	r, err := db.conn.ExecContext(ctx, fmt.Sprintf("COPY (%s) TO '%s' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 30720, ROW_GROUP_SIZE_BYTES '16MB')", rows, quote(full)))
	if err != nil {
		return err
	}
	n, err := r.RowsAffected()
	p.Tables[table] = PartTable{Rows: n}
	return err
}

// spoolPart writes what a part says of its files beyond the ledger to the spool.
func (db *DB) spoolPart(ctx context.Context, f *feed, failed func(*ingest.File) bool) error {
	if _, err := db.spool.ExecContext(ctx, query("spool_part")); err != nil {
		return err
	}
	return db.spool.Raw(func(c any) error {
		sources, err := duckdb.NewAppender(c.(driver.Conn), "spool", "main", "sources")
		if err != nil {
			return err
		}
		cuts, err := duckdb.NewAppender(c.(driver.Conn), "spool", "main", "cuts")
		if err != nil {
			return errors.Join(err, sources.Close())
		}
		var errs []error
		for i := range f.order {
			errs = append(errs, sources.AppendRow(int64(i), f.order[i].Source, failed(&f.order[i])))
		}
		for _, c := range f.cuts {
			errs = append(errs, cuts.AppendRow(duckdb.UUID(c.id), c.file, c.row))
		}
		return errors.Join(append(errs, sources.Close(), cuts.Close())...)
	})
}

// inputsDigest is a digest of the files of a part. Of a file that was not read to its end the content has no digest, but sizes.
func inputsDigest(inputs []Input) string {
	h := sha256.New()
	e := json.NewEncoder(h)
	for _, in := range inputs {
		e.Encode([]any{in.Path, in.Digest, in.Bytes, in.Read, in.Loaded + in.Duplicates, in.Rejected})
	}
	return hex.EncodeToString(h.Sum(nil))
}

// FindParts finds the parts that paths lead to, each a part or a folder of parts, and makes sure that each is whole: its files as its
// part.json describes them. A part that is met twice counts once. They come in the order of their names. Entries of a folder whose name begins
// with a dot belong to workers that are at work or were killed, and are left out, as is whatever holds no file of a part. A part under another name
// than its own is refused, not left out. deeper are folders beside the parts that hold parts themselves, and are left out: those of another
// night may be kept there.
func FindParts(ctx context.Context, paths []string) (parts []*Part, deeper []string, err error) {
	met := make(map[string]bool)
	for _, path := range paths {
		folders, below, err := partFolders(path)
		if err != nil {
			return nil, nil, err
		}
		deeper = append(deeper, below...)
		for _, folder := range folders {
			if err := context.Cause(ctx); err != nil {
				return nil, nil, err
			}
			p, err := readPart(folder)
			if err != nil {
				return nil, nil, err
			}
			if !met[p.Name()] {
				met[p.Name()] = true
				parts = append(parts, p)
			}
		}
	}
	slices.SortFunc(parts, func(a, b *Part) int { return strings.Compare(a.Name(), b.Name()) })
	deeper = slices.DeleteFunc(deeper, func(folder string) bool { // named, too
		return slices.ContainsFunc(paths, func(path string) bool { return absolute(path) == absolute(folder) })
	})
	return parts, deeper, nil
}

// ErrNotAPart is wrapped where a path leads to no part, and where a part is of another version than this program reads.
var ErrNotAPart = errors.New("no part")

type notAPart struct{ text string }

func (e notAPart) Error() string { return e.text }
func (e notAPart) Unwrap() error { return ErrNotAPart }

func partFolders(path string) (folders, deeper []string, err error) {
	if _, err := os.Stat(filepath.Join(path, partFile)); err == nil {
		return []string{path}, nil, nil
	}
	entries, err := os.ReadDir(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, nil, notAPart{path + ": no such folder: give the folder that dwtriage run --part wrote to"}
	case err != nil:
		return nil, nil, notAPart{fmt.Sprintf("%s: cannot be read as a folder of parts: %v", path, cause(err))}
	case strings.HasPrefix(filepath.Base(path), partPrefix):
		return nil, nil, fmt.Errorf("%s: the part has no %s, so it is not whole: delete the folder and run its worker again", path, partFile)
	}
	for _, e := range entries {
		folder := filepath.Join(path, e.Name())
		_, err := os.Stat(filepath.Join(folder, partFile))
		switch {
		case strings.HasPrefix(e.Name(), "."):
		case err == nil: // under whatever name: readPart says what it should be
			folders = append(folders, folder)
		case strings.HasPrefix(e.Name(), partPrefix):
			return nil, nil, fmt.Errorf("%s: the part has no %s, so it is not whole: delete the folder and run its worker again", folder, partFile)
		case holdsTables(folder):
			return nil, nil, notAPart{fmt.Sprintf("%s: the folder holds tables of a part and no %s, so they cannot be loaded: delete it and run its worker again, or move it out of %s", folder, partFile, path)}
		case holdsParts(folder):
			deeper = append(deeper, folder)
		}
	}
	if len(folders) == 0 && len(deeper) > 0 {
		return nil, nil, notAPart{fmt.Sprintf("%s: no part lies in it itself, but in %s: name that folder", path, deeper[0])}
	}
	if len(folders) == 0 {
		return nil, nil, notAPart{path + ": neither a part nor a folder with parts in it: give the folder that dwtriage run --part wrote to"}
	}
	return folders, deeper, nil
}

// holdsParts reports whether parts lie in folder.
func holdsParts(folder string) bool {
	entries, _ := os.ReadDir(folder) // a file has none
	return slices.ContainsFunc(entries, func(e os.DirEntry) bool {
		_, err := os.Stat(filepath.Join(folder, e.Name(), partFile))
		return err == nil && !strings.HasPrefix(e.Name(), ".")
	})
}

// holdsTables reports whether there is a file of a part in folder.
func holdsTables(folder string) bool {
	return slices.ContainsFunc(partTables, func(table string) bool {
		_, err := os.Stat(filepath.Join(folder, table+".parquet"))
		return err == nil
	})
}

// cause is an error without the path that the caller names.
func cause(err error) error {
	if p, ok := errors.AsType[*os.PathError](err); ok {
		return p.Err
	}
	return err
}

// readPart reads a part and makes sure that it is whole.
func readPart(folder string) (*Part, error) {
	damaged := func(format string, args ...any) error {
		return fmt.Errorf("%s: %s: delete the folder and run its worker again", folder, fmt.Sprintf(format, args...))
	}
	text, err := os.ReadFile(filepath.Join(folder, partFile))
	if err != nil {
		return nil, damaged("%s cannot be read: %v", partFile, cause(err))
	}
	var version struct {
		Version int `json:"part_version"`
		Schema  int `json:"schema_version"`
	}
	if err := json.Unmarshal(text, &version); err != nil {
		return nil, damaged("%s is damaged", partFile)
	}
	if version.Version != partVersion || version.Schema != schemaVersion {
		return nil, notAPart{fmt.Sprintf("%s: the part has version %d of schema %d, this program reads version %d of schema %d: make it again with the dwtriage that merges, or merge it with the one that made it",
			folder, version.Version, version.Schema, partVersion, schemaVersion)}
	}
	p := &Part{Folder: folder}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(p); err != nil || p.Seal != p.seal() || !p.Totals.Balances() {
		return nil, damaged("%s was changed or damaged", partFile)
	}
	if name := filepath.Base(absolute(folder)); name != p.Name() {
		return nil, notAPart{fmt.Sprintf("%s: the folder was renamed, it holds the part %s: give it that name again, or delete it where that part is there, too", folder, p.Name())}
	}
	for path, want := range p.all() {
		bytes, digest, err := sumOf(path, nil)
		name := filepath.Base(path)
		switch {
		case err != nil:
			return nil, damaged("%s cannot be read: %v", name, cause(err))
		case bytes != want.Bytes:
			return nil, damaged("%s has %d bytes, and %d were written", name, bytes, want.Bytes)
		case digest != want.SHA256:
			return nil, damaged("%s is not what was written, its SHA-256 differs", name)
		}
	}
	return p, nil
}

// all are the files of a part beside part.json, and what part.json says of them.
func (p *Part) all() iter.Seq2[string, PartTable] {
	return func(yield func(string, PartTable) bool) {
		for _, table := range partTables {
			if !yield(p.path(table), p.Tables[table]) {
				return
			}
		}
		if p.Drawn != "" {
			yield(p.Rows(), p.Report)
		}
	}
}

func absolute(path string) string {
	if full, err := filepath.Abs(path); err == nil {
		return full
	}
	return path
}

// Limits are the times that the part was made with, zero where there is none.
func (p *Part) Limits() (since, until time.Time) {
	since, _ = time.Parse(time.RFC3339Nano, p.Since)
	until, _ = time.Parse(time.RFC3339Nano, p.Until)
	return since, until
}
