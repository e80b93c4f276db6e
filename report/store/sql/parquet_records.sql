-- The records that a run loaded, or was handed: each record is of one run. The columns of v_records, but for environment, which is a
-- partition, as is the day.
SELECT r.record_id::VARCHAR AS record_id, r.file, r.row, r.byte_offset, r.byte_length, r.log, utc(r.occurred_at) AS occurred_at, r.occurred_raw, r.entity,
  CASE WHEN length(r.company) <= 4 THEN upper(r.company) ELSE coalesce(r.company, r.company_named) END AS company,
  r.type_name, r.message_name, r.mode, r.operation_type, r.depth, r.duration_ms, r.correlation_id, r.request_id, r.activity_id,
  r.error_text || coalesce(x.error_text, '') AS error_text, r.trace_text || coalesce(x.trace_text, '') AS trace_text, r.outcome, r.truncated, r.withheld,
  r.signature, as_json(r.signatures) AS signatures, r.status, r.category, r.severity, r.error_code, r.map, r.fno_entity, r.dataverse_table,
  as_json(r.map_candidates) AS map_candidates, map_json(r.captures) AS captures, r.affected_key, coalesce(t.cluster_id, r.template_id) AS template_id, r.matched_field, r.matched_start, r.matched_end,
  r.run_id, r.company AS company_logged, r.company_named, r.record_key, '%[key]' AS run_key,
  coalesce(j.rules_digest, u.rules_digest) AS rules_digest, utc(coalesce(j.made_at, u.finished_at)) AS judged_at, utc(r.started_at) AS started_at, r.text_ids
FROM dw.records r JOIN dw.runs u ON u.run_id = r.run_id LEFT JOIN dw.judgements j ON j.judgement_id = r.judgement_id LEFT JOIN export_rest x USING (record_id) LEFT JOIN dw.clusters t ON t.template_id = r.template_id
WHERE r.run_id = %[run] AND r.rowid BETWEEN %[from] AND %[to] AND CAST(r.occurred_at AS DATE) IS NOT DISTINCT FROM %[day]
