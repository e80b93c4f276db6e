-- Since when does the database know what fails now, and what failed in the periods before and not now, and when did each fail last before? Of all
-- records before the report: exports that were not read whole make no period to compare with, and what they hold happened all the same. Part $1 of $2 of the places of
-- the report, whose first run is $3. What has no time counts as earlier when an earlier run loaded it.
INSERT INTO past
SELECT place_of_change, min(first_seen), max(last_seen)
FROM ever
WHERE (occurred_at < %[begin] OR occurred_at IS NULL AND run_id < $3)
  AND place_of_change IN (
    SELECT place_of_change FROM scope_sums WHERE place_of_change % $2::UBIGINT = $1::UBIGINT
    UNION ALL
    SELECT place_of_change FROM history WHERE counts[1] + counts[9] = 0 AND place_of_change % $2::UBIGINT = $1::UBIGINT
  )
GROUP BY place_of_change;
