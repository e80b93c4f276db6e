-- From schema version 14 to 15: what of the rules decided verdicts, and which message of a rule a change is of. Of what is stored nobody knows either;
-- reclassify judges all of it once more.
ALTER TABLE dw.runs ADD COLUMN judging VARCHAR;
ALTER TABLE dw.judgements ADD COLUMN judging VARCHAR;
ALTER TABLE dw.changes ADD COLUMN template_id VARCHAR;
CREATE TABLE dw.judging (judging VARCHAR, rule_id VARCHAR, decides UBIGINT);
