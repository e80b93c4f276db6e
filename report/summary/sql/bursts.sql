-- How many failing records has each signature (kind 0), map (1) and host (2) in each bucket of the timeline, which begins
-- at $1, has buckets of $2 microseconds and ends before $3? Of those with $4 records or more. Names are hashes: there
-- are as many groups as a night has different messages, and numbers can be put on disk.
WITH failing AS (
  SELECT f.sig_hash, s.title_hash, (epoch_us(f.occurred_at) - $1) // $2 AS bucket, f.occurred_at, f.place
  FROM scope_failing f JOIN scope_sums s USING (finding)
  WHERE epoch_us(f.occurred_at) >= $1 AND epoch_us(f.occurred_at) < $3
), hosts AS (
  SELECT hash(captures['host']) AS host, (epoch_us(occurred_at) - $1) // $2 AS bucket, occurred_at, place
  FROM scope
  WHERE outcome = 'error' AND captures['host'] IS NOT NULL AND epoch_us(occurred_at) >= $1 AND epoch_us(occurred_at) < $3
), counted AS (
  SELECT 0 AS kind, sig_hash AS series, bucket, count(*) AS records, min(occurred_at) AS first, max(occurred_at) AS last, min(place) AS place
  FROM failing GROUP BY sig_hash, bucket
  UNION ALL
  SELECT 1, title_hash, bucket, count(*), min(occurred_at), max(occurred_at), min(place) FROM failing GROUP BY title_hash, bucket
  UNION ALL
  SELECT 2, host, bucket, count(*), min(occurred_at), max(occurred_at), min(place) FROM hosts GROUP BY host, bucket
)
SELECT kind, series, bucket, records, first, last, place
FROM counted
QUALIFY sum(records) OVER (PARTITION BY kind, series) >= $4
ORDER BY kind, series, bucket;
