-- In which state is each signature × map? Of what fails now:
--   new        the database did not know it before
--   regressed  back: $2 periods or more lie between it and its last failure, and a day: of periods of an hour what fails each evening is back after many; with one period ($2
--              is 1), it did not fail in that
--   spiking    $4 records or more, and more than $3 times the largest count of the periods before, which are $5 or more
--   ongoing    any other
-- Of what does not fail now, not under another signature either (rules change), where all its logs were read for the period ($1: those that were):
--   quiet      it failed in one of the $2 - 1 periods before, or since then in an export that was not read whole, which makes no period
--              and, where $6, in one of the periods before
--   resolved   it failed last before these, in a period that counts: with this one $2 periods without it
-- A failure of a log that has no period before is compared with nothing and has no state, nor has one that happened only
-- before the period. What fails in both logs is compared in the one of which more periods are known, or in both where these are as many: where a log is read for the first
-- time, its records are no spike. known_since is when it failed first in the database, in another piece of the same night, too. counts are those of the period and of the periods before it that its log has.
-- Of part $7 of $8 of the places: there is room in memory for the lists of one part.
INSERT INTO scope_states
WITH windows(log, number, from_at, until_at) AS (
  VALUES %[windows]
), logs AS (
  SELECT log, max(from_at) FILTER (number = 0) AS from_at, list(from_at) FILTER (number > 0) AS earlier
  FROM windows
  GROUP BY log
  HAVING max(number) > 0
), sums AS NOT MATERIALIZED (
  SELECT * FROM scope_sums WHERE place_of_change % $8::UBIGINT = $7::UBIGINT
), known AS NOT MATERIALIZED (
  SELECT * FROM past WHERE place_of_change % $8::UBIGINT = $7::UBIGINT
), counted AS NOT MATERIALIZED (
  SELECT * FROM history WHERE place_of_change % $8::UBIGINT = $7::UBIGINT
), now AS (
  SELECT place_of_change, coalesce(min(logs.log), min(sums.log)) AS log, coalesce(sum(records) FILTER (logs.log IS NOT NULL), sum(records))::BIGINT AS records, max(last_seen) AS last_seen, min(first_seen) AS first_seen,
    bool_or(unexplained) AS unexplained, arg_min(place, finding) AS place
  FROM sums LEFT JOIN logs USING (log)
  GROUP BY place_of_change
), failing AS (
  SELECT n.place_of_change, n.records, n.unexplained, n.place, n.first_seen, n.last_seen,
    CASE WHEN h.deep IS NULL THEN h.counts WHEN l.log = %[deeper] THEN h.deep ELSE list_transform(range(1, 9), lambda i: h.counts[i] - h.deep[i]) END AS compared,
    coalesce(p.first_seen, least(h.here_since, n.first_seen)) AS known_since, p.place_of_change IS NOT NULL AS known,
    CASE WHEN $2 = 1 OR p.last_seen < l.from_at - INTERVAL 1 DAY THEN len(list_filter(l.earlier, x -> x > p.last_seen)) ELSE 0 END AS pause, len(l.earlier) AS earlier, n.last_seen < l.from_at AS outside,
    list_max(compared[2:8]) AS largest
  FROM now n LEFT JOIN counted h USING (place_of_change)
  JOIN logs l ON l.log = CASE WHEN h.deep[1] > 0 THEN %[deeper] ELSE n.log END -- n.log is that of one record of a finding, which may have both
  LEFT JOIN known p USING (place_of_change)
), missed AS (
  SELECT * FROM counted
  WHERE counts[1] + counts[9] = 0 AND place_of_change NOT IN (SELECT place_of_change FROM sums) AND place_of_change NOT IN (SELECT place_of_change FROM moved)
    AND (NOT dual_write OR list_contains(string_split($1, ' '), 'dualwrite'))
    AND (NOT plugin_trace OR list_contains(string_split($1, ' '), 'plugintrace'))
), gone AS (
  SELECT m.*, p.first_seen AS known_since, greatest(p.last_seen, m.last_seen) AS known_last,
    len(list_filter(l.earlier, x -> x > greatest(p.last_seen, m.last_seen))) AS pause, len(l.earlier) AS earlier
  FROM missed m LEFT JOIN known p USING (place_of_change) JOIN logs l ON l.log = CASE WHEN m.dual_write THEN 'dualwrite' ELSE 'plugintrace' END
  WHERE (pause < least($2 - 1, len(l.earlier)) OR list_sum(m.counts[2:$2::BIGINT + 1]) > 0) AND (NOT $6 OR list_sum(m.counts[2:8]) > 0)
)
SELECT place_of_change,
  CASE
    WHEN outside THEN ''
    WHEN NOT known THEN 'new'
    WHEN pause >= $2 OR $2 = 1 AND coalesce(compared[2], 0) = 0 THEN 'regressed'
    WHEN earlier >= $5 AND compared[1] >= $4 AND largest > 0 AND compared[1] > $3 * largest THEN 'spiking'
    ELSE 'ongoing'
  END AS change,
  records, coalesce(compared[2], 0) AS previous, first_seen, last_seen, known_since,
  compared[1:1 + earlier] AS counts, unexplained, place
FROM failing
UNION ALL
SELECT place_of_change, CASE WHEN pause < least($2 - 1, earlier) THEN 'quiet' ELSE 'resolved' END,
  0, counts[2], coalesce(first_seen, known_since), known_last, coalesce(known_since, first_seen), counts[1:1 + earlier], unexplained, place
FROM gone;
