//go:build cgo

package main

import (
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"dwtriage/report"
)

// defineFormat is the flag of the forms of a report beside the tables. It is --format of report; run has --report-format,
// since its --format is that of the inputs.
func defineFormat(g *pflag.FlagSet, name string, value *string) {
	g.StringVar(value, name, "html", "`FORMS` of the report, with commas: html and json (index.html and summary.json, always there), markdown (report.md, the text of a ticket), teams (card.json, a message with an Adaptive Card to post to a workflow of Teams)")
}

// csvStyles are the values of --csv.
var csvStyles = []string{"excel", "excel-semicolon", "plain"}

// defineCSV is the flag of how CSV files are written.
func defineCSV(g *pflag.FlagSet, value *string) {
	g.StringVar(value, "csv", defaultCSV, "`STYLE` of CSV files: excel (byte order mark, CRLF), excel-semicolon (the same with semicolons, which Excel opens by a double click where a comma parts decimals, as in German) or plain (commas, LF)")
}

// drawn are the options of a report by the flags that run and report have in common.
func drawn(csv, format string, xlsx bool) report.Options {
	return report.Options{Markdown: hasForm(format, "markdown"), Teams: hasForm(format, "teams"), XLSX: xlsx, PlainCSV: csv == "plain", Semicolon: csv == "excel-semicolon"}
}

// defineXLSX is the flag of the workbook.
func defineXLSX(g *pflag.FlagSet, value *bool) {
	g.BoolVar(value, "xlsx", false, "also report.xlsx: the tables as an Excel workbook, in which 001 stays 001 and times are dates")
}

// checkFormat says what is no form.
func checkFormat(flag, list string) error {
	for _, form := range strings.Split(list, ",") {
		if err := oneOf(flag, form, []string{"html", "json", "markdown", "teams"}); err != nil {
			return err
		}
	}
	return nil
}

// hasForm reports whether a form is in the list.
func hasForm(list, form string) bool { return slices.Contains(strings.Split(list, ","), form) }
