-- The records of all parts, but for copies that are not loaded, become those of run $1.
INSERT INTO dw.records BY NAME
SELECT r.*, $1 AS run_id FROM spool.main.part_records r
ANTI JOIN spool.main.lost l ON l.record_id = r.record_id AND l.file = r.file AND l.row = r.row AND l.byte_offset = r.byte_offset;
