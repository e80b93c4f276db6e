package summary

import (
	"context"
	"database/sql"
	"fmt"

	"dwtriage/classify"
	"dwtriage/ingest/words"
	"dwtriage/report/store"
)

// Of answers every question of the report about run id, with the texts of m's rules. The
// Summary's EachRecord and EachReject need the database open. Timings and ExitCode are those that
// [store.DB.End] booked, so they are there when a report is drawn again.
func Of(ctx context.Context, db *store.DB, id int64, m *classify.Matcher) (*Summary, error) {
	return OfCompared(ctx, db, id, m, CompareTo{})
}

// Latest is the latest run that has records, of an environment where it is not nil; 0 where there is none.
func Latest(ctx context.Context, db *store.DB, environment *string) (id int64, err error) {
	if err := db.Current(); err != nil {
		return 0, err
	}
	name := ""
	if environment != nil {
		name = *environment
	}
	err = each(ctx, db, "latest", func(rows *sql.Rows) error { return rows.Scan(&id) }, name, environment != nil)
	return id, err
}

// OfCompared is Of, compared with a period that is asked for: what fails now and did not then is new or, when the database
// knew it already, regressed; what failed then and does not fail now is resolved.
func OfCompared(ctx context.Context, db *store.DB, id int64, m *classify.Matcher, to CompareTo) (*Summary, error) {
	return OfRedacted(ctx, db, id, m, to, nil)
}

// sumUp takes the steps of Of. Their order is forced by what each needs of the earlier ones, which
// is why it is handed over as values and arguments here instead of lying in a struct that every
// step may look into:
//
//  1. The run and its ledger say which run this is, or which runs read the period.
//  2. The scope makes its records a view; every query below but those of rejects reads it. Its groups
//     are the findings, counted by DuckDB, which can put what is too much for the memory on disk.
//  3. Values of captures come before anything that has a title: "Customer group {lookup}".
//  4. Coverage says which period the run is about and which came before it; the records of these, whatever run read them,
//     say in which state each signature × map is.
//  5. Findings are the finest count there is, and few enough to be held: the smallest are summed up. All
//     that is counted per signature, map or company later is a sum of findings and asks the database no
//     second time, so it must agree. Changes are asked for: they compare what is summed up as well.
//  6. Signatures and clusters sum findings up, their changes with them.
//  7. Evidence gives each of them its records, and with these a message that no rule explains, or a
//     wrapper only, its text, which is its title in findings from then on.
//  8. Mutes are called by those titles and mark findings, signatures and clusters.
//  9. Fixes leave muted signatures out of the plan: after step 8.
//  10. Causes are behind the missing rows that the plan found, and name its fixes.
func sumUp(ctx context.Context, db *store.DB, a about, m *classify.Matcher, to CompareTo, hide hider) (*Summary, error) {
	s, scope := &Summary{}, a.scope
	if err := db.Scope(ctx, "scope", scope); err != nil { // first, as it knows an older schema
		return nil, err
	}
	if err := hide.learn(ctx, db); err != nil {
		return nil, err
	}
	if err := ledgerOf(ctx, db, a, s); err != nil {
		return nil, err
	}
	if err := each(ctx, db, "met_elsewhere", func(rows *sql.Rows) error {
		var e MetElsewhere
		err := rows.Scan(&e.Environment, &e.Records)
		s.MetElsewhere = append(s.MetElsewhere, e)
		return err
	}, a.runs[0]); err != nil {
		return nil, err
	}
	if err := db.Groups(ctx, "scope", m.ByMessage(), mostFindings, muted(m)); err != nil {
		return nil, err
	}
	ofLogs, err := totals(ctx, db, scope, s)
	if err != nil {
		return nil, err
	}
	today := &s.Tool.RulesDigest
	if a.span != nil {
		today = nil // OtherRules says so
	}
	if s.Judgements, err = judgements(ctx, db, today); err != nil {
		return nil, err
	}
	if err := timeline(ctx, db, s); err != nil {
		return nil, err
	}
	values, err := readValues(ctx, db, m)
	if err != nil {
		return nil, err
	}
	hide.all(values)
	if s.Logs, err = compare(ctx, db, a, to); err != nil {
		return nil, err
	}
	name, err := titlesOf(ctx, db, m, values)
	if err != nil {
		return nil, err
	}
	ofLogs.fill(s.Logs)
	if a.span != nil {
		s.Span = a.span.ends(s.Period())
	}
	found, err := findings(ctx, db, name)
	if err != nil {
		return nil, err
	}
	s.Findings, s.Severities = found.list, found.severities
	if err := changes(ctx, db, name, s, hide); err != nil {
		return nil, err
	}
	if s.Elsewhere, err = elsewhere(ctx, db, to.Environment, name, s.Logs, hide); err != nil {
		return nil, err
	}
	if s.Signatures, s.Clusters, err = signatures(ctx, db, found, m, name); err != nil {
		return nil, err
	}
	joined, n, err := joinsOf(ctx, db)
	if err != nil {
		return nil, err
	}
	if s.Joined = n; n > 0 {
		if err := countMessages(ctx, db, s.Clusters); err != nil {
			return nil, err
		}
	}
	if joined != nil {
		s.Cluster = func(template string) string { return joined[template] }
	}
	if err := addEvidence(ctx, db, m, found, name, s, hide); err != nil {
		return nil, err
	}
	if err := addLargest(ctx, db, s.Clusters, hide); err != nil {
		return nil, err
	}
	if s.Mutes, err = mutes(ctx, db, m.Set().Mutes, s.Run.Started, found, name); err != nil {
		return nil, err
	}
	s.Muted = mark(s.Mutes, found, s)
	if s.Fixes, err = fixes(ctx, db, m, values, found, s, hide); err != nil {
		return nil, err
	}
	if err := causes(ctx, db, m, name, found, s); err != nil {
		return nil, err
	}
	if err := addHere(ctx, db, m, s); err != nil {
		return nil, err
	}
	if s.Silent, err = silent(ctx, db, m); err != nil {
		return nil, err
	}
	if s.Broad, err = broad(m, s.Signatures); err != nil {
		return nil, err
	}
	fillFindings(m, values, s.Findings)
	if s.RejectReasons, err = rejectReasons(ctx, db, scope); err != nil {
		return nil, err
	}
	if s.Heat, err = heat(ctx, db, found); err != nil {
		return nil, err
	}
	if s.Alerts, err = alerts(ctx, db); err != nil {
		return nil, err
	}
	if s.Bursts, s.BurstCount, err = bursts(ctx, db, scope, &s.Timeline, m, found, called(s.Clusters, name.title)); err != nil {
		return nil, err
	}
	if err := each(ctx, db, "view_columns", func(rows *sql.Rows) error {
		var c ViewColumn
		err := rows.Scan(&c.View, &c.Name, &c.Type, &c.Meaning)
		s.ViewColumns = append(s.ViewColumns, c)
		return err
	}); err != nil {
		return nil, err
	}
	share, err := shareOf(ctx, db, s.Failing)
	if err != nil {
		return nil, err
	}
	s.Listed = share.listed
	s.EachRecord = func(yield func(*Record) error) error {
		return eachRecord(ctx, db, scope, share, m, RecordColumns, described(m, yield))
	}
	s.EachCaptures = func(yield func(*Record) error) error {
		return eachRecord(ctx, db, scope, share, m, captureColumns(), yield)
	}
	raw := s.Findings // by whose names records are told apart, whatever of them is shown
	s.Lister = func() func(uint64) bool { return share.lister(raw) }
	s.Scan = func(known bool, each func(*store.Texts) error) error {
		return scanRecords(ctx, db, scope, share, m, known, each)
	}
	s.EachRetry = retries(ctx, db, scope, m, s)
	s.EachMissing = missingRows(ctx, db, scope, m, s.Fixes, s.Signatures)
	s.EachReject = func(yield func(*Reject) error) error {
		return streamInOrder(ctx, db, scope.In(query("rejects")), RejectColumns, `file, row, byte_offset, reason, "column", excerpt`, yield)
	}
	return hide.summary(s), nil
}

// ledger reads the run as it was booked.
func ledger(ctx context.Context, db *store.DB, id int64, s *Summary) (err error) {
	if s.Run, s.Tool, err = db.Run(ctx, id); err != nil {
		return err
	}
	if s.ExitCode, s.Timings, err = db.Ending(ctx, id); err != nil {
		return err
	}
	if !s.Run.PrunedAt.IsZero() {
		return prunedError(s.Run)
	}
	s.Environment = s.Run.Environment
	if s.Inputs, err = db.Inputs(ctx, id); err != nil {
		return err
	}
	for _, in := range s.Inputs {
		s.Totals.Add(in.Counts)
	}
	return nil
}

// prunedError says what history prune left of a run. What is left may be a few records, which a report would take for all of them.
func prunedError(run store.Run) error {
	return fmt.Errorf("run %d was pruned on %s: %s and its rejects were taken out of the database, so its report cannot be drawn any more; "+
		"dwtriage history list has its ledger, and dwtriage query the counts in v_pruned and what its report said in v_changes, v_fixes and v_incidents",
		run.ID, run.PrunedAt.UTC().Format("2006-01-02 15:04"), words.Count(run.Pruned, "record of it", "records of it"))
}

// logCounts counts the records of the scope by log.
type logCounts map[string]struct{ records, failing int64 }

// fill gives every log its counts.
func (counts logCounts) fill(logs []Comparison) {
	for i := range logs {
		c := &logs[i]
		c.Records, c.Failing = counts[c.Log].records, counts[c.Log].failing
	}
}

// totals counts the records of the scope: all of them, by status, and by log, which it returns.
func totals(ctx context.Context, db *store.DB, scope store.Scope, s *Summary) (logCounts, error) {
	err := eachOf(ctx, db, scope, "totals", func(rows *sql.Rows) error {
		return rows.Scan(&s.Records, &s.Failing, &s.OK, &s.Unknown, &s.Known, &s.Entities)
	})
	if err != nil {
		return nil, err
	}
	counts, logs := make(map[string]int64), make(logCounts)
	err = each(ctx, db, "statuses", func(rows *sql.Rows) error {
		var log string
		var c Count
		err := rows.Scan(&log, &c.Name, &c.Records)
		counts[c.Name] += c.Records
		of := logs[log]
		if of.records += c.Records; c.Name != classify.StatusOK {
			of.failing += c.Records
		}
		logs[log] = of
		return err
	})
	s.Statuses = ordered(counts, "documented", "observed", "experimental", "deprecated", classify.StatusCode, classify.StatusText, classify.StatusUnknown, classify.StatusOK)
	return logs, err
}
