-- The copies that are not loaded, as the tables of the parts name them, and the ledger with these as duplicates.
CREATE OR REPLACE TABLE spool.main.lost AS
SELECT c.record_id, l.path AS file, c.row, c.byte_offset, c.byte_length, c.status, c.place
FROM spool.main.copies c JOIN spool.main.ledger l USING (place) WHERE NOT c.loaded;

UPDATE spool.main.ledger l SET loaded = l.loaded - n.records, duplicates = l.duplicates + n.records, ok = l.ok - n.ok,
  unclassified = l.unclassified - n.unknown, classified = l.classified - n.records + n.ok + n.unknown
FROM (SELECT place, count(*) AS records, count(*) FILTER (status = 'ok') AS ok, count(*) FILTER (status = 'unknown') AS unknown FROM spool.main.lost GROUP BY place) n
WHERE n.place = l.place;
