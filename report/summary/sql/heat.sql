-- How many failing records has each map in each company by category, whatever is listed of them? The $1 maps and the $1 companies with most
-- records are named, and those without a company; null stands for all others. A name that is one of several maps has their titles.
WITH maps AS (
  SELECT title_hash FROM scope_sums GROUP BY title_hash ORDER BY sum(records) DESC, title_hash LIMIT $1
), companies AS (
  SELECT company_hash FROM scope_sums GROUP BY company_hash ORDER BY sum(records) DESC, company_hash LIMIT $1
), named AS (
  SELECT CASE WHEN title_hash IN (SELECT title_hash FROM maps) THEN r.map_title END AS map_title,
    CASE WHEN r.company IS NULL THEN '' WHEN company_hash IN (SELECT company_hash FROM companies) THEN r.company END AS company,
    r.cat, s.records, CASE WHEN r.map IS NULL THEN r.map_candidates END AS candidates
  FROM scope_sums s JOIN shown r USING (place)
)
SELECT map_title, company, cat, sum(records)::BIGINT, CASE WHEN map_title IS NOT NULL THEN any_value(candidates) END
FROM named
GROUP BY map_title, company, cat
ORDER BY map_title, company, cat;
