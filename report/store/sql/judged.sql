-- What judging again finds: the rows of records whose verdict becomes another one, with the new one, in parts that are written
-- together. differs has a bit for each column of the verdict. rebooked are records that a run has to book as classified (n), or not (-n).
CREATE OR REPLACE TEMP TABLE judged AS
SELECT 0::INTEGER AS part, rowid AS place, record_id, ''::VARCHAR AS was, ''::VARCHAR AS was_status, 0::BIGINT AS differs,
  signature, signatures, status, category, severity, error_code, map, fno_entity, dataverse_table, map_candidates, captures, affected_key, template_id, matched_field, matched_start, matched_end, company_named, template_names
FROM dw.records LIMIT 0;
CREATE OR REPLACE TEMP TABLE rebooked (run_id BIGINT, path VARCHAR, n BIGINT);
