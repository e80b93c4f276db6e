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
func (c *compiledSign) shownBy(log string, plugin []byte, texts *[numFields]pattern.Text) bool {
	if log != "" && c.logs[logIndex(log)] || holdsAny(c.types, plugin) {
		return true
	}
	for i := range texts {
		text := texts[i].Bytes()
		if holdsAny(c.any, text) {
			return true
		}
		if c.expr != nil && (len(c.gate) == 0 || texts[i].Odd() || holdsAny(c.gate, text)) && c.expr.Next(texts[i], 0) >= 0 {
			return true
		}
	}
	return false
}
