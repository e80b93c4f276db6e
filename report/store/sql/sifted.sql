-- Which of these records may be judged otherwise whatever their texts say: a rule that matched them is gone or another one ($1), or more of their
-- texts stands elsewhere.
INSERT INTO spool.main.sifted
SELECT r.rowid
FROM dw.records r LEFT JOIN spool.main.long_texts l ON l.record_id = r.record_id
WHERE %[1]s AND %[2]s AND (list_has_any(signatures, $1::VARCHAR[]) OR l.record_id IS NOT NULL);
