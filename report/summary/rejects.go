package summary

import (
	"context"
	"database/sql"

	"dwtriage/report/store"
)

// A Reject is one row of rejects.csv.
type Reject struct {
	File            string
	Row, ByteOffset int64
	Column          string
	Reason          string
	Excerpt         string
}

// RejectColumns are the columns of rejects.csv, in its order.
var RejectColumns = []Column[Reject]{
	{Name: "file", expr: "file", Cell: func(r *Reject) any { return &r.File }},
	{Name: "row", expr: "row", Cell: func(r *Reject) any { return &r.Row }},
	{Name: "byte_offset", expr: "byte_offset", Cell: func(r *Reject) any { return &r.ByteOffset }},
	{Name: "column", expr: `coalesce("column", '') AS "column"`, Cell: func(r *Reject) any { return &r.Column }},
	{Name: "reason", expr: "reason", Cell: func(r *Reject) any { return &r.Reason }},
	{Name: "excerpt", expr: "excerpt", Cell: func(r *Reject) any { return &r.Excerpt }},
}

// A RejectReason groups the rejects with the same reason.
type RejectReason struct {
	Reason string
	Rows   int64
	First  Reject
}

// rejectReasons says why rows were rejected, most rows first.
func rejectReasons(ctx context.Context, db *store.DB, scope store.Scope) (reasons []RejectReason, err error) {
	err = eachOf(ctx, db, scope, "reject_reasons", func(rows *sql.Rows) error {
		var r RejectReason
		err := rows.Scan(&r.Reason, &r.Rows, &r.First.File, &r.First.Row, &r.First.ByteOffset, &r.First.Column, &r.First.Excerpt)
		r.First.Reason = r.Reason
		reasons = append(reasons, r)
		return err
	})
	return reasons, err
}
