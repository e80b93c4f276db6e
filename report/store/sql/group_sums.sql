-- How many failing records has each finding, how many business records, from when to when, and where is one of them?
-- Of the findings of part $1 of $2: the groups of one part have room in memory.
INSERT INTO %[1]s_sums
SELECT finding, place_of_change, sig_hash, title_hash, names_hash, company_hash, unexplained,
  count(*), count(DISTINCT key), min(occurred_at), max(occurred_at), arg_min(place, id), min(id)
FROM %[1]s_failing
WHERE finding %% $2 = $1
GROUP BY finding, place_of_change, sig_hash, title_hash, names_hash, company_hash, unexplained;
