package classify

import (
	"strings"
	"unicode/utf8"

	"dwtriage/ingest"
)

// Name is a name as records are judged by it and as the archive stores it: whole, or cut as [ingest.CutName] does, which readers did with the names of columns
// and nobody yet with what a text names. A record is judged by its names as they are kept, so that it can be judged again when the export is gone.
func Name(name string) string {
	if len(name) <= ingest.NameBytes {
		return name
	}
	return string(ingest.CutName([]byte(name)))
}

// named is Name of a name that must not be written to.
func named(name []byte) []byte { return ingest.CutName(name) }

// companyID is how many characters the id of a legal entity of finance and operations has at most.
const companyID = 4

// Company is a legal entity as reports call it: an id in capitals, as forms show it, since logs print usmf and USMF for one. Longer names stay. Views and sql/scope.sql of
// the archive say the same.
func Company(name string) string {
	if utf8.RuneCountInString(name) > companyID {
		return name
	}
	return strings.ToUpper(name)
}

// isCompanyID reports whether Company puts a name in capitals.
func isCompanyID(name []byte) bool { return utf8.RuneCount(name) <= companyID }
