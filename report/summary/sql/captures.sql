-- Which values fill the placeholders of a fix? $1 are the captures that texts of rules name, one a line: rule, capture,
-- and summary where the summary names it, too, a tab between them. Of each the five most frequent values, of which four at most
-- are shown: the fifth tells that there are others (lookup_2 is another lookup): for a signature as a whole (finding is 0), and where the summary names it for
-- each row of findings that is listed, whose advice may name nothing that other rows print. A title may name a
-- value only when all records of the signature print it, so everywhere says whether they do, of a row of findings whether its own do;
-- all_print says whether all of them print any.
-- Values are counted by their hashes and looked up in one of their records. Of equally frequent ones the first in the
-- alphabet are taken; where they are more than 64, by the 12 letters that DuckDB keeps in a row without a heap.
WITH lines AS (
  SELECT string_split(line, chr(9)) AS part FROM (SELECT unnest(string_split($1, chr(10))) AS line)
), needed AS (
  SELECT part[1] AS sig, part[2] AS name, hash(part[1], part[2]) AS name_hash, part[3] = 'summary' AS of_finding FROM lines
), spelt AS (
  SELECT sig, name_hash, of_finding, name || unnest(['', '_2', '_3', '_4', '_5', '_6', '_7', '_8', '_9']) AS key FROM needed
), listed AS (
  SELECT place, finding
  FROM scope_failing SEMI JOIN scope_groups USING (finding)
  WHERE sig_hash IN (SELECT hash(sig) FROM needed WHERE of_finding)
), entries AS (
  SELECT sig, place, unnest(map_entries(captures)) AS e
  FROM %[1]s
  WHERE outcome = 'error' AND signature IN (SELECT sig FROM needed)
), named AS (
  SELECT s.name_hash, s.of_finding, x.place, hash(x.e.value) AS value, left(x.e.value, 12) AS start
  FROM entries x JOIN spelt s ON s.sig = x.sig AND s.key = x.e.key
), counted AS (
  SELECT name_hash, 0::UBIGINT AS finding, value, count(*) AS records, min(place) AS place, any_value(start) AS start
  FROM named
  GROUP BY name_hash, value
  UNION ALL
  SELECT name_hash, finding, value, count(*), min(place), any_value(start)
  FROM named JOIN listed USING (place)
  WHERE of_finding
  GROUP BY name_hash, finding, value
), fifth AS (
  SELECT name_hash, finding, list_last(min({records: -records, start: start}, 5)) AS last FROM counted GROUP BY name_hash, finding
), close AS (
  SELECT c.*
  FROM counted c JOIN fifth f ON f.name_hash = c.name_hash AND f.finding = c.finding AND {records: -records, start: start} <= f.last
  QUALIFY row_number() OVER (PARTITION BY c.name_hash, c.finding ORDER BY records DESC, start, value) <= 64
), texts AS (
  SELECT c.*, list_filter(map_entries(r.captures), x -> hash(x.value) = c.value)[1].value AS text
  FROM close c JOIN shown r USING (place)
  QUALIFY row_number() OVER (PARTITION BY c.name_hash, finding ORDER BY c.records DESC, text) <= 5
), failed AS (
  SELECT signature AS sig, place FROM %[1]s WHERE outcome = 'error' AND signature IN (SELECT sig FROM needed)
), sums AS (
  SELECT name_hash, finding, sum(records) AS records FROM counted GROUP BY name_hash, finding
), totals AS (
  SELECT sig, 0::UBIGINT AS finding, count(*) AS records FROM failed GROUP BY sig
  UNION ALL
  SELECT sig, finding, count(*) FROM failed JOIN listed USING (place) GROUP BY sig, finding
)
SELECT n.sig, s.finding <> 0, coalesce(g.map_title, ''), coalesce(g.dataverse_table, ''), coalesce(g.fno_entity, ''), coalesce(g.company, ''),
  coalesce(g.message, ''), n.name, s.text, s.records = t.records AS everywhere, p.records >= t.records AS all_print
FROM texts s JOIN needed n USING (name_hash) JOIN sums p ON p.name_hash = s.name_hash AND p.finding = s.finding JOIN totals t ON t.sig = n.sig AND t.finding = s.finding LEFT JOIN scope_groups g ON g.finding = s.finding
ORDER BY n.sig, s.finding, n.name, s.records DESC, s.text;
