package ingest

import (
	"bytes"
	"slices"
	"strings"

	"dwtriage/ingest/ascii"
	"dwtriage/ingest/scan"
)

// failure reports whether a status says that something failed: "Exception" of the Power Platform Developer
// Suite, "Error", "Failed" … Parts of words, in any case, for statuses are not words of a language but of a
// program.
func failure(v []byte) bool {
	return len(v) > 0 && (ascii.IndexFold(v, "exception") < len(v) || ascii.IndexFold(v, "error") < len(v) || ascii.IndexFold(v, "fail") < len(v))
}

// successes are statuses of an operation that went well, in the languages that Dataverse and finance and operations have.
var successes = []string{
	"succeeded", "success", "successful", "successfully completed", "completed", "complete", "ok", "passed", "processed", "synced", "synchronized", "created", "updated", "upserted", "deleted",
	"erfolgreich", "erfolg", "abgeschlossen", "réussi", "réussite", "réussie", "terminé", "correcto", "completado", "éxito", "riuscito", "completato", "geslaagd",
	"voltooid", "lykkedes", "fuldført", "fullført", "slutfört", "lyckades", "concluído", "sucesso", "êxito", "onnistui", "valmis", "sukces", "ukończono", "dokončeno",
}

// undone are statuses of an operation that is not over yet, or that was left out: nothing failed, and nothing was written.
var undone = []string{"pending", "queued", "waiting", "not started", "in progress", "inprogress", "running", "processing", "skipped", "ausstehend"}

// succeeded reports whether a status says that nothing failed, and whether the row was written. Whole values, in any case: "PartiallySucceeded" says something else.
func succeeded(status []byte) (ok, written bool) {
	if len(status) == 0 || len(status) >= 40 {
		return false, false
	}
	text := strings.ToLower(string(bytes.TrimSpace(status)))
	written = slices.Contains(successes, text)
	return written || slices.Contains(undone, text), written
}

// calm reports whether the level of an event is one that tells of no failure, in English or German. A
// warning is none of them: a failure that was logged as a warning would be ok. Levels in other languages are
// taken for failures, which at worst shows a line too many.
func calm(v []byte) bool {
	for _, level := range []string{"information", "informationen", "verbose", "ausf\u00fchrlich"} {
		if ascii.Is(v, level) {
			return true
		}
	}
	return false
}

// marked reports whether b holds words that only the logs have. It decides whether a file in a folder is a
// log, which column of a table without known headings holds the errors, and whether a text is worth reading:
// so a word that also stands in ordinary prose, such as "error", may not be here (see signs for those). Of
// trace headers only the first line is looked at, as brackets with a dotted name are common in code.
func marked(b []byte) bool {
	for _, s := range []string{
		"Unable to write data", "Unit of Work", "OrganizationServiceFault", "recordResponses", "Unhandled exception",
		"Unhandled Exception", "Write failed for entity", "Initial Sync completed with status",
		"Unexpected exception from plug-in", "Exception type: ", "failed with error message", "Unable to lookup ",
		"resolve the guid for the ", "failed to process entity",
	} {
		if bytes.Contains(b, []byte(s)) {
			return true
		}
	}
	line, _, _ := bytes.Cut(bytes.TrimSpace(b[:min(len(b), 4096)]), []byte("\n"))
	return followed(b, "RecordError", 1, ascii.Digit) || followed(b, "0x8", 7, ascii.HexDigit) || traceHeader(line)
}

// followed reports whether b holds s with n bytes behind it that are ok.
func followed(b []byte, s string, n int, ok func(byte) bool) bool {
	for {
		i := bytes.Index(b, []byte(s))
		if i < 0 {
			return false
		}
		b = b[i+len(s):]
		j := 0
		for j < n && j < len(b) && ok(b[j]) {
			j++
		}
		if j == n {
			return true
		}
	}
}

// hasEnvelope reports whether text holds a live-error envelope or its essential part. It is asked of every
// error text, so the search goes by the rarest letter of each word: the number is where in the word it
// stands.
func hasEnvelope(text []byte) bool {
	return ascii.IndexRare(text, "recordResponses", 6) >= 0 ||
		ascii.IndexRare(text, "verboseError", 7) >= 0 && ascii.IndexRare(text, "errorMessage", 5) >= 0
}

// listKey is the length of the name in a line of a list, "typename : Fabrikam.Guard", 0 when the line is
// none. PowerShell puts a blank before the colon, which few others do, so the blank is the sign. One such
// line proves nothing yet; see list.
func listKey(line []byte) int {
	n := 0
	for n < len(line) && (ascii.Letter(line[n]) || ascii.Digit(line[n]) || line[n] == '_' || line[n] == '.') {
		n++
	}
	i := n
	for i < len(line) && line[i] == ' ' {
		i++
	}
	if n < 2 || i == n || i == len(line) || line[i] != ':' || i+1 < len(line) && line[i+1] != ' ' {
		return 0
	}
	return n
}

var consoleLevels = ascii.StartsOf("fail", "crit", "warn", "info", "dbug", "trce")

// consoleLevel is the level of a line like "fail: DWHelper.DWHostedService[0]".
func consoleLevel(line []byte) string {
	if len(line) <= 8 || string(line[4:6]) != ": " || line[len(line)-1] != ']' {
		return ""
	}
	if i := consoleLevels.Of(line); i >= 0 {
		return consoleLevels.Word(i)
	}
	return ""
}

// levelOnly reports whether a line holds nothing but a level, as the output of Dual-write
// automations does before each error.
func levelOnly(line []byte) bool {
	switch string(bytes.Trim(line, "[]: \r")) {
	case "ERROR", "WARN", "WARNING", "FATAL", "Error", "Warning":
		return true
	}
	return false
}

// header takes type, message and table from a header line of a trace block. They come in two lines, so each
// call sets only what its line has.
func header(x *record, typ bool, name, step []byte) {
	if typ {
		x.typeName = name
	} else if message, table, ok := bytes.Cut(step, []byte(" of ")); ok {
		x.messageName, x.entity = message, bytes.TrimSpace(table)
	}
}

// exceptionStart is where the exception behind a trace block starts, -1 without one. The first of all marks,
// not the first mark in the list: an exception quotes others inside of it.
func exceptionStart(b []byte) int {
	first := -1
	for _, s := range []string{"Unhandled exception:", "Unhandled Exception:", "Exception type:", "Error Message:"} {
		if i := bytes.Index(b, []byte(s)); i >= 0 && (first < 0 || i < first) {
			first = i
		}
	}
	return first
}

// faultBodyIn finds the OData error that a line of a client's log, or an answer with its head, ends with; nil
// without one. It must end the text and begin in its first 500 bytes: one in the middle of a message is quoted
// there, and the message is what was logged.
func faultBodyIn(b []byte) []byte {
	const most = 500
	i := bytes.Index(b[:min(len(b), most+16)], []byte(`{"error":{`))
	if i < 0 && b[len(b)-1] == '}' {
		i = bytes.Index(b[:min(len(b), most)], []byte("\n{")) + 1
	}
	if i < 0 || i > most {
		return nil
	}
	n, st := scan.JSON(b[i:], true)
	if st != scan.Done || len(bytes.TrimSpace(b[i+n:])) > 0 {
		return nil
	}
	var fault []byte
	scan.Members(b[i:i+n], func(key, value []byte) {
		if string(key) == "error" && value[0] == '{' && bytes.Contains(value, []byte(`"message"`)) {
			fault = value
		}
	})
	return fault
}

// syncReportMark starts the report of an initial sync.
const syncReportMark = "Dual write Initial Sync completed"

// syncLeg is the entity of the leg that a report is about.
func syncLeg(b []byte) []byte {
	_, leg, _ := bytes.Cut(b, []byte("Executed leg: From AX "))
	leg, _, _ = bytes.Cut(leg, []byte("\n"))
	leg, _, _ = bytes.Cut(leg, []byte(" to CRM "))
	return bytes.TrimSpace(leg)
}

// syncDone reports whether a report tells of a sync without errors. The status alone is not believed: a
// report with a failed record in it is no success, whatever its first line says.
func syncDone(b []byte) bool {
	line, _, _ := bytes.Cut(b, []byte("\n"))
	_, status, ok := bytes.Cut(line, []byte("status:"))
	return ok && !failure(status) && !bytes.Contains(b, []byte("Record Id:"))
}

// fromBlock fills type, message and table from the header lines of a trace block. Where a column gave the
// table or the message, the column keeps its word.
func fromBlock(x *record, block []byte) {
	rest := bytes.TrimLeft(block, " \t\r\n")
	for len(rest) > 0 {
		line, after, _ := bytes.Cut(rest, []byte("\n"))
		typ, name, step, ok := parseTraceHeader(line)
		if !ok {
			break
		}
		entity, message := x.entity, x.messageName
		header(x, typ, name, step)
		if len(entity) > 0 {
			x.entity = entity
		}
		if len(message) > 0 {
			x.messageName = message
		}
		rest = after
	}
}

// element is the text of the first element with this start tag, which need not be closed
// properly: faults are often cut off.
func element(b []byte, tag string) []byte {
	i := bytes.Index(b, []byte(tag))
	if i < 0 {
		return nil
	}
	b = b[i+len(tag):]
	end := bytes.IndexByte(b, '<')
	if end < 0 || end > 64 {
		return nil
	}
	return bytes.TrimSpace(b[:end])
}

// supportID is the GUID in "Activity ID for troubleshooting {GUID}". Support asks for it, and it joins the
// record with the other log, which is why it fills column correlation_id when nothing else does.
func supportID(b []byte) []byte {
	const words = "Activity ID for troubleshooting"
	i := ascii.IndexRare(b, words, 0)
	if i < 0 {
		return nil
	}
	b = bytes.TrimLeft(b[i+len(words):], " :{\"'")
	if len(b) < 36 {
		return nil
	}
	if _, ok := parseGUID(b[:36]); !ok {
		return nil
	}
	return notZero(b[:36])
}

func recordErrorKey(key []byte) bool {
	n, ok := bytes.CutPrefix(key, []byte("RecordError"))
	return ok && len(n) > 0 && ascii.Digits(n)
}

// traceHeader recognises "[Assembly: Full.Type.Name]", the first line of a trace block.
func traceHeader(b []byte) bool {
	typ, _, _, ok := parseTraceHeader(b)
	return ok && typ
}

// parseTraceHeader reads a header line of a trace block: "[Assembly: Type]", then typ is set, or "[guid:
// Type: Message of table]". Many lines of logs stand in brackets with a colon in them ("[ERROR: code]").
// What tells a header is an assembly with a dot in its name or a type that begins with the name of the
// assembly, for types have a namespace; and a type has no blanks, braces or quotes. An assembly with a
// parenthesis in its name is taken without either.
func parseTraceHeader(b []byte) (typ bool, name, step []byte, ok bool) {
	b = bytes.TrimSpace(b)
	if len(b) < 5 || b[0] != '[' || b[len(b)-1] != ']' {
		return false, nil, nil, false
	}
	head, rest, found := bytes.Cut(b[1:len(b)-1], []byte(": "))
	if !found || len(head) == 0 {
		return false, nil, nil, false
	}
	if _, guid := parseGUID(head); guid {
		name, step, _ = bytes.Cut(rest, []byte(": "))
		return false, name, step, true
	}
	dotted := bytes.IndexByte(head, '.') >= 0 || len(rest) > len(head) && rest[len(head)] == '.' && bytes.HasPrefix(rest, head)
	if !dotted && bytes.IndexByte(head, '(') < 0 || bytes.ContainsAny(rest, " {}\"") && bytes.IndexByte(head, '(') < 0 {
		return false, nil, nil, false
	}
	return true, rest, nil, true
}

// signs are words that tell of an error, in lower case. They are asked of texts without columns only, and
// only after marked: they are generous, since a message that is not recognised is not in the report,
// while a sentence too many is one line in it.
var signs = []string{
	"error", "exception", "fail", "cannot", "can't", "can not", "could not", "couldn't", "unable", "invalid", "not found", "denied",
	"refus", "reject", "missing", "timeout", "timed out", "time-out", "blocked", "fault", "abort", "conflict", "duplicate",
	"does not", "do not exist", "doesn't", "is not", "isn't", "must ", "required", "0x8", "dipv", "sql", "exceed", "expired", "forbidden", "unauthorized",
	"debuglogtrace",
	"already ", "exists", "not allowed", "not supported", "unsupported", "not valid", "incorrect", "disabled", "locked", "out of range", "too long", "on hold",
	"insufficient", "inactive", "unknown", "can only ", "only valid", "by zero", "unexpected", "permitted", "try again",
	"has not been", "have not been", "hasn't been", "prvread", "prvwrite", "prvcreate", "prvdelete", "prvappend", "prvassign", "prvshare",
	// The same in other languages.
	"fehler", "ung\u00fcltig", "nicht ", "fehlt", "erreur", "\u00e9chec", "impossib", "erro ", "no se pued", "fout", "kan niet",
	"fejl", "kan ikke", "kunne ikke", "fel:", "kunde inte", "virhe", "b\u0142\u0105d", "chyba", "nelze", "\u043e\u0448\u0438\u0431\u043a", "\u9519\u8bef", "\u30a8\u30e9\u30fc",
	"no indica \u00e9xito", "falha", "n\u00e3o \u00e9 poss\u00edvel", "non riuscit", "misslyck", "det g\u00e5r inte", "felmeddelande", "ep\u00e4onnistu", "ei voi", "hiba\u00fczenet",
	"nem siker", "nem lehet", "nie mo\u017cna", "nie powiod\u0142", "hatas\u0131", "ba\u015far\u0131s\u0131z", "\u0e44\u0e21\u0e48\u0e2a\u0e32\u0e21\u0e32\u0e23\u0e16", "\u0e25\u0e49\u0e21\u0e40\u0e2b\u0e25\u0e27",
	"\ubabb", "\uc624\ub958", "\uc2e4\ud328", "\u5931\u8d25", "\u5931\u6557", "\u65e0\u6cd5", "\u7121\u6cd5", "\u3067\u304d\u307e\u305b\u3093",
}

// telling reports whether a message without columns may tell of an error. The marks come first because
// nearly all messages have one and lowering a text costs more than finding it: 54 MB/s without that
// question, 107 with it, for infologs as text. Sentences that deny an error are taken out before the signs
// are looked for; the rest of the message may still have one. Of a long text the first 64 KiB must do.
func telling(b []byte) bool {
	if b[0] == '#' && bytes.IndexByte(b, '\n') < 0 {
		return false // a heading
	}
	if marked(b) {
		return true
	}
	low := bytes.ToLower(b[:min(len(b), 64<<10)])
	for _, s := range []string{"no error", "without error", "error-free", "keine fehler", "ohne fehler", "nothing failed"} {
		if bytes.Contains(low, []byte(s)) {
			low = bytes.ReplaceAll(low, []byte(s), nil)
		}
	}
	for _, s := range signs {
		if bytes.Contains(low, []byte(s)) {
			return true
		}
	}
	return false
}

// errorWords are what an error or an exception is called, in the languages that Dataverse and finance and operations have.
var errorWords = []string{
	"error", "exception", "fault", "fehler", "ausnahme", "erreur", "erro", "fout", "uitzondering", "eccezion", "excepci", "exceç", "fejl", "undtagelse", "felmedd",
	"feilmeld", "undantag", "unntak", "virhe", "poikkeu", "błąd", "błęd", "wyjąt", "chyb", "výjimk", "hiba", "kivétel", "hata", "özel durum",
	"ошибк", "исключен", "错误", "錯誤", "异常", "例外", "エラー", "오류", "예외",
}

// errorHeading reports whether a heading says that its column holds errors, in any of these languages.
func errorHeading(heading string) bool {
	low := strings.ToLower(heading)
	return slices.ContainsFunc(errorWords, func(w string) bool { return strings.Contains(low, w) })
}

// platformWords are printed by Dataverse, its SDK and its Web API only; dualWriteWords by what writes through
// dual-write, which quotes Dataverse.
var (
	platformWords = []string{
		"Principal user", "Principal team", "Principal with id", "SecLib::", "RoleService::", "RetrievePrivilegeForUser", "Microsoft.Xrm.", "Microsoft.Crm.", "Microsoft.Dynamics.CRM.",
		" Does Not Exist", " Do Not Exist", "CRM ErrorCode:", "AggregateQueryRecordLimit", "seclib::", "OrganizationServiceFault", "Crm Exception:", "InvalidPluginExecutionException", "Error identified in Payload", "/api/data/v",
	}
	dualWriteWords = []string{
		"Unable to write data to ", "Write failed for ", "RecordError", "Writes to ", "Unit of Work", "failed to process ", "DualWrite", "dual-write", "Dual-write", "dual write",
		"Dual write", "recordResponses", "CDS error code", "Record Id:", "xecuted leg", "roject validation failed", "}], The remote server returned an error", "Unable to lookup ",
		"resolve the guid for ", "Unable to generate payload",
	}
)

// ofPlatform reports whether a message without columns is one of Dataverse that no dual-write quotes. A pasted
// text comes from neither log, and the log that is written down decides whose failure a rule may call it: a
// privilege that some app lacks was told to be one of the team that owns the rows of dual-write.
func ofPlatform(b []byte) bool {
	return !holdsAny(b, dualWriteWords) && holdsAny(b, platformWords)
}

func holdsAny(b []byte, words []string) bool {
	return slices.ContainsFunc(words, func(s string) bool { return bytes.Contains(b, []byte(s)) })
}

// splitTrace takes type, message and table from the header lines of a trace block, and tells
// the block from the exception behind it: without one the trace says that all went well.
func splitTrace(x *record, b []byte) {
	x.errorText, x.traceText = b, nil
	rest := b
	headers := 0
	for {
		line, after, _ := bytes.Cut(rest, []byte("\n"))
		typ, name, step, ok := parseTraceHeader(line)
		if !ok {
			break
		}
		headers++
		header(x, typ, name, step)
		rest = after
	}
	if headers == 0 {
		return
	}
	x.errorText, x.traceText = nil, b
	if i := exceptionStart(b); i >= 0 {
		x.traceText, x.errorText = bytes.TrimSpace(b[:i]), b[i:]
	}
}

// headed reports whether a trace block starts with its header.
func headed(b []byte) bool {
	line, _, _ := bytes.Cut(bytes.TrimLeft(b, " \t\r\n"), []byte("\n"))
	_, _, _, ok := parseTraceHeader(line)
	return ok
}

// xmlStartsHere reports whether b starts like a document, not like a piece of XML in a text.
func xmlStartsHere(b []byte) bool {
	return bytes.HasPrefix(b, []byte("<?xml")) || bytes.HasPrefix(b, []byte("<!DOCTYPE")) || bytes.HasPrefix(b, []byte("<html"))
}

// Markers at the start of a line. The first ones always start a message; each of the others starts one
// when the message has it already: "Error:" may be the second line of a message, but a message does not
// say it twice. What is in continuations goes on even behind a blank line, in the languages in
// which .NET prints its stacks.
var (
	firstMarkers = ascii.StartsOf(
		"Unhandled exception", "Unhandled Exception", "Dual write Initial Sync completed", "Business Process Error", `{"RecordError`,
		"Exception Message:", "Plugin Trace:",
	)
	againMarkers = ascii.StartsOf(
		"Unable to write data to entity", "Writes to ", "Write failed for entity", `{"Write failed for entity`,
		"Unexpected exception from plug-in", "Record Id:", "Error:", "Error Message:", "Infolog:",
	)
	fragmentMarker = againMarkers.Of([]byte(`{"Write failed for entity`))
	continuations  = ascii.StartsOf(
		"at ", "bei ", "\u00e0 ", "in ", "---", "<", "Inner", "Stacktrace:", "Server stack trace:", "Exception rethrown at ", "ErrorsDetails:", "Message:",
		"UPDATE ", "SELECT ", "INSERT INTO ", "DELETE FROM ", // the statement that an infolog shows before what SQL Server said of it
	)
)

// Signs that are no words of a line.
var (
	blanks       = ascii.SetOf(" \t")
	quotedBlanks = ascii.SetOf(" \t\r>")
	lineEnds     = ascii.SetOf(" \t\r\n")
	behindStamp  = ascii.SetOf(" \t-|,;:") // between a time and what happened then
)
