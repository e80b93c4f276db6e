-- Which rows are missing, how many records wait for each, from when to when, and where is one of them (spot: its place
-- times 4, and which of its look-ups)? The same key in two companies is two rows. A record that names no company waits
-- for the row of the only company that lacks the key; where several do, for a row of its own, which is one of theirs
-- (apart). Of part $1 of $2: the groups of one part have room in memory.
INSERT INTO %[1]s_missing
WITH per_company AS (
  SELECT parent, key, company, any_value(any_case) AS any_case, has_company, count(*) AS records, min(occurred_at) AS first_seen, max(occurred_at) AS last_seen,
    arg_min(place * 4 + n - 1, id) AS spot, min(id) AS id
  FROM %[1]s_lookups
  WHERE key %% $2::UBIGINT = $1::UBIGINT
  GROUP BY parent, key, company, has_company
), per_key AS (
  SELECT parent, key, count(*) FILTER (has_company) AS companies, min(company) FILTER (has_company) AS only_company,
    min(any_case) FILTER (has_company) AS only_any_case
  FROM per_company
  GROUP BY parent, key
), placed AS (
  SELECT p.*, CASE WHEN NOT has_company AND companies = 1 THEN only_company ELSE company END AS row_company,
    CASE WHEN NOT has_company AND companies = 1 THEN only_any_case ELSE any_case END AS row_any_case,
    NOT has_company AND companies > 1 AS apart
  FROM per_company p JOIN per_key USING (parent, key)
)
SELECT parent, key, row_company, apart, sum(records)::BIGINT, min(first_seen), max(last_seen),
  coalesce(arg_min(spot, id) FILTER (has_company), arg_min(spot, id)), coalesce(min(id) FILTER (has_company), min(id)),
  any_value(row_any_case)
FROM placed
GROUP BY parent, key, row_company, apart;
