-- A failure has another signature when the rules have changed: what is new by its signature and was known by its wording, in
-- the same map, is not new. Wordings of one record of each finding; $1 is the first run of the report.
INSERT INTO past
WITH wordings AS (
  SELECT DISTINCT place_of_change, hash(r.template_id, r.map_title) AS wording
  FROM scope_sums JOIN shown r USING (place)
  WHERE place_of_change NOT IN (SELECT place_of_change FROM past)
)
SELECT wordings.place_of_change, min(first_seen), max(last_seen)
FROM ever JOIN wordings USING (wording)
WHERE occurred_at < %[begin] OR occurred_at IS NULL AND run_id < $1
GROUP BY wordings.place_of_change;
