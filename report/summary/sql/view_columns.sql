-- What the views hold, for the data dictionary.
SELECT table_name, column_name, data_type, coalesce(comment, '')
FROM duckdb_columns()
WHERE database_name = 'dw' AND starts_with(table_name, 'v_')
ORDER BY table_name, column_index;
