-- What decided verdicts that nothing has any more, and is not $1.
DELETE FROM dw.judging WHERE judging <> $1
  AND judging NOT IN (SELECT judging FROM dw.runs WHERE judging IS NOT NULL UNION SELECT judging FROM dw.judgements WHERE judging IS NOT NULL);
