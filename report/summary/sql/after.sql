-- What became of the plug-ins and tables that a signature failed in? For each signature of $1 (ids, one
-- a line): the longest pause between two of its failures, in seconds, and how many records of the same
-- plug-ins (or, where the log names none, of the same tables) came after the last of them, until all of these were heard of last,
-- and how many of them are ok: before $3, those that are ok, and those of $2, rules whose failures come from an answer. Nothing where one of them was not heard of again.
WITH failures AS (
  SELECT sig, occurred_at, log, coalesce(type_name, entity, '') AS source
  FROM scope
  WHERE outcome = 'error' AND occurred_at IS NOT NULL AND sig IN (SELECT unnest(string_split($1, chr(10))))
), pauses AS (
  SELECT sig, occurred_at, epoch(occurred_at - lag(occurred_at) OVER (PARTITION BY sig ORDER BY occurred_at)) AS pause FROM failures
), spans AS (
  SELECT sig, max(occurred_at) AS last, coalesce(max(pause), 0) AS pause FROM pauses GROUP BY sig
), sources AS (
  SELECT DISTINCT sig, log, source FROM failures
), answers AS (
  SELECT log, coalesce(type_name, entity, '') AS source, occurred_at, outcome
  FROM scope
  WHERE epoch_us(occurred_at) < $3 AND (outcome = 'ok' OR sig IN (SELECT unnest(string_split($2, chr(10)))))
), heard AS ( -- of each plug-in or table the last record that came after the last failure of any of them
  SELECT s.sig, s.log, s.source, max(a.occurred_at) AS until
  FROM spans JOIN sources s USING (sig) LEFT JOIN answers a ON a.log = s.log AND a.source = s.source AND a.occurred_at > spans.last
  GROUP BY s.sig, s.log, s.source
), ends AS ( -- one that never came again may still be out
  SELECT sig, last, pause, min(until) AS until FROM heard JOIN spans USING (sig) GROUP BY sig, last, pause HAVING count(*) = count(until)
)
SELECT sig, any_value(pause), count(*), count(*) FILTER (outcome = 'ok'), any_value(until)
FROM ends JOIN sources USING (sig) JOIN answers USING (log, source)
WHERE answers.occurred_at > last AND answers.occurred_at <= until
GROUP BY sig
ORDER BY sig;
