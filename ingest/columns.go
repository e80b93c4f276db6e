package ingest

import (
	"bytes"
	"fmt"
	"math/bits"
	"path"
	"slices"
	"strings"

	"dwtriage/ingest/ascii"
	"dwtriage/ingest/secrets"
	"dwtriage/ingest/window"
)

// A slot is a place a heading or key can stand for. Several spellings share a slot; where two slots feed the
// same column of a record, the order below tells which one wins. Slots and not columns, because what a
// heading means depends on its neighbours: "message" is a step of the SDK in a trace and the text of the
// error elsewhere, and "time" and "date" make one time only together. All values of a row are therefore
// gathered first and judged together (entry.go).
type slot uint8

const (
	slotNone slot = iota
	slotID
	slotLooseID // "id" may be anything in a foreign table
	slotType
	slotTarget
	slotMessageName
	slotMessage // SDK message in a plug-in trace, error text elsewhere
	slotEntity
	slotMap
	slotInternal  // entity of finance and operations, in the error log of dual-write
	slotExternal  // table of Dataverse, there
	slotRecordKey // business key of the row that failed, there
	slotPayload   // what was sent to Dataverse, there: business data
	slotCompany
	slotCreated
	slotTimestamp
	slotTimestampUTC // its heading says so
	slotExecStart
	slotStartDate
	slotStartTime
	slotMode
	slotOperation
	slotDepth
	slotDuration
	slotCorrelation
	slotCorr
	slotRequest
	slotActivity
	slotException // exceptiondetails
	slotDetailed
	slotVerbose
	slotErrorMessage
	slotErrorDetails
	slotErrorWord
	slotDetails
	slotExceptionLine
	slotOuter
	slotBlock
	slotPluginTrace
	slotStatus
	slotSuccess
	slotThrew // "has exception"
	slotKind  // of telemetry: Plugin, SQL, HTTP
	slotDependency
	slotSeverity // of a line of telemetry, 0 to 4
	slotLevel    // of an event log
	slotDimensions
	slotSecret
	numSlots
)

// feeds names the column of a record that each slot leads to, for File.Columns.
var feeds = [numSlots]string{
	slotID: "record_id", slotLooseID: "record_id", slotType: "type_name", slotTarget: "type_name",
	slotMessageName: "message_name", slotMessage: "message_name", slotEntity: "entity", slotMap: "entity", slotCompany: "company",
	slotInternal: "entity", slotExternal: "entity", slotRecordKey: "record_key", slotPayload: "withheld",
	slotCreated: "occurred_at", slotTimestamp: "occurred_at", slotExecStart: "occurred_at", slotStartDate: "occurred_at", slotStartTime: "occurred_at",
	slotMode: "mode", slotOperation: "operation_type", slotDepth: "depth", slotDuration: "duration_ms",
	slotCorrelation: "correlation_id", slotCorr: "correlation_id", slotRequest: "request_id", slotActivity: "activity_id",
	slotException: "error_text", slotDetailed: "error_text", slotVerbose: "error_text", slotErrorMessage: "error_text",
	slotErrorDetails: "error_text", slotErrorWord: "error_text", slotDetails: "error_text", slotExceptionLine: "error_text", slotOuter: "error_text",
	slotBlock: "trace_text", slotPluginTrace: "trace_text",
	slotTimestampUTC: "occurred_at",
	slotStatus:       "outcome", slotSuccess: "outcome", slotThrew: "outcome", slotLevel: "outcome", slotSeverity: "outcome", slotDimensions: "several columns", slotSecret: "withheld",
}

// notedRows is how many objects are looked at for the keys of a file.
const notedRows = 1000

// mostColumns is how many columns an account lists.
const mostColumns = 200

// tell lists the headings of t in the account of its file.
func (t *table) tell(f *File) {
	for i, h := range t.headings[:min(len(t.headings), mostColumns)] {
		s := t.slots[i]
		c := Column{h, feeds[s]}
		switch {
		case s == slotMessage && (t.set.log() != PluginTrace || t.set.has(slotSeverity)):
			c.Feeds = "error_text"
		case h == "" && s == slotNone:
			continue
		case h == "":
			c.Heading = "(no heading)"
		}
		f.Columns = append(f.Columns, c)
	}
}

// Missing names the columns by which records are joined with other logs, or told apart, that
// nothing in the file feeds; nil when its columns are not known.
func (f *File) Missing() []string {
	if len(f.Columns) == 0 {
		return nil
	}
	keys := []string{"record_id", "occurred_at", "entity", "correlation_id", "request_id"}
	if f.Log == DualWrite {
		keys = []string{"occurred_at", "entity", "company", "correlation_id"}
	}
	return slices.DeleteFunc(keys, func(key string) bool {
		return slices.ContainsFunc(f.Columns, func(c Column) bool { return c.Feeds == key })
	})
}

// aliases leads from a normalised heading or key to its slot: the names that exporting tools print, the
// display names of the table and its logical names. Normalised means lower case, letters and digits only, so
// "Type Name", "typename" and "type_name" are one entry. A general word ("text", "description") may not
// be here, or tables of customers become logs; in the log tables of data management some may, see dmfAliases.
var aliases = map[string]slot{
	"plugintracelogid": slotID, "plugintracelog": slotID, "donotmodifyplugintracelog": slotID,
	"id": slotLooseID, "returnpropertyid": slotLooseID,
	"typename": slotType, "pluginname": slotType, "plugin": slotType, "plugintype": slotType,
	"target":      slotTarget,
	"messagename": slotMessageName, "message": slotMessage,
	"primaryentity": slotEntity, "entity": slotEntity, "entityname": slotEntity,
	"map": slotMap, "mapname": slotMap, "tablemap": slotMap, "entitymap": slotMap, "projectname": slotMap,
	"internalentityname": slotInternal, "externalentityname": slotExternal, "recordidentifier": slotRecordKey, "cdspayload": slotPayload,
	"company": slotCompany, "dataareaid": slotCompany, "legalentity": slotCompany,
	"legalentityid": slotCompany, "companyid": slotCompany, "legalentityname": slotCompany,
	"createdon": slotCreated, "created": slotCreated, "createddatetime": slotCreated, "createddateandtime": slotCreated,
	"timestamp": slotTimestamp, "logdatetime": slotTimestamp, "timegenerated": slotTimestamp, "time": slotTimestamp,
	"timecreated": slotTimestamp, "dateandtime": slotTimestamp,
	"timestamputc": slotTimestampUTC, "timegeneratedutc": slotTimestampUTC,
	"performanceexecutionstarttime": slotExecStart, "executionstarttime": slotExecStart,
	"startdate": slotStartDate, "starttime": slotStartTime,
	"mode": slotMode, "modename": slotMode,
	"operationtype": slotOperation, "operation": slotOperation, "operationtypename": slotOperation,
	"depth":                        slotDepth,
	"performanceexecutionduration": slotDuration, "executionduration": slotDuration,
	"duration": slotDuration, "durationms": slotDuration,
	"correlationid": slotCorrelation, "correlationguid": slotCorrelation, "operationid": slotCorrelation,
	"corr":      slotCorr,
	"requestid": slotRequest, "requestguid": slotRequest, "operationparentid": slotRequest, "parentid": slotRequest,
	"activityid":           slotActivity,
	"exceptiondetails":     slotException,
	"detailederrormessage": slotDetailed,
	"verboseerror":         slotVerbose, "errormessage": slotErrorMessage, "crmerrormessage": slotErrorMessage, "errordetails": slotErrorDetails,
	"error": slotErrorWord, "details": slotDetails, "exception": slotExceptionLine, "outermessage": slotOuter,
	"messageblock": slotBlock, "messagetrace": slotBlock,
	"plugintrace": slotPluginTrace, "tracetext": slotPluginTrace,
	"secureconfiguration": slotSecret,
	"status":              slotStatus,
	"success":             slotSuccess,
	"hasexception":        slotThrew,
	"type":                slotKind, "dependencytype": slotDependency, "severitylevel": slotSeverity,
	"level": slotLevel, "leveldisplayname": slotLevel,
	"customdimensions": slotDimensions, "properties": slotDimensions,
}

// A slotSet is a set of slots, in one word: it is asked several times for every row.
type slotSet uint64

func (s slotSet) has(x slot) bool    { return s&(1<<x) != 0 }
func (s slotSet) any(x slotSet) bool { return s&x != 0 }
func of(x ...slot) (s slotSet) {
	for _, x := range x {
		s |= 1 << x
	}
	return s
}

var (
	// Any of these makes a table a plug-in trace log.
	traceSlots = of(slotID, slotType, slotException, slotBlock, slotPluginTrace, slotOuter)
	// Any of these makes a table the error log of dual-write, whatever else it has.
	errorLogSlots = of(slotInternal, slotExternal, slotRecordKey, slotPayload)
	textSlots     = of(slotException, slotDetailed, slotVerbose, slotErrorMessage, slotErrorDetails, slotErrorWord,
		slotDetails, slotExceptionLine, slotOuter, slotMessage, slotBlock, slotPluginTrace)
	// One of these alone identifies a log; the others need company.
	strongSlots = of(slotException, slotDetailed, slotVerbose, slotErrorMessage, slotBlock)
	// With one of these and two more, it is a plug-in trace log as the stock view exports it,
	// without texts.
	viewSlots = of(slotID, slotType)
	// What these hold is never looked at.
	secretSlots = of(slotSecret, slotPayload)
	// Any table may have these.
	weakSlots = of(slotStatus, slotSuccess, slotThrew, slotKind, slotDependency, slotSeverity, slotLevel, slotDimensions, slotSecret)
	// The executions of plug-ins in Application Insights, table dependencies.
	dependencySlots = of(slotTarget, slotSuccess)
	// Lines that code wrote, table traces there.
	lineSlots = of(slotSeverity, slotMessage)
	// A row without any of these says nothing.
	sayingSlots = textSlots | of(slotID, slotType, slotTarget, slotCreated, slotTimestamp, slotTimestampUTC, slotExecStart, slotStartDate)
)

// log is the kind of log that a table with these slots holds. It is decided by the columns and not by their
// values, so that all rows of a file are of one log: those whose trace columns are empty, and those of the
// dual-write error log that quote the fault of a plug-in.
func (s slotSet) log() string {
	if s.any(errorLogSlots) {
		return DualWrite
	}
	if s.any(traceSlots) || s&dependencySlots == dependencySlots || s&lineSlots == lineSlots {
		return PluginTrace
	}
	return DualWrite
}

// known reports whether a table with these slots is one of ours. One column with a name that nothing else
// has is enough. A general name (error, details, message) needs company: nearly every table of any program
// has one of them. Columns that any table may have do not count as company.
func (s slotSet) known() bool {
	if s&dependencySlots == dependencySlots || s&lineSlots == lineSlots {
		return true
	}
	s &^= weakSlots
	switch {
	case s.any(strongSlots):
		return true
	case s.any(viewSlots) && bits.OnesCount64(uint64(s)) > 2:
		return true
	case !s.any(textSlots):
		return false
	}
	// A text column with a general name: at least one other known column beside it.
	return s&(s-1) != 0
}

// slotOf finds the slot of a heading or key. It does not allocate, as it is asked for every key of every
// object. No alias is longer than 40 letters, so a longer name is none.
func slotOf(name []byte) slot {
	var norm [40]byte
	n := 0
	for _, c := range name {
		c = ascii.Lower(c)
		if c >= 'a' && c <= 'z' || ascii.Digit(c) {
			if n == len(norm) {
				return slotNone
			}
			norm[n] = c
			n++
		}
	}
	return aliases[string(norm[:n])]
}

// dmfAliases are the headings of the log tables in a data management package. Their columns are
// not documented, so a few general words count there that would not elsewhere.
var dmfAliases = map[string]slot{
	"logtext": slotErrorDetails, "errortext": slotErrorDetails, "logmessage": slotErrorDetails, "messagetext": slotErrorDetails,
	"validationmessage": slotErrorDetails, "errordescription": slotErrorDetails, "description": slotDetails, "text": slotDetails,
	"log": slotDetails, "infolog": slotDetails,
	"createddatetime": slotTimestamp, "modifieddatetime": slotTimestamp, "startdatetime": slotTimestamp, "enddatetime": slotTimestamp,
	"logtype": slotLevel, "severity": slotLevel, "company": slotCompany,
}

// dmfLog reports whether the member of a data management package is one of its log tables: those for the
// rows in staging, for executions and for definition groups. Their names are spelt in more than one
// way, so only the start counts, in any case. All else in a package is business data, which must not become
// records.
func dmfLog(file string) bool {
	name := strings.ToUpper(path.Base(file))
	return strings.HasPrefix(name, "DMFSTAGING") || strings.HasPrefix(name, "DMFEXECUTION") || strings.HasPrefix(name, "DMFDEFINITIONGROUP")
}

// fields are the values of one row by slot; empty means not given.
type fields struct {
	set    slotSet // slots the row has a column or key for, empty or not
	filled slotSet // those of them with a value
	value  [numSlots][]byte
}

func (f *fields) clear() {
	for s := f.filled; s != 0; s &= s - 1 {
		f.value[bits.TrailingZeros64(uint64(s))] = nil
	}
	f.set, f.filled = 0, 0
}

// put keeps the first value that is not empty. An export may have a column twice, under its display name and
// under its logical one; an empty cell of the one must not hide what stands in the other.
func (f *fields) put(s slot, v []byte) {
	f.set |= 1 << s
	if f.filled.has(s) {
		return
	}
	if v = bytes.TrimSpace(v); len(v) > 0 {
		f.value[s] = v
		f.filled |= 1 << s
	}
}

// first is the value of the first of these slots that has one: the order of the arguments is the order of
// trust.
func (f *fields) first(of ...slot) []byte {
	for _, s := range of {
		if len(f.value[s]) > 0 {
			return f.value[s]
		}
	}
	return nil
}

// errorText picks the text that says what went wrong. The fullest wins: the details of an exception name the
// cause, where a message says that something failed. A short message that the full text does not contain is
// put in front of it, so that neither is lost; exceptiondetails hold all of it, so there it is not.
// "message" comes last, and never in a trace, where it is the step of the SDK.
func (f *fields) errorText(a *window.Arena, log string) []byte {
	text := f.first(slotException, slotDetailed, slotVerbose, slotErrorDetails)
	if text == nil {
		text = f.first(slotErrorMessage, slotErrorWord, slotOuter, slotDetails, slotExceptionLine)
	} else if head := f.value[slotErrorMessage]; len(head) > 0 && !f.set.has(slotException) && !bytes.Contains(text, head) {
		text = a.Join(head, "\n", text)
	}
	if text == nil && log != PluginTrace {
		text = f.value[slotMessage]
	}
	return text
}

// empty reports whether nothing in the row says what happened, or to what. A status says it where the row says of which record it is: an empty
// time makes no less of it than one that cannot be read.
func (f *fields) empty() bool {
	ofRecord := f.filled.has(slotRecordKey) && f.filled.any(of(slotEntity, slotMap, slotInternal, slotExternal))
	return !f.filled.any(sayingSlots) && !(ofRecord && f.filled.any(of(slotStatus, slotSuccess)))
}

// traceLine puts the message of a line of telemetry where it belongs by its severity: 3 (error) and 4
// (critical) tell what went wrong, the others what the code did. As an error text each line of a trace would
// be a failure.
func (f *fields) traceLine() {
	s := slotBlock
	if v := f.value[slotSeverity]; len(v) == 1 && v[0] >= '3' || ascii.Is(v, "error") || ascii.Is(v, "critical") {
		s = slotException
	}
	text := f.value[slotMessage]
	if len(text) > 0 && !f.filled.any(of(slotException, slotBlock, slotOuter)) {
		f.put(s, text)
		f.value[slotMessage] = nil
		f.filled &^= of(slotMessage)
	}
}

// telling reports whether a row tells of an error, or of a trace. Asked of tables without known
// headings: their column of errors may hold other words, too.
func (f *fields) telling() bool {
	v := f.first(slotDetailed, slotException)
	return f.filled.has(slotBlock) || len(v) > 0 && telling(v)
}

func (f *fields) hasText() bool { return f.filled.any(textSlots) }

// typeName cuts the assembly off a name that is qualified by it: "Ns.Type, Assembly, Version=1.0.0.0, …".
// The version changes when a plug-in is deployed again, and it is to stay one row of a report. A comma alone
// is no sign, for generic types have commas.
func typeName(v []byte) []byte {
	if i := bytes.IndexByte(v, ','); i > 0 && bytes.Contains(v[i:], []byte("Version=")) {
		return v[:i]
	}
	return v
}

// modeLabel is the mode by the label that the table has in English. Exports give the number, the label in
// the language of the user, or a word of the tool; what is not known stays as printed.
func modeLabel(v []byte) string {
	switch s := string(v); s {
	case "":
		return ""
	case "0", "Synchronous":
		return synchronous
	case "1", "Asynchronous":
		return asynchronous
	default:
		return otherMode(s)
	}
}

const synchronous, asynchronous = "Synchronous", "Asynchronous"

// otherMode knows the labels of other languages by how they start: Synchron, Asynkron,
// Sincrónico, Assíncrono …
func otherMode(s string) string {
	low := strings.ToLower(s)
	for _, start := range []string{"sync", "synk", "sinc", "sínc"} {
		if strings.HasPrefix(low, start) {
			return synchronous
		}
	}
	for _, start := range []string{"async", "asynk", "asinc", "asínc", "assinc", "assínc"} {
		if strings.HasPrefix(low, start) {
			return asynchronous
		}
	}
	return s
}

// operationLabel is the operation type by its English label. As with modes, what is not known stays.
func operationLabel(v []byte) string {
	switch s := string(v); s {
	case "0":
		return "Unknown"
	case "1", "Plug-in", "Plugin", "PlugIn":
		return "Plug-in"
	case "2", "WorkflowActivity":
		return "Workflow Activity"
	default:
		return s
	}
}

// A table is what the header of a table says.
type table struct {
	comma    byte
	skip     int // bytes before the header's end, header included
	headings []string
	slots    []slot // by column
	set      slotSet
	secret   bool // has a column that must not be shown
	marked   bool // the columns were found by what is in them
	told     bool // and yet one is called by a word for errors, so that whatever stands there is one
	bare     bool // and there is no header
	own      *ownTable
}

// headed makes a table of headings; nil when too few of them are known.
func (r *file) headed(names [][]byte) *table {
	t := &table{}
	for _, v := range names {
		if len(v) > 120 {
			return nil
		}
		s := r.slotOf(v)
		t.slots = append(t.slots, s)
		t.set |= of(s)
		t.secret = t.secret || secretSlots.has(s) || secrets.Name(v)
	}
	t.set &^= of(slotNone)
	if !t.set.known() {
		return nil
	}
	for _, v := range names {
		t.headings = append(t.headings, string(bytes.TrimSpace(v)))
	}
	return t
}

// heading is the heading of the first column of a slot, as the file prints it.
func (t *table) heading(s slot) string {
	if i := slices.Index(t.slots, s); i >= 0 {
		return t.headings[i]
	}
	return ""
}

func (t *table) known() int {
	n := 0
	for _, s := range t.slots {
		if s != slotNone {
			n++
		}
	}
	return n
}

// markedColumns finds the columns whose cells hold the text of an error, or of a trace. first is the first
// row with one, -1 when there is none. It is for exports whose headings are in a language that aliases does
// not speak, and for grids without any: the texts of the logs are English everywhere. A column of error
// texts beside one of traces is that of exceptions, which makes the table a trace log.
func markedColumns(rows [][][]byte) (slots map[int]slot, first int) {
	slots, first = make(map[int]slot), -1
	block := false
	for i, row := range rows {
		for k, v := range row {
			s := slotNone
			switch {
			case headed(v):
				s, block = slotBlock, true
			case marked(v):
				s = slotDetailed
			default:
				continue
			}
			// A column of traces that starts with one that lost its header stays one of traces.
			if old, ok := slots[k]; !ok || old == slotDetailed && s == slotBlock {
				slots[k] = s
			}
			if first < 0 {
				first = i
			}
		}
	}
	for k, s := range slots {
		if s == slotDetailed && block {
			slots[k] = slotException
		}
	}
	return slots, first
}

// headingNames lists the first headings for a message: they may be cells of data.
func headingNames(names [][]byte) string {
	var out []string
	for _, v := range names {
		if v = bytes.TrimSpace(v); len(v) > 0 && len(out) < 8 {
			out = append(out, fmt.Sprintf("%.30q", secrets.Excerpt(v)))
		}
	}
	return strings.Join(out, ", ")
}

// keyName names a slot in rejects of objects and elements, which have no headings.
func keyName(s slot) string {
	if s == slotID {
		return "plugintracelogid"
	}
	return ""
}
