-- Who else names the ids of the fresh records? By the rules of v_chains: an id that ties goes on, with all that names it; of another one all or, where there are too many,
-- as many as show that, are looked at and not followed.
CREATE OR REPLACE TEMP TABLE asked AS
WITH own AS (
  SELECT correlation_id, request_id, activity_id, text_ids FROM dw.records WHERE rowid IN (SELECT place FROM fresh)
), ids AS (
  SELECT TRY_CAST(unnest([correlation_id, request_id, activity_id]) AS UUID) AS id FROM own
  UNION SELECT TRY_CAST(split_part(unnest(string_split(text_ids, ' ')), ':', 2) AS UUID) FROM own
)
SELECT DISTINCT id FROM ids
WHERE id IS NOT NULL AND id NOT IN ('00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff') AND id NOT IN (SELECT id FROM done);

-- An id is cast only where it is not as long as an id is written: what is no id then is none that was asked for. Reading five million ids takes DuckDB 150 ms, to put
-- them into small letters 110, to look where their hyphens are another 180, and to cast them 900. With four of its hyphens elsewhere an id would not be found.
CREATE OR REPLACE TEMP MACRO as_id(text) AS CASE WHEN strlen(text) = 36 THEN lower(text) ELSE TRY_CAST(text AS UUID)::VARCHAR END;
CREATE OR REPLACE TEMP TABLE naming AS
WITH here AS NOT MATERIALIZED (
  SELECT rowid AS place, correlation_id, request_id, activity_id, text_ids, outcome, occurred_at FROM dw.records
  WHERE run_id IN (SELECT run_id FROM env_runs) AND (SELECT count(*) FROM asked) > 0
), ids AS (
  SELECT place, as_id(correlation_id) AS text, outcome, occurred_at FROM here WHERE correlation_id IS NOT NULL
  UNION ALL SELECT place, as_id(request_id), outcome, occurred_at FROM here WHERE request_id IS NOT NULL
  UNION ALL SELECT place, as_id(activity_id), outcome, occurred_at FROM here WHERE activity_id IS NOT NULL
  UNION ALL SELECT place, as_id(split_part(unnest(string_split(text_ids, ' ')), ':', 2)), outcome, occurred_at FROM here WHERE text_ids IS NOT NULL
), grouped AS ( -- of an id that millions name no more is kept than shows that they are too many: a record names it in three columns and six texts at most
  SELECT a.id, list_sort(list_distinct(min(i.place, 909))) AS places, bool_or(i.outcome = 'error') AS failed, max(i.occurred_at) - min(i.occurred_at) AS took
  FROM ids i JOIN (SELECT id, id::VARCHAR AS text FROM asked) a USING (text)
  GROUP BY a.id
)
SELECT unnest(places[1:101]) AS place, id, len(places) BETWEEN 2 AND 100 AND failed AND coalesce(took <= INTERVAL 1 HOUR, true) AS ties
FROM grouped;

INSERT INTO done FROM asked;
INSERT INTO tied SELECT DISTINCT place FROM naming WHERE place NOT IN (SELECT place FROM tied);
CREATE OR REPLACE TEMP TABLE fresh AS
SELECT DISTINCT place FROM naming WHERE ties AND place NOT IN (SELECT place FROM closed);
INSERT INTO closed FROM fresh;
