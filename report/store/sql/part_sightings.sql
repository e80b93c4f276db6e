-- What a run collects beside its records, of all parts: every place of a record but the one that is loaded, and what the files cover, which of a
-- time that was pruned is nothing.
INSERT INTO spool.main.sightings
SELECT record_id, file, row, byte_offset, byte_length FROM spool.main.lost WHERE NOT pruned
UNION ALL
SELECT record_id, file, row, byte_offset, byte_length FROM spool.main.part_sightings WHERE record_id NOT IN (SELECT record_id FROM spool.main.late);

INSERT INTO spool.main.coverage
SELECT l.place, c.log, c.from_at, c.until_at, c.records, c.whole
FROM spool.main.part_coverage c JOIN spool.main.ledger l ON l.coverage_path = c.filename AND l.position = c.position, spool.main.line
WHERE before_at IS NULL OR c.from_at >= before_at;
