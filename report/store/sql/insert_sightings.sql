-- The records that run $1 met again, each once, at the first of its places, in the order in which paths are
-- read: in/sub/c.csv before in/sub-d.csv. Almost all have one place only, and sorting them all to find the few that
-- have two would cost more than counting.
INSERT INTO dw.sightings
WITH copied AS (
  SELECT record_id FROM spool.main.sightings GROUP BY record_id HAVING count(*) > 1
)
SELECT $1, * FROM spool.main.sightings WHERE record_id NOT IN (SELECT record_id FROM copied)
UNION ALL
SELECT $1, * FROM spool.main.sightings WHERE record_id IN (SELECT record_id FROM copied)
QUALIFY row_number() OVER (PARTITION BY record_id ORDER BY replace(file, '/', chr(1)), file, row, byte_offset, byte_length) = 1;
