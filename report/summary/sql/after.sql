-- What became of the plug-ins and tables that a signature failed in? For each signature of $1 (ids, one
-- a line): the longest pause between two of its failures, in seconds (less than a minute may count as none), and how many records of the same
-- plug-ins (or, where the log names none, of the same tables) came after the last of them, until all of these were heard of last,
-- and how many of them are ok: before $3, those that are ok, and those of $2, rules whose failures come from an answer. Nothing where one of them was not heard of again.
-- Names are hashes, each minute of failures is one row, and no CTE that is read twice is kept: with their names three million failures were more than DuckDB has memory for.
WITH asked AS MATERIALIZED (
  SELECT sig, hash(sig) AS sig_hash FROM (SELECT unnest(string_split($1, chr(10))) AS sig)
), minutes AS (
  SELECT sig_hash, min(occurred_at) AS first, max(occurred_at) AS last
  FROM scope_failing
  WHERE occurred_at IS NOT NULL AND sig_hash IN (SELECT sig_hash FROM asked)
  GROUP BY sig_hash, date_trunc('minute', occurred_at)
), pauses AS (
  SELECT sig_hash, last, epoch(first - lag(last) OVER (PARTITION BY sig_hash ORDER BY first)) AS pause FROM minutes
), spans AS (
  SELECT sig_hash, max(last) AS last, coalesce(max(pause), 0) AS pause FROM pauses GROUP BY sig_hash
), sources AS (
  SELECT DISTINCT hash(sig) AS sig_hash, hash(log, coalesce(type_name, entity, '')) AS source
  FROM scope
  WHERE outcome = 'error' AND occurred_at IS NOT NULL AND sig IN (SELECT sig FROM asked)
), answers AS NOT MATERIALIZED (
  SELECT hash(log, coalesce(type_name, entity, '')) AS source, occurred_at, outcome = 'ok' AS ok
  FROM scope
  WHERE epoch_us(occurred_at) < $3 AND (outcome = 'ok' OR sig IN (SELECT unnest(string_split($2, chr(10)))))
), heard AS (
  SELECT source, max(occurred_at) AS until FROM answers GROUP BY source
), ends AS ( -- one that never came again may still be out
  SELECT sig_hash, last, pause, min(until) AS until
  FROM spans JOIN sources USING (sig_hash) LEFT JOIN heard USING (source)
  GROUP BY sig_hash, last, pause
  HAVING bool_and(coalesce(until > last, false))
), over AS (
  SELECT sig_hash, source, last, pause, until FROM ends JOIN sources USING (sig_hash)
)
SELECT sig, any_value(pause), count(*), count(*) FILTER (ok), any_value(until)
FROM over JOIN answers USING (source) JOIN asked USING (sig_hash)
WHERE occurred_at > last AND occurred_at <= until
GROUP BY sig
ORDER BY sig;
