-- Every row that could not become a record, a row of rejects.csv, in no order. The columns are RejectColumns of
-- rejects.go.
SELECT %s
FROM dw.rejects
WHERE run_id IN (%[runs]);
