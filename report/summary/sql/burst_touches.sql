-- Of which findings do records belong to bursts? $1 are their series, one a line with tabs between: number of the burst, kind, hash of what bursts, first and last
-- microsecond. The $2 findings with most such records of each burst, one of which stands for the rest where there are as many.
WITH lines AS (
  SELECT string_split(line, chr(9)) AS part FROM (SELECT unnest(string_split($1, chr(10))) AS line WHERE $1 <> '')
), asked AS (
  SELECT part[1]::BIGINT AS burst, part[2]::BIGINT AS kind, part[3]::UBIGINT AS series, part[4]::BIGINT AS first, part[5]::BIGINT AS last FROM lines
), hits AS (
  SELECT a.burst, f.finding, f.occurred_at
  FROM scope_failing f JOIN asked a ON a.kind = 0 AND a.series = f.sig_hash AND epoch_us(f.occurred_at) BETWEEN a.first AND a.last
  UNION ALL
  SELECT a.burst, f.finding, f.occurred_at
  FROM scope_failing f JOIN scope_sums s USING (finding)
    JOIN asked a ON a.kind = 1 AND a.series = s.title_hash AND epoch_us(f.occurred_at) BETWEEN a.first AND a.last
  UNION ALL
  SELECT h.burst, f.finding, f.occurred_at
  FROM (
    SELECT a.burst, s.place
    FROM scope s JOIN asked a ON a.kind = 2 AND a.series = hash(s.captures['host']) AND epoch_us(s.occurred_at) BETWEEN a.first AND a.last
    WHERE s.outcome = 'error' AND s.captures['host'] IS NOT NULL
  ) h JOIN scope_failing f USING (place)
), touched AS (
  SELECT burst, finding, count(*) AS records, min(occurred_at) AS first_seen, max(occurred_at) AS last_seen
  FROM hits
  GROUP BY burst, finding
  QUALIFY row_number() OVER (PARTITION BY burst ORDER BY records DESC, finding) <= $2
)
SELECT t.burst, r.map_title, coalesce(r.company, ''), r.sig, severity_of(s.worst), t.first_seen, t.last_seen
FROM touched t JOIN scope_sums s USING (finding) JOIN shown r ON r.place = s.place
ORDER BY t.burst, t.records DESC, t.finding;
