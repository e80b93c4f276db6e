-- How many records of which map does each of the causes $1 (a blank between them) explain, and how far from it?
SELECT e.cause, e.depth, r.map_title, count(*)
FROM scope_explained e JOIN shown r USING (place)
WHERE e.whole AND e.cause IN (SELECT unnest(string_split($1, ' '))::UBIGINT)
GROUP BY ALL
ORDER BY e.cause, e.depth, count(*) DESC, r.map_title;
