-- Records per day and dimension: what a page over years needs, a hundredth of the rows.
SELECT '%[key]' AS run_key, signature_key(r.signature, r.status) AS signature_key, map_key(r.map, r.dataverse_table, r.fno_entity, r.map_candidates) AS map_key,
  name_key(coalesce(r.company, r.company_named)) AS company_key, name_key(u.environment) AS environment_key, day_key(r.occurred_at) AS date_key,
  r.log, r.outcome, count(*) AS records, utc(min(r.occurred_at)) AS first_seen, utc(max(r.occurred_at)) AS last_seen
FROM dw.records r JOIN dw.runs u USING (run_id)
WHERE r.run_id = %[run]
GROUP BY ALL
ORDER BY ALL
