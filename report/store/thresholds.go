package store

import "dwtriage/ingest"

// Thresholds say which run that was done still ends with an exit code of its own. They are kept as
// they were given, with the run, so that its report can be drawn again.
type Thresholds struct {
	FailOn     string // a severity, "new", or empty: none
	MaxRejects string // a number of rows, "2%" of the rows read, or empty: any number
}

// RejectsAllowed is [ingest.RejectsAllowed] of MaxRejects.
func (t Thresholds) RejectsAllowed(read int64) (most float64, err error) {
	return ingest.RejectsAllowed(t.MaxRejects, read)
}
