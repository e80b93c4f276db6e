//go:build cgo

package main

import (
	"slices"
	"strings"

	"dwtriage/report"
)

// drawn are the options of a report by the flags that run and report have in common.
func drawn(csv, format string, xlsx bool) report.Options {
	return report.Options{Markdown: hasForm(format, "markdown"), Teams: hasForm(format, "teams"), XLSX: xlsx, PlainCSV: csv == "plain", Semicolon: csv == "excel-semicolon"}
}

// hasForm reports whether a form is in the list.
func hasForm(list, form string) bool { return slices.Contains(strings.Split(list, ","), form) }
