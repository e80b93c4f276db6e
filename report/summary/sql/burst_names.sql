-- What are bursts called, and what do their records share? $1 are the bursts, one a line with tabs between: number, kind,
-- hash of what bursts, first and last microsecond, place of one of its records. A burst of a signature has a row for each
-- map with its records, one for each host that bursts as well, with those that name it, and one for the host and the user that more than half of them
-- name; each burst has a row with its own name, and one for each log that its records come from.
WITH lines AS (
  SELECT string_split(line, chr(9)) AS part FROM (SELECT unnest(string_split($1, chr(10))) AS line WHERE $1 <> '')
), asked AS (
  SELECT part[1]::BIGINT AS burst, part[2]::BIGINT AS kind, part[3]::UBIGINT AS series, part[4]::BIGINT AS first, part[5]::BIGINT AS last,
    part[6]::BIGINT AS place
  FROM lines
), hits AS (
  SELECT a.burst, f.finding, f.place, f.rank
  FROM scope_failing f JOIN asked a ON a.kind = 0 AND a.series = f.sig_hash AND epoch_us(f.occurred_at) BETWEEN a.first AND a.last
), maps AS (
  SELECT h.burst, 'map' AS what, count(*) AS records, min(h.place) AS place
  FROM hits h JOIN scope_sums s USING (finding)
  GROUP BY h.burst, s.title_hash
), places AS (
  SELECT burst, place FROM hits
  UNION ALL
  SELECT a.burst, f.place
  FROM scope_failing f JOIN scope_sums s USING (finding)
    JOIN asked a ON a.kind = 1 AND a.series = s.title_hash AND epoch_us(f.occurred_at) BETWEEN a.first AND a.last
  UNION ALL
  SELECT burst, place FROM asked WHERE kind = 2
), logs AS (
  SELECT p.burst, r.log, count(*) AS records FROM places p JOIN shown r USING (place) GROUP BY p.burst, r.log
), printed AS (
  SELECT h.burst, h.place, unnest(map_entries(r.captures)) AS e
  FROM hits h JOIN shown r USING (place)
), shared AS (
  SELECT p.burst, p.e.key AS what, count(*) AS records, min(p.place) AS place, hash(p.e.value) AS value
  FROM printed p
  WHERE p.e.key IN ('host', 'caller_id', 'principal_id') -- principal is user or team, which all users and all teams share
  GROUP BY p.burst, p.e.key, hash(p.e.value)
), worst AS (
  SELECT burst, min(rank) AS rank FROM hits GROUP BY burst
), half AS (
  SELECT burst, count(*) AS records FROM hits GROUP BY burst
)
SELECT burst, 'name' AS what, CASE kind WHEN 0 THEN r.sig WHEN 1 THEN r.map_title ELSE r.captures['host'] END AS name, coalesce(severity_of(w.rank), r.severity, ''), 0::BIGINT
FROM asked JOIN shown r USING (place) LEFT JOIN worst w USING (burst)
UNION ALL
SELECT m.burst, m.what, r.map_title, '', m.records FROM maps m JOIN shown r USING (place)
UNION ALL
SELECT s.burst, s.what, r.captures[s.what], '', s.records
FROM shared s JOIN half h ON h.burst = s.burst JOIN shown r ON r.place = s.place
WHERE 2 * s.records > h.records
UNION ALL
SELECT s.burst, 'of host', r.captures['host'], '', s.records
FROM shared s JOIN shown r ON r.place = s.place
WHERE s.what = 'host' AND s.value IN (SELECT series FROM asked WHERE kind = 2)
UNION ALL
SELECT burst, 'log', log, '', records FROM logs
ORDER BY ALL;
