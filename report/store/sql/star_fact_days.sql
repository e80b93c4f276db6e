-- Records per day and dimension: what a page over years needs. They are counted by names first: to make the keys of three million records takes
-- longer, and more memory, than to count them.
WITH counts AS (
  SELECT signature, status, map, dataverse_table, fno_entity, map_candidates, CASE WHEN length(company) <= 4 THEN upper(company) ELSE coalesce(company, company_named) END AS company, CAST(occurred_at AS DATE) AS day, log, outcome,
    count(*) AS records, min(occurred_at) AS first_seen, max(occurred_at) AS last_seen
  FROM dw.records
  WHERE run_id = %[run]
  GROUP BY ALL
)
SELECT '%[key]' AS run_key, signature_key(c.signature, c.status) AS signature_key, map_key(c.map, c.dataverse_table, c.fno_entity, c.map_candidates) AS map_key,
  name_key(c.company) AS company_key, name_key(u.environment) AS environment_key, day_key(c.day) AS date_key,
  c.log, c.outcome, sum(c.records)::BIGINT AS records, utc(min(c.first_seen)) AS first_seen, utc(max(c.last_seen)) AS last_seen
FROM counts c CROSS JOIN (SELECT environment FROM dw.runs WHERE run_id = %[run]) u
GROUP BY ALL
ORDER BY ALL
