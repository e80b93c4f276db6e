-- How many failing records has each finding, how many business records, from when to when, which is their worst severity and which the other end (runs
-- with other rules may have judged them), and where is one of them?
-- Of the findings of part $1 of $2: the groups of one part have room in memory. Business records are grouped first and
-- counted then: count(DISTINCT key) keeps a set for each finding and takes twice the time.
-- Reading the numbers twice is cheaper than keeping a copy of them, which is what DuckDB does with a name that is used twice.
INSERT INTO %[1]s_counts
WITH part AS NOT MATERIALIZED (
  SELECT * FROM %[1]s_failing WHERE finding %% $2::UBIGINT = $1::UBIGINT
), touched AS (
  SELECT DISTINCT finding, key FROM part WHERE key IS NOT NULL
), keys AS (
  SELECT finding, count(*) AS keys FROM touched GROUP BY finding
), counts AS (
  SELECT finding, count(*) AS records, min(occurred_at) AS first_seen, max(occurred_at) AS last_seen, arg_min(place, id) AS place, min(id) AS id,
    min(rank) AS worst, max(rank) AS least
  FROM part
  GROUP BY finding
)
SELECT finding, records, coalesce(keys, 0), first_seen, last_seen, place, id, worst, least
FROM counts LEFT JOIN keys USING (finding);
