-- The records that are loaded and may be cut.
SELECT c.record_id, l.path, c.row FROM spool.main.copies c JOIN spool.main.ledger l USING (place) WHERE c.cut AND c.loaded ORDER BY c.place, c.row;
