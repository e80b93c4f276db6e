-- What a run collects beside its records, of all parts: every place of a record but the one that is loaded, and what the files cover.
INSERT INTO spool.main.sightings
SELECT record_id, file, row, byte_offset, byte_length FROM spool.main.lost
UNION ALL
SELECT record_id, file, row, byte_offset, byte_length FROM spool.main.part_sightings;

INSERT INTO spool.main.coverage
SELECT l.place, c.log, c.from_at, c.until_at, c.records, c.whole
FROM spool.main.part_coverage c JOIN spool.main.ledger l ON l.coverage_path = c.filename AND l.position = c.position;
