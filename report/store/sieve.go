package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/duckdb/duckdb-go/v2"

	"dwtriage/ingest"
)

// A Judging is what verdicts are of: a program and its rules. Of nil nobody knows.
type Judging struct {
	ID      string            // equal where both are; what stands before its last hyphen is the program's
	Decides map[string]uint64 // what of each rule decides verdicts, by rule id, as [classify.Matcher.Decides] gives it
}

// A Judge judges stored records.
type Judge struct {
	Pipe Pipe
	By   *Judging // what the verdicts of Pipe are of
	// Sieve, unless nil, is of the rules of Pipe, against those that records were judged by before, one map of Decides for each set of them. It returns
	// nil where any record may get another verdict.
	Sieve func(before []map[string]uint64) (*Sieve, error)
}

// A Sieve finds the records that other rules may judge otherwise.
type Sieve struct {
	Gone []string // ids of rules: records that one of them matched may be judged otherwise
	// Sift, nil where no text need be looked at, calls read, which hands over batches of records with the columns log, type_name, error_text and
	// trace_text, and take with a source of what holds each of these batches, in their order: a bool a row. It may do both at once.
	Sift func(read func(ctx context.Context, emit func(*ingest.Batch) error) error, take func(next func() ([]bool, error)) error) error
}

// id is empty where nobody knows.
func (j *Judging) id() string {
	if j == nil {
		return ""
	}
	return j.ID
}

// program is the part of an id of a judging that names the program.
func program(judging string) string {
	at := strings.LastIndexByte(judging, '-')
	return judging[:max(at, 0)]
}

// keepJudging writes what decided verdicts, unless it is there.
func (db *DB) keepJudging(ctx context.Context, j *Judging) error {
	if j == nil {
		return nil
	}
	var ids, numbers []string
	for id, number := range j.Decides {
		ids, numbers = append(ids, id), append(numbers, strconv.FormatUint(number, 10))
	}
	_, err := db.conn.ExecContext(ctx, query("keep_judging"), j.ID, ids, numbers)
	return err
}

// judged are records whose verdicts are of the same rules and program, as far as that is known.
type judgedBy struct {
	digest, version, judging string
	records                  int64
}

// Where more than one record in mostSifted may be judged otherwise, or where that is found of the first records, they are all judged: a sieve
// that lets most of it through only looks at everything twice.
const (
	mostSifted  = 4
	firstSifted = 8 * batchRows
	sifted      = "spool.main.sifted"
)

// errMostHeld ends sifting: too much may be judged otherwise.
var errMostHeld = errors.New("most records may be judged otherwise")

// sift narrows what is judged to the records that may be judged otherwise, and says how many they are: those of which it is not known what judged them, or
// that another program judged, and those that the sieve holds.
func (r *rejudging) sift(ctx context.Context, judge Judge) (left int64, err error) {
	all := r.done.Records
	if judge.Sieve == nil || judge.By == nil {
		return all, nil
	}
	known, before, records, err := r.known(ctx, judge.By.ID)
	if err != nil || len(before) == 0 {
		return all, err
	}
	sieve, err := judge.Sieve(before)
	if err != nil || sieve == nil {
		return all, err
	}
	held, err := r.hold(ctx, known, sieve)
	if err == nil && sieve.Sift != nil && held*mostSifted <= records {
		if err = r.plan(ctx); err != nil {
			return all, err
		}
		err = sieve.Sift(func(ctx context.Context, emit func(*ingest.Batch) error) error {
			return r.readSifted(ctx, known, emit)
		}, func(next func() ([]bool, error)) error {
			return r.takeSifted(ctx, next, &held)
		})
	}
	if held*mostSifted > records || errors.Is(err, errMostHeld) {
		return all, nil
	}
	r.narrow = fmt.Sprintf("((%s) IS NOT TRUE OR r.rowid IN (SELECT place FROM "+sifted+" WHERE place >= %%[1]d AND place < %%[2]d))", known)
	return all - records + held, err
}

// hold makes the table of what is held, with the records of which this needs no look at their texts, and says how many they are. Where no rule is new,
// gone or another one there is none.
func (r *rejudging) hold(ctx context.Context, known string, sieve *Sieve) (held int64, err error) {
	if _, err := r.db.spool.ExecContext(ctx, "CREATE OR REPLACE TABLE "+sifted+" (place BIGINT)"); err != nil || len(sieve.Gone) == 0 && sieve.Sift == nil {
		return 0, err
	}
	// On the connection of the spool, as in the transaction all of them have the new judgement already.
	done, err := r.db.spool.ExecContext(ctx, fmt.Sprintf(query("sifted"), r.where, known), sieve.Gone)
	if err != nil {
		return 0, err
	}
	return done.RowsAffected()
}

// known is a condition on records: that they were judged by the program of id, and by which rules is known. With it come what decided then, for each set
// of rules, and how many such records there are.
func (r *rejudging) known(ctx context.Context, id string) (condition string, before []map[string]uint64, records int64, err error) {
	var judgings []string
	for _, by := range r.judged {
		if by.judging == "" || program(by.judging) != program(id) {
			continue
		}
		if !slices.Contains(judgings, by.judging) {
			judgings = append(judgings, by.judging)
		}
		records += by.records
	}
	for _, judging := range judgings {
		decided := make(map[string]uint64)
		if err := r.db.Each(ctx, "SELECT rule_id, decides::VARCHAR FROM dw.judging WHERE judging = $1", func(rows *sql.Rows) error {
			var rule, number string
			err := rows.Scan(&rule, &number)
			if err == nil {
				decided[rule], err = strconv.ParseUint(number, 10, 64)
			}
			return err
		}, judging); err != nil {
			return "", nil, 0, err
		}
		before = append(before, decided)
	}
	var lists [2]string
	for i, of := range []string{"SELECT run_id::VARCHAR FROM dw.runs WHERE list_contains($1, judging) ORDER BY run_id", "SELECT judgement_id::VARCHAR FROM dw.judgements WHERE list_contains($1, judging) ORDER BY judgement_id"} {
		ids, err := r.db.strings(ctx, of, judgings)
		if err != nil {
			return "", nil, 0, err
		}
		lists[i] = strings.Join(append(ids, "-1"), ", ")
	}
	return fmt.Sprintf("CASE WHEN judgement_id IS NULL THEN run_id IN (%s) ELSE judgement_id IN (%s) END", lists[0], lists[1]), before, records, nil
}

// readSifted hands over the texts of records of which it is known what judged them. Of a long text it hands over the start; these records are held
// already.
func (r *rejudging) readSifted(ctx context.Context, known string, emit func(*ingest.Batch) error) error {
	b := newStoredBatch(true)
	for _, w := range r.windows {
		if err := r.readRows(ctx, fmt.Sprintf(query("sift"), r.where, w.from, w.until, known), b, func() error { return r.handSifted(b, emit) }); err != nil {
			b.release()
			return r.db.damaged(err)
		}
	}
	return r.handSifted(b, emit)
}

func (r *rejudging) handSifted(b *storedBatch, emit func(*ingest.Batch) error) error {
	if len(b.olds.places) == 0 {
		b.release()
		return nil
	}
	batch, olds := b.finish()
	r.sifting.put(olds)
	return emit(batch)
}

// takeSifted keeps the places of the records that are held.
func (r *rejudging) takeSifted(ctx context.Context, next func() ([]bool, error), held *int64) (err error) {
	var rows *duckdb.Appender
	if err := r.db.spool.Raw(func(c any) (err error) {
		rows, err = duckdb.NewAppender(c.(driver.Conn), "spool", "main", "sifted")
		return err
	}); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var seen, found int64
	for {
		holds, err := next()
		if err == io.EOF {
			*held += found
			return nil
		}
		if err != nil {
			return err
		}
		for i, place := range r.sifting.take().places {
			if holds[i] {
				found++
				if err := rows.AppendRow(place); err != nil {
					return err
				}
			}
		}
		if seen += int64(len(holds)); seen >= firstSifted && found*mostSifted > seen {
			return errMostHeld
		}
	}
}

// waiting are what is known of batches that were handed over and are not taken yet, in their order.
type waiting struct {
	mu   sync.Mutex
	list []*olds
}

func (w *waiting) put(o *olds) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.list = append(w.list, o)
}

func (w *waiting) take() *olds {
	w.mu.Lock()
	defer w.mu.Unlock()
	first := w.list[0]
	w.list = w.list[1:]
	return first
}
