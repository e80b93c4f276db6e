-- Where in the table do the records of a part stand: files from $1 to $2, rows from $3 to $4? One range for each row
-- group, which has 30,720 rows: see ROW_GROUP_SIZE where the database is attached.
SELECT min(place), max(place)
FROM places
WHERE file BETWEEN $1 AND $2 AND row BETWEEN $3 AND $4
GROUP BY place // 30720
ORDER BY min(place);
