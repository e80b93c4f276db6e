-- From schema version 7 to 8: a template id begins with t-. The column is written anew as a whole, which needs no memory for
-- the rows that change, as an UPDATE does.
ALTER TABLE dw.records ALTER template_id SET DATA TYPE VARCHAR USING 't-' || template_id;
