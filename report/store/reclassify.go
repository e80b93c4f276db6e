package store

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/duckdb/duckdb-go/v2"

	"dwtriage/classify"
	"dwtriage/ingest"
)

// Only says which records are judged again. The zero value is all of them.
type Only struct {
	Environment  *string   // of the run that has the record; nil: any, empty: those without a name
	Run          int64     // that has the record; 0: any
	Since, Until time.Time // UTC; the record is not before Since and is before Until; zero: any. With either, a record without a time is left out
}

// A Pipe judges stored records: it calls read, which hands over batches of failing records with the columns that Classify looks at, and load
// with a source of the same batches, in the same order and classified. It may do both at once and judge several batches side by side.
type Pipe func(read func(ctx context.Context, emit func(*ingest.Batch) error) error, load func(Source) error) error

// Reclassified says what judging again did, or would do.
type Reclassified struct {
	Before  []JudgedBy // whose verdicts the records had; most records first
	Records int64      // failing records that were judged
	Changed int64      // of these, whose verdict became another one
	Pruned  int64      // failing records of the same choice of which history prune left only counts: these keep their signatures
	Changes []Verdicts // most records first; at most mostChanges
	Groups  int64      // how many Changes there are in all
	Kept    bool       // something was written: verdicts, or only that these rules have judged them
}

// JudgedBy are the records whose verdicts one set of rules made.
type JudgedBy struct {
	RulesDigest string
	Records     int64
}

// Verdicts are records that had one verdict and get another one.
type Verdicts struct {
	From, To string   // signatures: a rule, code/0x…, text/0x… or unknown/ and the template id; To is unknown alone where nothing explains any more what something did
	Columns  []string // of the verdict that differ, in the order of the table
	Records  int64
	Example  string // the smallest record id
}

// mostChanges is how many changes are listed one by one. The numbers are of all.
const mostChanges = 1000

// verdictColumns are the columns of records that Classify fills, in its order.
var verdictColumns = func() (names []string) {
	for _, f := range classify.Schema().Fields()[ingest.NumColumns:] {
		names = append(names, f.Name)
	}
	return names
}()

// Reclassify judges failing records of the archive again, as judge does, and puts their new verdicts in the place of the old ones, in one
// transaction. Nothing else of a record changes, and of the runs only how many of their records are classified and unclassified. made
// says by which rules and when: tool, the command line and the time. With dry, or where the same program and rules judged all of them
// and nothing differs, nothing is written.
//
// Records pass through in windows of rows, so neither their number nor their length bounds memory. What changed waits in a
// temporary table, which DuckDB puts on disk where it is large, and is written window by window: one UPDATE for all of a million rows took
// twice as long as 16 of 61,440 rows each. A verdict that stays is not written.
func (db *DB) Reclassify(ctx context.Context, only Only, tool Tool, arguments string, at time.Time, dry bool, judge Judge) (done Reclassified, err error) {
	if err := db.Current(); err != nil {
		return done, err
	}
	where, err := db.only(ctx, only)
	if err != nil {
		return done, err
	}
	pruned, err := db.prunedOf(ctx, only)
	if err != nil {
		return done, err
	}
	r := &rejudging{db: db, where: where, dry: dry, done: Reclassified{Pruned: pruned}}
	defer r.close()
	work := func() error { return r.run(ctx, tool, arguments, at, judge) }
	write := func() error {
		if err := db.forgotten(); err != nil {
			return err
		}
		if err := db.change(ctx, work); err != nil {
			return err
		}
		return db.damaged(db.checkpoint(context.WithoutCancel(ctx)))
	}
	if dry {
		err = work()
	} else if err = write(); errors.Is(err, errUnchanged) {
		err = nil
	}
	if err != nil {
		return done, fmt.Errorf("judging the records of %s again: %w", db.path, err)
	}
	return r.done, nil
}

// errUnchanged ends a transaction that would write what is there.
var errUnchanged = errors.New("nothing changed")

// only is a condition on rows of records.
func (db *DB) only(ctx context.Context, o Only) (string, error) {
	conditions := []string{"outcome = 'error'", "run_id IN (SELECT run_id FROM dw.runs)"}
	if o.Environment != nil || o.Run != 0 {
		var ids []string
		env, any := "", o.Environment == nil
		if !any {
			env = *o.Environment
		}
		err := db.Each(ctx, "SELECT run_id::VARCHAR FROM dw.runs WHERE ($1 OR environment IS NOT DISTINCT FROM $2) AND ($3 = 0 OR run_id = $3) ORDER BY run_id", func(rows *sql.Rows) error {
			var id string
			err := rows.Scan(&id)
			ids = append(ids, id)
			return err
		}, any, orNil(env), o.Run)
		if err != nil {
			return "", err
		}
		// A list, since what changes the type of a column takes no subquery.
		conditions[1] = "run_id IN (" + strings.Join(append(ids, "-1"), ", ") + ")"
	} else if !db.readOnly {
		conditions = conditions[:1] // rows of no run are gone when a database is opened for writing
	}
	for _, limit := range []struct {
		sign string
		at   time.Time
	}{{">=", o.Since}, {"<", o.Until}} {
		if !limit.at.IsZero() {
			conditions = append(conditions, fmt.Sprintf("occurred_at %s TIMESTAMP '%s'", limit.sign, limit.at.UTC().Format("2006-01-02 15:04:05.999999")))
		}
	}
	return strings.Join(conditions, " AND "), nil
}

// A rejudging is the work of one Reclassify.
type rejudging struct {
	db      *DB
	where   string
	dry     bool
	done    Reclassified
	reader  *sql.Conn // reads windows
	texts   *sql.Conn // reads the rest of long texts
	windows []window
	judged  []judgedBy // whose verdicts the records have
	narrow  string     // condition on records of a window that are judged, with the first row of the window and the one behind its last; empty: all are

	was, sifting waiting // of batches that are judged, and that are sifted

	rows  *duckdb.Appender // of the table judged
	part  int32            // of it, as they are written together
	first int64            // place of the part's first and last row
	last  int64
	held  int // rows and bytes of the part
	bytes int
}

// run does the work, within a transaction unless it is dry.
func (r *rejudging) run(ctx context.Context, tool Tool, arguments string, at time.Time, judge Judge) (err error) {
	for _, c := range []**sql.Conn{&r.reader, &r.texts} {
		if *c, err = r.db.pool.Conn(ctx); err != nil {
			return err
		}
	}
	if err := r.before(ctx); err != nil {
		return err
	}
	judgement, err := r.db.nextJudgement(ctx)
	if err != nil {
		return err
	}
	byOthers := r.byOthers(tool, judge.By)
	if byOthers > 0 && !r.dry {
		// The column is written anew as a whole: an UPDATE holds 40 bytes in memory for every row. It comes first, as a table that was
		// updated is not altered.
		if _, err := r.db.conn.ExecContext(ctx, fmt.Sprintf(query("judge"), r.where, judgement)); err != nil {
			return fmt.Errorf("booking who judged: %w", err)
		}
	}
	if _, err := r.db.conn.ExecContext(ctx, query("judged")); err != nil {
		return err
	}
	if _, err := r.db.spool.ExecContext(ctx, query("long_texts")); err != nil {
		return err
	}
	if err := r.db.conn.Raw(func(c any) (err error) {
		r.rows, err = duckdb.NewAppender(c.(driver.Conn), "temp", "main", "judged")
		return err
	}); err != nil {
		return err
	}
	left, err := r.sift(ctx, judge)
	if err != nil {
		return fmt.Errorf("looking for what may be judged otherwise: %w", err)
	}
	if left > 0 {
		if err := r.plan(ctx); err != nil {
			return err
		}
		if err := judge.Pipe(r.read, func(next Source) error { return r.load(ctx, next) }); err != nil {
			return err
		}
	}
	if err := r.list(ctx); err != nil || r.dry {
		return err
	}
	if byOthers == 0 && r.part == 0 {
		return errUnchanged
	}
	r.done.Kept = true
	return r.book(ctx, judgement, tool, judge.By, arguments, at)
}

// before says whose verdicts the records have.
func (r *rejudging) before(ctx context.Context) error {
	records := make(map[string]int64)
	err := r.db.Each(ctx, fmt.Sprintf(query("judged_before"), r.where), func(rows *sql.Rows) error {
		var by judgedBy
		err := rows.Scan(&by.digest, &by.version, &by.judging, &by.records)
		r.judged = append(r.judged, by)
		records[by.digest] += by.records
		r.done.Records += by.records
		return err
	})
	for digest, n := range records {
		r.done.Before = append(r.done.Before, JudgedBy{digest, n})
	}
	slices.SortFunc(r.done.Before, func(a, b JudgedBy) int {
		return cmp.Or(cmp.Compare(b.Records, a.Records), cmp.Compare(a.RulesDigest, b.RulesDigest))
	})
	return err
}

// byOthers counts the records whose verdicts are of other rules, or of another program.
func (r *rejudging) byOthers(tool Tool, judging *Judging) (n int64) {
	for _, by := range r.judged {
		if by.digest != tool.RulesDigest || by.version != tool.Version || by.judging != judging.id() {
			n += by.records
		}
	}
	return n
}

// book writes the ledgers of the runs and the judgement.
func (r *rejudging) book(ctx context.Context, judgement int64, tool Tool, judging *Judging, arguments string, at time.Time) error {
	if _, err := r.db.conn.ExecContext(ctx, query("rebook")); err != nil {
		return fmt.Errorf("booking what is classified: %w", err)
	}
	if r.done.Changed > 0 {
		if err := r.untell(ctx); err != nil {
			return fmt.Errorf("taking back what reports said: %w", err)
		}
	}
	if _, err := r.db.conn.ExecContext(ctx, "INSERT INTO dw.judgements VALUES ($1, NULL, $2, $3, $4, $5, $6, $7, $8, $9)",
		judgement, at.UTC(), tool.Version, tool.Rules, tool.RulesDigest, arguments, r.done.Records, r.done.Changed, orNil(judging.id())); err != nil {
		return err
	}
	return r.db.keepJudging(ctx, judging)
}

// untell takes back what reports said of what is judged.
func (r *rejudging) untell(ctx context.Context) error {
	if _, err := r.db.exec(ctx, "untold", fmt.Sprintf(query("untold"), r.where)); err != nil {
		return err
	}
	part := fmt.Sprintf(query("untold_part"), r.where)
	parts := 1 + r.done.Records/r.db.groupsAtOnce
	for i := range parts {
		if _, err := r.db.exec(ctx, "untold_part", part, i, parts); err != nil {
			return err
		}
	}
	_, err := r.db.conn.ExecContext(ctx, query("untell_judged"))
	return err
}

// nextJudgement is an id that no judgement has.
func (db *DB) nextJudgement(ctx context.Context) (id int64, err error) {
	err = db.conn.QueryRowContext(ctx, "SELECT coalesce(max(judgement_id), 0) + 1 FROM dw.judgements").Scan(&id)
	return id, err
}

func (r *rejudging) close() {
	ctx := context.Background()
	if r.rows != nil {
		r.rows.Close()
	}
	for _, c := range []*sql.Conn{r.reader, r.texts} {
		if c != nil {
			c.Close()
		}
	}
	r.db.conn.ExecContext(ctx, "DROP TABLE IF EXISTS judged; DROP TABLE IF EXISTS rebooked; DROP TABLE IF EXISTS untold")
	r.db.spool.ExecContext(ctx, "DROP TABLE IF EXISTS spool.main.long_texts; DROP TABLE IF EXISTS "+sifted)
}

// list groups what changed.
func (r *rejudging) list(ctx context.Context) error {
	err := r.db.Each(ctx, query("judged_changes"), func(rows *sql.Rows) error {
		var v Verdicts
		var columns int64
		if err := rows.Scan(&v.From, &v.To, &columns, &v.Records, &v.Example, &r.done.Groups); err != nil {
			return err
		}
		for i, name := range verdictColumns {
			if columns&(1<<i) != 0 {
				v.Columns = append(v.Columns, name)
			}
		}
		r.done.Changes = append(r.done.Changes, v)
		return nil
	}, mostChanges)
	return err
}

// A window is a stretch of rows that are read at once.
type window struct{ from, until int64 }

// What a window has at most, but for a single vector of DuckDB, which is never parted: 2,048 rows with two texts of StartBytes are 40 MB.
const (
	vectorRows  = 2048
	windowRows  = 30 * vectorRows
	windowBytes = 24 << 20
)

// plan parts the rows into windows by how long their texts are.
func (r *rejudging) plan(ctx context.Context) error {
	if len(r.windows) > 0 {
		return nil // sifting did
	}
	var bytes int64
	rows, err := r.reader.QueryContext(ctx, fmt.Sprintf(query("vectors"), r.where), vectorRows)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var vector, size int64
		if err := rows.Scan(&vector, &size); err != nil {
			return err
		}
		from, until := vector*vectorRows, (vector+1)*vectorRows
		if n := len(r.windows); n > 0 && until-r.windows[n-1].from <= windowRows && bytes+size <= windowBytes {
			r.windows[n-1].until = until
			bytes += size
			continue
		}
		r.windows = append(r.windows, window{from, until})
		bytes = size
	}
	return rows.Err()
}

// read is the upstream end of a pipe.
func (r *rejudging) read(ctx context.Context, emit func(*ingest.Batch) error) error {
	b := newStoredBatch(false)
	for _, w := range r.windows {
		if err := r.readWindow(ctx, w, b, emit); err != nil {
			b.release()
			return r.db.damaged(err)
		}
	}
	return r.hand(ctx, b, emit)
}

func (r *rejudging) readWindow(ctx context.Context, w window, b *storedBatch, emit func(*ingest.Batch) error) error {
	narrow := "true"
	if r.narrow != "" {
		narrow = fmt.Sprintf(r.narrow, w.from, w.until)
	}
	return r.readRows(ctx, fmt.Sprintf(query("window"), r.where, w.from, w.until, narrow), b, func() error { return r.hand(ctx, b, emit) })
}

// readRows fills batches with the rows of a query, and has each handed over that is full.
func (r *rejudging) readRows(ctx context.Context, query string, b *storedBatch, hand func() error) error {
	rows, err := r.reader.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := b.scan(rows); err != nil {
			return err
		}
		if b.bytes >= batchBytes || len(b.olds.places) >= batchRows {
			if err := hand(); err != nil {
				return err
			}
		}
	}
	return rows.Err()
}

// What a batch of stored records has at most, but for one record, as of those that ingest makes.
const (
	batchRows  = 8192
	batchBytes = 2 << 20
)

// hand hands a batch over and begins a new one in its place.
func (r *rejudging) hand(ctx context.Context, b *storedBatch, emit func(*ingest.Batch) error) error {
	if len(b.olds.places) == 0 {
		b.release()
		return nil
	}
	if err := r.complete(ctx, b); err != nil {
		b.release()
		return err
	}
	batch, olds := b.finish()
	r.was.put(olds)
	return emit(batch)
}

// complete puts what stands behind the starts of long texts to them.
func (r *rejudging) complete(ctx context.Context, b *storedBatch) error {
	if len(b.long) == 0 {
		return nil
	}
	var ids strings.Builder
	for id := range b.long {
		if ids.Len() > 0 {
			ids.WriteString(", ")
		}
		fmt.Fprintf(&ids, "'%s'::UUID", id)
	}
	rows, err := r.texts.QueryContext(ctx, fmt.Sprintf(query("long_rest"), ids.String()))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id duckdb.UUID
		var field, text string
		if err := rows.Scan(&id, &field, &text); err != nil {
			return err
		}
		row := b.long[id.String()]
		if field == "trace_text" {
			b.traces[row] += text
		} else {
			b.errors[row] += text
		}
	}
	return rows.Err()
}

// load takes judged batches, and writes what differs.
func (r *rejudging) load(ctx context.Context, next Source) error {
	for {
		b, err := next()
		if err == io.EOF {
			return r.write(ctx)
		}
		if err != nil {
			return err
		}
		err = r.take(ctx, b, r.was.take())
		b.Release()
		if err != nil {
			return err
		}
	}
}

// take compares the verdicts of a batch with the stored ones, and keeps those that differ.
func (r *rejudging) take(ctx context.Context, b *ingest.Batch, was *olds) error {
	verdict := b.Records.Columns()[ingest.NumColumns:]
	var now storedVerdict
	for i, place := range was.places {
		if string(now.of(verdict, i)) == was.verdicts[i] {
			continue
		}
		before, err := splitVerdict(was.verdicts[i])
		if err != nil {
			return fmt.Errorf("reading the verdict of row %d of records: %w", place, err)
		}
		differs := now.differs(verdict, i, before)
		if differs == 0 {
			continue
		}
		if differs &^= ofNames; differs != 0 {
			r.done.Changed++
		}
		if r.held >= windowRows || r.bytes >= windowBytes {
			if err := r.write(ctx); err != nil {
				return err
			}
		}
		if r.held++; r.held == 1 {
			r.first, r.last = place, place
		}
		r.first, r.last = min(r.first, place), max(r.last, place)
		if err := r.keep(verdict, i, was, before, differs); err != nil {
			return fmt.Errorf("keeping a verdict: %w", err)
		}
	}
	return nil
}

const (
	signatureColumn = classify.ColSignature - ingest.NumColumns
	statusColumn    = classify.ColStatus - ingest.NumColumns
	templateColumn  = classify.ColTemplateID - ingest.NumColumns
	// ofNames is the bit of template_names, which is no verdict that people see: records of before schema version 14 get theirs without a word.
	ofNames = 1 << (classify.ColTemplateNames - ingest.NumColumns)
)

// keep appends a new verdict to the table judged. before are the columns of the one that row i had.
func (r *rejudging) keep(verdict []arrow.Array, i int, was *olds, before []string, differs int64) error {
	from := before[signatureColumn]
	if from == "" {
		from = "unknown/" + before[templateColumn]
	}
	var id duckdb.UUID
	if err := id.Scan(was.ids[i]); err != nil {
		return err
	}
	row := []driver.Value{r.part, was.places[i], id, from, before[statusColumn], differs}
	for _, column := range verdict {
		value, bytes := verdictValue(column, i)
		row = append(row, value)
		r.bytes += bytes
	}
	return r.rows.AppendRow(row...)
}

// verdictValue is a value of a verdict as the archive stores it, and about how long it is.
func verdictValue(column arrow.Array, i int) (value driver.Value, bytes int) {
	if column.IsNull(i) {
		return nil, 0
	}
	switch a := column.(type) {
	case *array.String:
		text := Name(a.Value(i))
		return text, len(text)
	case *array.Int32:
		return a.Value(i), 4
	case *array.List:
		return listOf(a, i), 32
	case *array.Map:
		var m duckdb.OrderedMap
		eachCapture(a, i, func(name, value string) {
			m.Set(name, value)
			bytes += len(name) + len(value)
		})
		return m, bytes
	}
	panic(fmt.Sprintf("a verdict of type %s", column.DataType()))
}

func listOf(a *array.List, i int) []string {
	from, to := a.ValueOffsets(i)
	list := make([]string, 0, to-from)
	for at := int(from); at < int(to); at++ {
		list = append(list, a.ListValues().(*array.String).Value(at))
	}
	return list
}

// eachCapture calls do for the captures of a record, each as it is stored.
func eachCapture(a *array.Map, i int, do func(name, value string)) {
	names, values := a.Keys().(*array.String), a.Items().(*array.String)
	from, to := a.ValueOffsets(i)
	for at := int(from); at < int(to); at++ {
		do(names.Value(at), Name(values.Value(at)))
	}
}

// write puts the verdicts of a part in their places.
func (r *rejudging) write(ctx context.Context) error {
	if r.held == 0 {
		return nil
	}
	if err := r.rows.Flush(); err != nil {
		return err
	}
	if !r.dry {
		for _, name := range []string{"rebook_part", "write_verdicts"} {
			if _, err := r.db.conn.ExecContext(ctx, fmt.Sprintf(query(name), r.part, r.first, r.last)); err != nil {
				return fmt.Errorf("writing verdicts: %w", err)
			}
		}
	}
	r.part++
	r.held, r.bytes = 0, 0
	return nil
}
