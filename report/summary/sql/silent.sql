-- Which of the rules $1, one a line, did no failing record of the database match?
SELECT unnest(string_split($1, chr(10))) AS id
EXCEPT
SELECT unnest(CASE WHEN len(signatures) > 0 THEN signatures ELSE [signature] END) FROM dw.records WHERE outcome = 'error';
