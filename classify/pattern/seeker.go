package pattern

// Found is what is known of one expression in one text: the leftmost match so far, and where none
// starts. It begins as [NothingFound].
type Found struct {
	Start, End int32 // of the leftmost match; Start is -1 while there is none

	from, to int32 // no match starts from from up to before to
	spent    int   // steps of this expression on this text
	turn     uint64
	done     bool // regexp has searched the whole text

	judged, open uint64 // entries that were asked for, and those that the text does not rule out
}

// NothingFound is a Found to begin a text with.
var NothingFound = Found{Start: -1}

// A Seeker looks for expressions in one text after the other. It is the working memory of one
// goroutine; its zero value is ready for Begin.
type Seeker struct {
	text    Text
	budget  int // of steps, for each expression
	turns   uint64
	m       machine
	bounded bool
	left    int // steps of all expressions on all texts, where they are bounded
}

// Bound allows so many steps for all expressions on all texts from now on; less than 0: any number. When done is closed
// none are left. What is found after they are spent ([Seeker.Spent]) is worth nothing.
func (k *Seeker) Bound(steps int, done <-chan struct{}) {
	k.bounded, k.left, k.m.done, k.m.stopped = steps >= 0, max(steps, 0), done, false
	if k.bounded { // so that what a text costs does not depend on those before it
		k.m.memo.clear()
		k.turns = 0
	}
}

// Spent reports whether more steps were asked for than Bound allowed.
func (k *Seeker) Spent() bool { return k.left < 0 }

// charge takes steps from what Bound allowed.
func (k *Seeker) charge(steps int) {
	if k.bounded || k.m.stopped {
		k.left -= steps
	}
}

// Begin makes the Seeker ready for a text.
func (k *Seeker) Begin(t Text) {
	k.text, k.budget = t, stepsFor(len(t.bytes))
	if k.turns >= 1<<(turnBits-1) { // half of them are enough for all rules
		k.m.memo.clear()
		k.turns = 0
	}
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
	case f.done, k.left < 0:
	case x.program() == nil:
		k.ask(x, f)
	case x.needs.anchored:
		k.try(x, f, at, at)
	default:
		if left, ok := k.reach(x, f, literal); ok {
			k.try(x, f, k.leftmost(at, f, &left), at)
		}
	}
}

// Everywhere looks for x in the whole text, without a literal to go by.
func (k *Seeker) Everywhere(x *Expr, f *Found) {
	switch {
	case f.done, k.left < 0:
	case x.program() == nil || k.text.form == oddText:
		k.ask(x, f)
	default:
		k.try(x, f, 0, int32(len(k.text.bytes)))
	}
}

// leftmost walks left from a literal over what may stand between it and the start of a match. It need not walk where no
// match starts, nor where a match starts already: a text may hold a literal thousands of times, each as far from its
// start as the others together.
func (k *Seeker) leftmost(at int32, f *Found, left *byteSet) int32 {
	if f.Start >= 0 {
		at = min(at, f.Start)
	}
	for at > 0 && left.has(k.text.bytes[at-1]) {
		at--
		if at < f.to && at >= f.from {
			at = f.from
		}
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
	if f.turn == 0 {
		k.turns++
		f.turn = k.turns
	}
	budget := k.budget
	if k.bounded {
		budget = f.spent + k.left // whoever takes most of it leaves nothing to be decided by regexp
	}
	k.m.steps, k.m.slow, k.m.memo.turn = budget-f.spent, budget-f.spent-max(plainSteps-f.spent, 0), f.turn
	start, end := k.m.find(x.prog, int(from), int(last))
	used := budget - f.spent - k.m.steps
	f.spent += used
	k.charge(used)
	switch {
	case k.m.stopped:
		k.left = -1
		return
	case k.m.steps < 0:
		k.ask(x, f)
		return
	}
	if start >= 0 {
		f.Start, f.End = int32(start), int32(end)
		last = f.Start - 1
	}
	switch {
	case from > last:
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

// ask lets regexp search the whole text. It takes its time for every byte, and as much more as the expression is long.
func (k *Seeker) ask(x *Expr, f *Found) {
	if k.charge(len(k.text.bytes) * (8 + len(x.source)/16)); k.left < 0 {
		return
	}
	f.done, f.Start = true, -1
	if loc := x.regexp().FindIndex(k.text.bytes); loc != nil {
		f.Start, f.End = int32(loc[0]), int32(loc[1])
	}
}
