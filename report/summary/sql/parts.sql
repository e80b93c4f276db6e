-- Which files hold failing records, how many, and in which rows? Read part by part, records.csv
-- never has to be sorted as a whole.
SELECT file, count(*), min(row), max(row)
FROM places
GROUP BY file
ORDER BY file;
