-- What stands behind the starts of one record's texts, in its order.
SELECT field, text
FROM dw.text_parts
WHERE record_id = TRY_CAST($1 AS UUID) AND run_id IN (SELECT run_id FROM dw.runs)
ORDER BY field, part;
