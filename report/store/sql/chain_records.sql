-- The records that matter, without their texts.
CREATE OR REPLACE TEMP TABLE chain_records AS
SELECT * REPLACE (NULL::VARCHAR AS error_text, NULL::VARCHAR AS trace_text, NULL::MAP(VARCHAR, VARCHAR) AS captures)
FROM dw.records
WHERE rowid IN (SELECT place FROM tied)
ORDER BY rowid;
