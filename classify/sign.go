package classify

import (
	"errors"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"dwtriage/classify/pattern"
)

// signs are those of all layers, by name.
type signs map[string]*Sign

// sign reads an entry that defines a sign.
func (l *loader) sign(n *yaml.Node) *Sign {
	s := &Sign{Path: l.at, Line: n.Line, place: placeOf(n)}
	read(&l.yamlReader, "", n, signKeys, s)
	if !idForm.MatchString(s.Name) {
		l.fail(placeOf(valueAt(n, "sign")), "sign is %q, must be lower-case words joined by hyphens", s.Name)
	}
	if strings.TrimSpace(s.Meaning) == "" {
		l.fail(placeOf(n), "meaning is missing: what the sign shows")
	}
	for _, v := range s.Logs {
		if !slices.Contains(logKinds, v) {
			l.fail(placeOf(valueAt(n, "logs")), "logs is %q, must be one of %s", v, strings.Join(logKinds, ", "))
		}
	}
	if len(s.Logs)+len(s.Types)+len(s.Any)+len(s.Wordings) == 0 {
		l.fail(placeOf(n), "a sign needs logs, types, any or regex")
	}
	for _, lit := range slices.Concat(s.Types, s.Any) {
		if len(NormalizeString(lit)) < 3 {
			l.fail(placeOf(n), "literal %q is too short to mean anything", lit)
		}
	}
	return s
}

// collectSigns gathers the signs of all files, compiles their expressions, and notes which are used.
func collectSigns(parts []*loader, shared fragments) (signs, []*RuleError) {
	var m yamlReader
	all := make(signs)
	for _, l := range parts {
		for _, s := range l.signs {
			m.at = s.Path
			if before := all[s.Name]; before != nil {
				m.fail(s.place, "sign %s is already defined in %s:%d; rules there lean on it, so give this one another name", s.Name, before.Path, before.Line)
				continue
			}
			all[s.Name] = s
			if err := s.compile(shared); err != nil && !errors.Is(err, errBroken) {
				m.fail(s.place, "sign %s: %s", s.Name, pattern.Wrong(err))
			}
		}
	}
	for _, l := range parts {
		for _, u := range l.unchecked {
			for _, name := range slices.Concat(u.r.Match.Signs, u.r.Match.NoSigns) {
				if s := all[name]; s != nil {
					s.used = true
				}
			}
		}
	}
	return all, m.errs
}

func (s *Sign) compile(shared fragments) error {
	if len(s.Wordings) == 0 || s.broken {
		return nil
	}
	for _, w := range s.Wordings {
		shared.mark(w)
	}
	var err error
	if s.Regex, err = shared.join(s.Wordings); err != nil {
		return err
	}
	if s.parsed, err = pattern.Compile(s.Regex); err != nil {
		return err
	}
	if s.parsed.MatchesEmpty() {
		return errors.New("the expression matches an empty text")
	}
	return nil
}

// checkSigns reports signs of a rule that nobody has defined, or that it both needs and forbids.
func (l *loader) checkSigns(r *Rule, n *yaml.Node, known signs) {
	check := func(key string, names []string) {
		for i, name := range names {
			at := placeOf(aliased(valueAt(n, "match", key)).Content[i])
			switch {
			case known[name] == nil:
				l.fail(at, "there is no sign %s%s", name, Nearest(name, namesOf(known)))
			case key == "no_signs" && slices.Contains(r.Match.Signs, name):
				l.fail(at, "sign %s is needed and forbidden: the rule can never match", name)
			}
		}
	}
	check("signs", r.Match.Signs)
	check("no_signs", r.Match.NoSigns)
}
