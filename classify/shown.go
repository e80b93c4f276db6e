package classify

import (
	"dwtriage/classify/pattern"
	"slices"
)

// compiledSign is a sign ready to be looked for.
type compiledSign struct {
	logs       [2]bool
	types, any []pattern.Needle
	expr       *pattern.Expr    // nil without one
	gate       []pattern.Needle // one of them stands in every match of expr; empty: not known

	anyBit, gateBit uint64 // of what the filter met of any and gate; 0: it does not look for all of them
}

func compileSign(s *Sign) compiledSign {
	c := compiledSign{types: needles(s.Types), any: needles(s.Any), expr: s.parsed}
	for _, l := range s.Logs {
		c.logs[logIndex(l)] = true
	}
	if c.expr != nil {
		for _, lit := range c.expr.Literals() {
			c.gate = append(c.gate, pattern.NewNeedle(lit))
		}
	}
	return c
}

// signsNamed gives the places of names in shown. Load has seen to it that there are such signs.
func signsNamed(shown []*Sign, names []string) []int8 {
	var out []int8
	for _, name := range names {
		if i := slices.IndexFunc(shown, func(s *Sign) bool { return s.Name == name }); i >= 0 {
			out = append(out, int8(i))
		}
	}
	return out
}

// shownBy reports whether a record shows the sign. Texts are in normal form.
// met says what the filter of the engine has found in each; nil: it was not asked.
func (c *compiledSign) shownBy(log string, plugin []byte, texts *[numFields]pattern.Text, met *[numFields]uint64) bool {
	if log != "" && c.logs[logIndex(log)] || holdsAny(c.types, plugin) {
		return true
	}
	for i := range texts {
		t := texts[i]
		stands := func(needles []pattern.Needle, bit uint64) bool {
			if met == nil || bit == 0 || t.Odd() {
				return holdsAny(needles, t.Bytes())
			}
			return met[i]&bit != 0
		}
		if stands(c.any, c.anyBit) {
			return true
		}
		if c.expr != nil && (len(c.gate) == 0 || t.Odd() || stands(c.gate, c.gateBit)) && c.expr.Next(t, 0, len(t.Bytes())) >= 0 {
			return true
		}
	}
	return false
}
