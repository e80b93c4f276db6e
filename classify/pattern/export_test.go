package pattern

// LiteralWhereExpected reports whether found, a match of x, holds one of x's literals where a
// Seeker looks for the match around it.
func (x *Expr) LiteralWhereExpected(found string) bool {
	for _, lit := range x.needs.literals {
		if x.needs.anchored && len(found) >= len(lit) && Fold(found[:len(lit)]) == lit || !x.needs.anchored && foundBehind(found, lit, x.needs.left) {
			return true
		}
	}
	return false
}

// Used is how many steps were taken of those that Bound allowed.
func (k *Seeker) Used(allowed int) int { return allowed - k.left }
