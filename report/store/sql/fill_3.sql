-- What version 3 has in its columns of what version 2 knew.
--
-- Until now a company that only the message named was written into column company, in capitals. Where
-- the two differ, or the message names none, company is the log's for certain. Where they are equal
-- nobody can tell by the record alone, so its file is asked: one that has a company which only the log
-- can have printed has a column for it, and keeps it; in any other (all plug-in traces, exports
-- without the column) every company came from a message, and moves. What this gets wrong is an empty
-- cell in a file that fills others: the name stays in company as well. No name is lost, and no report
-- says anything else than before.
UPDATE dw.records SET company_named = nullif(upper(captures['company']), '') WHERE captures['company'] IS NOT NULL;
UPDATE dw.records SET company = NULL
WHERE company = company_named AND (run_id, file) NOT IN (
  SELECT (run_id, file) FROM dw.records WHERE company IS NOT NULL AND company IS DISTINCT FROM company_named
);
UPDATE dw.runs SET inherited = 0;
INSERT INTO dw.meta SELECT 'last_run', coalesce(max(run_id), 0)::VARCHAR FROM dw.runs;
