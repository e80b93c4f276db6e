package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/duckdb/duckdb-go/v2"
)

// A cutRecord is one that ends where its file ended, so there may be more of it in a later copy of the file.
type cutRecord struct {
	id   [16]byte
	file string
	row  int64
}

// halves are the ids of records that may be cut and were stored by runs of an environment: what another one holds of
// the same id is no more than a duplicate.
func (db *DB) halves(ctx context.Context, environment string) (map[[16]byte]bool, error) {
	ids := make(map[[16]byte]bool)
	err := db.Each(ctx, "SELECT record_id FROM dw.records r SEMI JOIN (SELECT c.* FROM dw.cuts c JOIN dw.runs USING (run_id) WHERE environment IS NOT DISTINCT FROM $1) USING (record_id, run_id, file, row)", func(rows *sql.Rows) error {
		var id duckdb.UUID
		err := rows.Scan(&id)
		ids[id] = true
		return err
	}, orNil(environment))
	return ids, err
}

// bookCuts books where a run met records that may be cut, loaded or duplicates.
func (db *DB) bookCuts(ctx context.Context, run int64, cuts []cutRecord) error {
	for _, c := range cuts {
		id := duckdb.UUID(c.id)
		if _, err := db.conn.ExecContext(ctx, "INSERT INTO dw.cuts VALUES ($1, $2::UUID, $3, $4)", run, id.String(), c.file, c.row); err != nil {
			return err
		}
	}
	return nil
}

// mend puts the whole records that a run loaded in the place of cut ones, of earlier runs or of its own: what the ledgers called loaded is then a duplicate of the whole one, and cuts keeps that no more than a half of it stands there. It gives
// the ledger of the run as it is then.
func (db *DB) mend(ctx context.Context, run int64, inputs []Input, booked *tableCounts) ([]Input, error) {
	var any bool
	// The cuts, which are few, come second: what stands there is held in memory, and the other is read past it.
	if err := db.conn.QueryRowContext(ctx, "SELECT count(*) > 0 FROM dw.records SEMI JOIN dw.cuts USING (record_id, run_id, file, row)").Scan(&any); err != nil || !any {
		return inputs, err
	}
	var before tableCounts
	if err := db.count(ctx, run, &before); err != nil {
		return nil, err
	}
	if err := db.findWholes(ctx, run); err != nil {
		return nil, err
	}
	defer db.conn.ExecContext(context.WithoutCancel(ctx), "DROP TABLE IF EXISTS mended")
	var mended, own int64
	if err := db.conn.QueryRowContext(ctx, "SELECT count(*), count(*) FILTER (run_id = $1) FROM mended", run).Scan(&mended, &own); err != nil || mended == 0 {
		return inputs, err
	}
	if _, err := db.conn.ExecContext(ctx, query("mend")); err != nil {
		return nil, err
	}
	var after tableCounts
	if err := db.count(ctx, run, &after); err != nil {
		return nil, err
	}
	if before.Records-after.Records != own {
		return nil, fmt.Errorf("internal error: %d records of run %d were to be replaced, and %d are gone", own, run, before.Records-after.Records)
	}
	booked.Records -= own
	booked.Sightings += after.Sightings - before.Sightings
	booked.Parts += after.Parts - before.Parts
	if own == 0 {
		return inputs, nil
	}
	return db.Inputs(ctx, run)
}

// wholesAtOnce is how many records are asked at a time whether they are the whole one of a half: these have room in memory with their texts.
const wholesAtOnce = 61_440

// findWholes makes the table mended: which whole records take the place of which cut ones, see sql/mended.sql.
func (db *DB) findWholes(ctx context.Context, run int64) error {
	if _, err := db.exec(ctx, "halves", query("halves")); err != nil {
		return err
	}
	records, err := db.parts(ctx, "records")
	if err != nil {
		return err
	}
	sightings, err := db.parts(ctx, "sightings")
	if err != nil {
		return err
	}
	each := func(name, text string, ranges [][2]int64) error {
		for _, r := range ranges {
			if _, err := db.exec(ctx, name, text, r[0], r[1]); err != nil {
				return err
			}
		}
		return nil
	}
	if err := each("halves_part", query("halves_part"), records); err != nil {
		return err
	}
	for _, name := range []string{"before_halves_part", "copies_part"} { // the second needs all of the first
		for table, ranges := range map[string][][2]int64{"records": records, "sightings": sightings} {
			if err := each(name, fmt.Sprintf(query(name), table), ranges); err != nil {
				return err
			}
		}
	}
	for _, r := range records {
		if _, err := db.exec(ctx, "wholes_alike", query("wholes_alike"), run, r[0], r[1]); err != nil {
			return err
		}
		alike, err := db.rowsOf(ctx, "wholes_alike")
		if err != nil {
			return err
		}
		if alike == 0 { // as of nearly all
			continue
		}
		for _, name := range []string{"pairs_part", "placed_part"} {
			if err := each(name, query(name), [][2]int64{r}); err != nil {
				return err
			}
		}
	}
	_, err = db.exec(ctx, "mended", query("mended"))
	return err
}

// parts are ranges of the numbers of the rows of a table of dw, of so many rows as are asked at once. Rows of the open transaction have numbers far behind those of the others.
func (db *DB) parts(ctx context.Context, table string) (ranges [][2]int64, err error) {
	err = db.Each(ctx, fmt.Sprintf("SELECT min(rowid), max(rowid) FROM dw.%s GROUP BY rowid >= 1::BIGINT << 50 ORDER BY 1", table), func(rows *sql.Rows) error {
		var from, last int64
		err := rows.Scan(&from, &last)
		for ; from <= last; from += wholesAtOnce {
			ranges = append(ranges, [2]int64{from, min(last, from+wholesAtOnce-1)})
		}
		return err
	})
	return ranges, err
}
