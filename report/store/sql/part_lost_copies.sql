-- The failing copies that are not loaded, in the order of their parts, and of those of a part in the order of records.csv.
SELECT l.part, c.file, c.row, c.byte_offset, c.record_id::VARCHAR
FROM spool.main.lost c JOIN spool.main.ledger l USING (place) WHERE c.status <> 'ok'
ORDER BY l.part, c.file, c.row, c.byte_offset, c.record_id;
