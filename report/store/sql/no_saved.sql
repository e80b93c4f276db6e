-- What ok records say of the failing ones of a view: nothing so far. settled are the records whose rows are saved, or which looked up rows that came: bits has
-- a bit for each such look-up, the first being 1; whole where nothing is left that they wait for; saved where their own row is saved; since when.
-- Two records are of one row where row_key and row_company of their keys and companies are the same: a company is the same in capitals, and the key is what is left of what a
-- log prints without the company and descriptions, as it is of failing records. A key that is the company alone is that of a legal entity.
CREATE OR REPLACE TEMP MACRO row_company(company) AS lower(trim(coalesce(company, '')));
CREATE OR REPLACE TEMP MACRO row_key(key, company) AS coalesce(business_key(key, company), trim(key));
CREATE OR REPLACE TEMP TABLE %[1]s_saved (place BIGINT, since TIMESTAMP);
CREATE OR REPLACE TEMP TABLE %[1]s_settled (place BIGINT, bits BIGINT, whole BOOLEAN, saved BOOLEAN, since TIMESTAMP);

-- The entities of ok records and the parents that they may be rows of, as they come in: hashes, "ENTITY PARENT", one a line.
CREATE OR REPLACE TEMP MACRO pairs_of(lines) AS TABLE
  SELECT split_part(line, ' ', 1)::UBIGINT AS entity, split_part(line, ' ', 2)::UBIGINT AS parent
  FROM (SELECT unnest(string_split(lines, chr(10))) AS line)
  WHERE line <> '';
