-- The records that run $1 met again, each once, at the first of its places where it is whole, else at the first, in the order in which paths are
-- read: in/sub/c.csv before in/sub-d.csv. Almost all have one place only, and sorting them all to find the few that
-- have two would cost more than counting.
INSERT INTO dw.sightings
WITH copied AS (
  SELECT record_id FROM spool.main.sightings GROUP BY record_id HAVING count(*) > 1
)
SELECT $1, * FROM spool.main.sightings WHERE record_id NOT IN (SELECT record_id FROM copied)
UNION ALL
SELECT $1, s.* FROM spool.main.sightings s WHERE record_id IN (SELECT record_id FROM copied)
QUALIFY row_number() OVER (PARTITION BY record_id ORDER BY EXISTS (FROM dw.cuts c WHERE c.run_id = $1 AND c.record_id = s.record_id AND c.file = s.file AND c.row = s.row), replace(file, '/', chr(1)), file, row, byte_offset, byte_length) = 1;
