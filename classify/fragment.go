package classify

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"dwtriage/classify/pattern"
)

// errBroken stands for mistakes of a fragment in what uses it: one report is enough.
var errBroken = errors.New("a fragment has mistakes")

// eachUse calls yield for every {{name}} in an expression, with what stands before it and behind the last one. RE2
// would take two braces literally, but no message that a rule is for has them.
func eachUse(source string, yield func(before, name string)) (rest string) {
	from := 0
	for at := 0; ; {
		i := strings.Index(source[at:], "{{")
		if i < 0 {
			return source[from:]
		}
		at += i
		name, behind, _ := strings.Cut(source[at+2:], "}}")
		if strings.ContainsAny(name, "{}") || len(name)+len(behind)+4 > len(source)-at {
			at++
			continue
		}
		yield(source[from:at], name)
		at += len(name) + 4
		from = at
	}
}

// fragments are those of all layers, by name.
type fragments map[string]*Fragment

// byName lists what files define, in the order of its names.
func byName[T any](all map[string]T) []T {
	var out []T
	for _, name := range namesOf(all) {
		out = append(out, all[name])
	}
	return out
}

func namesOf[T any](all map[string]T) []string { return slices.Sorted(maps.Keys(all)) }

// FragmentsOf lists the fragments that the expressions of a rule use, also by way of others, in the
// order in which they are met.
func (s *Set) FragmentsOf(r *Rule) []*Fragment {
	var out []*Fragment
	var follow func(source string)
	follow = func(source string) {
		eachUse(source, func(_, name string) {
			for _, f := range s.Fragments {
				if f.Name == name && !slices.Contains(out, f) {
					out = append(out, f)
					follow(f.Regex)
				}
			}
		})
	}
	for _, w := range r.Match.Wordings {
		follow(w)
	}
	return out
}

// expand puts fragments in the place of their names. A fragment is a part of its own, so {{name}}?
// makes the whole of it optional.
func (f fragments) expand(source string) (string, error) {
	var first error
	var out strings.Builder
	rest := eachUse(source, func(before, name string) {
		if out.WriteString(before); out.Len() > maxExpression {
			first = cmp.Or(first, errTooLong)
			return
		}
		fragment := f[name]
		switch {
		case fragment == nil && first == nil:
			first = fmt.Errorf("there is no fragment {{%s}}%s", name, Nearest(name, namesOf(f)))
		case fragment != nil && fragment.broken && first == nil:
			first = errBroken
		case fragment != nil && !fragment.broken:
			out.WriteString("(?:" + fragment.whole + ")")
			return
		}
		out.WriteString("{{" + name + "}}")
	})
	if out.Len() == 0 {
		return source, first
	}
	if out.WriteString(rest); out.Len() > maxExpression {
		first = cmp.Or(first, errTooLong)
	}
	return out.String(), first
}

// mark notes what a source uses.
func (f fragments) mark(source string) {
	eachUse(source, func(_, name string) {
		if fragment := f[name]; fragment != nil {
			fragment.used = true
		}
	})
}

// resolve spells every fragment out, those it uses first. A fragment that uses itself, directly or
// not, is a mistake, as is one that is no expression.
func (f fragments) resolve(fail func(*Fragment, string, ...any)) {
	const resolving, resolved = 1, 2
	state := make(map[*Fragment]int)
	var visit func(x *Fragment)
	visit = func(x *Fragment) {
		state[x] = resolving
		defer func() { state[x] = resolved }()
		problem := func(format string, args ...any) {
			if !x.broken {
				fail(x, "fragment "+x.Name+format, args...)
			}
			x.broken = true
		}
		eachUse(x.Regex, func(_, name string) {
			switch y := f[name]; {
			case y == nil:
			case state[y] == resolving:
				problem(" is used inside itself, by way of {{%s}}", name)
			case state[y] == 0:
				visit(y)
			}
		})
		f.mark(x.Regex)
		whole, err := f.expand(x.Regex)
		switch {
		case errors.Is(err, errBroken):
			x.broken = true
		case err != nil:
			problem(": %v", err)
		}
		if x.broken {
			return
		}
		if err := pattern.Check(numbered(whole)); err != nil {
			problem(": bad expression: %s", pattern.Wrong(err))
		}
		x.whole = whole
	}
	for _, x := range byName(f) {
		if state[x] == 0 {
			visit(x)
		}
	}
}

// join makes one expression of wordings. Neighbours that begin with the same fragment share it: it is
// compiled once, and tried once where a text has it. Which of two wordings that match at one place
// is met first may change by that; which text the rule takes does not.
func (f fragments) join(wordings []string) (string, error) {
	var out []string
	for i := 0; i < len(wordings); {
		head := headOf(wordings[i])
		n := 1
		for head != "" && i+n < len(wordings) && headOf(wordings[i+n]) == head {
			n++
		}
		if n == 1 {
			out = append(out, wordings[i])
		} else {
			rests := make([]string, n)
			for k := range rests {
				rests[k] = strings.TrimPrefix(wordings[i+k], head)
			}
			out = append(out, head+"(?:"+strings.Join(rests, "|")+")")
		}
		i += n
	}
	whole, err := f.expand(strings.Join(out, "|"))
	return numbered(whole), err
}

// headOf gives the fragment that all of a wording stands behind, with a question mark where it may be missing; empty
// when there is none.
func headOf(wording string) string {
	name, _, used := strings.Cut(strings.TrimPrefix(wording, "{{"), "}}")
	if !used || !strings.HasPrefix(wording, "{{") || strings.ContainsAny(name, "{}") {
		return ""
	}
	head := wording[:len(name)+4]
	if strings.HasPrefix(wording[len(head):], "?") {
		head += "?"
	}
	rest := wording[len(head):]
	repeated := strings.HasPrefix(rest, "{") && !strings.HasPrefix(rest, "{{") || rest != "" && strings.IndexByte("?*+", rest[0]) >= 0
	if repeated || !oneWay(rest) {
		return ""
	}
	return head
}

// oneWay reports whether a wording has no alternatives outside of parentheses.
func oneWay(wording string) bool {
	depth := 0
	for i := 0; i < len(wording); i++ {
		switch wording[i] {
		case '\\':
			i++
		case '[':
			if i++; strings.HasPrefix(wording[min(i, len(wording)):], "^") {
				i++
			}
			if strings.HasPrefix(wording[min(i, len(wording)):], "]") { // at the start it is a member
				i++
			}
			for ; i < len(wording) && wording[i] != ']'; i++ {
				if wording[i] == '\\' {
					i++
				}
			}
		case '(':
			depth++
		case ')':
			depth--
		case '|':
			if depth == 0 {
				return false
			}
		}
	}
	return true
}

// numbered tells the groups of one capture apart, which RE2 asks for: entity, entity_2, entity_3 in
// their order. Whoever writes a rule need not: the same part of a message has the same name in every
// wording.
func numbered(source string) string {
	var out strings.Builder
	seen := make(map[string]int)
	for rest := source; ; {
		i := strings.Index(rest, "(?")
		if i < 0 {
			out.WriteString(rest)
			return out.String()
		}
		out.WriteString(rest[:i+2])
		rest = rest[i+2:]
		name, behind, ok := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(rest, "P"), "<"), ">")
		if !ok || name == "" || strings.ContainsAny(name, "<=!") || !strings.HasPrefix(strings.TrimPrefix(rest, "P"), "<") {
			continue
		}
		name = captureName(name)
		if seen[name]++; seen[name] > 1 {
			name += "_" + strconv.Itoa(seen[name])
		}
		out.WriteString("P<" + name + ">")
		rest = behind
	}
}
