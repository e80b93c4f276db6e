package classify

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
)

// Limits of rule files: what goes beyond was generated, or is no rule file, and would take minutes to compile. They are 5 to 20
// times what the largest built-in rule or file needs.
const (
	maxFileBytes  = 2 << 20
	maxFiles      = 500 // of a layer
	maxRules      = 3000
	maxLiterals   = 200  // of a rule, of either kind
	maxLiteral    = 1000 // bytes
	maxWordings   = 64
	maxExpression = 20_000  // bytes of all wordings of a rule, fragments in their place
	maxUnfolded   = 100_000 // of an expression, as long as its repetitions make it
	maxKeys       = 200     // of a mapping
	maxAlways     = 20      // rules whose expressions have no literal, so that they are tried on every text
)

// readRuleFile reads a file of a layer. What is no file, like a pipe that nobody writes to, is not opened.
func readRuleFile(fsys fs.FS, name string) (text []byte, mistake, err error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, nil, fmt.Errorf("reading rules: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is no file: copy the rules into one"), nil
	}
	f, err := fsys.Open(name)
	if err != nil {
		return nil, nil, fmt.Errorf("reading rules: %w", err)
	}
	defer f.Close()
	text, err = io.ReadAll(io.LimitReader(f, maxFileBytes+1))
	switch {
	case err != nil:
		return nil, nil, fmt.Errorf("reading rules: %w", err)
	case len(text) > maxFileBytes:
		return nil, fmt.Errorf("the file is larger than %d MB: split it, or take out what is no rule", maxFileBytes>>20), nil
	}
	return text, nil, nil
}

// tooMany is the mistake of files that hold more rules together than can be compiled, nil where there are not.
func tooMany(parts []*loader) *RuleError {
	n := 0
	for _, l := range parts {
		for _, u := range l.unchecked {
			if n++; n > maxRules {
				p := placeOf(u.n)
				return &RuleError{File: l.at, Line: p.line, Column: p.column, Msg: fmt.Sprintf("more than %d rules: join those that mean the same failure", maxRules)}
			}
		}
	}
	return nil
}

// tooSlow is the mistake of rules beyond those whose expressions may be tried on every text.
func tooSlow(rules []*Rule) *RuleError {
	n := 0
	for _, r := range rules {
		if r.parsed == nil || r.parsed.Literals() != nil {
			continue
		}
		if n++; n > maxAlways {
			p := r.places.match
			return &RuleError{File: r.Path, Line: p.line, Column: p.column, Rule: r.ID,
				Msg: fmt.Sprintf("more than %d rules have an expression that every text must be tried on: give each wording a literal of 4 letters or more", maxAlways)}
		}
	}
	return nil
}

// withinLimits reports lists and literals of a rule that are too long.
func withinLimits(r *Rule, bad func(keys, format string, args ...any)) bool {
	ok := true
	most := func(what string, n, most int, todo string) {
		if n > most {
			bad("match", "%s has %d entries, at most %d: %s", what, n, most, todo)
			ok = false
		}
	}
	most("match.codes", len(r.Match.Codes), maxLiterals, "make several rules of it")
	most("match.any", len(r.Match.Any), maxLiterals, "make several rules of it, or an expression")
	most("match.none", len(r.Match.None), maxLiterals, "make an expression that does not match them")
	most("match.regex", len(r.Match.Wordings), maxWordings, "make several rules of it")
	for _, lit := range slices.Concat(r.Match.Any, r.Match.None) {
		if len(lit) > maxLiteral {
			bad("match", "literal %.40q has %d bytes, at most %d: keep what tells the failure apart", lit, len(lit), maxLiteral)
			return false
		}
	}
	written := 0
	for _, w := range r.Match.Wordings {
		written += len(w)
	}
	if written > maxExpression {
		bad("match.regex", "the expression has %d bytes, at most %d: keep what tells the failure apart", written, maxExpression)
		return false
	}
	return ok
}

// errTooLong is the mistake of an expression that its fragments make too long.
var errTooLong = fmt.Errorf("the expression has more than %d bytes with its fragments in their place: use fewer of them", maxExpression)
