-- Which of the signatures that are new in every map of the report did fail before, in another map? $1 is the first run of the report.
INSERT INTO scope_known
WITH fresh AS (
  SELECT sig_hash FROM scope_sums GROUP BY sig_hash HAVING bool_and(place_of_change NOT IN (SELECT place_of_change FROM past))
)
SELECT DISTINCT hash(sig)
FROM ever
WHERE hash(sig) IN (SELECT sig_hash FROM fresh) AND (occurred_at < %[begin] OR occurred_at IS NULL AND run_id < $1);
