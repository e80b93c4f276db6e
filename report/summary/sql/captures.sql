-- Which values fill the placeholders of a fix? The four most frequent ones of every capture, of
-- which three are shown (lookup_2 is another lookup): for a signature as a whole (finding is null), and
-- for each row of findings, whose advice may name nothing that other rows print; $1 are the wrappers, as there.
-- A title may name a value only when all records of the signature print it, so everywhere says whether they do.
WITH failing AS (
  SELECT sig, {'map_title': map_title, 'dataverse_table': coalesce(dataverse_table, ''), 'fno_entity': coalesce(fno_entity, ''), 'company': coalesce(company, ''),
    'message': CASE WHEN by_message(status, sig, $1) THEN coalesce(template_id, '') ELSE '' END} AS finding,
    captures
  FROM scope
  WHERE outcome = 'error' AND signature IS NOT NULL
), entries AS (
  SELECT sig, finding, unnest(map_entries(captures)) AS e FROM failing
), counted AS (
  SELECT sig, finding, regexp_replace(e.key, '_[2-9]$', '') AS name, e.value AS value, count(*) AS records
  FROM entries
  GROUP BY GROUPING SETS ((sig, e.key, e.value), (sig, finding, e.key, e.value))
), summed AS (
  SELECT sig, finding, name, value, sum(records) AS records FROM counted GROUP BY ALL
), totals AS (
  SELECT sig, count(*) AS records FROM failing GROUP BY sig
)
SELECT s.sig, s.finding IS NOT NULL, coalesce(finding.map_title, ''), coalesce(finding.dataverse_table, ''), coalesce(finding.fno_entity, ''), coalesce(finding.company, ''),
  coalesce(finding.message, ''), name, value, s.records = t.records AS everywhere
FROM summed s JOIN totals t USING (sig)
QUALIFY row_number() OVER (PARTITION BY s.sig, finding, name ORDER BY s.records DESC, value) <= 4
ORDER BY s.sig, finding NULLS FIRST, name, s.records DESC, value;
