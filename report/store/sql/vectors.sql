-- How long are the texts of each stretch of $1 rows that has one of these records?
SELECT rowid // $1 AS vector, sum(coalesce(strlen(error_text), 0) + coalesce(strlen(trace_text), 0))::BIGINT
FROM dw.records WHERE %s
GROUP BY vector ORDER BY vector;
