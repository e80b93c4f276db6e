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

// truncation names the texts that were cut short before they were exported (formats.md,
// section 5, rule 9), for column truncated. cut
// says that the error text was found to have no end.
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

// units is the length of b in UTF-16 units.
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
