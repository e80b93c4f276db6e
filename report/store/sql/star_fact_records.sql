-- A row per record with the keys of its dimensions. Texts are in table records, by record_id.
SELECT r.record_id::VARCHAR AS record_id, '%[key]' AS run_key, CASE WHEN f.path IS NULL THEN unknown() ELSE file_key('%[key]', f.path) END AS file_key,
  signature_key(r.signature, r.status) AS signature_key, map_key(r.map, r.dataverse_table, r.fno_entity, r.map_candidates) AS map_key,
  name_key(CASE WHEN length(r.company) <= 4 THEN upper(r.company) ELSE coalesce(r.company, r.company_named) END) AS company_key, name_key(u.environment) AS environment_key, day_key(r.occurred_at) AS date_key,
  utc(r.occurred_at) AS occurred_at, r.log, r.outcome, r.status, r.error_code, r.entity, r.type_name, r.message_name, r.affected_key, coalesce(t.cluster_id, r.template_id) AS template_id, r.duration_ms, 1 AS records
FROM dw.records r JOIN dw.runs u USING (run_id) LEFT JOIN (SELECT DISTINCT path FROM dw.files WHERE run_id = %[run]) f ON f.path = r.file LEFT JOIN dw.clusters t ON t.template_id = r.template_id
WHERE r.run_id = %[run]
