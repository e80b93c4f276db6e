-- The records that may be cut, loaded or duplicates, in the order in which they are read; those of a time that was pruned were not met.
SELECT c.record_id, c.file, c.row
FROM spool.main.part_cuts c JOIN spool.main.ledger l ON l.path = c.file
  ANTI JOIN (FROM spool.main.lost WHERE pruned) p ON p.record_id = c.record_id AND p.file = c.file AND p.row = c.row
WHERE c.record_id NOT IN (SELECT record_id FROM spool.main.late)
ORDER BY l.place, c.row;
