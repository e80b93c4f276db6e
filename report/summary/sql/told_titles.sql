-- What did the latest report that named them call the messages $1 (signature, tab, template; one a line)? Their records may be pruned by now, or left
-- behind when a run was taken out of the database that loaded them. A title that is made of the id of the template is none. Of reports before schema version
-- 15 it is not known which message of a rule they speak of.
SELECT signature, coalesce(template_id, ''), arg_max(title, run_id)
FROM dw.changes
WHERE concat(signature, chr(9), template_id) IN (SELECT unnest(string_split($1, chr(10))))
  AND CASE WHEN template_id IS NULL THEN starts_with(title, 'Unknown: ') ELSE NOT ends_with(title, template_id) END
GROUP BY ALL
ORDER BY ALL;
