-- What do records print of the captures that texts of their rule name together? $1 are rules and these captures, one rule a line and a tab between its parts; of
-- each the $2 combinations with most records, and how many records have others. Combinations are counted by their hashes; of equally frequent ones the
-- first in the alphabet are taken, where they are more than 64 those with the smallest hashes.
WITH lines AS (
  SELECT string_split(line, chr(9)) AS part FROM (SELECT unnest(string_split($1, chr(10))) AS line)
), needed AS (
  SELECT part[1] AS sig, part[2:] AS names FROM lines
), printed AS (
  SELECT sig, place, hash(list_transform(names, name -> captures[name])) AS value
  FROM (SELECT signature AS sig, place, captures FROM %s WHERE outcome = 'error') JOIN needed USING (sig)
), counted AS (
  SELECT sig, value, count(*) AS records, min(place) AS place FROM printed GROUP BY sig, value
), totals AS (
  SELECT sig, sum(records) AS records, unnest(min({records: -records, value: value, place: place}, 64)) AS first FROM counted GROUP BY sig
), texts AS (
  SELECT t.sig, t.records AS total, -t.first.records AS records, names, list_transform(names, name -> coalesce(r.captures[name], '')) AS texts
  FROM totals t JOIN needed USING (sig) JOIN shown r ON r.place = t.first.place
), ranked AS (
  FROM texts QUALIFY row_number() OVER (PARTITION BY sig ORDER BY records DESC, texts) <= $2
)
SELECT sig, records, false AS more, names, texts FROM ranked
UNION ALL
SELECT sig, any_value(total) - sum(records), true, any_value(names), [] FROM ranked GROUP BY sig HAVING any_value(total) > sum(records)
ORDER BY sig, more, records DESC, texts;
