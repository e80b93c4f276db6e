package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"dwtriage/ingest"
)

// Tool says which program and which rules made a run.
type Tool struct {
	Version     string
	Rules       int
	RulesDigest string // "sha256:" + 64 hex digits over the rule files
}

// A Run is one execution of the run command against the database.
type Run struct {
	ID          int64 // 1, 2, 3 … per database, none twice
	Environment string
	Started     time.Time // UTC
	Finished    time.Time // UTC
	Since       time.Time // --since, zero when not given
	UntilLimit  time.Time // --until, zero when not given
	Arguments   string    // the command line as typed, quoted for a shell
	Thresholds  Thresholds
	Reading     string // how its files were read, [ingest.Options.Reading]; written only

	Parts         []string // names of the parts that a merge loaded, in their order; none of a run
	MissingShards []string // shards that were dealt files and are not among them, as 2/16

	Pruned   int64     // records of it of which [DB.Prune] left nothing but counts
	PrunedAt time.Time // when it did last, UTC; zero: never. The report of the run cannot be drawn any more then

	// Judging, unless nil, gives what its verdicts are of; nil where they are of several programs. Written only.
	Judging func() *Judging `json:"-"`

	// Passing, unless nil, lets the run be about some of its files alone.
	Passing *Passing `json:"-"`

	// Told, unless nil, is told right before the run is committed and right behind it: only those two moments part a run that is
	// kept from one that is not, and whoever is killed later must know.
	Told func(id int64, committed bool) `json:"-"`
}

// A Passing says of a file that an earlier run read whether the run may be about other files alone, where that one is of another night. Load fills in the rest.
type Passing struct {
	May   func(path string) bool
	Left  int  // files that the run is not about
	Stale bool // none is new, and it is about what was read last
}

// A Timing is how long one stage took.
type Timing struct {
	Stage   string
	Seconds float64
}

// Counts are the figures of the ledger. Read = Loaded + Duplicates + Rejected + Filtered and
// Loaded = OK + Classified + Unclassified.
type Counts struct {
	Read         int64 `json:"read"`
	Loaded       int64 `json:"loaded"`
	Duplicates   int64 `json:"duplicates"`
	Rejected     int64 `json:"rejected"`
	Filtered     int64 `json:"filtered"`
	OK           int64 `json:"ok"`
	Classified   int64 `json:"classified"`
	Unclassified int64 `json:"unclassified"`
}

// Balances reports whether both sums of the ledger hold.
func (c Counts) Balances() bool {
	return c.Read == c.Loaded+c.Duplicates+c.Rejected+c.Filtered && c.Loaded == c.OK+c.Classified+c.Unclassified
}

// Add adds the figures of d to those of c.
func (c *Counts) Add(d Counts) {
	c.Read += d.Read
	c.Loaded += d.Loaded
	c.Duplicates += d.Duplicates
	c.Rejected += d.Rejected
	c.Filtered += d.Filtered
	c.OK += d.OK
	c.Classified += d.Classified
	c.Unclassified += d.Unclassified
}

// An Input is one file (or archive member) of a run.
type Input struct {
	Path      string
	Bytes     int64 // decompressed
	Digest    string
	Container string
	Encoding  string
	Format    string
	Log       string
	Counts
	Warnings []string
	Problem  string // why it could not be read (to its end), empty when it was

	Counted    int64 // rows that the export says there are; 0: it says nothing
	Incomplete bool  // by its own words it is not the whole export

	// Pruned, of Counts.Filtered, are of a time that was pruned; 0 of a run that is over, which has a warning in their place.
	Pruned int64

	Late int // of the warnings, the last ones, which only the load could know of; 0 of a run that is over
}

// warn adds a warning that only the load knows of.
func (in *Input) warn(text string) {
	in.Warnings = append(slices.Clip(in.Warnings), text)
	in.Late++
}

// PassedOver reports whether the input is a file of a folder or archive that holds no log.
func (in Input) PassedOver() bool { return slices.ContainsFunc(in.Warnings, ingest.PassedOver) }

// Run reads the run with this id as it was booked. A run that is not there is an error.
func (db *DB) Run(ctx context.Context, id int64) (run Run, tool Tool, err error) {
	var since, until, pruned sql.NullTime
	found := false
	err = db.Each(ctx, query("run"), func(rows *sql.Rows) error {
		found = true
		return rows.Scan(&run.ID, &run.Environment, &run.Started, &run.Finished, &since, &until, &run.Arguments,
			&run.Thresholds.FailOn, &run.Thresholds.MaxRejects, &tool.Version, &tool.Rules, &tool.RulesDigest, (*List)(&run.Parts), (*List)(&run.MissingShards), &run.Pruned, &pruned)
	}, id)
	if err == nil && !found {
		err = fmt.Errorf("there is no run %d in %s", id, db.path)
	}
	run.Since, run.UntilLimit, run.PrunedAt = since.Time, until.Time, pruned.Time
	return run, tool, err
}

// End books how a run ended, once its report is known: its exit code and how long its stages took.
func (db *DB) End(ctx context.Context, run int64, exitCode int, timings []Timing) error {
	items := make([]string, len(timings))
	args := []any{run, exitCode}
	for i, t := range timings {
		items[i] = fmt.Sprintf("{'stage': $%d, 'seconds': $%d}", len(args)+1, len(args)+2)
		args = append(args, t.Stage, t.Seconds)
	}
	update := "UPDATE dw.runs SET exit_code = $2, timings = [" + strings.Join(items, ", ") + "] WHERE run_id = $1"
	r, err := db.conn.ExecContext(ctx, update, args...)
	if err == nil {
		if n, _ := r.RowsAffected(); n != 1 {
			err = errors.New("it is not there")
		}
	}
	if err != nil {
		return fmt.Errorf("booking the end of run %d: %w", run, err)
	}
	return nil
}

// Ending reads what End booked. A run that was stopped before its end has exit code 0 and no timings.
func (db *DB) Ending(ctx context.Context, run int64) (exitCode int, timings []Timing, err error) {
	err = db.Each(ctx, query("ending"), func(rows *sql.Rows) error {
		var stage sql.NullString
		var seconds sql.NullFloat64
		err := rows.Scan(&exitCode, &stage, &seconds)
		if stage.Valid {
			timings = append(timings, Timing{stage.String, seconds.Float64})
		}
		return err
	}, run)
	return exitCode, timings, err
}

// Inputs reads the ledger of a run, in reading order.
func (db *DB) Inputs(ctx context.Context, run int64) (inputs []Input, err error) {
	err = db.Each(ctx, query("files"), func(rows *sql.Rows) error {
		var in Input
		err := rows.Scan(&in.Path, &in.Bytes, &in.Digest, &in.Container, &in.Encoding, &in.Format, &in.Log, &in.Read, &in.Loaded,
			&in.Duplicates, &in.Rejected, &in.Filtered, &in.OK, &in.Classified, &in.Unclassified, (*List)(&in.Warnings), &in.Problem, &in.Counted, &in.Incomplete)
		inputs = append(inputs, in)
		return err
	}, run)
	return inputs, err
}
