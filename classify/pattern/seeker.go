package pattern

// Found is what is known of one expression in one text: the leftmost match so far, and where none
// starts. It begins as [NothingFound].
type Found struct {
	Start, End int32 // of the leftmost match; Start is -1 while there is none

	from, to int32 // no match starts from from up to before to
	steps    int32 // left of the budget of this expression on this text
	done     bool  // regexp has searched the whole text

	judged, open uint64 // entries that were asked for, and those that the text does not rule out
}

// NothingFound is a Found to begin a text with.
var NothingFound = Found{Start: -1, steps: maxSteps}

// A Seeker looks for expressions in one text after the other. It is the working memory of one
// goroutine; its zero value is ready for Begin.
type Seeker struct {
	text Text
	m    machine
}

// Begin makes the Seeker ready for a text.
func (k *Seeker) Begin(t Text) {
	k.text = t
	k.m.text, k.m.ascii = t.bytes, t.form == asciiText
	clear(k.m.seen[:])
}

// Near looks for a match around one of the literals of x (which, by its place in Literals), which stands at byte at of the text.
// After the hits of all its literals f holds the leftmost match of x in the text.
//
// Where every match starts with a literal, one try at the hit decides. Otherwise the literal stands
// inside the match, at a distance that only the match itself knows. So the walk has two sides: to
// the left from the hit over bytes that may stand before the literal, a table look-up for each,
// as far as they go; then to the right from there, trying to start a match at each position up
// to the hit. Neither trying the whole text (which a hit at its end would do for every rule) nor
// running the expression backwards (which finds other matches than leftmost-first) would do. Two
// hits near each other walk over the same bytes: what was tried for the first is left out for the
// second.
func (k *Seeker) Near(x *Expr, f *Found, literal int, at int32) {
	switch {
	case f.done:
	case x.program() == nil:
		k.ask(x, f)
	case x.needs.anchored:
		k.try(x, f, at, at)
	default:
		if left, ok := k.reach(x, f, literal); ok {
			k.try(x, f, k.leftmost(at, &left), at)
		}
	}
}

// Everywhere looks for x in the whole text, without a literal to go by.
func (k *Seeker) Everywhere(x *Expr, f *Found) {
	switch {
	case f.done:
	case x.program() == nil || k.text.form == oddText:
		k.ask(x, f)
	default:
		k.try(x, f, 0, int32(len(k.text.bytes)))
	}
}

// leftmost walks left from a literal over what may stand between it and the start of a match.
func (k *Seeker) leftmost(at int32, left *byteSet) int32 {
	for at > 0 && left.has(k.text.bytes[at-1]) {
		at--
	}
	return at
}

// try looks for a match that starts in text[from:last+1]. It keeps the leftmost of all tries.
func (k *Seeker) try(x *Expr, f *Found, from, last int32) {
	if f.Start >= 0 {
		last = min(last, f.Start-1)
	}
	if from >= f.from {
		from = max(from, f.to)
	} else if last < f.to {
		last = min(last, f.from-1)
	}
	if from > last {
		return
	}
	k.m.steps = int(f.steps)
	start, end := k.m.find(x.prog, int(from), int(last))
	f.steps = int32(k.m.steps)
	switch {
	case k.m.steps < 0:
		k.ask(x, f)
	case start >= 0:
		f.Start, f.End = int32(start), int32(end)
	case from > f.to || last+1 < f.from:
		f.from, f.to = from, last+1
	default:
		f.from, f.to = min(f.from, from), max(f.to, last+1)
	}
}

// Inherit begins f with what is known of x in the text of k from outer, what was found in a whole of which that text is
// the part at byte at. A part has no match that the whole does not have, but for those that lean on where the part
// starts and ends: ^ at its start, $ at its end, and \b where it was cut out of a word.
func (k *Seeker) Inherit(x *Expr, f *Found, outer *Found, whole Text, at int) {
	end := at + len(k.text.bytes)
	cut := end < len(whole.bytes)
	if at > 0 && Word(whole.bytes[at-1]) || cut && Word(whole.bytes[end]) || cut && x.ends {
		return
	}
	from := int32(0)
	if x.begins && at > 0 {
		from = 1
	}
	start := outer.Start - int32(at)
	switch {
	case outer.Start < 0:
		f.from, f.to = from, int32(len(k.text.bytes))+1
	case start >= from && int(outer.End) <= end:
		f.from, f.to = from, max(from, start)
		f.Start, f.End = start, outer.End-int32(at)
	}
}

// ask lets regexp search the whole text.
func (k *Seeker) ask(x *Expr, f *Found) {
	f.done, f.Start = true, -1
	if loc := x.regexp().FindIndex(k.text.bytes); loc != nil {
		f.Start, f.End = int32(loc[0]), int32(loc[1])
	}
}
