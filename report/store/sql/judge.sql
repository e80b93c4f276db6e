-- The verdicts of these records are those of judgement %[2]d now.
ALTER TABLE dw.records ALTER judgement_id SET DATA TYPE BIGINT USING CASE WHEN %[1]s THEN %[2]d ELSE judgement_id END;
