-- How many records of each file of the runs %[1]s are there, or were met again in it? The runs stand here as numbers, so that what a run has just loaded is not looked at: it may fill
-- the memory.
SELECT run_id, file, count(*)
FROM (
  SELECT run_id, file FROM dw.records WHERE run_id IN (%[1]s)
  UNION ALL
  SELECT run_id, file FROM dw.sightings WHERE run_id IN (%[1]s)
)
GROUP BY ALL;
