-- Where does a record stand that says what a message was that no rule explains and that does not fail now? One for each of the
-- listed states; of those whose records history prune took out there is none.
SELECT sig, min(place)
FROM (SELECT place FROM scope_states WHERE unexplained AND change IN ('quiet', 'resolved')) JOIN shown USING (place)
WHERE sig IN (SELECT unnest(string_split($1, ' ')))
GROUP BY sig
ORDER BY sig;
