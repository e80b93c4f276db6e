package exports

import (
	"bytes"
	"slices"
	"strings"
	"time"
)

// A Format is one way to write a log. Formats of the same Set carry the same entries, the first of
// them with all their columns.
type Format struct {
	Name, Extension string
	Set             string
	Drops           []string // columns of a record that the format does not carry
	DateOrder       string   // --date-order that its dates need
	Warns           string   // start of the warning that belongs to it
	Alike           bool     // one of many alike: what takes long may leave it out
	Nameless        bool     // nothing in it tells one record from another

	write func(l *Log) ([]byte, error)
}

// Write gives the file in which the format exports what it carries of l.
func (f *Format) Write(l *Log) ([]byte, error) {
	carried := *l
	carried.Traces = Carried(f.Set, l.Traces)
	return f.write(&carried)
}

// What the formats carry: all traces or some of them, or what dual-write says.
const (
	AllTraces        = "traces"
	WesternTraces    = "traces in western letters" // those that windows-1252 can write
	FailedTraces     = "traces with exception"
	SuccessfulTraces = "traces without exception"
	Envelopes        = "envelopes"
	Infologs         = "infologs"
)

// Carried are those of the traces that belong to a set.
func Carried(set string, traces []Trace) []Trace {
	return slices.DeleteFunc(slices.Clone(traces), func(e Trace) bool {
		switch set {
		case WesternTraces:
			return !fits1252(e)
		case FailedTraces:
			return e.Exception == ""
		case SuccessfulTraces:
			return e.Exception != ""
		}
		return false
	})
}

// Formats lists them all: the first of every set, then those with the logical names of the table,
// then by the program that writes them.
func Formats() []Format {
	return slices.Concat(firstFormats(), logicalCSV(), displayedCSV(), toolFormats(), jsonFormats(), insightsFormats(),
		xmlFormats(), markupFormats(), workbooks(), dualWriteFormats())
}

// traces is a format of plug-in traces that cannot fail.
func traces(name, extension string, write func([]Trace) []byte) Format {
	return Format{Name: name, Extension: extension, Set: AllTraces, write: func(l *Log) ([]byte, error) { return write(l.Traces), nil }}
}

// table is one as CSV.
func table(name string, columns []heading, before, comma, end string) Format {
	return traces(name, "csv", func(e []Trace) []byte { return append([]byte(before), traceTable(e, columns).CSV(comma, end)...) }).
		without(noStart(columns)...)
}

// noStart is what a table with these columns does not carry if none of them says when a plug-in began.
func noStart(columns []heading) []string {
	for _, h := range columns {
		if strings.HasPrefix(h.column, "performanceexecutionstarttime") {
			return nil
		}
	}
	return []string{"started_at"}
}

func (f Format) of(set string) Format {
	f.Set = set
	return f
}

func (f Format) ordered(dates string) Format {
	f.DateOrder = dates
	return f
}

func (f Format) without(columns ...string) Format {
	f.Drops = slices.Concat(f.Drops, columns)
	return f
}

func (f Format) alike(yes bool) Format {
	f.Alike = yes
	return f
}

// encoded writes the format in another encoding.
func (f Format) encoded(name string, to func([]byte) []byte) Format {
	write := f.write
	f.Name, f.write = name, func(l *Log) ([]byte, error) {
		b, err := write(l)
		return to(b), err
	}
	return f
}

// in1252 writes it in windows-1252.
func (f Format) in1252(name string) Format {
	write := f.write
	f.Name, f.write = name, func(l *Log) ([]byte, error) {
		b, err := write(l)
		if err != nil {
			return nil, err
		}
		return to1252(b)
	}
	return f
}

func firstFormats() (out []Format) {
	lines := traces("json lines", "jsonl", func(e []Trace) []byte { return joined(webAPI(e, logicalNames, noNotes), "", "\n", "\n", "") })
	out = append(out, lines)
	for _, set := range []string{WesternTraces, FailedTraces, SuccessfulTraces} {
		f := lines.of(set).alike(true)
		f.Name += ", " + set
		out = append(out, f)
	}
	return out
}

// logicalCSV is CSV with the logical names of the table, delimiter × line end × encoding.
func logicalCSV() (out []Format) {
	for _, comma := range []struct{ name, text string }{{"comma", ","}, {"semicolon", ";"}, {"tab", "\t"}} {
		for _, end := range []struct{ name, text string }{{"lf", "\n"}, {"crlf", "\r\n"}} {
			f := table("csv "+comma.name+" "+end.name, logicalNames, "", comma.text, end.text)
			for _, e := range encodings {
				named := f.Name + " " + e.name
				switch named {
				case "csv comma crlf utf-8":
					named = "csv"
				case "csv comma crlf utf-16le bom":
					named = "csv utf-16"
				}
				out = append(out, f.encoded(named, e.to).alike(comma.name != "comma" && e.name != "utf-16le bom" || end.name == "lf"))
			}
			out = append(out, f.of(WesternTraces).in1252(f.Name+" windows-1252").alike(comma.name == "tab" || end.name == "lf"))
		}
	}
	return append(out,
		table("csv of a query", queryNames, "", ",", "\r\n"),
		table("csv with sep line", logicalNames, "sep=;\r\n", ";", "\r\n"),
		table("csv with sep line and bom", logicalNames, "\ufeffsep=\t\r\n", "\t", "\r\n"),
		table("csv with type line", logicalNames, typeLine, ",", "\r\n"))
}

const typeLine = "#TYPE System.Management.Automation.PSCustomObject\r\n"

// appNames are what a model-driven app exports, its hidden columns first.
func appNames() []heading { return slices.Concat(hiddenNames, displayNames) }

func displayedCSV() []Format {
	displayed := append([]heading{{"Plug-in Trace Log", "plugintracelogid"}}, displayNames...)
	hidden := appNames()
	return []Format{
		table("csv display names", displayed, "", ",", "\r\n"),
		table("csv display names, German", with(displayed, "createdon", "02.01.2006 15:04:05"), "\ufeff", ";", "\r\n"),
		table("", with(but(displayed, "performanceconstructorduration"), "createdon", "02.01.2006 15:04:05"), "", ";", "\r\n").
			of(WesternTraces).in1252("csv saved by a German Excel"),
		table("csv display names, hidden columns", hidden, "", ",", "\r\n"),
		table("csv display names, month first", with(hidden, "createdon", "1/2/2006 3:04:05 PM"), "", ",", "\r\n").ordered("mdy"),
		table("csv display names, day first", with(hidden, "createdon", "02/01/2006 15:04:05"), "", ";", "\r\n").ordered("dmy"),
		table("csv display names, year first", with(hidden, "createdon", "2006/01/02 15:04:05"), "", ";", "\r\n").ordered("ymd"),
	}
}

// toolFormats are those of Power Platform Developer Suite, PowerShell and the trace viewer.
func toolFormats() []Format {
	shell := func(e []Trace) []byte { return traceTable(e, powerShellNames()).quotedCSV() }
	return []Format{
		table("ppds csv", ppdsNames, "", ",", "\n"),
		traces("json ppds", "json", func(e []Trace) []byte {
			return joined(webAPI(e, ppdsKeys, noNotes), "[\n  ", ",\n  ", "\n]\n", "\n    ")
		}).without(noStart(ppdsKeys)...),
		traces("powershell", "csv", shell),
		traces("powershell with type line", "csv", func(e []Trace) []byte { return append([]byte(typeLine), shell(e)...) }),
		table("trace viewer csv", viewerNames, "", ",", "\r\n").without("record_id"),
	}
}

func jsonFormats() []Format {
	of := func(name string, n notes, before, between, after, indent string) Format {
		return traces(name, "json", func(e []Trace) []byte {
			return joined(webAPI(e, logicalNames, n), before, between, after, indent)
		})
	}
	annotated := traces("json page with annotations", "json", func(e []Trace) []byte { return page(webAPI(e, logicalNames, allNotes), columns, "") })
	return []Format{
		traces("json page", "json", func(e []Trace) []byte { return page(webAPI(e, logicalNames, noNotes), columns, "") }),
		annotated,
		annotated.encoded("json page, utf-16", wide),
		{Name: "json page, indented", Extension: "json", Set: AllTraces, Drops: noStart(queryNames), write: func(l *Log) ([]byte, error) {
			shown := notes{tagged: true, shown: []string{"createdon", "operationtype", "mode"}}
			return indented(page(webAPI(l.Traces, queryNames, shown), "", ""))
		}},
		of("bare array", noNotes, "[", ",", "]", ""),
		of("bare array, indented", allNotes, "[\r\n  ", ",\r\n  ", "\r\n]", "\n    "),
		of("concatenated objects", noNotes, "", "", "", ""),
		traces("concatenated pages", "json", func(e []Trace) []byte {
			o := webAPI(e, logicalNames, allNotes)
			half := (len(o) + 1) / 2
			return slices.Concat(page(o[:half], columns, "2"), page(o[half:], columns, ""))
		}),
	}
}

// Application Insights has no identity of the trace, and only some of its columns. Without
// the table, no map is known.
func insightsFormats() []Format {
	drops := []string{"record_id", "entity", "message_name", "mode", "operation_type", "depth", "trace_text",
		"dataverse_table", "fno_entity", "map", "map_candidates"}
	dependencies := table("application insights dependencies", insightsDependencies, "", ",", "\r\n").of(SuccessfulTraces).without(drops...)
	dependencies.Warns = "no column holds the text of the exception"
	return []Format{
		table("application insights exceptions", insightsExceptions, "", ",", "\r\n").of(FailedTraces).
			without(append(drops, "type_name", "duration_ms")...),
		dependencies,
	}
}

// xmlFormats are those of XrmToolBox.
func xmlFormats() []Format {
	of := func(name, layout string, write func([]Trace, string) []byte) Format {
		return traces(name, "xml", func(e []Trace) []byte { return write(e, layout) })
	}
	explicit := of("xml explicit", time.RFC3339, viewerXML)
	return []Format{
		explicit,
		of("xml explicit, day first", "02/01/2006 15:04:05", viewerXML).ordered("dmy"),
		of("xml explicit, month first", "1/2/2006 3:04:05 PM", viewerXML).ordered("mdy"),
		of("xml basic", time.RFC3339, basicXML),
		of("xml basic, day first", "02/01/2006 15:04:05", basicXML).ordered("dmy"),
		explicit.encoded("xml explicit, utf-16", wide),
	}
}

// markupFormats are what older clients and reports call Excel: markup that Excel opens.
func markupFormats() []Format {
	of := func(name, extension string, write func(Table) []byte) Format {
		return traces(name, extension, func(e []Trace) []byte { return write(traceTable(e, logicalNames)) })
	}
	return []Format{
		of("xml spreadsheet 2003", "xml", Table.xmlss),
		of("html table", "html", Table.html),
	}
}

func workbooks() []Format {
	of := func(name string, w workbook, columns []heading) Format {
		return Format{Name: name, Extension: "xlsx", Set: AllTraces, Drops: noStart(columns),
			write: func(l *Log) ([]byte, error) { return w.xlsx(traceTable(l.Traces, columns)) }}
	}
	hidden := appNames()
	return []Format{
		of("xlsx shared strings", workbook{}, hidden),
		of("xlsx of a model-driven app", workbook{logical: true}, hidden),
		of("xlsx, carriage returns escaped", workbook{escapeCR: true}, hidden),
		of("xlsx inline strings", workbook{streamed: true}, hidden),
		of("xlsx, dates from 1904", workbook{from1904: true}, hidden),
		of("xlsx, header in row 4", workbook{top: 3}, hidden),
		of("xlsx, second sheet", workbook{front: true}, hidden),
		of("xlsx, logical names", workbook{streamed: true}, logicalNames),
		of("trace viewer xlsx", workbook{name: "Plugin Trace Viewer - Result", back: true}, viewerNames).without("record_id"),
	}
}

func dualWriteFormats() []Format {
	envelopes := func(name, extension string, write func([]Envelope) []byte) Format {
		return Format{Name: name, Extension: extension, Set: Envelopes, write: func(l *Log) ([]byte, error) { return write(l.Envelopes), nil }}
	}
	texts := func(name, extension, before, between, after string) Format {
		return envelopes(name, extension, func(e []Envelope) []byte { return envelopeTexts(e, before, between, after) })
	}
	infologs := func(name, extension string, write func([]Infolog) []byte) Format {
		return Format{Name: name, Extension: extension, Set: Infologs, write: func(l *Log) ([]byte, error) { return write(l.Infologs), nil }}
	}
	asIs := func(at string) string { return at }
	plain := infologs("text infologs", "txt", func(x []Infolog) []byte { return infologText(x, "", " ", "\n") })
	pastedFaults := traces("text faults", "txt", pasted).of(FailedTraces)
	pastedFaults.Nameless = true
	return []Format{
		texts("envelopes", "jsonl", "", "\n", "\n"),
		texts("envelope array", "json", "[\n", ",\n", "\n]\n"),
		texts("envelope array in one line", "json", "[", ",", "]"),
		envelopes("envelope in csv cell", "csv", func(e []Envelope) []byte { return envelopeTable(e).CSV(",", "\r\n") }),
		envelopes("envelope in csv cell, unicode text", "txt", func(e []Envelope) []byte { return wide(envelopeTable(e).CSV("\t", "\r\n")) }),
		{Name: "envelope in xlsx cell", Extension: "xlsx", Set: Envelopes, write: func(l *Log) ([]byte, error) {
			return workbook{name: "Dual write error log"}.xlsx(envelopeTable(l.Envelopes))
		}},
		texts("envelope in prose", "txt", "Good morning, last night the activity log said: ", " What does it mean?\n\nAnd some minutes later there was ", " Regards\n"),
		infologs("infolog in csv", "csv", func(x []Infolog) []byte { return infologTable(x, asIs).CSV(",", "\r\n") }),
		infologs("", "csv", func(x []Infolog) []byte {
			return infologTable(x, func(at string) string { return at[8:10] + "." + at[5:7] + "." + at[:4] + at[10:] }).CSV(";", "\r\n")
		}).in1252("infolog in csv, German"),
		{Name: "infolog in xlsx", Extension: "xlsx", Set: Infologs, write: func(l *Log) ([]byte, error) {
			return workbook{streamed: true}.xlsx(infologTable(l.Infologs, func(at string) string { return at[:10] + "T" + at[11:] + "Z" }))
		}},
		plain,
		infologs("text infologs, times in brackets", "log", func(x []Infolog) []byte { return infologText(x, "[", "] ", "\n") }),
		plain.encoded("text infologs, utf-16", wide),
		infologs("text infologs, blank lines between", "txt", func(x []Infolog) []byte { return bytes.TrimSuffix(infologText(x, "", "Z ", "\n\n"), []byte("\n")) }),
		pastedFaults,
	}
}
