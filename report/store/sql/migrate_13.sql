-- From schema version 13 to 14: messages that differ in names only are one cluster. Of what is stored nobody knows yet where it may have names; reclassify finds
-- out.
ALTER TABLE dw.records ADD COLUMN template_names VARCHAR;
ALTER TABLE dw.pruned ADD COLUMN template_names VARCHAR;
CREATE TABLE dw.clusters (template_id VARCHAR, cluster_id VARCHAR, names VARCHAR);
