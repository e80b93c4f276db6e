package report

import (
	"dwtriage/report/summary"
)

// A reportTable is one of the tables of a report: a CSV file, and a sheet of the workbook.
type reportTable struct {
	name    string // of the file, without .csv, and of the sheet
	columns []heading
	draw    func(cells, *summary.Summary) error
}

// tables lists them in the order in which they are drawn.
func tables() []reportTable {
	return []reportTable{
		{"failing_entities", headings(foundColumns), drawFindings},
		{"fixes", headings(plannedColumns), drawFixes},
		{"records", headings(recordColumns), drawRecords},
		{"captures", headings(captureColumns), drawCaptures},
		{"unclassified", headings(clusterColumns), drawClusters},
		{"changes", headings(changeColumns), drawChanges},
		{"missing", headings(missingColumns), drawMissing},
		{"incidents", headings(burstColumns), drawBursts},
		{"retry", headings(retryColumns), drawRetries},
		{"rejects", headings(rejectColumns), drawRejects},
		{"columns", headings(dictionaryColumns), drawDictionary},
	}
}
