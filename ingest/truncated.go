package ingest

import (
	"bytes"
	"unicode/utf8"
)

const (
	// cutMark is what the Plugin Trace Viewer writes at the end of a cell that it cut at 5,000
	// characters.
	cutMark = "... [truncated]"
	// cellCharacters is how many UTF-16 units a cell of Excel holds; the rest of a longer text is
	// lost without a mark.
	cellCharacters = 32767
	// blockBytes is about where Dataverse drops the oldest lines of a message block: it keeps
	// 10 KB.
	blockBytes = 10_000
)

// truncation names the texts that were cut short before they were exported, for column truncated. cut says
// that the error text was found to have no end. A cut text is kept and told, since it is all there is: its
// start often names the failure. It must be told because rules look for words at the end, too, and
// whoever reads "no rule matches" should know that the rest was never there.
//
// Three tools cut, each in its way, and each leaves a sign: a mark, the very length of a full cell, or a
// trace without its header, since Dataverse drops the oldest lines. A fault whose XML does not end was cut by
// something else. A long text alone is no sign.
func truncation(errorText, traceText []byte, cut bool) string {
	cutError := cut || cutShort(errorText) || faultOpen(errorText)
	cutTrace := cutShort(traceText) || len(traceText) >= blockBytes && !headed(traceText)
	switch {
	case cutError && cutTrace:
		return "error_text, trace_text"
	case cutError:
		return "error_text"
	case cutTrace:
		return "trace_text"
	}
	return ""
}

func cutShort(b []byte) bool {
	return bytes.HasSuffix(b, []byte(cutMark)) || len(b) >= cellCharacters && units(b) == cellCharacters
}

// units is the length of b in UTF-16 units, which is what Excel counts. A letter takes two of them where it
// takes four bytes in UTF-8, and such a letter starts with 0xf0 or more.
func units(b []byte) int {
	n := utf8.RuneCount(b)
	for _, c := range b {
		if c >= 0xf0 {
			n++
		}
	}
	return n
}

// faultOpen reports whether b ends inside the XML of a fault.
func faultOpen(b []byte) bool {
	i := bytes.Index(b, []byte("<OrganizationServiceFault"))
	return i >= 0 && !bytes.Contains(b[i:], []byte("</OrganizationServiceFault"))
}
