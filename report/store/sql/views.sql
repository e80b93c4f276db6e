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

-- Every row that records looked up and did not find, of all runs: one per environment, table, key and company. The same
-- record waits for all rows that it looked up. A record that names no company waits for the row of the only company
-- that lacks the key; where several do, it has a row of its own. Which rows of a run its plan is about, and in which
-- order, is in missing.csv.
CREATE OR REPLACE VIEW dw.v_missing AS
WITH named AS (
  SELECT r.record_id, u.environment, coalesce(r.company, r.company_named) AS company, r.occurred_at, unnest(list_filter([
    {phrase: captures['lookup'], map: captures['lookup_map'], named: captures['table'], key_column: captures['lookup_key'],
      key: CASE WHEN contains(captures['lookup'], captures['value']) THEN captures['value'] ELSE '' END},
    {phrase: captures['lookup_2'], map: captures['lookup_map_2'], named: NULL, key_column: captures['lookup_key_2'],
      key: CASE WHEN contains(captures['lookup_2'], captures['lookup_value_2']) THEN captures['lookup_value_2'] ELSE split_part(captures['lookup_2'], ' (map ', 1) END},
    {phrase: captures['lookup_3'], map: captures['lookup_map_3'], named: NULL, key_column: captures['lookup_key_3'],
      key: CASE WHEN contains(captures['lookup_3'], captures['lookup_value_3']) THEN captures['lookup_value_3'] ELSE split_part(captures['lookup_3'], ' (map ', 1) END},
    {phrase: captures['lookup_4'], map: captures['lookup_map_4'], named: NULL, key_column: captures['lookup_key_4'],
      key: CASE WHEN contains(captures['lookup_4'], captures['lookup_value_4']) THEN captures['lookup_value_4'] ELSE split_part(captures['lookup_4'], ' (map ', 1) END}
    ], x -> x.phrase IS NOT NULL)) AS row
  FROM records r JOIN runs u USING (run_id)
  WHERE r.outcome = 'error' AND r.category = 'reference-data' AND captures['lookup'] IS NOT NULL
), rows AS (
  SELECT DISTINCT record_id, environment, company, occurred_at, row.map AS map, row.key AS key,
    coalesce(nullif(split_part(row.key_column, ' of ', 2), ''), row.named, CASE WHEN starts_with(row.phrase, 'row of ') THEN split_part(row.phrase, ' ', 3) END) AS "table",
    nullif(split_part(row.key_column, ' of ', 1), '') AS key_column
  FROM named
), placed AS (
  SELECT *, coalesce(company, CASE WHEN min(company) OVER same = max(company) OVER same THEN min(company) OVER same END) AS row_company
  FROM rows
  WHERE coalesce(map, "table") IS NOT NULL
  WINDOW same AS (PARTITION BY environment, coalesce(map, "table"), key)
)
SELECT environment, min("table") AS "table", map, min(key_column) AS key_column, key, row_company AS company,
  count(DISTINCT record_id) AS records_waiting, min(occurred_at) AS first_seen, max(occurred_at) AS last_seen, min(record_id) AS sample_record_id
FROM placed
GROUP BY environment, map, CASE WHEN map IS NULL THEN "table" END, key, row_company;
