-- Of which environments do exports cover hours from $1 to $2?
SELECT DISTINCT coalesce(r.environment, '')
FROM dw.coverage c JOIN dw.runs r USING (run_id)
WHERE c.from_at < $2 AND c.until_at > $1
ORDER BY 1;
