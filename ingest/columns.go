package ingest

import (
	"bytes"
	"math/bits"
	"path"
	"slices"
	"strings"
	"time"
	"unicode"
)

// A slot is a place a heading or key can stand for. Several spellings share a slot; where two
// slots feed the same column of a record, the order below tells which one wins.
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

// noteKey lists a key of an object in the account of its file. Objects need not have the same
// keys, but those of the first thousand will do.
func (r *reader) noteKey(key []byte, s slot) {
	f := &r.file
	if f.Read >= notedRows || len(f.Columns) >= mostColumns || len(key) == 0 || len(key) > 120 {
		return
	}
	for _, c := range f.Columns {
		if c.Heading == string(key) {
			return
		}
	}
	var a arena
	f.Columns = append(f.Columns, Column{string(bytes.ToValidUTF8(unescape(&a, key), []byte("\uFFFD"))), feeds[s]})
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

// aliases leads from a normalised heading or key to its slot (the exporting tools, the
// display names and the logical names of the table; formats.md, section 3).
var aliases = map[string]slot{
	"plugintracelogid": slotID, "plugintracelog": slotID, "donotmodifyplugintracelog": slotID,
	"id": slotLooseID, "returnpropertyid": slotLooseID,
	"typename": slotType, "pluginname": slotType, "plugin": slotType, "plugintype": slotType,
	"target":      slotTarget,
	"messagename": slotMessageName, "message": slotMessage,
	"primaryentity": slotEntity, "entity": slotEntity, "entityname": slotEntity,
	"map": slotMap, "mapname": slotMap, "tablemap": slotMap, "entitymap": slotMap, "projectname": slotMap,
	"company": slotCompany, "dataareaid": slotCompany, "legalentity": slotCompany,
	"legalentityid": slotCompany, "companyid": slotCompany, "legalentityname": slotCompany,
	"createdon": slotCreated, "created": slotCreated,
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

// A slotSet is a set of slots.
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
	textSlots  = of(slotException, slotDetailed, slotVerbose, slotErrorMessage, slotErrorDetails, slotErrorWord,
		slotDetails, slotExceptionLine, slotOuter, slotMessage, slotBlock, slotPluginTrace)
	// One of these alone identifies a log; the others need company.
	strongSlots = of(slotException, slotDetailed, slotVerbose, slotErrorMessage, slotBlock)
	// With one of these and two more, it is a plug-in trace log as the stock view exports it,
	// without texts.
	viewSlots = of(slotID, slotType)
	// Any table may have these.
	weakSlots = of(slotStatus, slotSuccess, slotThrew, slotKind, slotDependency, slotSeverity, slotLevel, slotDimensions, slotSecret)
	// The executions of plug-ins in Application Insights, table dependencies.
	dependencySlots = of(slotTarget, slotSuccess)
	// Lines that code wrote, table traces there.
	lineSlots = of(slotSeverity, slotMessage)
	// A row without any of these says nothing.
	sayingSlots = textSlots | of(slotID, slotType, slotTarget, slotCreated, slotTimestamp, slotTimestampUTC, slotExecStart, slotStartDate)
)

// log is the kind of log that a table with these slots holds.
func (s slotSet) log() string {
	if s.any(traceSlots) || s&dependencySlots == dependencySlots || s&lineSlots == lineSlots {
		return PluginTrace
	}
	return DualWrite
}

// known reports whether a table with these slots is one of ours.
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

// slotOf finds the slot of a heading or key. It does not allocate.
func slotOf(name []byte) slot {
	var norm [40]byte
	n := 0
	for _, c := range name {
		c = lower(c)
		if c >= 'a' && c <= 'z' || digit(c) {
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

// slotOf finds the slot of a heading in the file being read.
func (r *reader) slotOf(name []byte) slot {
	s := slotOf(name)
	if s == slotNone && r.dmfLog {
		norm := bytes.Map(func(c rune) rune {
			if c > unicode.MaxASCII || !letter(byte(c)) && !digit(byte(c)) {
				return -1
			}
			return unicode.ToLower(c)
		}, name)
		s = dmfAliases[string(norm)]
	}
	return s
}

// dmfLog reports whether the member of a data management package is one of its log tables
// (formats.md, section 4.6). Their names are spelt in more than one way.
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

// put keeps the first value that is not empty.
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

func (f *fields) first(of ...slot) []byte {
	for _, s := range of {
		if len(f.value[s]) > 0 {
			return f.value[s]
		}
	}
	return nil
}

// errorText picks the text that says what went wrong.
func (f *fields) errorText(a *arena, log string) []byte {
	text := f.first(slotException, slotDetailed, slotVerbose, slotErrorDetails)
	if text == nil {
		text = f.first(slotErrorMessage, slotErrorWord, slotOuter, slotDetails, slotExceptionLine)
	} else if head := f.value[slotErrorMessage]; len(head) > 0 && !f.set.has(slotException) && !bytes.Contains(text, head) {
		text = a.join(head, "\n", text)
	}
	if text == nil && log != PluginTrace {
		text = f.value[slotMessage]
	}
	return text
}

// empty reports whether nothing in the row says what happened, or to what.
func (f *fields) empty() bool { return !f.filled.any(sayingSlots) }

// traceLine puts the message of a line of telemetry where it belongs by its severity: 3 (error)
// and 4 (critical) tell what went wrong, the others what the code did.
func (f *fields) traceLine() {
	s := slotBlock
	if v := f.value[slotSeverity]; len(v) == 1 && v[0] >= '3' || says(v, "error") || says(v, "critical") {
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

// fill sets everything of x but its position and texts.
func (r *reader) fill(x *row, f *fields) {
	x.log = f.set.log()
	x.typeName = typeName(f.first(slotType, slotTarget))
	x.messageName = f.value[slotMessageName]
	if x.messageName == nil && x.log == PluginTrace {
		x.messageName = f.value[slotMessage]
	}
	x.entity = f.first(slotEntity, slotMap)
	if strings.EqualFold(string(x.entity), "none") {
		x.entity = nil
	}
	x.company = f.value[slotCompany]
	x.mode = modeLabel(f.value[slotMode])
	x.operationType = operationLabel(f.value[slotOperation])
	x.depth = int32(min(number(f.value[slotDepth]), 1<<31-1))
	x.durationMS = number(f.value[slotDuration])
	x.correlationID = notZero(f.value[slotCorrelation])
	if _, ok := parseGUID(f.value[slotCorr]); ok && x.correlationID == nil {
		x.correlationID = notZero(f.value[slotCorr])
	}
	x.requestID = notZero(f.value[slotRequest])
	x.activityID = notZero(f.value[slotActivity])
	x.failed = failure(f.value[slotStatus]) || says(f.value[slotSuccess], "false") || says(f.value[slotThrew], "true")
	x.ok = calm(f.value[slotLevel]) && !x.failed
	r.fillTime(x, f)
}

// failure reports whether a status says that something failed: "Exception" of the Power
// Platform Developer Suite, "Error", "Failed" …
func failure(v []byte) bool {
	return len(v) > 0 && (indexFold(v, "exception") < len(v) || indexFold(v, "error") < len(v) || indexFold(v, "fail") < len(v))
}

// calm reports whether the level of an event is one that tells of no failure, in English or
// German.
func calm(v []byte) bool {
	for _, level := range []string{"information", "informationen", "verbose", "ausf\u00fchrlich"} {
		if says(v, level) {
			return true
		}
	}
	return false
}

// typeName cuts the assembly off a name that is qualified by it: "Ns.Type, Assembly,
// Version=1.0.0.0, …".
func typeName(v []byte) []byte {
	if i := bytes.IndexByte(v, ','); i > 0 && bytes.Contains(v[i:], []byte("Version=")) {
		return v[:i]
	}
	return v
}

// dimensions takes from the JSON in column customDimensions (or Properties) of Application
// Insights what no column of its own gives.
func (r *reader) dimensions(f *fields) {
	b := f.value[slotDimensions]
	if len(b) == 0 || b[0] != '{' {
		return
	}
	if n, st := scanJSON(b, true); st != scanDone || n != len(b) {
		return
	}
	set := f.set
	members(b, func(key, value []byte) {
		if value[0] == '{' || value[0] == '[' {
			return
		}
		s := slotNone
		switch string(key) {
		case "entityName":
			s = slotEntity
		case "pluginType", "pluginName":
			s = slotType
		case "depth":
			s = slotDepth
		case "messageName", "sdkMessage":
			s = slotMessageName
		case "correlationId":
			s = slotCorrelation
		}
		if s != slotNone {
			f.put(s, jsonText(&r.arena, value))
			if r.file.Read < notedRows {
				r.noteKey(append([]byte("customDimensions."), key...), s)
			}
		}
	})
	f.set = set | f.set&of(slotType) // a plug-in makes it a plug-in trace, nothing else decides
}

func (r *reader) fillTime(x *row, f *fields) {
	x.at = time.Time{}
	start := f.value[slotStartDate]
	if len(start) > 0 && len(f.value[slotStartTime]) > 0 {
		start = r.arena.join(start, " ", f.value[slotStartTime])
	} else if len(start) == 0 {
		start = f.value[slotStartTime]
	}
	if r.fitTime(x, f, start) {
		return
	}
	if v := f.value[slotTimestampUTC]; len(v) > 0 {
		utc := clock{zone: time.UTC, order: r.clock.order}
		if at, ok := utc.parse(v); ok {
			x.at = at
			return
		}
		x.atRaw = v
	}
	for _, v := range [...][]byte{f.value[slotCreated], f.value[slotTimestamp], f.value[slotExecStart], start} {
		if len(v) == 0 {
			continue
		}
		if at, ok := r.clock.parse(v); ok {
			if x.at.IsZero() || !r.clock.deduced {
				x.at, x.atRaw = at, nil
			}
			if !r.clock.deduced {
				return
			}
			continue // another column may give it in a form that holds on every day
		}
		if x.at.IsZero() && x.atRaw == nil && !bytes.HasPrefix(v, []byte("0001-01-01")) {
			x.atRaw = v
		}
	}
}

// fitTime reads a time of creation that can be read two ways by a date beside it that can be read
// one way only: the Plugin Trace Viewer writes the start date as ISO.
func (r *reader) fitTime(x *row, f *fields, start []byte) bool {
	const most = 36 * time.Hour // of a date without a time, in another zone
	created := f.value[slotCreated]
	if len(start) != len("2026-11-22") || len(created) == 0 || r.clock.order != AnyOrder {
		return false
	}
	day, ok := faultClock.parse(start)
	if _, plain := r.clock.parse(created); !ok || plain {
		return false
	}
	fits := 0
	for _, order := range []DateOrder{DayFirst, MonthFirst} {
		c := clock{zone: r.clock.zone, order: order}
		if at, ok := c.parse(created); ok && at.Sub(day).Abs() <= most {
			x.at = at
			fits++
		}
	}
	if fits != 1 {
		x.at = time.Time{}
	}
	return fits == 1
}

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
