package ingest

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"dwtriage/ingest/ascii"
	"dwtriage/ingest/clock"
	"dwtriage/ingest/scan"
	"dwtriage/ingest/secrets"
)

// entry makes a record of the fields of one row or object, or several when it holds an envelope with several
// responses. heading names a slot in rejects. All formats with columns come through here, so that a row
// means the same in each.
//
// The order matters. Dimensions are unpacked first, as they fill fields that all else looks at. Telemetry
// that is not of a plug-in is rejected before it is read, since the same table holds calls to databases and
// web services. An id that is no GUID rejects the row, for rows that shifted by a cell show it there first;
// a column called only "id" may hold anything, so there it is ignored. Last comes what is packed into the
// text of a dual-write record.
func (r *file) entry(f *fields, at place, heading func(slot) string) error {
	if f.filled.has(slotDimensions) {
		r.dimensions(f)
	}
	if kind := f.first(slotDependency, slotKind); f.set.has(slotTarget) && len(kind) > 0 && !ascii.Is(kind, "plugin") {
		return r.reject(at, heading(slotKind), reasonNoPlugin, secrets.Excerpt(kind))
	}
	if f.set.has(slotSeverity) {
		f.traceLine()
	}
	x := at.row0()
	r.fill(&x, f)
	if v := f.value[slotID]; len(v) > 0 {
		id, ok := parseGUID(v)
		if !ok {
			return r.reject(at, heading(slotID), reasonID, secrets.Excerpt(v))
		}
		x.id = id
	} else if id, ok := parseGUID(f.value[slotLooseID]); ok {
		x.id = id
	}
	x.errorText = f.errorText(&r.row.arena, x.log)
	x.traceText = f.first(slotBlock, slotPluginTrace)
	if len(x.errorText) == 0 && !x.failed {
		ok, written := succeeded(f.value[slotStatus])
		x.ok = ok || ascii.Is(f.value[slotSuccess], "true")
		x.unwritten = ok && !written
	}
	// What stands under a table, such as a sum of its rows, has neither.
	if x.log == DualWrite && len(x.errorText) == 0 && !x.ok && !x.failed && x.at.IsZero() && (len(x.entity) == 0 || len(x.recordKey) == 0) {
		return r.reject(at, "", reasonNoText, secrets.Excerpt(x.company))
	}
	if x.log == DualWrite && len(x.errorText) > 0 && x.errorText[0] == '{' {
		if b := faultBodyIn(x.errorText); b != nil {
			return r.faultBody(b, x)
		}
	}
	if x.log == DualWrite && hasEnvelope(x.errorText) {
		if found := r.responses(x.errorText); len(found) > 0 {
			return r.keepResponses(&x, found)
		}
	}
	return r.keep(&x)
}

// fill sets everything of x but its position and texts. Where several columns feed one field, the more exact
// one wins: the name of the type before that of the target, the entity before the map, an operation's id
// under its full heading before "corr", which is believed only when it is a GUID. Zero GUIDs stand for
// "none" and would join all records that have none with each other. A status of failure outranks a calm
// level.
func (r *file) fill(x *record, f *fields) {
	x.log = f.set.log()
	x.typeName = typeName(f.first(slotType, slotTarget))
	x.messageName = f.value[slotMessageName]
	if x.messageName == nil && x.log == PluginTrace {
		x.messageName = f.value[slotMessage]
	}
	x.entity = r.entityOf(f)
	if strings.EqualFold(string(x.entity), "none") {
		x.entity = nil
	}
	x.company = f.value[slotCompany]
	x.recordKey = f.value[slotRecordKey]
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
	x.failed = failure(f.value[slotStatus]) || ascii.Is(f.value[slotSuccess], "false") || ascii.Is(f.value[slotThrew], "true")
	x.ok = calm(f.value[slotLevel]) && !x.failed
	r.fillTime(x, f)
}

// entityOf is what the row failed in: an entity, or the map. The error log of dual-write prints two ends of
// the map, which together are its name as the page of dual-write has it, "Customers V3 (accounts)"; the
// technical name of an entity is enough alone. The project of that log may be called DWM and a GUID, which
// leads nowhere.
func (r *file) entityOf(f *fields) []byte {
	name := f.first(slotEntity, slotMap)
	if len(name) > 0 && !(bytes.HasPrefix(name, []byte("DWM-")) && f.filled.any(of(slotInternal, slotExternal))) {
		return name
	}
	internal, external := f.value[slotInternal], f.value[slotExternal]
	if len(internal) > 0 && len(external) > 0 && !bytes.HasSuffix(internal, []byte("Entity")) {
		return r.row.arena.Join(internal, " (", append(slices.Clone(external), ')'))
	}
	return f.first(slotInternal, slotExternal, slotMap)
}

// dimensions takes from the JSON in column customDimensions (or Properties) of Application
// Insights what no column of its own gives.
func (r *file) dimensions(f *fields) {
	b := f.value[slotDimensions]
	if len(b) == 0 || b[0] != '{' {
		return
	}
	if n, st := scan.JSON(b, true); st != scan.Done || n != len(b) {
		return
	}
	set := f.set
	scan.Members(b, func(key, value []byte) {
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
			f.put(s, scan.JSONText(&r.row.arena, value))
			if r.account.Read < notedRows {
				r.noteKey(append([]byte("customDimensions."), key...), s)
			}
		}
	})
	f.set = set | f.set&of(slotType) // a plug-in makes it a plug-in trace, nothing else decides
}

// fillTime sets the time of x from the first column that can be read: when the record was made, when it was
// logged, when the execution began, and a date with a time beside it. A heading that says UTC outranks them,
// because no zone has to be assumed for it. A time that could be read only by deduction (a day above 12
// tells the order) is replaced by one of another column that needs none: the same column may hold 03/04 in
// the next row. What no column gives stays as text, so that nothing is lost and nothing is guessed. The
// first day of year 1 is how .NET prints no time.
func (r *file) fillTime(x *record, f *fields) {
	x.at = time.Time{}
	start := f.value[slotStartDate]
	if len(start) > 0 && len(f.value[slotStartTime]) > 0 {
		start = r.row.arena.Join(start, " ", f.value[slotStartTime])
	} else if len(start) == 0 {
		start = f.value[slotStartTime]
	}
	r.fillStart(x, f, start)
	if r.fitTime(x, f, start) {
		return
	}
	if v := f.value[slotTimestampUTC]; len(v) > 0 {
		utc := clock.Clock{Zone: time.UTC, Order: r.clock.Order}
		if at, ok := utc.Parse(v); ok {
			x.at = at
			return
		}
		x.atRaw = v
	}
	for _, v := range [...][]byte{f.value[slotCreated], f.value[slotTimestamp], f.value[slotExecStart], start} {
		if len(v) == 0 {
			continue
		}
		if at, ok := r.clock.Parse(v); ok {
			if x.at.IsZero() || !r.clock.Deduced {
				x.at, x.atRaw = at, nil
			}
			if !r.clock.Deduced {
				return
			}
			continue // another column may give it in a form that holds on every day
		}
		if x.at.IsZero() && x.atRaw == nil && !bytes.HasPrefix(v, []byte("0001-01-01")) {
			x.atRaw = v
		}
	}
}

// fillStart sets when the execution of a plug-in began. A start whose day and month follow from its numbers only is left
// out: it tells which trace lies within which, to the millisecond.
func (r *file) fillStart(x *record, f *fields, start []byte) {
	if v := f.value[slotExecStart]; len(v) > 0 {
		start = v
	} else if len(f.value[slotStartTime]) == 0 {
		return // a day is no time
	}
	if x.log != PluginTrace {
		return
	}
	met := r.clock.Met
	if at, ok := r.clock.Parse(start); ok && !r.clock.Deduced {
		x.started = at
	}
	r.clock.Met = met // says of the times of entries that a zone was assumed
}

// fitTime reads a time of creation that can be read two ways by a date beside it that can be read
// one way only: the Plugin Trace Viewer writes the start date as ISO.
func (r *file) fitTime(x *record, f *fields, start []byte) bool {
	const most = 36 * time.Hour // of a date without a time, in another zone
	created := f.value[slotCreated]
	if len(start) != len("2026-11-22") || len(created) == 0 || r.clock.Order != clock.AnyOrder {
		return false
	}
	day, ok := clock.ParseUTC(start)
	if _, plain := r.clock.Parse(created); !ok || plain {
		return false
	}
	fits := 0
	for _, order := range []clock.DateOrder{clock.DayFirst, clock.MonthFirst} {
		c := clock.Clock{Zone: r.clock.Zone, Order: order}
		if at, ok := c.Parse(created); ok && at.Sub(day).Abs() <= most {
			x.at = at
			fits++
		}
	}
	if fits != 1 {
		x.at = time.Time{}
	}
	return fits == 1
}
