-- Which errors and traces have the key of a record that was followed, in its ten seconds and those beside them? They are fresh; of too many as many as show that
-- are looked at. A key ties an error to a trace, so where all are of one log there is nothing to look at.
CREATE OR REPLACE TEMP TABLE beside AS
WITH keyed AS (
  SELECT DISTINCT affected_key AS key, upper(coalesce(company, company_named)) AS company, epoch_ms(occurred_at) // 10000 AS slot
  FROM dw.records
  WHERE rowid IN (SELECT place FROM closed) AND outcome = 'error' AND occurred_at IS NOT NULL AND affected_key IS NOT NULL AND coalesce(company, company_named) IS NOT NULL
), slots AS (
  SELECT DISTINCT key, company, unnest([slot - 1, slot, slot + 1]) AS slot FROM keyed
), grouped AS (
  SELECT s.key, s.company, s.slot, r.log, min(r.rowid, 17) AS places, count(*) AS records
  FROM dw.records r JOIN slots s ON r.affected_key = s.key AND upper(coalesce(r.company, r.company_named)) = s.company AND epoch_ms(r.occurred_at) // 10000 = s.slot
  WHERE r.run_id IN (SELECT run_id FROM env_runs) AND r.outcome = 'error' AND r.affected_key IN (SELECT key FROM keyed)
  GROUP BY s.key, s.company, s.slot, r.log
), in_both AS (
  FROM grouped QUALIFY min(log) OVER (PARTITION BY key, company) <> max(log) OVER (PARTITION BY key, company)
)
SELECT unnest(places) AS place, records FROM in_both;

INSERT INTO tied SELECT place FROM beside WHERE place NOT IN (SELECT place FROM tied);
CREATE OR REPLACE TEMP TABLE fresh AS
SELECT place FROM beside WHERE records <= 16 AND place NOT IN (SELECT place FROM closed);
INSERT INTO closed FROM fresh;
