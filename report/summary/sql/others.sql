-- What is not listed one by one, summed up: one row per rule, code and listed message, one for all other messages
-- together, those of each state apart. Names that all of it shares are given, others are empty; how many
-- findings and messages it is, and how many records the largest has.
WITH sums AS (
  SELECT row_of, state, sum(records)::BIGINT AS records, min(first_seen) AS first_seen, max(last_seen) AS last_seen, count(*) AS findings,
    max(records) AS largest, min(worst) AS worst, arg_min(place, finding) AS place,
    min(title_hash) = max(title_hash) AS one_title, min(names_hash) = max(names_hash) AS one_name, min(company_hash) = max(company_hash) AS one_company
  FROM scope_rest
  GROUP BY row_of, state
), sizes AS (
  SELECT row_of, state, sum(keys)::BIGINT AS keys, sum(signatures)::BIGINT AS messages FROM scope_rest_sizes GROUP BY row_of, state
)
SELECT CASE WHEN one_name THEN coalesce(r.map, '') ELSE '' END, CASE WHEN one_title THEN r.map_title ELSE '' END,
  CASE WHEN one_name THEN coalesce(r.dataverse_table, '') ELSE '' END, CASE WHEN one_name THEN coalesce(r.fno_entity, '') ELSE '' END,
  CASE WHEN one_company THEN coalesce(r.company, '') END,
  CASE WHEN row_of = 0 THEN 'unknown/others' ELSE r.sig END AS sig, r.cat, severity_of(s.worst), r.status,
  s.records, keys, s.first_seen, s.last_seen, ['', 'new', 'regressed', 'spiking', 'ongoing'][state + 1], s.findings, messages, s.largest
FROM sums s JOIN sizes USING (row_of, state) JOIN shown r USING (place)
ORDER BY sig, state;
