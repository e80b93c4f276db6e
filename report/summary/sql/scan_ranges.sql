-- Which stretches of the table hold records at the places? Eight row groups each, which have 30,720 rows: see ROW_GROUP_SIZE where the
-- database is attached.
SELECT min(place), max(place)
FROM places
GROUP BY place // 245760
ORDER BY min(place);
