package classify

import (
	"strings"
	"unicode/utf8"
	"unsafe"
)

// Names are no texts. One that is longer than NameBytes is a cell in the wrong column, or a try to fill the memory; it is cut, and says so
// at its end. A record is judged by its names as they are kept, so that it can be judged again when the export is gone.
const (
	NameBytes = 2000
	nameCut   = " … [cut]"
)

// Name is a name as records are judged by it and as the archive stores it: whole, or cut where nobody can have meant it for one.
func Name(name string) string {
	if len(name) <= NameBytes {
		return name
	}
	return string(cutAtRune([]byte(name[:NameBytes]), NameBytes-len(nameCut))) + nameCut
}

// named is Name of a name that must not be written to.
func named(name []byte) []byte {
	if len(name) <= NameBytes {
		return name
	}
	return []byte(Name(unsafe.String(unsafe.SliceData(name), len(name))))
}

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
