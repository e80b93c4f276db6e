-- What is not listed one by one, summed up: one row per rule, code and listed message, one for all other messages
-- together, those of each state apart. Names that all of it shares are given, others are empty; how many
-- findings and messages it is, and how many records the largest has.
WITH rest AS NOT MATERIALIZED (
  SELECT s.*, CASE WHEN s.unexplained AND sig_hash NOT IN (SELECT sig_hash FROM scope_groups) THEN 0::UBIGINT ELSE sig_hash END AS row_of,
    -- As a number, as DuckDB does not put groups of texts on disk.
    coalesce(list_position(['new', 'regressed', 'spiking', 'ongoing'], change), 0)::TINYINT AS state
  FROM scope_sums s LEFT JOIN scope_states USING (place_of_change)
  WHERE finding NOT IN (SELECT finding FROM scope_groups)
), sums AS (
  SELECT row_of, state, sum(records)::BIGINT AS records, min(first_seen) AS first_seen, max(last_seen) AS last_seen, count(*) AS findings,
    count(DISTINCT sig_hash) AS messages, max(records) AS largest, min(worst) AS worst, arg_min(place, finding) AS place,
    min(title_hash) = max(title_hash) AS one_title, min(names_hash) = max(names_hash) AS one_name, min(company_hash) = max(company_hash) AS one_company
  FROM rest
  GROUP BY row_of, state
), touched AS (
  SELECT DISTINCT row_of, state, key FROM scope_failing JOIN rest USING (finding) WHERE key IS NOT NULL
), keys AS (
  SELECT row_of, state, count(*) AS keys FROM touched GROUP BY row_of, state
)
SELECT CASE WHEN one_name THEN coalesce(r.map, '') ELSE '' END, CASE WHEN one_title THEN r.map_title ELSE '' END,
  CASE WHEN one_name THEN coalesce(r.dataverse_table, '') ELSE '' END, CASE WHEN one_name THEN coalesce(r.fno_entity, '') ELSE '' END,
  CASE WHEN one_company THEN coalesce(r.company, '') END,
  CASE WHEN row_of = 0 THEN 'unknown/others' ELSE r.sig END AS sig, r.cat, severity_of(s.worst), r.status,
  s.records, coalesce(keys.keys, 0), s.first_seen, s.last_seen, ['', 'new', 'regressed', 'spiking', 'ongoing'][state + 1], s.findings, s.messages, s.largest
FROM sums s JOIN shown r USING (place) LEFT JOIN keys USING (row_of, state)
ORDER BY sig, state;
