-- Which values fill the placeholders of a fix? The four most frequent ones of every capture, of
-- which three are shown (lookup_2 is another lookup): for a signature as a whole (finding is null), and
-- for each row of findings that is listed, whose advice may name nothing that other rows print; $1 are the wrappers, as
-- there. A title may name a value only when all records of the signature print it, so everywhere says whether they do.
-- Values are counted by their hashes and looked up in one of their records. Of equally frequent ones the first in the
-- alphabet are taken; where they are more than 64, by the 12 letters that DuckDB keeps in a row without a heap.
WITH failing AS (
  SELECT s.sig, g.finding, s.place, s.captures
  FROM scope s LEFT JOIN scope_groups g ON g.finding = finding_hash(s.map_title, s.map, s.dataverse_table, s.fno_entity, s.company, s.sig, CASE WHEN by_message(s.status, s.sig, $1) THEN coalesce(s.template_id, '') ELSE '' END)
  WHERE outcome = 'error' AND signature IS NOT NULL
), entries AS (
  SELECT sig, finding, place, unnest(map_entries(captures)) AS e FROM failing
), named AS (
  SELECT sig, finding, place, regexp_replace(e.key, '_[2-9]$', '') AS name, hash(e.value) AS value, left(e.value, 12) AS start FROM entries
), counted AS (
  SELECT sig, finding, name, value, start, count(*) AS records, min(place) AS place, GROUPING(finding) = 0 AS of_finding
  FROM named
  GROUP BY GROUPING SETS ((sig, name, value, start), (sig, finding, name, value, start))
), candidates AS (
  SELECT *
  FROM counted
  WHERE finding IS NOT NULL OR NOT of_finding -- what is of a finding that is not listed is left out
  QUALIFY row_number() OVER (PARTITION BY sig, finding, name ORDER BY records DESC, start, value) <= 64
), totals AS (
  SELECT sig, count(*) AS records FROM failing GROUP BY sig
), texts AS (
  SELECT c.*, list_filter(map_entries(r.captures), x -> hash(x.value) = c.value)[1].value AS text
  FROM candidates c JOIN shown r USING (place)
  QUALIFY row_number() OVER (PARTITION BY c.sig, finding, name ORDER BY c.records DESC, text) <= 4
)
SELECT s.sig, s.finding IS NOT NULL, coalesce(g.map_title, ''), coalesce(g.dataverse_table, ''), coalesce(g.fno_entity, ''), coalesce(g.company, ''),
  coalesce(g.message, ''), name, text, s.records = t.records AS everywhere
FROM texts s JOIN totals t USING (sig) LEFT JOIN scope_groups g ON g.finding = s.finding
ORDER BY s.sig, s.finding NULLS FIRST, name, s.records DESC, text;
