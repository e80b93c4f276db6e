package summary

import (
	"context"
	"fmt"
	"sync"

	"dwtriage/classify"
	"dwtriage/report/store"
)

// Again makes before, the Summary of a run that [store.DB.Repeats] compared with run id, that of run id: the same records were met by both, so all
// that is said of them stays, and what is said of the run is read anew; Known is as the caller has it. Rows are walked as the database holds them, for which
// it is summed up as a whole, the first time that any are asked for; where what the sums say is not what before said, that is an error. before is kept
// without functions, and redacted it cannot be.
func Again(ctx context.Context, db *store.DB, id int64, m *classify.Matcher, before *Summary) (*Summary, error) {
	s := *before
	s.Inputs, s.Totals = nil, store.Counts{}
	if err := ledger(ctx, db, id, &s); err != nil {
		return nil, fmt.Errorf("summarizing run %d: %w", id, err)
	}
	whole := sync.OnceValues(func() (*Summary, error) {
		w, err := Of(ctx, db, id, m)
		if err == nil && (w.Records != s.Records || w.Failing != s.Failing || w.Listed != s.Listed || w.Known != s.Known) {
			err = fmt.Errorf("internal error: run %d has %d records, %d failing, %d listed, %d known, and what was kept says %d, %d, %d and %d",
				id, w.Records, w.Failing, w.Listed, w.Known, s.Records, s.Failing, s.Listed, s.Known)
		}
		return w, err
	})
	s.EachRecord = whenAsked(whole, func(w *Summary) func(func(*Record) error) error { return w.EachRecord })
	s.EachCaptures = whenAsked(whole, func(w *Summary) func(func(*Record) error) error { return w.EachCaptures })
	s.EachReject = whenAsked(whole, func(w *Summary) func(func(*Reject) error) error { return w.EachReject })
	s.EachMissing = whenAsked(whole, func(w *Summary) func(func(*MissingRow) error) error { return w.EachMissing })
	s.EachRetry = whenAsked(whole, func(w *Summary) func(func(*Retry) error) error { return w.EachRetry })
	s.Scan = func(known bool, each func(*store.Texts) error) error {
		w, err := whole()
		if err != nil {
			return err
		}
		return w.Scan(known, each)
	}
	s.Lister = func() func(uint64) bool {
		w, err := whole()
		if err != nil { // Scan was asked before, and said so
			return func(uint64) bool { return false }
		}
		return w.Lister()
	}
	return &s, nil
}

// whenAsked is a walk of a Summary that is made when it is asked for; of nothing, where that has none.
func whenAsked[T any](whole func() (*Summary, error), walk func(*Summary) func(func(T) error) error) func(func(T) error) error {
	return func(yield func(T) error) error {
		w, err := whole()
		if err != nil {
			return err
		}
		if each := walk(w); each != nil {
			return each(yield)
		}
		return nil
	}
}
