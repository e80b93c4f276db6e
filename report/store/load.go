package store

import (
	"cmp"
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/duckdb/duckdb-go/v2"

	"dwtriage/classify"
	"dwtriage/ingest"
)

// A Source hands over classified batches, one after the other; io.EOF ends them. It is called
// by one goroutine at a time.
type Source func() (*ingest.Batch, error)

// Load takes everything src hands over into the database, as one run and one transaction, and
// returns the run's id and its ledger, which is of the files that the run is about, see [Run.Passing]. run needs no ID and no Finished. If src, ctx or the
// database fails, or the ledger does not balance, the database is as it was before.
//
// loaded, unless it is nil, is told of every batch with records which of them are new and hence loaded, in the order in which
// src handed the batches over. src may have handed over others in the meantime. The batch is still whole then, and is not any
// more when loaded returns.
func (db *DB) Load(ctx context.Context, run Run, tool Tool, src Source, loaded func(rows []bool)) (id int64, inputs []Input, err error) {
	last, err := db.lastRun(ctx)
	if err != nil {
		return 0, nil, err
	}
	run.ID = last + 1
	f, err := db.newFeed(ctx, run.Environment, src, loaded)
	if err != nil {
		return 0, nil, err
	}
	defer func() {
		f.close()
		// Whatever is left in the spool belongs to this run alone.
		db.spool.ExecContext(context.WithoutCancel(ctx), "DROP TABLE spool.main.rejects; DROP TABLE spool.main.sightings; DROP TABLE spool.main.files; DROP TABLE spool.main.text_parts; DROP TABLE spool.main.coverage; DROP TABLE spool.main.asked")
	}()
	relation, release, err := db.serve(f)
	if err != nil {
		return 0, nil, err
	}
	defer release()
	return db.commit(ctx, run, func() ([]Input, tableCounts, error) { return db.transact(ctx, f, run, tool, relation) })
}

// commit does what a run writes in one transaction, and makes sure afterwards that the file holds it.
func (db *DB) commit(ctx context.Context, run Run, do func() ([]Input, tableCounts, error)) (id int64, inputs []Input, err error) {
	var booked tableCounts
	if err := db.transaction(ctx, func() (err error) {
		if inputs, booked, err = do(); err == nil && booked.Records > 0 { // what only met records again changes none
			err = db.join(ctx)
		}
		if err == nil {
			run.tell(false)
		}
		return err
	}); err != nil {
		return 0, nil, err
	}
	run.tell(true)
	// The run is in the database now; a signal that comes this late is for Forget.
	ctx = context.WithoutCancel(ctx)
	if err := db.checkpoint(ctx); err != nil {
		return run.ID, inputs, fmt.Errorf("run %d is loaded and kept, but it could not be moved from the log to the file: %w; "+
			"make room beside %s and give the exports again, or dwtriage report draws it", run.ID, db.damaged(err), db.path)
	}
	if err := db.audit(ctx, run.ID, booked); err != nil {
		return 0, nil, db.takeBack(ctx, run.ID, err)
	}
	return run.ID, inputs, nil
}

func (r *Run) tell(committed bool) {
	if r.Told != nil {
		r.Told(r.ID, committed)
	}
}

// takeBack forgets a run whose tables do not hold what its ledger says.
func (db *DB) takeBack(ctx context.Context, run int64, err error) error {
	if forget := db.Forget(ctx, run); forget != nil {
		return fmt.Errorf("%w; the run could not be taken back (%v): "+
			"put a copy of %s from before in its place, or give another file with --db, and run the exports again", err, forget, db.path)
	}
	return fmt.Errorf("%w; the run was taken back: "+
		"run the exports again, and if this comes again keep %s as it is, report it, and give another file with --db", err, db.path)
}

// transact does what must be in the database whole or not at all.
func (db *DB) transact(ctx context.Context, f *feed, run Run, tool Tool, relation string) ([]Input, tableCounts, error) {
	// SELECT * it must be: reading a subset of an Arrow view's columns crashed.
	_, err := db.conn.ExecContext(ctx, fmt.Sprintf("INSERT INTO dw.records BY NAME SELECT *, %d AS run_id FROM %s", run.ID, relation))
	if f.err != nil {
		err = f.err // what DuckDB says about it is only an echo
	}
	if err == nil {
		err = f.finish()
	}
	if err != nil {
		return nil, tableCounts{}, fmt.Errorf("loading records: %w", err)
	}
	if err := db.passOver(ctx, run, f); err != nil {
		return nil, tableCounts{}, err
	}
	inputs, totals := f.ledger()
	if !totals.Balances() {
		return nil, tableCounts{}, fmt.Errorf("internal error: the ledger does not balance: %+v", totals)
	}
	if err := db.warnOtherwise(ctx, run, inputs); err != nil {
		return nil, tableCounts{}, err
	}
	if err := db.spoolFiles(inputs); err != nil {
		return nil, tableCounts{}, err
	}
	beside := beside{rejects: "spool.main.rejects", texts: "spool.main.text_parts", textRows: f.partRows}
	if beside.covered, err = f.spoolCoverage(); err != nil {
		return nil, tableCounts{}, err
	}
	met, covered, err := db.readAgain(ctx, run.ID, f.order)
	if err != nil {
		return nil, tableCounts{}, err
	}
	beside.covered += covered
	beside.met = met
	return db.book(ctx, run, tool, inputs, totals, beside, f.cuts)
}

// beside is what a run has beside its records: relations to read, and how many rows the tables must have of it.
type beside struct {
	rejects, texts    string
	textRows, covered int64
	met               int64 // records met that are booked already
}

// book writes the ledger of a run whose records are loaded, and audits it.
func (db *DB) book(ctx context.Context, run Run, tool Tool, inputs []Input, totals Counts, beside beside, cuts []cutRecord) ([]Input, tableCounts, error) {
	if err := db.bookCuts(ctx, run.ID, cuts); err != nil { // first: sightings are chosen by them, and the scope of the run counts what is there twice, cut and whole, once
		return nil, tableCounts{}, fmt.Errorf("loading the ledger: %w", err)
	}
	booked, err := db.account(ctx, run, tool, inputs, totals, beside)
	if err != nil {
		return nil, tableCounts{}, fmt.Errorf("loading the ledger: %w", err)
	}
	if inputs, err = db.mend(ctx, run.ID, inputs, &booked); err != nil {
		return nil, tableCounts{}, fmt.Errorf("replacing records that were cut: %w", err)
	}
	return inputs, booked, db.audit(ctx, run.ID, booked)
}

// account writes the run, its files and what they cover, rejects, sightings and parts of texts, and says what the tables must hold of it.
func (db *DB) account(ctx context.Context, run Run, tool Tool, inputs []Input, t Counts, beside beside) (tableCounts, error) {
	booked := tableCounts{Records: t.Loaded, Rejects: t.Rejected, Files: int64(len(inputs)), Runs: 1, Parts: beside.textRows, Coverage: beside.covered}
	var errs []error
	exec := func(q string, args ...any) (rows int64) {
		r, err := db.conn.ExecContext(ctx, q, args...)
		if err == nil {
			rows, err = r.RowsAffected()
		}
		errs = append(errs, err)
		return rows
	}
	exec("INSERT INTO dw.files SELECT ?, * FROM spool.main.files", run.ID)
	exec("INSERT INTO dw.coverage SELECT ?, * FROM spool.main.coverage", run.ID)
	exec("INSERT INTO dw.rejects SELECT ?, * FROM "+beside.rejects, run.ID)
	exec("INSERT INTO dw.text_parts SELECT ?, * FROM "+beside.texts, run.ID)
	// How many different records the duplicates were, only the database knows.
	booked.Sightings = beside.met + exec(query("insert_sightings"), run.ID)
	var judging *Judging
	if run.Judging != nil {
		judging = run.Judging()
	}
	exec(query("insert_run"), run.ID, orNil(run.Environment), tool.Version, tool.Rules, tool.RulesDigest, run.Arguments,
		timeOrNil(run.Since), timeOrNil(run.UntilLimit), run.Started.UTC(), time.Now().UTC(),
		t.Read, t.Loaded, t.Duplicates, t.Rejected, t.Filtered, t.OK, t.Classified, t.Unclassified,
		orNil(run.Thresholds.FailOn), orNil(run.Thresholds.MaxRejects),
		orNil(strings.Join(run.Parts, "\n")), orNil(strings.Join(run.MissingShards, "\n")), orNil(run.Reading), orNil(judging.id()))
	errs = append(errs, db.keepJudging(ctx, judging))
	exec(bookRun(run.ID))
	return booked, errors.Join(errs...)
}

// tableCounts are the rows that a run has in each table.
type tableCounts struct{ Records, Sightings, Rejects, Files, Runs, Parts, Coverage int64 }

// audit counts the tables against the ledger. The ledger is of what passed through the feed; that the
// database holds the same is another question, and after a commit it is asked of the file.
func (db *DB) audit(ctx context.Context, run int64, booked tableCounts) error {
	var held tableCounts
	if err := db.count(ctx, run, &held); err != nil {
		return err
	}
	if held != booked {
		return fmt.Errorf("internal error: run %d is booked as %+v, and the database holds %+v", run, booked, held)
	}
	return nil
}

func (db *DB) count(ctx context.Context, run int64, held *tableCounts) error {
	row := db.conn.QueryRowContext(ctx, query("table_counts"), run)
	if err := row.Scan(&held.Records, &held.Sightings, &held.Rejects, &held.Files, &held.Runs, &held.Parts, &held.Coverage); err != nil {
		return fmt.Errorf("counting the rows of run %d: %w", run, err)
	}
	return nil
}

// spoolFiles writes the ledger to the spool. One INSERT per file would cost the transaction a
// megabyte each.
func (db *DB) spoolFiles(inputs []Input) error {
	return db.spool.Raw(func(c any) error {
		a, err := duckdb.NewAppender(c.(driver.Conn), "spool", "main", "files")
		if err != nil {
			return err
		}
		for i, in := range inputs {
			if err := a.AppendRow(int64(i), in.Path, in.Bytes, in.Digest, in.Container, in.Encoding, in.Format, in.Log, in.Read, in.Loaded,
				in.Duplicates, in.Rejected, in.Filtered, in.OK, in.Classified, in.Unclassified, in.Warnings, orNil(in.Problem), orNil(in.Counted), in.Incomplete); err != nil {
				a.Close()
				return err
			}
		}
		return a.Close()
	})
}

// orNil is null in the place of what is zero.
func orNil[T comparable](v T) any {
	if v == *new(T) {
		return nil
	}
	return v
}

func timeOrNil(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC()
}

// A feed stands between the source and the loader: it leaves out records that are known, and
// counts.
type feed struct {
	mu        sync.Mutex
	ctx       context.Context // of the load: loaders that call next know of none
	src       Source
	loaded    func(rows []bool) // may be nil
	err       error             // of src, or of the feed itself; ends the feed
	ended     bool
	closed    bool
	ahead     []*ingest.Batch // that were looked up, and not asked for yet
	known     known
	files     map[string]*fileBook // by column file
	order     []ingest.File
	rejects   *duckdb.Appender
	sightings *duckdb.Appender
	parts     *duckdb.Appender // of long texts
	partRows  int64
	cuts      []cutRecord       // those that may be cut, new or not
	pruned    time.Time         // records from before are of a time that was pruned; zero: none are
	halves    map[[16]byte]bool // ids of stored ones that may be: the whole record of that id is new
	pending   int               // bytes that parts may still hold
}

func (db *DB) newFeed(ctx context.Context, environment string, src Source, loaded func(rows []bool)) (*feed, error) {
	f := &feed{ctx: ctx, src: src, loaded: loaded, files: make(map[string]*fileBook), known: known{db: db}}
	var err error
	if f.halves, err = db.halves(ctx, environment); err != nil {
		return nil, err
	}
	if f.pruned, err = db.PrunedBefore(ctx, environment); err != nil {
		return nil, err
	}
	if _, err := db.spool.ExecContext(ctx, query("spool")); err != nil {
		return nil, err
	}
	err = db.spool.Raw(func(c any) (err error) {
		if f.rejects, err = duckdb.NewAppender(c.(driver.Conn), "spool", "main", "rejects"); err == nil {
			f.sightings, err = duckdb.NewAppender(c.(driver.Conn), "spool", "main", "sightings")
		}
		if err == nil {
			f.parts, err = duckdb.NewAppender(c.(driver.Conn), "spool", "main", "text_parts")
		}
		return err
	})
	return f, err
}

// next is the next batch of new records, io.EOF at the end. The caller releases it. Loaders
// call it from several threads.
func (f *feed) next() (arrow.RecordBatch, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for f.err == nil {
		if len(f.ahead) == 0 {
			f.err = f.fetch()
		}
		if len(f.ahead) == 0 || f.err != nil {
			break
		}
		b := f.ahead[0]
		f.ahead = f.ahead[1:]
		fresh, err := f.take(b)
		if fresh != nil && err == nil {
			return fresh, nil
		}
		f.err = err
	}
	if f.err != nil {
		return nil, f.err
	}
	return nil, io.EOF
}

// fetch gets the next batches from the source, as many as are looked up together; none at the end.
func (f *feed) fetch() error {
	for !f.ended && len(f.ahead) < f.known.together() {
		b, err := f.src()
		if err == io.EOF {
			f.ended = true
			break
		}
		if err != nil {
			return err
		}
		f.ahead = append(f.ahead, b)
	}
	if len(f.ahead) == 0 {
		return nil
	}
	return f.known.lookUp(f.ctx, f.ahead)
}

// finish makes sure that the loader took everything, and writes the rest of the spool.
func (f *feed) finish() error {
	if _, err := f.next(); err != io.EOF {
		return cmp.Or(err, errors.New("internal error: the loader left records behind"))
	}
	err := f.close()
	// The known ids may have been 100 MB; DuckDB needs the room for what comes next.
	debug.FreeOSMemory()
	giveBack()
	return err
}

func (f *feed) close() error {
	if f.closed {
		return nil
	}
	f.closed = true
	for _, b := range f.ahead {
		b.Release()
	}
	f.ahead = nil
	f.known.free() // DuckDB keeps the table function, and the feed with it, until the end
	return errors.Join(f.rejects.Close(), f.sightings.Close(), f.parts.Close())
}

// take books a batch: rejects and files to the account, known records to the sightings. It
// returns the records that are new, with texts that fit into a row; nil when there are none.
func (f *feed) take(b *ingest.Batch) (arrow.RecordBatch, error) {
	for _, r := range b.Rejects {
		if err := f.rejects.AppendRow(r.File, r.Row, r.ByteOffset, r.ByteLength, orNil(r.Column), r.Reason, r.Excerpt); err != nil {
			return nil, fmt.Errorf("storing a reject of %s: %w", r.File, err)
		}
	}
	f.order = append(f.order, b.Files...)
	if b.Len() == 0 {
		return nil, nil
	}
	keep, kept, err := f.count(b.Records, b.Cut)
	if err != nil {
		return nil, err
	}
	if f.loaded != nil {
		f.loaded(keep)
	}
	records := b.Records
	b.Records = nil
	switch kept {
	case int(records.NumRows()):
		return f.shorten(records)
	case 0:
		records.Release()
		return nil, nil
	}
	fresh, err := filterRows(records, keep)
	records.Release()
	if err != nil {
		return nil, err
	}
	return f.shorten(fresh)
}

// A fileBook is what was counted of the records of a file.
type fileBook struct {
	Counts
	coverages
	pruned int64 // that are of a time that was pruned
}

// count books every record of a batch under its file, and says which are new.
func (f *feed) count(records arrow.RecordBatch, cut []int) (keep []bool, kept int, err error) {
	ids := records.Column(ingest.ColRecordID).(*array.FixedSizeBinary)
	files := records.Column(ingest.ColFile).(*array.String)
	status := records.Column(classify.ColStatus).(*array.String)
	logs := records.Column(ingest.ColLog).(*array.String)
	times := records.Column(ingest.ColOccurredAt).(*array.Timestamp)
	number := func(col int) *array.Int64 { return records.Column(col).(*array.Int64) }
	rows, offsets, lengths := number(ingest.ColRow), number(ingest.ColByteOffset), number(ingest.ColByteLength)
	keep = make([]bool, records.NumRows())
	var c *fileBook
	last := ""
	for i := range keep {
		name := files.Value(i)
		if c == nil || name != last {
			last = name
			if c = f.files[name]; c == nil {
				c = &fileBook{}
				f.files[string([]byte(name))] = c
			}
		}
		id := [16]byte(ids.Value(i))
		if f.isPruned(times, i) {
			if !f.known.has(id) {
				c.pruned++
				continue
			}
		} else {
			c.add(logs.Value(i), times, i)
		}
		if keep[i] = f.known.add(id); slices.Contains(cut, i) {
			f.cuts = append(f.cuts, cutRecord{id, string([]byte(name)), rows.Value(i)})
			if keep[i] {
				f.halves[id] = lengths.Value(i) < StartBytes // else parts of two texts would have one name
			}
		} else if f.halves[id] {
			keep[i] = true // mend takes the half out
			delete(f.halves, id)
		}
		if !keep[i] {
			c.Duplicates++
			if err := f.sightings.AppendRow(duckdb.UUID(ids.Value(i)), name, rows.Value(i), offsets.Value(i), lengths.Value(i)); err != nil {
				return nil, 0, fmt.Errorf("storing a duplicate: %w", err)
			}
			continue
		}
		kept++
		c.Loaded++
		switch status.Value(i) {
		case classify.StatusOK:
			c.OK++
		case classify.StatusUnknown:
			c.Unclassified++
		default:
			c.Classified++
		}
	}
	return keep, kept, nil
}

// isPruned reports whether the record of a row is of a time that was pruned. What is not stored of it is not loaded, and an export covers nothing of
// that time: what there was of it is in counts.
func (f *feed) isPruned(times *array.Timestamp, row int) bool {
	return !f.pruned.IsZero() && times.IsValid(row) && int64(times.Value(row)) < f.pruned.UnixMicro()
}

// filterRows copies the rows to keep: slices of kept rows, joined column by column. (Package
// arrow/compute has a filter, but pulls all of parquet in.)
func filterRows(records arrow.RecordBatch, keep []bool) (arrow.RecordBatch, error) {
	var kept int64
	cols := make([]arrow.Array, records.NumCols())
	for c := range cols {
		a := records.Column(c)
		var parts []arrow.Array
		kept = 0
		for from := 0; from < len(keep); from++ {
			if !keep[from] {
				continue
			}
			to := from
			for to < len(keep) && keep[to] {
				to++
			}
			parts = append(parts, array.NewSlice(a, int64(from), int64(to)))
			kept += int64(to - from)
			from = to
		}
		joined, err := array.Concatenate(parts, Allocator())
		for _, p := range parts {
			p.Release()
		}
		if err != nil {
			return nil, err
		}
		defer joined.Release()
		cols[c] = joined
	}
	return array.NewRecordBatch(records.Schema(), cols, kept), nil
}

// ledger joins what ingest and the feed counted.
func (f *feed) ledger() (inputs []Input, totals Counts) {
	for _, file := range f.order {
		in := Input{
			Path: file.Path, Bytes: file.Bytes, Digest: file.Digest, Container: file.Container,
			Encoding: file.Encoding, Format: file.Format, Log: file.Log, Warnings: file.Warnings, Counted: file.Counted, Incomplete: file.Incomplete,
		}
		if file.Problem != nil {
			in.Problem = file.Problem.Error()
		}
		if c := f.files[file.Path]; c != nil {
			in.Counts, in.Pruned = c.Counts, c.pruned
		}
		in.Read, in.Rejected, in.Filtered = file.Read, file.Rejected, file.Filtered+in.Pruned
		if file.Again != 0 {
			in.Duplicates = in.Read - in.Rejected - in.Filtered
		}
		in.warnPruned(f.pruned)
		inputs = append(inputs, in)
		totals.Add(in.Counts)
	}
	return inputs, totals
}
