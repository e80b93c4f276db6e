-- Of which earlier run are the files in again, all of its files and no others? null: of none.
SELECT CASE WHEN count(DISTINCT f.run_id) = 1 AND count(*) = (SELECT count(*) FROM dw.files o WHERE o.run_id = min(f.run_id)) THEN min(f.run_id) END
FROM spool.main.again a JOIN dw.files f ON f.rowid = a.number;
