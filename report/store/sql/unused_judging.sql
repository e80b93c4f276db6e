-- What decided verdicts that nothing has any more.
DELETE FROM dw.judging
WHERE judging NOT IN (SELECT judging FROM dw.runs WHERE judging IS NOT NULL UNION SELECT judging FROM dw.judgements WHERE judging IS NOT NULL);
