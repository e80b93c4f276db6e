-- Which of the signatures, and of the messages that are told apart, which are new in every map of the report did fail before, in another map? $1 is the first run
-- of the report. What is left over from before the period has no state, and says nothing of these maps.
INSERT INTO scope_known
WITH inside AS NOT MATERIALIZED (
  SELECT sig_hash, name_hash, place_of_change FROM scope_sums WHERE coalesce(last_seen >= %[begin], true)
), fresh AS (
  SELECT sig_hash AS name FROM inside GROUP BY sig_hash HAVING bool_and(place_of_change NOT IN (SELECT place_of_change FROM past))
  UNION
  SELECT name_hash FROM inside GROUP BY name_hash HAVING bool_and(place_of_change NOT IN (SELECT place_of_change FROM past))
), before AS (
  SELECT unnest([hash(sig), name_hash]) AS name FROM ever WHERE occurred_at < %[begin] OR occurred_at IS NULL AND run_id < $1
)
SELECT DISTINCT name FROM before WHERE name IN (SELECT name FROM fresh);
