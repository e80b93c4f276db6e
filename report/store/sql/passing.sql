-- To which runs would the records of a run go, by the heirs that were found?
SELECT run_id, count(*) FROM heirs GROUP BY run_id ORDER BY run_id;
