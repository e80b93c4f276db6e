-- What is not listed one by one, summed up: one row per rule, code and listed message, one for all other messages
-- together, the new apart from the ongoing. Names that all of it shares are given, others are empty; how many
-- findings and messages it is, and how many records the largest has.
WITH listed AS (
  SELECT DISTINCT sig FROM scope_groups WHERE kept
), others AS (
  SELECT finding, CASE WHEN status = 'unknown' AND sig NOT IN (SELECT sig FROM listed) THEN 'unknown/others' ELSE sig END AS row_of,
    place_of_change IN (SELECT place_of_change FROM baseline_groups) AS ongoing
  FROM scope_groups
  WHERE NOT kept
), keys AS (
  SELECT row_of, ongoing, count(DISTINCT hash(affected_key)) AS keys
  FROM scope s JOIN others o ON o.finding = finding_hash(map_title, map, dataverse_table, fno_entity, company, sig, CASE WHEN by_message(status, sig, $1) THEN coalesce(template_id, '') ELSE '' END)
  WHERE outcome = 'error' AND affected_key IS NOT NULL
  GROUP BY row_of, ongoing
)
SELECT CASE WHEN min(map) = max(map) THEN min(map) ELSE '' END, CASE WHEN min(map_title) = max(map_title) THEN min(map_title) ELSE '' END,
  CASE WHEN min(dataverse_table) = max(dataverse_table) THEN min(dataverse_table) ELSE '' END,
  CASE WHEN min(fno_entity) = max(fno_entity) THEN min(fno_entity) ELSE '' END,
  CASE WHEN min(company) = max(company) THEN min(company) ELSE NULL END,
  row_of, max(cat), max(severity), max(status), sum(records)::BIGINT, coalesce(max(keys.keys), 0), min(first_seen), max(last_seen), ongoing,
  count(*), count(DISTINCT hash(sig)), max(records)
FROM scope_groups JOIN others USING (finding) LEFT JOIN keys USING (row_of, ongoing)
GROUP BY row_of, ongoing
ORDER BY row_of, ongoing;
