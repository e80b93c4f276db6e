package store

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Thresholds say which run that was done still ends with an exit code of its own. They are kept as
// they were given, with the run, so that its report can be drawn again.
type Thresholds struct {
	FailOn     string // a severity, "new", or empty: none
	MaxRejects string // a number of rows, "2%" of the rows read, or empty: any number
}

// RejectsAllowed is how many of the rows read may be rejected; without a threshold, all. A text that
// says neither a number nor a percentage is an error.
func (t Thresholds) RejectsAllowed(read int64) (most float64, err error) {
	if t.MaxRejects == "" {
		return float64(read), nil
	}
	text, percent := strings.CutSuffix(t.MaxRejects, "%")
	n, err := strconv.ParseFloat(text, 64)
	// Of NaN and infinity ParseFloat makes numbers, and 200% is a number that was meant as rows.
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) || n < 0 || percent && n > 100 {
		return 0, fmt.Errorf("%q is neither a number of rows nor a percentage like 2%%", t.MaxRejects)
	}
	if percent {
		n = n / 100 * float64(read)
	}
	return n, nil
}
