-- What failed in the run compared with?
SELECT sig, map_title, coalesce(map, ''), coalesce(any_value(severity), ''), count(*), min(occurred_at), max(occurred_at)
FROM baseline
WHERE outcome = 'error'
GROUP BY sig, map_title, map
ORDER BY sig, map_title;
