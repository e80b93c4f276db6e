-- Where are the failing records of a view, all or ($1) those that its runs did not load, in the file they came from and in the table? Texts are read
-- part by part, and a part finds its rows by their number in the table. Looking for them by their
-- ids would read the ids of all records once a part.
CREATE OR REPLACE TEMP TABLE places AS
SELECT place, file, row, byte_offset, byte_length, environment
FROM %[view]
WHERE outcome = 'error' AND (NOT $1 OR run_id NOT IN (%[runs]))
ORDER BY file, row;
