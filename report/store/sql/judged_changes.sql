-- Which verdicts become which, most records first? The first $1, and how many there are in all.
SELECT was, becomes, differs, count(*) AS records, min(record_id)::VARCHAR, count(*) OVER ()
FROM (SELECT was, coalesce(signature, 'unknown/' || template_id) AS becomes, differs, record_id FROM judged)
GROUP BY was, becomes, differs
ORDER BY records DESC, was, becomes, differs
LIMIT $1;
