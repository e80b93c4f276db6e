-- What exports share. Lists and maps become JSON texts, since SQL engines of lakes have no such types for files, or each its own; keys of
-- maps are sorted. Keys of dimensions are hashes of what they stand for, so they are the same in every run and database. That they are
-- no names is on purpose: Power BI takes USMF and usmf for one key, and an index over names of a log could not be unique there.
CREATE OR REPLACE TEMP MACRO as_json(list) AS to_json(list)::VARCHAR;
CREATE OR REPLACE TEMP MACRO map_json(m) AS to_json(map_from_entries(list_sort(map_entries(m))))::VARCHAR;
CREATE OR REPLACE TEMP MACRO utc(t) AS t AT TIME ZONE 'UTC';
CREATE OR REPLACE TEMP MACRO unknown() AS '(unknown)';
CREATE OR REPLACE TEMP MACRO name_key(name) AS coalesce(md5(name), unknown());
CREATE OR REPLACE TEMP MACRO day_key(t) AS coalesce(year(t) * 10000 + month(t) * 100 + day(t), 0)::INTEGER;
CREATE OR REPLACE TEMP MACRO map_key(map, tab, entity, candidates) AS
  CASE WHEN coalesce(map, tab, entity) IS NULL AND coalesce(len(candidates), 0) = 0 THEN unknown()
  ELSE md5(to_json([map, tab, entity, CASE WHEN len(candidates) > 0 THEN to_json(candidates)::VARCHAR END])::VARCHAR) END;
CREATE OR REPLACE TEMP MACRO signature_key(sig, status) AS coalesce(sig, CASE status WHEN 'ok' THEN '(ok)' ELSE unknown() END);
-- A run is told apart by when and how it was called: its number is that of one database.
CREATE OR REPLACE TEMP MACRO run_key(environment, started, arguments) AS md5(to_json([environment, strftime(started, '%Y-%m-%dT%H:%M:%S.%f'), arguments])::VARCHAR);
CREATE OR REPLACE TEMP MACRO file_key(run, path) AS md5(to_json([run, path])::VARCHAR);
