-- What people query. company is what the log prints, else what the message names; company_logged and
-- company_named are the two apart. An id, which has four characters at most, stands in capitals: usmf and USMF are one company. Long texts are put together from their parts. Records whose run is not in the database are in no view. Tables are
-- named without the database, which has another name wherever it is attached under one.
CREATE OR REPLACE VIEW dw.v_records AS
WITH rest AS (
  SELECT record_id, string_agg(text, '' ORDER BY part) FILTER (field = 'error_text') AS error_text,
    string_agg(text, '' ORDER BY part) FILTER (field = 'trace_text') AS trace_text
  FROM text_parts
  GROUP BY record_id
)
SELECT r.record_id, r.file, r.row, r.byte_offset, r.byte_length, r.log, r.occurred_at, r.occurred_raw, r.entity,
  CASE WHEN length(r.company) <= 4 THEN upper(r.company) ELSE coalesce(r.company, r.company_named) END AS company,
  r.type_name, r.message_name, r.mode, r.operation_type, r.depth, r.duration_ms, r.correlation_id, r.request_id, r.activity_id,
  r.error_text || coalesce(rest.error_text, '') AS error_text, r.trace_text || coalesce(rest.trace_text, '') AS trace_text, r.outcome, r.truncated, r.withheld,
  r.signature, r.signatures, r.status, r.category, r.severity, r.error_code, r.map, r.fno_entity, r.dataverse_table, r.map_candidates,
  r.captures, r.affected_key, coalesce(t.cluster_id, r.template_id) AS template_id, r.matched_field, r.matched_start, r.matched_end,
  r.run_id, u.environment, r.company AS company_logged, r.company_named, r.record_key,
  coalesce(j.rules_digest, u.rules_digest) AS rules_digest, coalesce(j.made_at, u.finished_at) AS judged_at,
  r.started_at, r.text_ids
FROM records r JOIN runs u USING (run_id) LEFT JOIN rest USING (record_id) LEFT JOIN judgements j USING (judgement_id) LEFT JOIN clusters t ON t.template_id = r.template_id;

-- Which rules judged records after the run that loaded them.
CREATE OR REPLACE VIEW dw.v_judgements AS
SELECT judgement_id, run_id, made_at, tool_version, rules, rules_digest, arguments, records, changed FROM judgements;

-- Every row that records looked up and did not find, of all runs: one per environment, table, key and company. The same
-- record waits for all rows that it looked up. A record that names no company waits for the row of the only company
-- that lacks the key; where several do, it is unplaced: no row more, and counted with each. Which rows of a run its plan is about, and in which
-- order, is in missing.csv.
CREATE OR REPLACE VIEW dw.v_missing AS
WITH named AS (
  SELECT r.record_id, u.environment, CASE WHEN length(r.company) <= 4 THEN upper(r.company) ELSE coalesce(r.company, r.company_named) END AS company, r.occurred_at, unnest(list_filter([
    {phrase: captures['lookup'], map: captures['lookup_map'], called: captures['lookup_table'], named: captures['table'], key_column: captures['lookup_key'], company: captures['lookup_company'],
      key: CASE WHEN contains(captures['lookup'], captures['value']) THEN captures['value'] ELSE '' END},
    {phrase: captures['lookup_2'], map: captures['lookup_map_2'], called: captures['lookup_table_2'], named: NULL, key_column: captures['lookup_key_2'], company: captures['lookup_company_2'],
      key: CASE WHEN contains(captures['lookup_2'], captures['lookup_value_2']) THEN captures['lookup_value_2'] ELSE split_part(captures['lookup_2'], ' (map ', 1) END},
    {phrase: captures['lookup_3'], map: captures['lookup_map_3'], called: captures['lookup_table_3'], named: NULL, key_column: captures['lookup_key_3'], company: captures['lookup_company_3'],
      key: CASE WHEN contains(captures['lookup_3'], captures['lookup_value_3']) THEN captures['lookup_value_3'] ELSE split_part(captures['lookup_3'], ' (map ', 1) END},
    {phrase: captures['lookup_4'], map: captures['lookup_map_4'], called: captures['lookup_table_4'], named: NULL, key_column: captures['lookup_key_4'], company: captures['lookup_company_4'],
      key: CASE WHEN contains(captures['lookup_4'], captures['lookup_value_4']) THEN captures['lookup_value_4'] ELSE split_part(captures['lookup_4'], ' (map ', 1) END}
    ], x -> x.phrase IS NOT NULL)) AS row
  FROM records r JOIN runs u USING (run_id)
  WHERE r.outcome = 'error' AND r.category = 'reference-data' AND captures['lookup'] IS NOT NULL
), rows AS (
  SELECT DISTINCT record_id, environment,
    coalesce(CASE WHEN length(row.company) <= 4 THEN upper(row.company) ELSE row.company END, company) AS company, occurred_at, row.map AS map, row.key AS key,
    coalesce(row.called, nullif(split_part(row.key_column, ' of ', 2), ''), row.named, CASE WHEN starts_with(row.phrase, 'row of ') THEN split_part(row.phrase, ' ', 3) END) AS "table",
    nullif(split_part(row.key_column, ' of ', 1), '') AS key_column
  FROM named
), placed AS (
  SELECT *, coalesce(company, CASE WHEN min(company) OVER same = max(company) OVER same THEN min(company) OVER same END) AS row_company,
    company IS NULL AND min(company) OVER same < max(company) OVER same AS unplaced
  FROM rows
  WHERE coalesce(map, "table") IS NOT NULL
  WINDOW same AS (PARTITION BY environment, coalesce(map, "table"), key)
), missing AS (
  SELECT environment, min("table") AS "table", map, min(key_column) AS key_column, key, row_company AS company, coalesce(unplaced, false) AS unplaced,
    count(DISTINCT record_id) AS records_waiting, min(occurred_at) AS first_seen, max(occurred_at) AS last_seen,
    -- as missing.csv has it: one that names the company, where there is one
    coalesce(arg_min(record_id, hash(record_id)) FILTER (company IS NOT NULL), arg_min(record_id, hash(record_id))) AS sample_record_id
  FROM placed
  GROUP BY environment, map, CASE WHEN map IS NULL THEN "table" END, key, row_company, unplaced
)
SELECT m.* EXCLUDE (unplaced), coalesce(u.records_waiting, 0) AS records_unplaced
FROM missing m LEFT JOIN missing u
  ON u.unplaced AND u.environment IS NOT DISTINCT FROM m.environment AND coalesce(u.map, u."table") = coalesce(m.map, m."table") AND u.key = m.key
WHERE NOT m.unplaced;

-- The calls of run that are in the database, with the hours that their files cover.
CREATE OR REPLACE VIEW dw.v_runs AS
WITH hours AS (
  SELECT run_id, min(from_at) AS from_at, max(until_at) AS until_at FROM coverage GROUP BY run_id
), inputs AS (
  SELECT run_id, count(*) AS files, count(problem) AS unread FROM files GROUP BY run_id
)
SELECT u.run_id, u.environment, u.started_at, u.finished_at, u.exit_code, h.from_at, h.until_at, coalesce(i.files, 0) AS files, coalesce(i.unread, 0) AS unread,
  u.read, u.loaded, u.duplicates, u.rejected, u.filtered, u.ok, u.classified, u.unclassified, u.inherited, u.scope_records,
  u.tool_version, u.rules, u.rules_digest, u.arguments, u.since, u.until, u.fail_on, u.max_rejects,
  list_sum(list_transform(u.timings, lambda t: t.seconds)) AS seconds,
  u.parts, u.missing_shards, coalesce(u.pruned, 0) AS pruned, u.pruned_at
FROM runs u LEFT JOIN hours h USING (run_id) LEFT JOIN inputs i USING (run_id);

-- The files of all runs: a file that two runs read is there twice.
CREATE OR REPLACE VIEW dw.v_files AS
WITH hours AS (
  SELECT run_id, position, min(from_at) AS from_at, max(until_at) AS until_at FROM coverage GROUP BY run_id, position
)
SELECT f.run_id, u.environment, f.position, f.path, f.bytes, f.digest, f.container, f.encoding, f.format, f.log, h.from_at, h.until_at,
  f.read, f.loaded, f.duplicates, f.rejected, f.filtered, f.ok, f.classified, f.unclassified, f.warnings, f.problem, f.counted, f.incomplete
FROM files f JOIN runs u USING (run_id) LEFT JOIN hours h ON h.run_id = f.run_id AND h.position = f.position;

-- What rules explain and what they do not, of all runs. Names are those of records: a map is null where the record has none or may be of several.
CREATE OR REPLACE VIEW dw.v_findings AS
SELECT u.environment, r.map, r.dataverse_table, r.fno_entity, CASE WHEN length(r.company) <= 4 THEN upper(r.company) ELSE coalesce(r.company, r.company_named) END AS company,
  coalesce(r.signature, 'unknown/' || coalesce(t.cluster_id, r.template_id)) AS signature, r.status,
  coalesce(r.category, CASE WHEN r.status IN ('code', 'text') THEN 'dataverse-code' ELSE 'unknown' END) AS category, r.severity,
  count(*) AS records, count(DISTINCT r.affected_key) AS affected_keys, min(r.occurred_at) AS first_seen, max(r.occurred_at) AS last_seen,
  min(r.record_id) AS sample_record_id
FROM records r JOIN runs u USING (run_id) LEFT JOIN clusters t ON t.template_id = r.template_id
WHERE r.outcome = 'error'
GROUP BY ALL;

-- Messages that no rule explains, of all runs, by what is left of them without names and numbers; those that differ in names only are one.
CREATE OR REPLACE VIEW dw.v_unknown AS
WITH unknown AS (
  SELECT u.environment, r.* REPLACE (coalesce(t.cluster_id, r.template_id) AS template_id), r.template_id AS own_template,
    CASE WHEN r.map IS NOT NULL THEN r.map
      WHEN len(r.map_candidates) > 0 THEN array_to_string(r.map_candidates[1:3], ' or ') || CASE WHEN len(r.map_candidates) > 3 THEN ' or another' ELSE '' END
      WHEN r.dataverse_table IS NOT NULL THEN 'No map: ' || r.dataverse_table
      WHEN r.entity IS NOT NULL THEN 'No map known: ' || r.entity
      ELSE 'No map' END AS map_title
  FROM records r JOIN runs u USING (run_id) LEFT JOIN clusters t ON t.template_id = r.template_id
  WHERE r.status = 'unknown'
), messages AS (
  SELECT environment, template_id, count(*) AS records, count(DISTINCT run_id) AS runs, min(occurred_at) AS first_seen, max(occurred_at) AS last_seen,
    -- the first by time, as in unclassified.csv
    arg_min(record_id, row(coalesce(occurred_at, 'infinity'), file, row, byte_offset, record_id)) AS sample_record_id, count(DISTINCT own_template) AS messages
  FROM unknown
  GROUP BY environment, template_id
), places AS (
  SELECT environment, template_id, list(map_title ORDER BY records DESC, map_title) AS maps
  FROM (SELECT environment, template_id, map_title, count(*) AS records FROM unknown GROUP BY ALL)
  GROUP BY environment, template_id
)
SELECT c.environment, c.template_id, c.records, c.runs, c.first_seen, c.last_seen, p.maps, c.sample_record_id, coalesce(nullif(r.error_text, ''), r.trace_text) AS sample, c.messages
FROM messages c JOIN places p ON p.template_id = c.template_id AND p.environment IS NOT DISTINCT FROM c.environment JOIN records r ON r.record_id = c.sample_record_id;

-- Which hours of which log the files of all runs hold.
CREATE OR REPLACE VIEW dw.v_coverage AS
SELECT u.environment, c.log, c.from_at, c.until_at, c.records, c.whole, c.run_id, f.path
FROM coverage c JOIN runs u USING (run_id) JOIN files f ON f.run_id = c.run_id AND f.position = c.position;

-- The records of one operation that failed, in order: dual-write errors and plug-in traces. Two things are evidence, and without either there is no chain.
-- An id (GUID) that several records name, in a column or in a text, of whatever kind: of one environment, in 2 to 100 records of which one failed, within an
-- hour. An id of more is that of a job, a user's session or a constant in somebody's code. Ids go on: a record with two of them ties both.
-- Else, between an error and a trace, the same map (or one that both may be of), business key, company and cause (signature, code, wording or category) within 10 seconds, if one of the
-- two names no id at all; and only if neither has another one to go with, by an id or a key. Wrappers' codes are no cause. More than 16 records of a key in 10 seconds are told apart by nothing.
-- A parent is the only trace one less deep within whose execution a trace began. rowid is shorter than record_id, which names what is shown.
CREATE OR REPLACE VIEW dw.v_chains AS
WITH RECURSIVE ids AS (
  SELECT rowid AS place, run_id, TRY_CAST(correlation_id AS UUID) AS id FROM records WHERE correlation_id IS NOT NULL
  UNION ALL SELECT rowid, run_id, TRY_CAST(request_id AS UUID) FROM records WHERE request_id IS NOT NULL
  UNION ALL SELECT rowid, run_id, TRY_CAST(activity_id AS UUID) FROM records WHERE activity_id IS NOT NULL
  UNION ALL SELECT rowid, run_id, TRY_CAST(split_part(unnest(string_split(text_ids, ' ')), ':', 2) AS UUID) FROM records WHERE text_ids IS NOT NULL
), repeated AS (
  SELECT id FROM ids GROUP BY id HAVING min(place) < max(place) AND id NOT IN ('00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff')
), named AS MATERIALIZED (
  SELECT DISTINCT i.place, coalesce(u.environment, '') AS env, i.id
  FROM ids i JOIN repeated USING (id) JOIN runs u USING (run_id)
), shared AS (
  SELECT n.env, n.id, min(n.place) AS first
  FROM named n JOIN records r ON r.rowid = n.place
  GROUP BY n.env, n.id
  HAVING count(*) BETWEEN 2 AND 100 AND bool_or(r.outcome = 'error') AND coalesce(max(r.occurred_at) - min(r.occurred_at) <= INTERVAL 1 HOUR, true)
), members AS MATERIALIZED (
  SELECT n.place, n.env, n.id, s.first FROM named n JOIN shared s USING (env, id)
), spread AS (
  SELECT place, min(first) AS chain FROM members GROUP BY place
  UNION
  SELECT m.place, min(f.chain) AS chain
  FROM members m JOIN (SELECT a.env, a.id, min(s.chain) AS chain FROM spread s JOIN members a USING (place) GROUP BY a.env, a.id) f USING (env, id)
  GROUP BY m.place
), joined AS MATERIALIZED (
  SELECT j.place, j.chain, CASE WHEN min(r.log) OVER tied_ones = max(r.log) OVER tied_ones THEN r.log ELSE 'both' END AS log
  FROM (SELECT place, min(chain) AS chain FROM spread GROUP BY place) j JOIN records r ON r.rowid = j.place
  WINDOW tied_ones AS (PARTITION BY j.chain)
), traces AS MATERIALIZED (
  SELECT r.rowid AS place, coalesce(u.environment, '') AS env, r.affected_key AS key, upper(coalesce(r.company, r.company_named)) AS company, epoch_ms(r.occurred_at) // 10000 AS slot
  FROM records r JOIN runs u USING (run_id)
  WHERE r.log = 'plugintrace' AND r.outcome = 'error' AND r.occurred_at IS NOT NULL AND r.affected_key IS NOT NULL AND coalesce(r.company, r.company_named) IS NOT NULL
), errors AS MATERIALIZED (
  SELECT r.rowid AS place, coalesce(u.environment, '') AS env, r.affected_key AS key, upper(coalesce(r.company, r.company_named)) AS company, epoch_ms(r.occurred_at) // 10000 AS slot
  FROM records r JOIN runs u USING (run_id)
  WHERE r.log = 'dualwrite' AND r.outcome = 'error' AND r.occurred_at IS NOT NULL AND coalesce(r.company, r.company_named) IS NOT NULL
    AND r.affected_key IN (SELECT key FROM traces)
), near AS (
  SELECT e.place AS error, t.place AS trace
  FROM (SELECT *, unnest([slot - 1, slot, slot + 1]) AS near FROM errors QUALIFY count(*) OVER (PARTITION BY env, key, company, slot) <= 16) e
  JOIN (FROM traces QUALIFY count(*) OVER (PARTITION BY env, key, company, slot) <= 16) t ON t.env = e.env AND t.key = e.key AND t.company = e.company AND t.slot = e.near
), facts AS MATERIALIZED (
  SELECT rowid AS place, occurred_at, CASE WHEN map IS NULL THEN map_candidates ELSE [map] END AS maps, signature, template_id, category,
    CASE WHEN error_code NOT IN ('0x80040216', '0x80040224', '0x80040265') THEN error_code END AS code,
    coalesce(correlation_id, request_id, activity_id, text_ids) IS NULL AS bare
  FROM records
  WHERE rowid IN (SELECT error FROM near UNION ALL SELECT trace FROM near)
), pairs AS MATERIALIZED (
  SELECT DISTINCT coalesce(x.chain, n.error) AS one, coalesce(y.chain, n.trace) AS other, n.error, n.trace
  FROM near n JOIN facts e ON e.place = n.error JOIN facts t ON t.place = n.trace
  LEFT JOIN joined x ON x.place = n.error LEFT JOIN joined y ON y.place = n.trace
  WHERE abs(epoch_ms(t.occurred_at) - epoch_ms(e.occurred_at)) <= 10000
    AND list_has_any(t.maps, e.maps)
    AND (t.signature = e.signature OR t.code = e.code OR t.template_id = e.template_id OR t.category = e.category)
    AND (e.bare OR t.bare) AND coalesce(x.log, 'dualwrite') = 'dualwrite' AND coalesce(y.log, 'plugintrace') = 'plugintrace'
), single AS MATERIALIZED (
  FROM (SELECT DISTINCT one, other FROM pairs)
  WHERE one NOT IN (SELECT other FROM pairs) AND other NOT IN (SELECT one FROM pairs)
  QUALIFY count(*) OVER (PARTITION BY one) = 1 AND count(*) OVER (PARTITION BY other) = 1
), tied AS (
  SELECT place, chain FROM joined
  UNION SELECT error, one FROM pairs JOIN single USING (one, other)
  UNION SELECT trace, other FROM pairs JOIN single USING (one, other)
), placed AS (
  SELECT t.place, coalesce(a.one, b.one, t.chain) AS chain
  FROM tied t LEFT JOIN single a ON a.one = t.chain LEFT JOIN single b ON b.other = t.chain
  QUALIFY count(*) OVER (PARTITION BY coalesce(a.one, b.one, t.chain)) <= 100
), seen AS (
  SELECT m.place, m.env, m.id, m.id IS NOT DISTINCT FROM TRY_CAST(r.correlation_id AS UUID) AS correlated, m.id IS NOT DISTINCT FROM TRY_CAST(r.request_id AS UUID) AS requested,
    m.id IS NOT DISTINCT FROM TRY_CAST(r.activity_id AS UUID) AS acted, correlated OR requested OR acted AS given,
    count(*) FILTER (given) OVER (PARTITION BY m.env, m.id) AS columns,
    CASE WHEN correlated THEN 'correlation' WHEN requested THEN 'request' WHEN acted THEN 'activity' ELSE regexp_extract(r.text_ids, '(\w+):' || m.id::VARCHAR, 1) END AS link
  FROM members m JOIN records r ON r.rowid = m.place
), links AS (
  SELECT place, link, id::VARCHAR AS link_id, CASE WHEN given AND columns > 1 THEN 'certain' ELSE 'high' END AS confidence
  FROM seen
  QUALIFY row_number() OVER (PARTITION BY place ORDER BY confidence, instr('correlation request activity', link), id) = 1
), rows AS MATERIALIZED (
  SELECT p.chain, p.place, coalesce(l.link, 'key') AS link, coalesce(l.link_id, r.affected_key) AS link_id, coalesce(l.confidence, 'medium') AS confidence,
    r.* EXCLUDE (error_text, trace_text, captures), u.environment
  FROM placed p JOIN records r ON r.rowid = p.place JOIN runs u USING (run_id) LEFT JOIN links l USING (place)
), parents AS (
  SELECT c.place, min(p.record_id) AS parent_record_id
  FROM rows c JOIN rows p ON p.chain = c.chain AND p.depth = c.depth - 1 AND c.started_at BETWEEN p.started_at AND p.started_at + to_milliseconds(p.duration_ms) AND c.duration_ms <= p.duration_ms
  WHERE c.mode IS DISTINCT FROM 'Asynchronous'
  GROUP BY c.place
  HAVING count(*) = 1
)
SELECT environment, min(record_id) OVER chain AS chain_id, count(*) OVER chain AS records,
  row_number() OVER (PARTITION BY chain ORDER BY coalesce(started_at, occurred_at), depth NULLS FIRST, duration_ms DESC NULLS LAST, record_id) AS position,
  record_id, link, link_id, confidence, parent_record_id, log, started_at, occurred_at, duration_ms, depth, mode, type_name, message_name, entity, map,
  CASE WHEN length(company) <= 4 THEN upper(company) ELSE coalesce(company, company_named) END AS company, affected_key, outcome, signature, coalesce(t.cluster_id, rows.template_id) AS template_id, error_code, file, row, run_id
FROM rows LEFT JOIN parents USING (place) LEFT JOIN clusters t ON t.template_id = rows.template_id
WINDOW chain AS (PARTITION BY chain);

-- What reports said, see the tables: of every run whose report was drawn since the database has them.
CREATE OR REPLACE VIEW dw.v_changes AS
SELECT u.environment, t.run_id, t.change, t.signature, t.title, t.map, t.records, t.previous_records, t.first_seen, t.last_seen, t.known_since, t.periods, t."where"
FROM changes t JOIN runs u USING (run_id);

CREATE OR REPLACE VIEW dw.v_fixes AS
SELECT u.environment, t.run_id, t.rank, t.signature, t.title, t.severity, t.records, t.entities, t.role, t.retry, t.steps, t.sql, t.prerequisites, t.url, t.tier, t.summary, t.signatures, t.missing_in, t.missing_rows, t.waiting, t.first_seen, t.last_seen, t.over_since, t.other_prerequisites, t.why_here, t.purged_from, t.purged_until
FROM fixes t JOIN runs u USING (run_id);

CREATE OR REPLACE VIEW dw.v_incidents AS
SELECT u.environment, t.run_id, t.onset, t."end", t.going_on, t.records, t.peak_at, t.peak_records, t.kind, t.name, t.title, t.severity, t.maps, t.host, t."user", t.signatures
FROM incidents t JOIN runs u USING (run_id);

-- What history prune left of the records that it took out.
CREATE OR REPLACE VIEW dw.v_pruned AS
SELECT u.environment, p.log, p.hour, CASE WHEN p.status = 'unknown' THEN 'unknown/' || coalesce(t.cluster_id, p.template_id) ELSE p.signature END AS signature, p.map_title AS "where", p.map, p.severity, p.status, p.records, p.first_seen, p.last_seen, p.run_id
FROM pruned p JOIN runs u USING (run_id) LEFT JOIN clusters t ON t.template_id = p.template_id;

-- The calls of history prune.
CREATE OR REPLACE VIEW dw.v_prunings AS
SELECT pruned_at, environment, before_at, runs, records, rejects, arguments FROM prunings;

-- What the views mean, out of the catalogue. It is asked of all databases that are attached, since a view does not know the name of its own:
-- of two archives the same sentence is told once.
CREATE OR REPLACE VIEW dw.v_dictionary AS
WITH archives AS (
  SELECT database_name, schema_name FROM duckdb_views() WHERE view_name = 'v_dictionary' AND NOT internal
)
SELECT c.table_name AS view, c.column_name AS "column", c.column_index AS position, c.data_type AS type, c.comment AS meaning
FROM duckdb_columns() c JOIN archives USING (database_name, schema_name)
WHERE starts_with(c.table_name, 'v_') AND NOT c.internal
UNION
SELECT v.view_name, NULL, 0, 'VIEW', v.comment
FROM duckdb_views() v JOIN archives USING (database_name, schema_name)
WHERE starts_with(v.view_name, 'v_') AND NOT v.internal;

-- What v_dictionary tells, and every client that shows comments. A view without them fails a test.
COMMENT ON VIEW dw.v_records IS 'a row per record; without those that history prune took out';
COMMENT ON COLUMN dw.v_records."record_id" IS 'identity of the record: the id that the log gives it, else a hash of its content and time';
COMMENT ON COLUMN dw.v_records."file" IS 'path of the file it was read from, as given; members of archives behind a /';
COMMENT ON COLUMN dw.v_records."row" IS 'ordinal of the row in its file, the header being row 1; a row with line breaks in a cell is one row';
COMMENT ON COLUMN dw.v_records."byte_offset" IS 'where the row begins in the file, in bytes after decompression (-1 where that is not known)';
COMMENT ON COLUMN dw.v_records."byte_length" IS 'bytes of the row in the file (-1 where that is not known)';
COMMENT ON COLUMN dw.v_records."log" IS 'dualwrite or plugintrace';
COMMENT ON COLUMN dw.v_records."occurred_at" IS 'when it happened, UTC; null where the log gives no time that can be read one way';
COMMENT ON COLUMN dw.v_records."occurred_raw" IS 'the time as the log prints it, where it could not be read';
COMMENT ON COLUMN dw.v_records."entity" IS 'entity as the log prints it';
COMMENT ON COLUMN dw.v_records."company" IS 'legal entity: what the log prints, an id in capitals, else what the message names';
COMMENT ON COLUMN dw.v_records."type_name" IS 'class of the plug-in';
COMMENT ON COLUMN dw.v_records."message_name" IS 'message of the plug-in step, such as Update';
COMMENT ON COLUMN dw.v_records."mode" IS 'mode of the plug-in step, as printed';
COMMENT ON COLUMN dw.v_records."operation_type" IS 'operation type of the trace, as printed';
COMMENT ON COLUMN dw.v_records."depth" IS 'depth of the plug-in call';
COMMENT ON COLUMN dw.v_records."duration_ms" IS 'duration of the plug-in call, in milliseconds';
COMMENT ON COLUMN dw.v_records."correlation_id" IS 'correlation id';
COMMENT ON COLUMN dw.v_records."request_id" IS 'request id';
COMMENT ON COLUMN dw.v_records."activity_id" IS 'activity id';
COMMENT ON COLUMN dw.v_records."error_text" IS 'what went wrong, whole';
COMMENT ON COLUMN dw.v_records."trace_text" IS 'what the code wrote while it ran, whole';
COMMENT ON COLUMN dw.v_records."outcome" IS 'error or ok';
COMMENT ON COLUMN dw.v_records."truncated" IS 'which texts were cut short before they were exported';
COMMENT ON COLUMN dw.v_records."withheld" IS 'what was left out because it is secret';
COMMENT ON COLUMN dw.v_records."signature" IS 'rule that wins, or code/0x… or text/0x… of the code table; null for what nothing explains';
COMMENT ON COLUMN dw.v_records."signatures" IS 'all rules that match';
COMMENT ON COLUMN dw.v_records."status" IS 'documented, observed, experimental, deprecated, code, text, unknown or ok';
COMMENT ON COLUMN dw.v_records."category" IS 'category of the rule; null without one, where records.csv has unknown or dataverse-code';
COMMENT ON COLUMN dw.v_records."severity" IS 'critical, high, medium, low or info; null without a rule';
COMMENT ON COLUMN dw.v_records."error_code" IS 'Dataverse error code of the record, as 0x and eight digits';
COMMENT ON COLUMN dw.v_records."map" IS 'dual-write map, where there is one it must be';
COMMENT ON COLUMN dw.v_records."fno_entity" IS 'entity of finance and operations';
COMMENT ON COLUMN dw.v_records."dataverse_table" IS 'Dataverse table';
COMMENT ON COLUMN dw.v_records."map_candidates" IS 'maps it may be of, where they are several';
COMMENT ON COLUMN dw.v_records."captures" IS 'what the rules read out of the texts, by name';
COMMENT ON COLUMN dw.v_records."affected_key" IS 'business record that failed, where the log or the message names it';
COMMENT ON COLUMN dw.v_records."template_id" IS 'id of the message without names and numbers, or of the cluster that it is of with others';
COMMENT ON COLUMN dw.v_records."matched_field" IS 'text in which the rule that wins matched: error_text or trace_text';
COMMENT ON COLUMN dw.v_records."matched_start" IS 'first byte of that match in its normal form';
COMMENT ON COLUMN dw.v_records."matched_end" IS 'byte after that match in its normal form';
COMMENT ON COLUMN dw.v_records."run_id" IS 'run that loaded it, or was handed it when that run was forgotten';
COMMENT ON COLUMN dw.v_records."environment" IS 'environment of that run; null when none was given';
COMMENT ON COLUMN dw.v_records."company_logged" IS 'legal entity that the log prints';
COMMENT ON COLUMN dw.v_records."company_named" IS 'legal entity that the message names';
COMMENT ON COLUMN dw.v_records."record_key" IS 'business key that the log has in a column of its own';
COMMENT ON COLUMN dw.v_records."rules_digest" IS 'digest of the rule files that its verdict is of';
COMMENT ON COLUMN dw.v_records."judged_at" IS 'when it was judged by them: when the run had loaded it, or by reclassify, UTC';
COMMENT ON COLUMN dw.v_records."started_at" IS 'when the plug-in began, UTC; null where the log has no column for it';
COMMENT ON COLUMN dw.v_records."text_ids" IS 'ids of operations that the texts name, as kind:id with blanks between; kinds are correlation, request and activity';
COMMENT ON VIEW dw.v_judgements IS 'a row per call of reclassify, and per forgotten run whose verdicts are kept with records that passed to another one';
COMMENT ON COLUMN dw.v_judgements."judgement_id" IS 'number of the judgement';
COMMENT ON COLUMN dw.v_judgements."run_id" IS 'the forgotten run; null for a call of reclassify';
COMMENT ON COLUMN dw.v_judgements."made_at" IS 'when it was made, UTC';
COMMENT ON COLUMN dw.v_judgements."tool_version" IS 'version of dwtriage';
COMMENT ON COLUMN dw.v_judgements."rules" IS 'number of rules';
COMMENT ON COLUMN dw.v_judgements."rules_digest" IS 'digest of the rule files';
COMMENT ON COLUMN dw.v_judgements."arguments" IS 'command line as typed, which says what it was restricted to';
COMMENT ON COLUMN dw.v_judgements."records" IS 'failing records that were judged';
COMMENT ON COLUMN dw.v_judgements."changed" IS 'of these, those whose verdict became another one';
COMMENT ON VIEW dw.v_missing IS 'a row per row that records looked up and did not find, of all runs; without the records that history prune took out, see v_pruned';
COMMENT ON COLUMN dw.v_missing."environment" IS 'environment; null when none was given';
COMMENT ON COLUMN dw.v_missing."table" IS 'table that lacks the row: the set of its map, else as messages name it; null where neither is known';
COMMENT ON COLUMN dw.v_missing."map" IS 'dual-write map that brings it';
COMMENT ON COLUMN dw.v_missing."key_column" IS 'column that the look-up went by';
COMMENT ON COLUMN dw.v_missing."key" IS 'value of it that was not found';
COMMENT ON COLUMN dw.v_missing."company" IS 'legal entity that lacks the row; null where it cannot be told';
COMMENT ON COLUMN dw.v_missing."records_waiting" IS 'records that looked it up';
COMMENT ON COLUMN dw.v_missing."first_seen" IS 'time of the first of them, UTC';
COMMENT ON COLUMN dw.v_missing."last_seen" IS 'time of the last of them, UTC';
COMMENT ON COLUMN dw.v_missing."sample_record_id" IS 'one of them';
COMMENT ON COLUMN dw.v_missing."records_unplaced" IS 'records that look up the key and name no company, where several lack it: they wait for the row of one of these, and are counted with each';
COMMENT ON VIEW dw.v_runs IS 'a row per call of run that is in the database';
COMMENT ON COLUMN dw.v_runs."run_id" IS 'number of the run, never used twice';
COMMENT ON COLUMN dw.v_runs."environment" IS 'environment as given; null when none was';
COMMENT ON COLUMN dw.v_runs."started_at" IS 'when it began, UTC';
COMMENT ON COLUMN dw.v_runs."finished_at" IS 'when its records were in the database, UTC';
COMMENT ON COLUMN dw.v_runs."exit_code" IS 'its exit code; null when it was stopped before its report';
COMMENT ON COLUMN dw.v_runs."from_at" IS 'first hour that its files cover, UTC';
COMMENT ON COLUMN dw.v_runs."until_at" IS 'end of the last hour that its files cover, UTC, not included';
COMMENT ON COLUMN dw.v_runs."files" IS 'files that it read';
COMMENT ON COLUMN dw.v_runs."unread" IS 'files of these that could not be read, or not to their end';
COMMENT ON COLUMN dw.v_runs."read" IS 'rows read: loaded, duplicates, rejected and filtered together';
COMMENT ON COLUMN dw.v_runs."loaded" IS 'records that were new to the database: ok, classified and unclassified together';
COMMENT ON COLUMN dw.v_runs."duplicates" IS 'records that the database had, or an earlier row of the run';
COMMENT ON COLUMN dw.v_runs."rejected" IS 'rows that could not become a record';
COMMENT ON COLUMN dw.v_runs."filtered" IS 'records that --since, --until or --log left out';
COMMENT ON COLUMN dw.v_runs."ok" IS 'loaded records without an error';
COMMENT ON COLUMN dw.v_runs."classified" IS 'loaded records that failed and are explained';
COMMENT ON COLUMN dw.v_runs."unclassified" IS 'loaded records that failed and nothing explains';
COMMENT ON COLUMN dw.v_runs."inherited" IS 'records it was handed when the run that loaded them was forgotten';
COMMENT ON COLUMN dw.v_runs."scope_records" IS 'different records in its files, whoever loaded them';
COMMENT ON COLUMN dw.v_runs."tool_version" IS 'version of dwtriage';
COMMENT ON COLUMN dw.v_runs."rules" IS 'number of rules';
COMMENT ON COLUMN dw.v_runs."rules_digest" IS 'digest of the rule files';
COMMENT ON COLUMN dw.v_runs."arguments" IS 'command line as typed';
COMMENT ON COLUMN dw.v_runs."since" IS '--since, UTC; null when not given';
COMMENT ON COLUMN dw.v_runs."until" IS '--until, UTC; null when not given';
COMMENT ON COLUMN dw.v_runs."fail_on" IS '--fail-on as given';
COMMENT ON COLUMN dw.v_runs."max_rejects" IS '--max-rejects as given';
COMMENT ON COLUMN dw.v_runs."parts" IS 'names of the parts that a merge loaded; null for a run';
COMMENT ON COLUMN dw.v_runs."missing_shards" IS 'shards that were dealt files and were not among the parts of a merge, as 2/16; null when none';
COMMENT ON COLUMN dw.v_runs."pruned" IS 'records of it of which history prune left nothing but the counts in v_pruned: loaded and inherited together are these and those that are in v_records';
COMMENT ON COLUMN dw.v_runs."pruned_at" IS 'when history prune did last, UTC: its rejects are gone, too; null when never';
COMMENT ON COLUMN dw.v_runs."seconds" IS 'how long its stages took up to the report';
COMMENT ON VIEW dw.v_files IS 'a row per file and run';
COMMENT ON COLUMN dw.v_files."run_id" IS 'run that read it';
COMMENT ON COLUMN dw.v_files."environment" IS 'environment of the run; null when none was given';
COMMENT ON COLUMN dw.v_files."position" IS 'ordinal of the file in the run, in reading order';
COMMENT ON COLUMN dw.v_files."path" IS 'path as given; members of archives behind a /';
COMMENT ON COLUMN dw.v_files."bytes" IS 'bytes after decompression';
COMMENT ON COLUMN dw.v_files."digest" IS 'digest of these bytes';
COMMENT ON COLUMN dw.v_files."container" IS 'what was packed around it, outermost first';
COMMENT ON COLUMN dw.v_files."encoding" IS 'encoding of its text';
COMMENT ON COLUMN dw.v_files."format" IS 'format it was taken for';
COMMENT ON COLUMN dw.v_files."log" IS 'dualwrite, plugintrace or mixed';
COMMENT ON COLUMN dw.v_files."from_at" IS 'first hour that it covers, UTC';
COMMENT ON COLUMN dw.v_files."until_at" IS 'end of the last hour that it covers, UTC, not included';
COMMENT ON COLUMN dw.v_files."read" IS 'rows read: loaded, duplicates, rejected and filtered together';
COMMENT ON COLUMN dw.v_files."loaded" IS 'records that were new to the database';
COMMENT ON COLUMN dw.v_files."duplicates" IS 'records that the database had, or an earlier row of the run';
COMMENT ON COLUMN dw.v_files."rejected" IS 'rows that could not become a record';
COMMENT ON COLUMN dw.v_files."filtered" IS 'records that --since, --until or --log left out';
COMMENT ON COLUMN dw.v_files."ok" IS 'loaded records without an error';
COMMENT ON COLUMN dw.v_files."classified" IS 'loaded records that failed and are explained';
COMMENT ON COLUMN dw.v_files."unclassified" IS 'loaded records that failed and nothing explains';
COMMENT ON COLUMN dw.v_files."warnings" IS 'what run said of it';
COMMENT ON COLUMN dw.v_files."problem" IS 'why it could not be read, or not to its end; null when it was';
COMMENT ON COLUMN dw.v_files."counted" IS 'rows that the export says there are; null where it says nothing';
COMMENT ON COLUMN dw.v_files."incomplete" IS 'by its own words it is not the whole export';
COMMENT ON VIEW dw.v_findings IS 'a row per environment, map or table, company and signature, of all runs; without the records that history prune took out, see v_pruned';
COMMENT ON COLUMN dw.v_findings."environment" IS 'environment; null when none was given';
COMMENT ON COLUMN dw.v_findings."map" IS 'dual-write map, where there is one it must be';
COMMENT ON COLUMN dw.v_findings."dataverse_table" IS 'Dataverse table';
COMMENT ON COLUMN dw.v_findings."fno_entity" IS 'entity of finance and operations';
COMMENT ON COLUMN dw.v_findings."company" IS 'legal entity: what the log prints, an id in capitals, else what the message names';
COMMENT ON COLUMN dw.v_findings."signature" IS 'rule that wins, code/0x… or text/0x… of the code table, or unknown/ and the template_id';
COMMENT ON COLUMN dw.v_findings."status" IS 'documented, observed, experimental, deprecated, code, text or unknown';
COMMENT ON COLUMN dw.v_findings."category" IS 'category of the rule; without one unknown, or dataverse-code where the code table explains it';
COMMENT ON COLUMN dw.v_findings."severity" IS 'critical, high, medium, low or info; null without a rule';
COMMENT ON COLUMN dw.v_findings."records" IS 'failing records';
COMMENT ON COLUMN dw.v_findings."affected_keys" IS 'different business records among them that are named';
COMMENT ON COLUMN dw.v_findings."first_seen" IS 'time of the first one, UTC';
COMMENT ON COLUMN dw.v_findings."last_seen" IS 'time of the last one, UTC';
COMMENT ON COLUMN dw.v_findings."sample_record_id" IS 'one of them';
COMMENT ON VIEW dw.v_unknown IS 'a row per environment and message that nothing explains, of all runs; without the records that history prune took out, see v_pruned';
COMMENT ON COLUMN dw.v_unknown."environment" IS 'environment; null when none was given';
COMMENT ON COLUMN dw.v_unknown."template_id" IS 'id of the message without names and numbers, or of the cluster that it is of with others, for rules draft';
COMMENT ON COLUMN dw.v_unknown."records" IS 'records with this message';
COMMENT ON COLUMN dw.v_unknown."runs" IS 'runs that loaded some of them';
COMMENT ON COLUMN dw.v_unknown."first_seen" IS 'time of the first one, UTC';
COMMENT ON COLUMN dw.v_unknown."last_seen" IS 'time of the last one, UTC';
COMMENT ON COLUMN dw.v_unknown."maps" IS 'maps and tables that failed with it, as column where of failing_entities.csv names them, most records first';
COMMENT ON COLUMN dw.v_unknown."sample_record_id" IS 'one of them';
COMMENT ON COLUMN dw.v_unknown."sample" IS 'its text, at most the first 10,000 bytes';
COMMENT ON COLUMN dw.v_unknown."messages" IS 'different messages among its records, which differ only in words that are written like names; 1 where they are equal after masking';
COMMENT ON VIEW dw.v_coverage IS 'a row per file, log and stretch of hours that it covers';
COMMENT ON COLUMN dw.v_coverage."environment" IS 'environment of the run; null when none was given';
COMMENT ON COLUMN dw.v_coverage."log" IS 'dualwrite or plugintrace';
COMMENT ON COLUMN dw.v_coverage."from_at" IS 'first hour, UTC';
COMMENT ON COLUMN dw.v_coverage."until_at" IS 'end of the last hour, UTC, not included';
COMMENT ON COLUMN dw.v_coverage."records" IS 'records with a time in these hours';
COMMENT ON COLUMN dw.v_coverage."whole" IS 'read without trouble and complete, so what is not in it did not happen';
COMMENT ON COLUMN dw.v_coverage."run_id" IS 'run that read the file';
COMMENT ON COLUMN dw.v_coverage."path" IS 'path of the file, as given';
COMMENT ON VIEW dw.v_chains IS 'a row per record of an operation that failed, where ids or key and time tie records of it together';
COMMENT ON COLUMN dw.v_chains."environment" IS 'environment; null when none was given';
COMMENT ON COLUMN dw.v_chains."chain_id" IS 'the smallest record_id of the chain';
COMMENT ON COLUMN dw.v_chains."records" IS 'records of the chain';
COMMENT ON COLUMN dw.v_chains."position" IS 'ordinal in the chain: by start where the log has one, else by time, then by depth, the longest first';
COMMENT ON COLUMN dw.v_chains."record_id" IS 'identity of the record';
COMMENT ON COLUMN dw.v_chains."link" IS 'what ties it to the others: correlation, request or activity, an id that another record names as well, or key';
COMMENT ON COLUMN dw.v_chains."link_id" IS 'that id; of key the business key';
COMMENT ON COLUMN dw.v_chains."confidence" IS 'certain: both have the id in a column; high: one names it in a text only; medium: the same map, business key, company and cause within 10 seconds';
COMMENT ON COLUMN dw.v_chains."parent_record_id" IS 'the trace within whose execution this one began; null where start, duration and depth do not tell it from others';
COMMENT ON COLUMN dw.v_chains."log" IS 'dualwrite or plugintrace';
COMMENT ON COLUMN dw.v_chains."started_at" IS 'when the plug-in began, UTC; null where the log has no column for it';
COMMENT ON COLUMN dw.v_chains."occurred_at" IS 'time of the entry, UTC';
COMMENT ON COLUMN dw.v_chains."duration_ms" IS 'duration of the plug-in in milliseconds';
COMMENT ON COLUMN dw.v_chains."depth" IS 'depth of the plug-in in its pipeline';
COMMENT ON COLUMN dw.v_chains."mode" IS 'mode of the plug-in step, as printed';
COMMENT ON COLUMN dw.v_chains."type_name" IS 'class of the plug-in';
COMMENT ON COLUMN dw.v_chains."message_name" IS 'message of the plug-in step, such as Update';
COMMENT ON COLUMN dw.v_chains."entity" IS 'entity as the log prints it';
COMMENT ON COLUMN dw.v_chains."map" IS 'title of the dual-write map; null where it is not known or several share the name';
COMMENT ON COLUMN dw.v_chains."company" IS 'legal entity: what the log prints, an id in capitals, else what the message names';
COMMENT ON COLUMN dw.v_chains."affected_key" IS 'business record that failed';
COMMENT ON COLUMN dw.v_chains."outcome" IS 'error, or ok: a trace without an exception';
COMMENT ON COLUMN dw.v_chains."signature" IS 'rule that wins, code/0x… or text/0x… of the code table; null when nothing explains it';
COMMENT ON COLUMN dw.v_chains."template_id" IS 'id of the message without names and numbers, or of the cluster that it is of with others';
COMMENT ON COLUMN dw.v_chains."error_code" IS 'Dataverse error code';
COMMENT ON COLUMN dw.v_chains."file" IS 'path of the file it was read from, as given';
COMMENT ON COLUMN dw.v_chains."row" IS 'ordinal of the row in its file';
COMMENT ON COLUMN dw.v_chains."run_id" IS 'run that loaded it';
COMMENT ON VIEW dw.v_changes IS 'a row per signature and map that was in another state than in the periods before, as the report of the run said it';
COMMENT ON COLUMN dw.v_changes."environment" IS 'environment of the run; null when none was given';
COMMENT ON COLUMN dw.v_changes."run_id" IS 'run whose report said it';
COMMENT ON COLUMN dw.v_changes."change" IS 'new, regressed, spiking, quiet or resolved';
COMMENT ON COLUMN dw.v_changes."signature" IS 'rule, code/0x…, text/0x… or unknown/ and the template_id';
COMMENT ON COLUMN dw.v_changes."title" IS 'what it is called';
COMMENT ON COLUMN dw.v_changes."map" IS 'dual-write map or table that it fails in';
COMMENT ON COLUMN dw.v_changes."records" IS 'failing records of the period';
COMMENT ON COLUMN dw.v_changes."previous_records" IS 'failing records of the period before';
COMMENT ON COLUMN dw.v_changes."first_seen" IS 'time of the first one, UTC';
COMMENT ON COLUMN dw.v_changes."last_seen" IS 'time of the last one, UTC';
COMMENT ON COLUMN dw.v_changes."known_since" IS 'since when the database knew it, UTC';
COMMENT ON COLUMN dw.v_changes."periods" IS 'records of the period and those before it, the oldest first';
COMMENT ON COLUMN dw.v_changes."where" IS 'map or table as the page names it';
COMMENT ON VIEW dw.v_fixes IS 'a row per fix, in the order to do them, as the report of the run said it';
COMMENT ON COLUMN dw.v_fixes."environment" IS 'environment of the run; null when none was given';
COMMENT ON COLUMN dw.v_fixes."run_id" IS 'run whose report said it';
COMMENT ON COLUMN dw.v_fixes."rank" IS 'place in the order in which to do them';
COMMENT ON COLUMN dw.v_fixes."signature" IS 'rule of the fix; of several, the one that leads';
COMMENT ON COLUMN dw.v_fixes."title" IS 'what the failure is called';
COMMENT ON COLUMN dw.v_fixes."severity" IS 'critical, high, medium, low or info';
COMMENT ON COLUMN dw.v_fixes."records" IS 'records that wait for no later fix themselves';
COMMENT ON COLUMN dw.v_fixes."entities" IS 'maps and tables, most records first';
COMMENT ON COLUMN dw.v_fixes."role" IS 'who does it';
COMMENT ON COLUMN dw.v_fixes."retry" IS 'yes, after-fix or no: whether the rows can be saved again';
COMMENT ON COLUMN dw.v_fixes."steps" IS 'what to do, a step per line';
COMMENT ON COLUMN dw.v_fixes."sql" IS 'queries that help';
COMMENT ON COLUMN dw.v_fixes."prerequisites" IS 'maps that must hold their rows first';
COMMENT ON COLUMN dw.v_fixes."url" IS 'page of the documentation';
COMMENT ON COLUMN dw.v_fixes."tier" IS '0 link and users, 1 reachability, 2 privileges, 3 versions and schema, 4 reference data, 5 single rows, 6 repeat only';
COMMENT ON COLUMN dw.v_fixes."summary" IS 'what to do, in one sentence';
COMMENT ON COLUMN dw.v_fixes."signatures" IS 'signatures that it is for, each with =records';
COMMENT ON COLUMN dw.v_fixes."missing_in" IS 'map or table whose rows are missing';
COMMENT ON COLUMN dw.v_fixes."missing_rows" IS 'rows of it that are missing';
COMMENT ON COLUMN dw.v_fixes."waiting" IS 'records that wait for these rows';
COMMENT ON COLUMN dw.v_fixes."first_seen" IS 'time of the first failure, UTC';
COMMENT ON COLUMN dw.v_fixes."last_seen" IS 'time of the last failure, UTC';
COMMENT ON COLUMN dw.v_fixes."over_since" IS 'since when the failures are over, UTC; null where they go on or the records do not tell';
COMMENT ON COLUMN dw.v_fixes."other_prerequisites" IS 'maps that matter where a row uses them';
COMMENT ON COLUMN dw.v_fixes."why_here" IS 'what the records show of why a signature failed all of whose records the fix is for; a line for each of several signatures; null where they show nothing';
COMMENT ON COLUMN dw.v_fixes."purged_from" IS 'when the error queue of dual-write forgets the first failure, a day after it; null where it has none, or nobody knows which';
COMMENT ON COLUMN dw.v_fixes."purged_until" IS 'when the error queue of dual-write forgets the last failure';
COMMENT ON VIEW dw.v_incidents IS 'a row per burst of failures, as the report of the run said it';
COMMENT ON COLUMN dw.v_incidents."environment" IS 'environment of the run; null when none was given';
COMMENT ON COLUMN dw.v_incidents."run_id" IS 'run whose report said it';
COMMENT ON COLUMN dw.v_incidents."onset" IS 'time of the first record of the burst, UTC';
COMMENT ON COLUMN dw.v_incidents."end" IS 'time of the last one, UTC';
COMMENT ON COLUMN dw.v_incidents."going_on" IS 'yes where it reaches the end of the period, else no';
COMMENT ON COLUMN dw.v_incidents."records" IS 'failing records of the burst';
COMMENT ON COLUMN dw.v_incidents."peak_at" IS 'begin of the time with most records, UTC';
COMMENT ON COLUMN dw.v_incidents."peak_records" IS 'its records';
COMMENT ON COLUMN dw.v_incidents."kind" IS 'signature, map or host';
COMMENT ON COLUMN dw.v_incidents."name" IS 'signature that leads, or the map or host';
COMMENT ON COLUMN dw.v_incidents."title" IS 'what it is called';
COMMENT ON COLUMN dw.v_incidents."severity" IS 'worst severity of its signatures';
COMMENT ON COLUMN dw.v_incidents."maps" IS 'maps with most of its records';
COMMENT ON COLUMN dw.v_incidents."host" IS 'host that half of its records name';
COMMENT ON COLUMN dw.v_incidents."user" IS 'user that half of its records name';
COMMENT ON COLUMN dw.v_incidents."signatures" IS 'signatures that began together, each with =records';
COMMENT ON VIEW dw.v_pruned IS 'counts of the records that history prune took out: one or more rows per run, hour, signature and map';
COMMENT ON COLUMN dw.v_pruned."environment" IS 'environment of that run; null when none was given';
COMMENT ON COLUMN dw.v_pruned."log" IS 'dualwrite or plugintrace';
COMMENT ON COLUMN dw.v_pruned."hour" IS 'begin of the hour in which they happened, UTC';
COMMENT ON COLUMN dw.v_pruned."signature" IS 'rule, code/0x…, text/0x… or unknown/ and the template_id, by the rules of that time; null of records without an error';
COMMENT ON COLUMN dw.v_pruned."where" IS 'map or table as the page names it; null of records without an error';
COMMENT ON COLUMN dw.v_pruned."map" IS 'dual-write map, where there is one it must be';
COMMENT ON COLUMN dw.v_pruned."severity" IS 'critical, high, medium, low or info; null without a rule';
COMMENT ON COLUMN dw.v_pruned."status" IS 'documented, observed, experimental, deprecated, code, text, unknown or ok';
COMMENT ON COLUMN dw.v_pruned."records" IS 'records there were';
COMMENT ON COLUMN dw.v_pruned."first_seen" IS 'time of the first one, UTC';
COMMENT ON COLUMN dw.v_pruned."last_seen" IS 'time of the last one, UTC';
COMMENT ON COLUMN dw.v_pruned."run_id" IS 'run that had loaded them, or was handed them';
COMMENT ON VIEW dw.v_prunings IS 'a row per call of history prune and environment of which it took something';
COMMENT ON COLUMN dw.v_prunings."pruned_at" IS 'when that was, UTC';
COMMENT ON COLUMN dw.v_prunings."environment" IS 'environment; null when none was given';
COMMENT ON COLUMN dw.v_prunings."before_at" IS 'end of the last hour of the runs that were pruned, UTC: records of the environment from before are not loaded any more';
COMMENT ON COLUMN dw.v_prunings."runs" IS 'runs of which something went';
COMMENT ON COLUMN dw.v_prunings."records" IS 'records that went';
COMMENT ON COLUMN dw.v_prunings."rejects" IS 'rejects that went';
COMMENT ON COLUMN dw.v_prunings."arguments" IS 'command line as typed';
COMMENT ON VIEW dw.v_dictionary IS 'what the views and their columns mean: a row per view and column';
COMMENT ON COLUMN dw.v_dictionary."view" IS 'name of the view';
COMMENT ON COLUMN dw.v_dictionary."column" IS 'name of the column; null in the row of the view itself';
COMMENT ON COLUMN dw.v_dictionary."position" IS 'ordinal of the column; 0 for the view itself';
COMMENT ON COLUMN dw.v_dictionary."type" IS 'type of the column, as DuckDB names it; VIEW for the view itself';
COMMENT ON COLUMN dw.v_dictionary."meaning" IS 'what it holds';
