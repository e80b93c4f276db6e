-- How many signatures × maps fail in both environments or in one alone, and with how many records?
SELECT change, unexplained, count(*), sum(records)::BIGINT, sum(others)::BIGINT
FROM scope_environments
GROUP BY ALL
ORDER BY ALL;
