-- Which files hold failing records, how many and how long, in every 1,024 rows? A part of records.csv is made of
-- these. Of a long record only what stands in its row of the table is read; where the length is not known
-- (workbooks), it is taken for longer than most.
SELECT file, row // 1024 * 1024, count(*), sum(CASE WHEN byte_length < 0 THEN 5000 ELSE least(byte_length, 20000) END)::BIGINT
FROM places
GROUP BY file, row // 1024
ORDER BY file, row // 1024;
