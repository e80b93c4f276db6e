-- The copies that are not loaded, as the tables of the parts name them, and the ledger with these as duplicates, those of a time that was pruned as filtered.
CREATE OR REPLACE TABLE spool.main.lost AS
SELECT c.record_id, l.path AS file, c.row, c.byte_offset, c.byte_length, c.status, c.place, c.pruned
FROM spool.main.copies c JOIN spool.main.ledger l USING (place) WHERE NOT c.loaded;

UPDATE spool.main.ledger l SET loaded = l.loaded - n.records, duplicates = l.duplicates + n.records - n.pruned, filtered = l.filtered + n.pruned, pruned = n.pruned, ok = l.ok - n.ok,
  unclassified = l.unclassified - n.unknown, classified = l.classified - n.records + n.ok + n.unknown
FROM (SELECT place, count(*) AS records, count(*) FILTER (pruned) AS pruned, count(*) FILTER (status = 'ok') AS ok, count(*) FILTER (status = 'unknown') AS unknown
  FROM spool.main.lost GROUP BY place) n
WHERE n.place = l.place;

-- What a worker met again of records of such a time is filtered as well.
CREATE OR REPLACE TABLE spool.main.late AS
SELECT record_id FROM spool.main.copies GROUP BY record_id HAVING bool_and(pruned);
UPDATE spool.main.ledger l SET duplicates = l.duplicates - n.records, filtered = l.filtered + n.records, pruned = l.pruned + n.records
FROM (SELECT file, count(*) AS records FROM spool.main.part_sightings WHERE record_id IN (SELECT record_id FROM spool.main.late) GROUP BY file) n
WHERE n.file = l.path;
