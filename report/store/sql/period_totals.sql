-- How many records failed in each window, the report's own (0) first? Empty where nothing is compared.
CREATE OR REPLACE TEMP TABLE period_totals AS
SELECT (w.number - 1)::INTEGER AS number, sum(counts[w.number])::BIGINT AS failing
FROM history, range(1, 9) w(number)
GROUP BY w.number;
