-- The values that are known to be in the texts of the records at the places $1 (numbers, a blank between them). Apart from the texts, as only what hides
-- them asks, and they are half as much again to read.
SELECT place, coalesce(affected_key, ''), captures
FROM shown
WHERE place IN (SELECT unnest(string_split($1, ' '))::BIGINT);
