-- What run $2 met or loaded, where it did, is what run $1 met: it read the same files. Each record is there once, so none has to be looked for. What it met
-- waits in the spool: a table that is read and filled by one statement gave rows that this very statement had put there (DuckDB 1.5.6).
INSERT INTO dw.sightings
SELECT $1, record_id, file, row, byte_offset, byte_length FROM dw.records WHERE run_id = $2
UNION ALL
SELECT $1, * FROM spool.main.met;
