// Package scan finds where things end in bytes that are in memory: a record of CSV and its cells, a
// JSON value and its members, a tag or text of XML. It takes a slice that begins with the thing and
// says how long it is and how the scan ended (Done, or More when the slice ends too early), so the
// caller keeps the offsets; what has to be rewritten (doubled quotes, escapes, references) goes to an
// arena of the caller's. It is generous with what exports get wrong, holds nothing between calls,
// allocates nothing, and refuses to judge: whether a value means anything is the caller's question.
package scan

// A State is how the scan of a record, value or token ended.
// The zero value is Done.
type State uint8

// The states. Unclosed and Bad are final; More asks for the same scan again, from the
// start, when the slice is longer: nothing is kept between calls, which costs about a second look at each
// byte as long as the slice doubles.
const (
	Done     State = iota // the length is that of the whole thing
	More                  // it does not end in what is there
	Unclosed              // the file ends inside a quoted cell
	Bad                   // not what the format allows
	Deep                  // it may be what the format allows, but is nested too deep to be looked at
)

// short is the state of what does not end in the slice: at the end of the file, nothing will close it.
func short(eof bool) State {
	if eof {
		return Unclosed
	}
	return More
}
