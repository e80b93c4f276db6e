package report

import (
	"cmp"
	"strings"

	"dwtriage/report/summary"
)

// An entry is a row of columns.csv: what a column of a table of the report holds, or one of a view of the database.
type entry struct{ file, column, kind, meaning, format string }

func drawDictionary(t cells, s *summary.Summary) error {
	return drawList(t, dictionaryColumns, dictionary(s))
}

var dictionaryColumns = []column[entry]{
	text("file", func(e *entry) string { return e.file }),
	text("column", func(e *entry) string { return e.column }),
	text("type", func(e *entry) string { return e.kind }),
	text("meaning", func(e *entry) string { return e.meaning }),
	text("format", func(e *entry) string { return e.format }),
}

// dictionary describes all columns in the order in which they stand.
func dictionary(s *summary.Summary) (list []entry) {
	add := func(table string, columns []heading) {
		for _, c := range columns {
			m := meaningOf(table, c.name)
			list = append(list, entry{table + ".csv", c.name, string(c.kind), m.text, cmp.Or(m.format, formats[c.kind])})
		}
	}
	for _, t := range tables() {
		add(t.name, t.columns)
		if s.Redacted != nil {
			list = append(list, redactedEntry(t.name))
		}
	}
	if s.Redacted != nil {
		add("redaction", headings(redactionColumns))
	}
	for _, v := range s.ViewColumns {
		list = append(list, entry{v.View, v.Name, strings.ToLower(v.Type), v.Meaning, ""})
	}
	return list
}

// redactedEntry is the column that every table of a redacted report ends with.
func redactedEntry(table string) entry {
	return entry{table + ".csv", "redacted", string(aList), "how many tokens of which kind the row has; empty without one", "kind and number, several joined by ; and a blank"}
}

// formats says how the cells of a kind are written.
var formats = map[kind]string{
	aNumber: "digits",
	aTime:   "YYYY-MM-DD HH:MM:SS, UTC",
	aList:   "several joined by ; and a blank",
	pairs:   "name=value, several joined by ; and a blank",
}

// A meaning is what a column holds and, where it is not that of its kind, in what unit or form.
type meaning struct{ text, format string }

// meaningOf looks for what a column means in one table, then in any.
func meaningOf(table, column string) meaning {
	if m, ok := meanings[table+" "+column]; ok {
		return m
	}
	return meanings[column]
}

const (
	inRecords = "number of records"
	inDays    = "YYYY-MM-DD, the last day"
)

// meanings are those of all columns, by their names, and by the table where one has a meaning of its own there.
var meanings = map[string]meaning{
	"where":            {"the entity as the page names it: the map, or the table where no map is known; never empty", ""},
	"map":              {"dual-write map; empty where none is known", ""},
	"dataverse_table":  {"Dataverse table", ""},
	"fno_entity":       {"entity of finance and operations", ""},
	"company":          {"legal entity, an id in capitals: 001 is not 1; empty where none is known", ""},
	"signature":        {"what explains the failure: a rule id, code/0x… or text/0x… of the code table, unknown/ and the template_id", ""},
	"title":            {"what is wrong, in words; of an unknown message its sentence, with … for what differs", ""},
	"category":         {"category of the rule; unknown or dataverse-code without one; where rules of several runs judged the records of a row, that of most of them", ""},
	"severity":         {"critical, high, medium, low or info; empty without a rule", ""},
	"change":           {"new, regressed, spiking, ongoing, quiet or resolved, against the periods before; empty where nothing is compared; in changes.csv of report --compare A..B also only-here, only-there and both: fails in B and not in A, in A and not in B, in both", ""},
	"records":          {"failing records", inRecords},
	"affected_keys":    {"different business records among them that are named", "number of keys"},
	"first_seen":       {"time of the first of these records", ""},
	"last_seen":        {"time of the last of these records", ""},
	"role":             {"who can mend it", ""},
	"retry":            {"whether saving again helps: yes, after-fix or no; empty without a fix", ""},
	"url":              {"article of Microsoft about it", "address"},
	"muted_until":      {"last day on which a site rule mutes it; empty when it is not muted", inDays},
	"muted_by":         {"who decided on the mute", ""},
	"muted_reason":     {"why it is muted", ""},
	"messages":         {"different messages among its records, which differ only in words that are written like names; 1 where they are equal after masking; of what is summed up in one row, how many clusters that are", "number of messages"},
	"template_id":      {"id of the message without its names and numbers, or of the cluster that it is of with others; rules draft takes it", "t- and 12 hexadecimal digits"},
	"record_id":        {"identity of the record: the id that the log gives it, else a hash of its content and time", "GUID"},
	"sample_record_id": {"one of these records, see record_id of records.csv; explain --record shows it", "GUID"},
	"file":             {"path of the file it was read from, as given; members of archives behind a /", ""},
	"row":              {"ordinal of the row in its file, the header being row 1; a row with line breaks in a cell is one row", "1, 2, …"},
	"byte_offset":      {"where the row begins in the file after decompression (-1 where that is not known)", "bytes"},
	"byte_length":      {"length of the row in the file after decompression (-1 where that is not known)", "bytes"},
	"signatures":       {"signatures that it is for, each with its records", "id=records, several joined by ; and a blank"},
	"maps":             {"entities as column where names them, most records first", ""},
	"key":              {"business key; empty where messages do not print it", ""},
	"occurred_at":      {"when it happened; empty where the log gives no time that can be read one way", ""},
	"log":              {"dualwrite or plugintrace", ""},
	"environment":      {"environment that was given for the run; empty when none was", ""},
	"entity":           {"entity as the log prints it", ""},
	"type_name":        {"class of the plug-in", ""},
	"message_name":     {"message of the plug-in step, such as Update", ""},
	"correlation_id":   {"correlation id, for a call with support", ""},
	"request_id":       {"request id, for a call with support", ""},
	"activity_id":      {"activity id, for a call with support", ""},
	"error_code":       {"Dataverse error code", "0x and 8 hexadecimal digits"},
	"status":           {"how well it is explained: documented, observed, experimental, deprecated, code, text or unknown", ""},
	"captures":         {"what the rules read out of the message, packed; captures.csv has a row for each", ""},
	"affected_key":     {"business record that failed, where the log or the message names it", ""},
	"message":          {"what went wrong, without the stack around it", "4,000 bytes at most; what is cut ends with … [cut]"},
	"truncated":        {"texts that were cut short before they were exported", ""},
	"withheld":         {"what was left out because it is secret", ""},
	"fix_summary":      {"what mends it, in one sentence, with the names that these records print; empty without a rule", ""},
	"name":             {"what the value is: value, lookup, entity, company …", ""},
	"value":            {"the value, as the message prints it", ""},
	"template":         {"message with <ID>, <NUM> … for what differs", ""},
	"sample":           {"message of one of these records, in full", "20,000 bytes at most"},
	"previous_records": {"records of the same kind in the period before", inRecords},
	"known_since":      {"time of the first such record in the database", ""},
	"periods":          {"records of the periods before and of this one, the oldest first", "numbers joined by , and a blank"},
	"rank":             {"place in the plan, from 1: do this first", "1, 2, …"},
	"entities":         {"entities that fail, as column where names them, most records first", ""},
	"steps":            {"what to do, step by step", "a numbered line each"},
	"sql":              {"queries that the steps speak of, each under its title", "SQL"},
	"prerequisites":    {"maps that must hold the reference data first, in order", ""},
	"other_prerequisites": {
		"maps that matter only where a row uses them, in order", ""},
	"tier":            {"when it is due: 0 link and users, 1 reachability, 2 privileges, 3 versions and schema, 4 reference data, 5 single rows, 6 repeat only", "0 to 6"},
	"summary":         {"what to do, in one sentence", ""},
	"missing_in":      {"map or table whose rows are missing; empty where the fix is about something else", ""},
	"missing_rows":    {"rows that are missing there", "number of rows"},
	"waiting":         {"records that wait for these rows, also those that need a later fix as well; without missing_in its records that also wait for rows of other fixes", inRecords},
	"over_since":      {"since when the failures are over; empty where they go on or the records do not tell", ""},
	"why_here":        {"what the records show of why the signature failed, those of all maps and companies; empty where they show nothing", "sentences"},
	"purged_from":     {"when the error queue of dual-write forgets the first failure, a day after it; empty where it has none, or nobody knows which", ""},
	"purged_until":    {"when the error queue of dual-write forgets the last failure", ""},
	"table":           {"table that was looked up: the set of its map, else as messages print it", ""},
	"key_column":      {"column by which the row is found; empty where it is not known", ""},
	"records_waiting": {"records that wait for the row; one that looks up several rows counts for each", inRecords},
	"records_unplaced": {
		"records that name no company and wait for this row or for that of another company with the same key: nobody can tell which; not in records_waiting", inRecords},
	"after":        {"maps and tables that lack rows, too, and get them first, in the order of the plan", ""},
	"onset":        {"time of its first record", ""},
	"end":          {"time of its last record", ""},
	"going_on":     {"whether it lasts to the end of the period", "yes or no"},
	"peak_at":      {"begin of the part of it with most records, its onset where that is later", ""},
	"peak_records": {"records of that part", inRecords},
	"kind":         {"what burst: signature; map or host, where failures of several signatures burst together", ""},
	"host":         {"host that more than half of its records name", ""},
	"user":         {"id of the user or team that more than half of its records name", ""},
	"order":        {"step in which the row can be saved again, from 1; parents before children", "1, 2, …"},
	"after_fix":    {"rank in fixes.csv of the last fix that the row waits for", "1, 2, …"},
	"purged_by":    {"when the error queue of dual-write forgets the failure, a day after it; empty where only traces show the row, or none of its failures there has a time", ""},
	"column":       {"column that could not be read; empty where it is the row", ""},
	"reason":       {"why the row became no record", ""},
	"excerpt":      {"start of the row", ""},
	"type":         {"text, number, time, list or pairs; of a view the type that the database has", ""},
	"meaning":      {"what the column holds", ""},

	"redaction kind":    {"kind of token, with which its tokens begin", ""},
	"redaction meaning": {"what its tokens stand for", ""},
	"values":            {"number of different values that it hides", "values"},
	"places":            {"number of its tokens in the tables", "tokens"},
	"format":            {"unit, or how a cell is written", ""},

	"records map":          {"dual-write map, where there is one that it must be; empty else, see where", ""},
	"records company":      {"legal entity: what the log prints, an id in capitals, else what the message names; 001 is not 1", ""},
	"records signature":    {"rule id, code/0x… or text/0x… of the code table; empty for an unknown message", ""},
	"records signatures":   {"all rules that match", ""},
	"records title":        {"what is wrong, in words that name no value of the record, so that a rule has one title", ""},
	"captures signature":   {"rule id, code/0x… or text/0x… of the code table; empty for an unknown message", ""},
	"changes map":          {"dual-write map; the table where no map is known", ""},
	"changes records":      {"failing records of this period", inRecords},
	"missing map":          {"map that brings the row, or those that may; empty where none does", ""},
	"missing company":      {"company of the records that wait for it; empty where it cannot be told", ""},
	"incidents name":       {"the map or host, else the signature that leads", ""},
	"incidents maps":       {"entities as column where names them, the ten with most records; of a signature only", ""},
	"incidents title":      {"words for it", ""},
	"incidents signatures": {"signatures of its records, each with how many", "id=records, several joined by ; and a blank"},
	"retry map":            {"map of the row, as column where names it", ""},
	"fixes signature":      {"signature that it is for; of several the one that leads", ""},
	"fixes why_here":       {"what the records show of why a signature failed all of whose records the fix is for; empty where they show nothing", "sentences, a line for each of several signatures"},
	"fixes records":        {"failing records that wait for nothing later", inRecords},
	"columns file":         {"table of the report, or view of the database", ""},
	"columns column":       {"name of the column, as the header has it", ""},
}
