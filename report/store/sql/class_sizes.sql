-- How many findings of a view are explained by a rule or code, and how many are not?
SELECT count(*) FILTER (NOT unexplained), count(*) FILTER (unexplained) FROM %[1]s_sums;
