-- Which records of run $1 have texts that go on in text_parts, and how long is what stands there?
CREATE OR REPLACE TEMP TABLE export_long AS
SELECT r.rowid AS place, CAST(r.occurred_at AS DATE)::VARCHAR AS day, p.record_id, p.bytes
FROM (SELECT record_id, sum(strlen(text))::BIGINT AS bytes FROM dw.text_parts WHERE run_id = $1 GROUP BY record_id) p
JOIN dw.records r ON r.record_id = p.record_id AND r.run_id = $1;
