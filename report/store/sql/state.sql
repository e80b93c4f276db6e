-- What do the tables hold as far as run $1? Numbers that change with any of it but for how a run ended, which is booked when its report is
-- drawn. Rows of records, rejects and sightings change with the ledger of their run only, or with a judgement.
SELECT concat_ws(' ',
  (SELECT string_agg(key || '=' || value, ' ' ORDER BY key) FROM dw.meta WHERE key <> 'last_run'),
  (SELECT concat(count(*), ':', sum(hash(t)::HUGEINT)) FROM (SELECT * EXCLUDE (exit_code, timings) FROM dw.runs WHERE run_id <= $1) t),
  (SELECT concat(count(*), ':', sum(hash(t)::HUGEINT)) FROM (FROM dw.files WHERE run_id <= $1) t),
  (SELECT concat(count(*), ':', sum(hash(t)::HUGEINT)) FROM (FROM dw.coverage WHERE run_id <= $1) t),
  (SELECT concat(count(*), ':', sum(hash(t)::HUGEINT)) FROM (FROM dw.cuts WHERE run_id <= $1) t),
  (SELECT concat(count(*), ':', sum(hash(t)::HUGEINT)) FROM dw.judgements t),
  (SELECT concat(count(*), ':', sum(hash(t)::HUGEINT)) FROM dw.clusters t),
  (SELECT count(*) FROM dw.records),
  (SELECT count(*) FROM dw.rejects WHERE run_id <= $1),
  (SELECT count(*) FROM dw.sightings WHERE run_id <= $1));
