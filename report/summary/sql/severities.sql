-- How many failing records have which severity?
SELECT severity_of(rank), count(*) FROM scope_failing GROUP BY rank ORDER BY rank;
