-- What the records of a stretch of rows are judged by, and their verdicts: one text, in which each column stands as a text behind its length in
-- bytes and a colon; no value is an empty one. How long a value of captures is stands before it, too. The order is that of the table.
SELECT place, record_id, log, type_name, error_text, trace_text, entity, company, record_key, more,
  concat(
    strlen(v_signature), ':', v_signature,
    strlen(v_signatures), ':', v_signatures,
    strlen(v_status), ':', v_status,
    strlen(v_category), ':', v_category,
    strlen(v_severity), ':', v_severity,
    strlen(v_error_code), ':', v_error_code,
    strlen(v_map), ':', v_map,
    strlen(v_fno_entity), ':', v_fno_entity,
    strlen(v_dataverse_table), ':', v_dataverse_table,
    strlen(v_map_candidates), ':', v_map_candidates,
    strlen(v_captures), ':', v_captures,
    strlen(v_affected_key), ':', v_affected_key,
    strlen(v_template_id), ':', v_template_id,
    strlen(v_matched_field), ':', v_matched_field,
    strlen(v_matched_start), ':', v_matched_start,
    strlen(v_matched_end), ':', v_matched_end,
    strlen(v_company_named), ':', v_company_named)
FROM (
  SELECT r.rowid AS place, r.record_id, log, coalesce(type_name, '') AS type_name, coalesce(error_text, '') AS error_text,
    coalesce(trace_text, '') AS trace_text, coalesce(entity, '') AS entity, coalesce(company, '') AS company,
    coalesce(record_key, '') AS record_key, coalesce(more, 0) AS more,
    coalesce(signature, '') AS v_signature,
    coalesce(array_to_string(signatures, chr(31)), '') AS v_signatures,
    coalesce(status, '') AS v_status,
    coalesce(category, '') AS v_category,
    coalesce(severity, '') AS v_severity,
    coalesce(error_code, '') AS v_error_code,
    coalesce(map, '') AS v_map,
    coalesce(fno_entity, '') AS v_fno_entity,
    coalesce(dataverse_table, '') AS v_dataverse_table,
    coalesce(array_to_string(map_candidates, chr(31)), '') AS v_map_candidates,
    coalesce(array_to_string(list_transform(map_entries(captures), lambda e: e.key || '=' || strlen(e.value) || ':' || e.value), ''), '') AS v_captures,
    coalesce(affected_key, '') AS v_affected_key,
    coalesce(template_id, '') AS v_template_id,
    coalesce(matched_field, '') AS v_matched_field,
    coalesce(matched_start::VARCHAR, '') AS v_matched_start,
    coalesce(matched_end::VARCHAR, '') AS v_matched_end,
    coalesce(company_named, '') AS v_company_named
  FROM dw.records r LEFT JOIN spool.main.long_texts l ON l.record_id = r.record_id
  WHERE r.rowid >= %[2]d AND r.rowid < %[3]d AND %[1]s);
