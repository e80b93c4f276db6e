-- How many of the archive's tables ($1) are tables, how many are views, and what is there in all?
SELECT
  (SELECT count(*) FROM duckdb_tables() WHERE database_name = 'dw' AND list_contains($1, table_name)),
  (SELECT count(*) FROM duckdb_views() WHERE database_name = 'dw' AND list_contains($1, view_name)),
  (SELECT count(*) FROM duckdb_tables() WHERE database_name = 'dw') + (SELECT count(*) FROM duckdb_views() WHERE database_name = 'dw' AND NOT internal);
