-- How many signatures failed in a map, now and in the run compared with?
SELECT count(DISTINCT place_of_change) FROM scope_sums WHERE place_of_change IN (SELECT place_of_change FROM baseline_sums);
