-- How long are the texts of a row of in_order, in bytes? An expression of its columns.
SELECT coalesce(string_agg('coalesce(strlen("' || column_name || '"), 0)', ' + ' ORDER BY column_index), '0')
FROM duckdb_columns()
WHERE database_name = 'temp' AND table_name = 'in_order' AND data_type = 'VARCHAR';
