-- Where does a record stand that says what a message is that findings tell apart? One for each that is listed.
SELECT sig, message, arg_min(place, id)
FROM scope_groups
WHERE by_message(status, sig)
GROUP BY sig, message
ORDER BY sig, message;
