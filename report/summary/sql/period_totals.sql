-- How many records failed in the periods, the latest first?
SELECT failing FROM period_totals ORDER BY number;
