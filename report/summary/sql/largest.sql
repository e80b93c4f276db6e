-- The messages with most records of the clusters $1 (ids, a blank between them), the first $2 of each, and a record that says each.
SELECT template_id, own_template, records, place
FROM (
  SELECT template_id, own_template, count(*) AS records, min(place) AS place
  FROM scope
  WHERE status = 'unknown' AND own_template <> template_id AND list_contains(string_split($1, ' '), template_id)
  GROUP BY ALL
)
QUALIFY row_number() OVER (PARTITION BY template_id ORDER BY records DESC, own_template) <= $2
ORDER BY template_id, records DESC, own_template;
