-- How much of the texts of a record stands behind their starts?
CREATE OR REPLACE TABLE spool.main.long_texts AS
SELECT record_id, sum(strlen(text))::BIGINT AS more FROM dw.text_parts GROUP BY record_id;
