package ingest

// How the scan of a record or JSON value ended.
type scanState uint8

const (
	scanDone     scanState = iota
	scanMore               // it does not end in what is there
	scanUnclosed           // the file ends inside a quoted cell
	scanBad                // not what the format allows
	scanDeep               // it may be what the format allows, but is nested too deep to be looked at
)

func short(eof bool) scanState {
	if eof {
		return scanUnclosed
	}
	return scanMore
}
