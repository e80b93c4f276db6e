-- Does an ok record of a view say which row it is of?
SELECT EXISTS (FROM %[1]s WHERE outcome = 'ok' AND log = 'dualwrite' AND record_key IS NOT NULL);
