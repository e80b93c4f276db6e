-- In which categories are the records of a listed finding that are not all in one, and how many are in each? Most records first.
WITH counted AS (
  SELECT finding, cat, count(*) AS records
  FROM scope_failing JOIN shown USING (place)
  WHERE finding IN (SELECT finding FROM scope_groups)
  GROUP BY finding, cat
)
SELECT finding, cat, records
FROM counted
WHERE finding IN (SELECT finding FROM counted GROUP BY finding HAVING count(*) > 1)
ORDER BY finding, records DESC, cat;
