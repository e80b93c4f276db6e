-- On which days, UTC, did the records of run $1 happen, how long are their rows in the files, and between which places of the table do they lie?
SELECT CAST(occurred_at AS DATE)::VARCHAR AS day, count(*), avg(greatest(byte_length, 0))::BIGINT, min(rowid), max(rowid)
FROM dw.records
WHERE run_id = $1
GROUP BY CAST(occurred_at AS DATE)
ORDER BY CAST(occurred_at AS DATE) NULLS LAST;
