package pattern

import (
	"regexp/syntax"
	"slices"
)

// A Way is one of the wordings by which an expression matches: parts that must all occur. A part
// is a list of texts in lower case of which one is enough.
type Way [][]string

// maxWays bounds the alternatives of one expression.
const maxWays = 16

// Ways takes the literal parts of the expression apart, an alternative each, 16 at most. Optional
// parts do not count.
func (x *Expr) Ways() []Way { return (&analysis{infos: make(map[*syntax.Regexp]info)}).ways(x.tree) }

func (a *analysis) ways(re *syntax.Regexp) []Way {
	if in := a.of(re); in.exact != nil {
		return []Way{{in.exact}}
	}
	switch re.Op {
	case syntax.OpCapture, syntax.OpPlus:
		return a.ways(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min >= 1 {
			return a.ways(re.Sub[0])
		}
	case syntax.OpAlternate:
		var ways []Way
		for _, sub := range re.Sub {
			ways = append(ways, a.ways(sub)...)
		}
		return ways[:min(len(ways), maxWays)]
	case syntax.OpConcat:
		return a.concatWays(re.Sub)
	}
	return []Way{{}}
}

// concatWays joins what exact neighbours say to one part, and crosses alternatives.
func (a *analysis) concatWays(subs []*syntax.Regexp) []Way {
	ways := []Way{{}}
	var run []string
	end := func() {
		if run != nil {
			for i := range ways {
				ways[i] = append(slices.Clip(ways[i]), run)
			}
		}
		run = nil
	}
	for _, sub := range subs {
		if in := a.of(sub); in.exact != nil {
			if run == nil {
				run = in.exact
			} else if x := cross(run, in.exact); x != nil {
				run = x
			} else {
				end()
				run = in.exact
			}
			continue
		}
		end()
		var crossed []Way
		for _, w := range ways {
			for _, more := range a.ways(sub) {
				crossed = append(crossed, append(slices.Clip(w), more...))
			}
		}
		ways = crossed[:min(len(crossed), maxWays)]
	}
	end()
	return ways
}
