-- What stands behind the starts of the long texts of the records between two places.
CREATE OR REPLACE TEMP TABLE export_rest AS
SELECT record_id, string_agg(text, '' ORDER BY part) FILTER (field = 'error_text') AS error_text,
  string_agg(text, '' ORDER BY part) FILTER (field = 'trace_text') AS trace_text
FROM dw.text_parts
WHERE run_id = $1 AND record_id IN (SELECT record_id FROM export_long WHERE place BETWEEN $2 AND $3 AND day IS NOT DISTINCT FROM $4)
GROUP BY record_id;
