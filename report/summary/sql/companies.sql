-- Whose ids are short enough to stay readable in a redacted report?
SELECT DISTINCT company
FROM scope
WHERE company <> '' AND strlen(company) <= 4
ORDER BY ALL;
