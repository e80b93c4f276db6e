-- The rank of a severity, the worst first, and the severity of a rank; 6 and '' without one.
CREATE OR REPLACE TEMP MACRO severity_rank(severity) AS coalesce(list_position(['critical', 'high', 'medium', 'low', 'info'], severity), 6)::TINYINT;
CREATE OR REPLACE TEMP MACRO severity_of(rank) AS ['critical', 'high', 'medium', 'low', 'info', ''][rank];

-- What a finding is told apart by. Hashes of 64 bits stand for the names, because DuckDB can put groups of
-- numbers on disk when there are too many, but not what it keeps of texts for each: 280,000 groups of seven
-- texts took all memory. Of a million findings two have one hash in one of 30 million nights.
CREATE OR REPLACE TEMP MACRO finding_hash(map_title, map, tab, entity, company, sig, message) AS
  hash(map_title, coalesce(map, ''), coalesce(tab, ''), coalesce(entity, ''), coalesce(company, ''), sig, message);

-- The records as reports show them: sig and map_title are what findings are grouped by, company is what
-- the log prints, an id in capitals, else what the message names. template_id is that of the cluster that the message is of, which is another one where it was
-- joined with messages that have other names.
CREATE OR REPLACE TEMP VIEW shown AS
SELECT r.rowid AS place, r.* REPLACE (CASE WHEN length(r.company) <= 4 THEN upper(r.company) ELSE coalesce(r.company, r.company_named) END AS company, %[cluster] AS template_id), r.company AS logged_company, r.template_id AS own_template,
  coalesce(r.signature, 'unknown/' || %[cluster]) AS sig,
  CASE
    WHEN r.map IS NOT NULL THEN r.map
    WHEN len(r.map_candidates) > 0 THEN array_to_string(r.map_candidates[1:3], ' or ') || CASE WHEN len(r.map_candidates) > 3 THEN ' or another' ELSE '' END
    WHEN r.dataverse_table IS NOT NULL THEN 'No map: ' || r.dataverse_table
    -- An entity that no catalogue knows, mostly the customer's own: two of them are two places where records fail.
    WHEN r.entity IS NOT NULL THEN 'No map known: ' || r.entity
    ELSE 'No map'
  END AS map_title,
  coalesce(r.category, CASE r.status WHEN 'code' THEN 'dataverse-code' WHEN 'text' THEN 'dataverse-code' ELSE 'unknown' END) AS cat
FROM dw.records r%[clusters];
