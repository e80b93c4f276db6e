-- What reports said of runs that have or met a record whose condition is put in is of verdicts that are no more. Those that have one:
CREATE OR REPLACE TEMP TABLE untold AS SELECT DISTINCT run_id FROM dw.records WHERE %s;
