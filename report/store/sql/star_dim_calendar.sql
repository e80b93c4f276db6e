-- All days of the years in which anything of the exported runs happened or was read, and the unknown day.
WITH years AS (
  SELECT DISTINCT year(occurred_at) AS y FROM dw.records WHERE run_id IN (%[runs]) AND occurred_at IS NOT NULL
  UNION SELECT year(started_at) FROM dw.runs WHERE run_id IN (%[runs])
), days AS (
  SELECT unnest(range(make_date(y, 1, 1), make_date(y + 1, 1, 1), INTERVAL 1 DAY))::DATE AS date FROM years
  UNION ALL SELECT NULL
)
SELECT day_key(date) AS date_key, date, year(date)::INTEGER AS year, quarter(date)::INTEGER AS quarter, month(date)::INTEGER AS month, monthname(date) AS month_name,
  day(date)::INTEGER AS day, isoyear(date)::INTEGER AS iso_year, week(date)::INTEGER AS iso_week, isodow(date)::INTEGER AS weekday, dayname(date) AS weekday_name,
  isodow(date) > 5 AS weekend
FROM days
