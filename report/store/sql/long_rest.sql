-- What stands behind the starts of the texts of a few records, in its order.
SELECT record_id, field, text FROM dw.text_parts WHERE record_id IN (%s) ORDER BY record_id, field, part;
