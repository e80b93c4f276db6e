-- Which verdicts become which, most records first? The first $1, and how many there are in all. A message that was joined with others goes by the id of
-- its cluster. What nothing explains any more is unknown without an id: only when all verdicts are written it is known with what it is joined.
SELECT was, becomes, differs, count(*) AS records, min(record_id)::VARCHAR, count(*) OVER ()
FROM (
  SELECT coalesce('unknown/' || w.cluster_id, j.was) AS was,
    CASE WHEN j.signature IS NULL AND NOT starts_with(j.was, 'unknown/') THEN 'unknown' ELSE coalesce(j.signature, 'unknown/' || coalesce(b.cluster_id, j.template_id)) END AS becomes,
    differs, record_id
  FROM judged j LEFT JOIN dw.clusters w ON j.was = 'unknown/' || w.template_id LEFT JOIN dw.clusters b ON b.template_id = j.template_id
  WHERE differs <> 0
)
GROUP BY was, becomes, differs
ORDER BY records DESC, was, becomes, differs
LIMIT $1;
