-- The failing records at places from $1 to $2, in no order. What is put in is a function of the expressions of RecordColumns, see records.go.
SELECT %s
FROM (SELECT * FROM places WHERE place BETWEEN $1 AND $2) p JOIN shown_part USING (place)
WHERE place BETWEEN $1 AND $2;
