-- What people query. company is what the log prints, else what the message names; company_logged and
-- company_named are the two apart. Long texts are put together from their parts. Records whose run is not in the database are in no view. Tables are
-- named without the database, which has another name wherever it is attached under one.
CREATE OR REPLACE VIEW dw.v_records AS
WITH rest AS (
  SELECT record_id, string_agg(text, '' ORDER BY part) FILTER (field = 'error_text') AS error_text,
    string_agg(text, '' ORDER BY part) FILTER (field = 'trace_text') AS trace_text
  FROM text_parts
  GROUP BY record_id
)
SELECT r.record_id, r.file, r.row, r.byte_offset, r.byte_length, r.log, r.occurred_at, r.occurred_raw, r.entity,
  coalesce(r.company, r.company_named) AS company,
  r.type_name, r.message_name, r.mode, r.operation_type, r.depth, r.duration_ms, r.correlation_id, r.request_id, r.activity_id,
  r.error_text || coalesce(rest.error_text, '') AS error_text, r.trace_text || coalesce(rest.trace_text, '') AS trace_text, r.outcome, r.truncated, r.withheld,
  r.signature, r.signatures, r.status, r.category, r.severity, r.error_code, r.map, r.fno_entity, r.dataverse_table, r.map_candidates,
  r.captures, r.affected_key, r.template_id, r.matched_field, r.matched_start, r.matched_end,
  r.run_id, u.environment, r.company AS company_logged, r.company_named, r.record_key
FROM records r JOIN runs u USING (run_id) LEFT JOIN rest USING (record_id);
