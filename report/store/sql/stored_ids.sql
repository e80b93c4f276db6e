-- Which of the ids in the spool does the database hold? The table is read and the few ids are looked up, not the other
-- way round.
SELECT record_id FROM dw.records WHERE record_id IN (SELECT record_id FROM spool.main.asked);
