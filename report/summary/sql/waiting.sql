-- Which records wait for rows of which tables, and for which of them at the same time? One row per
-- signature, set of parents, map and company; blind where they wait for rows of what has no name, too. A parent is the
-- map that brings the missing row, or the table that was looked up where no map does; where messages name
-- no row there is none, and all records of a signature are one row without a map: there may be any number of these. Those that wait no longer are settled:
-- how many of them are of rows that are saved, and when the last one of the rest had all that it looked up, and the last of the saved was, and from when to when the rest failed. Last, of how many some of the rows came that they looked up, and how many of those that wait no longer, and are not saved, do not say which row they are of,
-- and how many wait for rows of tables that are not listed. Of these, listed are the $2 that most records look rows up in, whichever they are among equals; to records the others are as tables without a name.
WITH listed AS (
  SELECT list(parent) AS parents FROM (SELECT parent FROM scope_lookups GROUP BY parent ORDER BY count(*) DESC, parent LIMIT $2)
), waiting AS (
  SELECT s.sig, s.affected_key IS NULL AS keyless, s.map_title, coalesce(s.company, '') AS company, s.occurred_at, looked_up(s.captures) AS rows, coalesce(d.bits, 0) AS bits,
    coalesce(d.whole, false) AS settled, coalesce(d.saved, false) AS saved, d.since
  FROM scope s LEFT JOIN scope_settled d USING (place)
  WHERE s.outcome = 'error' AND s.signature IN (SELECT unnest(string_split($1, chr(10))))
), parents AS (
  SELECT * EXCLUDE (rows), list_sort(list_distinct(list_transform(
    CASE WHEN bits = 0 THEN rows ELSE list_filter(rows, x -> x.parent = '' OR (bits >> (list_position(rows, x) - 1)) & 1 = 0) END, x -> x.parent))) AS parents
  FROM waiting
), named AS (
  SELECT sig, keyless, CASE WHEN settled THEN [] ELSE named END AS named, NOT settled AND len(named) < len(parents) AS blind, settled, saved,
    bits <> 0 AS came, map_title, company, occurred_at, since, NOT settled AND len(list_filter(parents, x -> x <> '')) > len(named) AS unlisted
  FROM (SELECT p.*, list_filter(p.parents, x -> x <> '' AND (len(l.parents) < $2 OR list_contains(l.parents, hash(x)))) AS named FROM parents p, listed l)
)
SELECT sig, named, blind, settled, CASE WHEN len(named) = 0 AND NOT settled THEN '' ELSE map_title END AS map_title,
  CASE WHEN len(named) = 0 AND NOT settled THEN '' ELSE company END AS company,
  count(*), count(*) FILTER (saved), min(occurred_at), max(occurred_at), max(since) FILTER (settled AND NOT saved), max(since) FILTER (saved),
  min(occurred_at) FILTER (NOT saved), max(occurred_at) FILTER (NOT saved), count(*) FILTER (came), count(*) FILTER (settled AND NOT saved AND keyless), count(*) FILTER (unlisted)
FROM named
GROUP BY ALL
ORDER BY sig, named, blind, settled, map_title, company;
