-- Of which earlier run are the files in again, all of its files and no others? null: of none, and of one in whose files a record stands twice, of which only one
-- place is booked.
SELECT CASE WHEN count(DISTINCT f.run_id) = 1 AND count(*) = (SELECT count(*) FROM dw.files o WHERE o.run_id = min(f.run_id))
  AND sum(f.read - f.rejected - f.filtered) = (SELECT scope_records FROM dw.runs u WHERE u.run_id = min(f.run_id)) THEN min(f.run_id) END
FROM spool.main.again a JOIN dw.files f ON f.rowid = a.number;
