-- How many signatures × maps are in which state, those that a rule or code explains apart from others?
SELECT change, unexplained, count(*) FROM scope_states WHERE change <> '' GROUP BY change, unexplained ORDER BY ALL;
