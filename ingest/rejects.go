package ingest

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// RejectsAllowed is how many of the rows read may be rejected by a threshold: a number of rows, "2%" of the rows read, or empty: all.
// A text that says neither is an error.
func RejectsAllowed(threshold string, read int64) (most float64, err error) {
	if threshold == "" {
		return float64(read), nil
	}
	text, percent := strings.CutSuffix(threshold, "%")
	n, err := strconv.ParseFloat(text, 64)
	// Of NaN and infinity ParseFloat makes numbers, and 200% is a number that was meant as rows.
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) || n < 0 || percent && n > 100 {
		return 0, fmt.Errorf("%q is neither a number of rows nor a percentage like 2%%", threshold)
	}
	if percent {
		n = n / 100 * float64(read)
	}
	return n, nil
}
