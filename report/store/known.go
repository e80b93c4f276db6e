package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/hex"
	"fmt"
	"slices"
	"sync"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/duckdb/duckdb-go/v2"

	"dwtriage/ingest"
)

// known tells which records of a run are new: in no run before, and not met before in this one. A record is
// known by its id alone. Its time does not help to look for it: the id is the log's own where it has one, and then
// the same record has another time when it is read with another zone, or from an export that cut the time off.
//
// There are two ways to look among the stored ids, and a run that goes on for long takes both. At first the database is asked
// which ids it holds of a few batches together, which reads the column of ids once, half a second where 20 million are stored, and
// takes no memory. Then all stored ids are read into a set, which takes as long as some six questions and 10 bytes an id. So a
// night of 50,000 records does not pay for all that was ever stored, and one of three million does not ask fifty times. Where few are
// stored they are read at once. A primary key would be a third way: 16 s to build over 5 million rows.
type known struct {
	db     *DB
	begun  bool
	asked  int               // times that the database was asked
	stored map[[16]byte]bool // what it said the last time
	inside bool              // ids holds the stored ones, too
	mu     sync.Mutex        // of ids, while stored ones are read
	ids    idset
}

// asking says when stored ids are read instead of asked for.
type asking struct {
	few     int64 // stored records that are read at once
	most    int   // times that the database is asked
	batches int   // to ask about together
}

// Seven times six batches are 270,000 dual-write errors or 45,000 traces. They wait in memory with what is drawn of them until the answer is there: sixteen together
// took 100 MB more than the run had before and after.
var defaultAsking = asking{few: 1 << 20, most: 7, batches: 6}

// begin reads the stored ids if they are few. It waits for the first records: files that are not read again bring none.
func (k *known) begin(ctx context.Context) error {
	k.begun = true
	stored, err := k.count(ctx)
	if err == nil && stored <= k.db.asking.few {
		err = k.read(ctx, stored)
	}
	if err != nil {
		return fmt.Errorf("reading the known records: %w", err)
	}
	return nil
}

func (k *known) count(ctx context.Context) (n int64, err error) {
	err = k.db.spool.QueryRowContext(ctx, "SELECT count(*) FROM dw.records").Scan(&n)
	return n, err
}

// together is how many batches to look up at once.
func (k *known) together() int {
	if k.inside || !k.begun {
		return 1
	}
	return k.db.asking.batches
}

// lookUp finds out which records of the next batches are stored.
func (k *known) lookUp(ctx context.Context, batches []*ingest.Batch) (err error) {
	if !slices.ContainsFunc(batches, func(b *ingest.Batch) bool { return b.Len() > 0 }) {
		return nil
	}
	if !k.begun {
		if err := k.begin(ctx); err != nil {
			return err
		}
	}
	switch {
	case k.inside:
		return nil
	case k.asked < k.db.asking.most:
		k.asked++
		err = k.ask(ctx, batches)
	default:
		var stored int64
		if stored, err = k.count(ctx); err == nil {
			err = k.read(ctx, stored)
		}
	}
	if err != nil {
		return fmt.Errorf("looking for known records: %w", err)
	}
	return nil
}

// add reports whether a record of the batches that were looked up is new. From then on it is known.
func (k *known) add(id [16]byte) bool { return !k.stored[id] && k.ids.add(id) }

// has reports whether a record of the batches that were looked up is known.
func (k *known) has(id [16]byte) bool { return k.stored[id] || k.ids.has(id) }

// ask asks the database for the ids of batches. It does so on the connection of the spool, as that of the database is
// within the INSERT that wants the batches.
func (k *known) ask(ctx context.Context, batches []*ingest.Batch) error {
	if _, err := k.db.spool.ExecContext(ctx, "TRUNCATE spool.main.asked"); err != nil {
		return err
	}
	if err := k.db.spool.Raw(func(c any) error { return spoolIDs(c.(driver.Conn), batches) }); err != nil {
		return err
	}
	rows, err := k.db.spool.QueryContext(ctx, query("stored_ids"))
	if err != nil {
		return err
	}
	defer rows.Close()
	k.stored = make(map[[16]byte]bool)
	var raw sql.RawBytes
	for rows.Next() {
		if err := rows.Scan(&raw); err != nil {
			return err
		}
		k.stored[[16]byte(raw)] = true
	}
	return rows.Err()
}

func spoolIDs(c driver.Conn, batches []*ingest.Batch) error {
	a, err := duckdb.NewAppender(c, "spool", "main", "asked")
	if err != nil {
		return err
	}
	for _, b := range batches {
		if b.Len() == 0 {
			continue
		}
		ids := b.Records.Column(ingest.ColRecordID).(*array.FixedSizeBinary)
		for i := range ids.Len() {
			if err := a.AppendRow(duckdb.UUID(ids.Value(i))); err != nil {
				a.Close()
				return err
			}
		}
	}
	return a.Close()
}

// read puts all stored ids into the set: DuckDB calls a function of ours for them, vector by vector. Reading them row by row
// through database/sql took ten times as long, and the answer as a whole lay in memory.
func (k *known) read(ctx context.Context, stored int64) error {
	k.ids.reserve(stored)
	name := fmt.Sprintf("know_%d", k.db.served) // a function cannot be registered twice
	k.db.served++
	if err := duckdb.RegisterScalarUDF(k.db.spool, name, k); err != nil {
		return err
	}
	var n int64
	err := k.db.spool.QueryRowContext(ctx, "SELECT count("+name+"(record_id::VARCHAR)) FROM dw.records").Scan(&n)
	if err == nil && n != stored {
		err = fmt.Errorf("internal error: %d records are stored, and %d were read", stored, n)
	}
	k.inside, k.stored = true, nil
	return err
}

// Config implements [duckdb.ScalarFunc].
func (k *known) Config() duckdb.ScalarFuncConfig { return knowConfig }

var knowConfig = duckdb.ScalarFuncConfig{
	InputTypeInfos: []duckdb.TypeInfo{mustType(duckdb.TYPE_VARCHAR)},
	ResultTypeInfo: mustType(duckdb.TYPE_BOOLEAN),
	Volatile:       true, SpecialNullHandling: true,
}

func mustType(t duckdb.Type) duckdb.TypeInfo {
	info, err := duckdb.NewTypeInfo(t)
	if err != nil {
		panic(err)
	}
	return info
}

// Executor implements [duckdb.ScalarFunc]. Threads of DuckDB's call it side by side.
func (k *known) Executor() duckdb.ScalarFuncExecutor {
	return duckdb.ScalarFuncExecutor{ChunkContextExecutor: func(_ context.Context, chunk *duckdb.ChunkIteratorState) error {
		vector, err := chunk.GetInputChunk().GetVector(0)
		if err != nil {
			return err
		}
		texts, err := duckdb.GetVectorView[string](vector)
		if err != nil {
			return err
		}
		places := make([]place, texts.Len())
		for i := range places {
			text, _, err := texts.GetValueBorrowed(i)
			if err != nil {
				return err
			}
			id, err := parseUUID(text)
			if err != nil {
				return err
			}
			places[i] = placeOf(id)
		}
		k.mu.Lock()
		defer k.mu.Unlock()
		for _, p := range places {
			k.ids.addPlace(p)
		}
		return nil
	}}
}

// parseUUID reads a UUID as DuckDB prints it, which is how a vector of them can be read.
func parseUUID(text string) (id [16]byte, err error) {
	if len(text) != 36 {
		return id, fmt.Errorf("%q is no id of a record", text)
	}
	var digits [32]byte
	copy(digits[:], text[:8])
	copy(digits[8:], text[9:13])
	copy(digits[12:], text[14:18])
	copy(digits[16:], text[19:23])
	copy(digits[20:], text[24:])
	_, err = hex.Decode(id[:], digits[:])
	return id, err
}

func (k *known) free() { k.ids.free() }
