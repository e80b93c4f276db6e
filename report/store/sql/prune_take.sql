-- The records that go, and what there is beside them.
DELETE FROM dw.text_parts WHERE record_id IN (SELECT record_id FROM going WHERE goes);
DELETE FROM dw.sightings WHERE record_id IN (SELECT record_id FROM going WHERE goes);
DELETE FROM dw.cuts WHERE record_id IN (SELECT record_id FROM going WHERE goes);
DELETE FROM dw.records WHERE rowid IN (SELECT place FROM going WHERE goes);
