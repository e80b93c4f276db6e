-- What did the latest report that named them call the messages $1 (signatures, one a line)? Their records may be pruned by now, or left
-- behind when a run was taken out of the database that loaded them.
SELECT signature, arg_max(title, run_id)
FROM dw.changes
WHERE signature IN (SELECT unnest(string_split($1, chr(10)))) AND starts_with(title, 'Unknown: ')
GROUP BY signature
ORDER BY signature;
