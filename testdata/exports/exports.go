// Package exports writes logs as the programs write that people export them with: the Web API,
// model-driven apps, XrmToolBox, PowerShell, the activity log of dual-write. In come the entries of
// a [Log], out go the bytes of a file in one of the [Formats], which may then be put into one of the
// [Containers]. The tests that read every format, the benchmarks of reading and the generator of
// samples go by these two tables: what is added to one of them is tested, measured and to be had as
// a sample. A format takes a log whole; what has to be larger than memory is written record by record
// through the [Writer] of one of the [Streams]. The package makes up no entries, reads nothing and knows
// nothing of the program; equal logs give equal bytes.
package exports

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A Log is what an export is made of; a format takes one of its lists and ignores the others.
type Log struct {
	Traces    []Trace
	Envelopes []Envelope
	Infologs  []Infolog
}

// A Trace is one row of table plugintracelog. Texts that are empty are null in the table; Created is
// in UTC, durations are in milliseconds.
type Trace struct {
	ID, Correlation, Request string
	Type, Message, Table     string
	Operation, Mode, Depth   int
	Duration, Constructor    int
	Created                  time.Time
	Block, Exception         string
	Secure, Step             string // secure configuration, id of the step; few formats carry them
}

// An Envelope is a live error of dual-write, as its activity log keeps it.
type Envelope struct {
	Entity    string
	External  string // of the other side; "" leaves it out
	Responses []Response
	Raw       bool // inner quotes are not escaped, as in the sample that Microsoft publishes
}

// A Response is one of the failures that an envelope tells of; At is its time as it is printed.
type Response struct{ Message, Verbose, At string }

// An Infolog is a message of finance and operations; At is its time as 2006-01-02 15:04:05, in UTC.
type Infolog struct{ At, Text string }

// Value is what the entry has in a column, by logical name; "" stands for null. Behind a colon
// stands how to print it: "label" for the text of a choice, a layout for times. A column that
// starts with = has the same text in every row.
func (e *Trace) Value(column string) string {
	if text, ok := strings.CutPrefix(column, "="); ok {
		return text
	}
	column, how, _ := strings.Cut(column, ":")
	if how == "" {
		how = time.RFC3339
	}
	choice := func(n int, labels ...string) string {
		if how == "label" {
			return labels[n]
		}
		return strconv.Itoa(n)
	}
	switch column {
	case "plugintracelogid":
		return e.ID
	case "typename":
		return e.Type
	case "messagename":
		return e.Message
	case "primaryentity":
		return e.Table
	case "operationtype":
		return choice(e.Operation, "Unknown", "Plug-in", "Workflow Activity")
	case "mode":
		return choice(e.Mode, "Synchronous", "Asynchronous")
	case "depth":
		return strconv.Itoa(e.Depth)
	case "createdon":
		return e.Created.Format(how)
	case "performanceexecutionstarttime":
		return e.Created.Add(-time.Second).Format(how)
	case "performanceexecutionduration":
		return strconv.Itoa(e.Duration)
	case "performanceconstructorduration":
		return strconv.Itoa(e.Constructor)
	case "correlationid":
		return e.Correlation
	case "requestid":
		return e.Request
	case "messageblock":
		return e.Block
	case "exceptiondetails":
		return e.Exception
	case "secureconfiguration":
		return e.Secure
	case "pluginstepid":
		return e.Step
	case "summary":
		line, _, _ := strings.Cut(e.Exception, "\n")
		return strings.TrimSpace(line)
	case "dimensions":
		return fmt.Sprintf(`{"clientType":"SDK","depth":"%d","entityName":%q,"isolationType":"2","pluginName":%q,"stage":"40"}`, e.Depth, e.Table, e.Type)
	case "status":
		if e.Exception != "" {
			return "Exception"
		}
		return "Success"
	}
	panic("no such column: " + column)
}
