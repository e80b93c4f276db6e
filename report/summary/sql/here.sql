-- What do the records of the night say of why a signature failed? For each of $1 (ids, one a line): whether all its records have
-- a time, the host that every one of them names ($2 are the signatures whose rules find hosts), when dual-write queued the first and the last of
-- them and whether it queued all, whether it is of plug-ins or (where the log names none) of entities, and how many records of the same ones are ok: before its
-- first failure, until its last one, and in all.
WITH asked AS (
  SELECT unnest(string_split($1, chr(10))) AS sig
), failures AS NOT MATERIALIZED (
  SELECT sig, occurred_at, log, type_name IS NOT NULL AS plugin, hash(log, coalesce(type_name, entity)) AS source,
    coalesce(type_name, entity) IS NOT NULL AS known, CASE WHEN sig IN (SELECT unnest(string_split($2, chr(10)))) THEN captures['host'] END AS host
  FROM scope SEMI JOIN asked USING (sig)
  WHERE outcome = 'error'
), spans AS (
  SELECT sig, count(*) = count(occurred_at) AS timed, min(occurred_at) AS first, max(occurred_at) AS last,
    CASE WHEN count(*) = count(host) AND min(host) = max(host) THEN min(host) END AS host,
    min(occurred_at) FILTER (log = 'dualwrite') AS queued, max(occurred_at) FILTER (log = 'dualwrite') AS queued_last,
    bool_and(log = 'dualwrite') AS all_queued,
    bool_and(known) AS known, bool_or(plugin) AS plugins, NOT bool_and(plugin) AS entities
  FROM failures
  GROUP BY sig
), sources AS (
  SELECT DISTINCT sig, source FROM failures
), ok AS (
  SELECT hash(log, coalesce(type_name, entity)) AS source, occurred_at, count(*) AS records
  FROM scope
  WHERE outcome = 'ok' AND occurred_at IS NOT NULL AND hash(log, coalesce(type_name, entity)) IN (SELECT source FROM sources)
  GROUP BY ALL
), passed AS (
  SELECT source, occurred_at, sum(records) OVER (PARTITION BY source ORDER BY occurred_at) AS records FROM ok
), totals AS (
  SELECT source, sum(records) AS records FROM ok GROUP BY source
), bounds AS (
  SELECT sig, source, first - INTERVAL 1 MICROSECOND AS before, last FROM spans JOIN sources USING (sig) WHERE timed AND known
), counted AS (
  SELECT b.sig, coalesce(f.records, 0) AS before, coalesce(l.records, 0) AS until, coalesce(t.records, 0) AS records
  FROM bounds b
    ASOF LEFT JOIN passed f ON f.source = b.source AND f.occurred_at <= b.before
    ASOF LEFT JOIN passed l ON l.source = b.source AND l.occurred_at <= b.last
    LEFT JOIN totals t ON t.source = b.source
), summed AS (
  SELECT sig, sum(before)::BIGINT AS before, sum(until)::BIGINT AS until, sum(records)::BIGINT AS records FROM counted GROUP BY sig
)
SELECT sig, coalesce(host, ''), queued, queued_last, all_queued, plugins, entities, coalesce(c.before, 0), coalesce(c.until, 0), coalesce(c.records, 0)
FROM spans LEFT JOIN summed c USING (sig)
ORDER BY sig;
