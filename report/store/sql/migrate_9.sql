-- From schema version 9 to 10: how the files of a run were read.
ALTER TABLE dw.runs ADD COLUMN reading VARCHAR;
