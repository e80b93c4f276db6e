-- The records that matter, at the places %s, without their texts.
CREATE OR REPLACE TEMP TABLE chain_records AS
SELECT * REPLACE (NULL::VARCHAR AS error_text, NULL::VARCHAR AS trace_text, NULL::MAP(VARCHAR, VARCHAR) AS captures)
FROM dw.records
WHERE rowid IN (%[1]s)
ORDER BY rowid;
