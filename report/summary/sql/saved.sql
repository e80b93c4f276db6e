-- How many failing records of each signature are of rows that an ok record saved later?
SELECT s.sig, count(*) FROM scope s JOIN scope_settled d USING (place) WHERE d.saved GROUP BY s.sig ORDER BY s.sig;
