package classify

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// One message may be several clusters: its values have shapes that are other masks (K-12 and 000123), or that are words in some (a company that is not the
// record's own). What tells such clusters apart is not what a rule is made of, so a draft of one may take the others, and says so.

// alike reports whether two templates are of the same words: word for word the same but for where one of them has a mask.
func alike(a, b string) bool {
	return slices.EqualFunc(strings.Fields(a), strings.Fields(b), func(x, y string) bool { return x == y || stands(x, y) || stands(y, x) })
}

// stands reports whether a word of a template is another one when something is put in the place of each of its masks.
func stands(masked, word string) bool {
	pieces := masks.Split(masked, -1)
	if len(pieces) == 1 {
		return false
	}
	rest, ok := strings.CutPrefix(word, pieces[0])
	last := pieces[len(pieces)-1]
	for _, p := range pieces[1 : len(pieces)-1] {
		if !ok || rest == "" {
			return false
		}
		_, rest, ok = strings.Cut(rest[1:], p)
	}
	return ok && len(rest) > len(last) && strings.HasSuffix(rest, last)
}

// isUnknown reports whether no rule explains a message, or only one that leaves it to be explained.
func (m *Message) isUnknown() bool { return strings.HasPrefix(m.Signature, unknownPrefix) }

const unknownPrefix = "unknown/"

// A plan is how a draft is tried: with a template, of which the expression takes the fixed words up to a number of letters.
type plan struct {
	template string
	parts    []templatePart
	kin      []Message // some of other clusters of the same words, which it may take, too
	alike    bool      // it may take those
	whole    bool      // and then no part of one
}

// takes reports whether a plan may take a message of another cluster.
func (p *plan) takes(msg Message) bool {
	return p.alike && msg.isUnknown() && alike(p.template, privateTemplate(msg, ""))
}

// strictPlans take a cluster and nothing else. A short expression comes first: it forgives what later wordings change. Where it takes too much,
// the whole template.
func strictPlans(template string) (list []plan) {
	parts := splitTemplate(template)
	for _, letters := range []int{draftLetters, templateBytes} {
		list = append(list, plan{template: template, parts: cutParts(parts, letters)})
	}
	return list
}

// alikePlans take other clusters of the same words, too: with their masks in the place of the cluster's words, and if that does not do, without. Best is a rule
// that takes all of those that it takes something of.
func alikePlans(own string, others []Message) (list []plan) {
	var kin []Message
	seen := make(map[string]bool)
	for _, msg := range others {
		if !msg.isUnknown() {
			continue
		}
		if t := privateTemplate(msg, ""); alike(own, t) {
			kin, seen[t] = append(kin, msg), true
		}
	}
	if len(kin) == 0 {
		return nil
	}
	templates := slices.Sorted(maps.Keys(seen))
	for _, whole := range []bool{true, false} {
		for _, t := range slices.Compact([]string{merged(own, templates), own}) {
			parts := withMasksOf(t, templates)
			for _, letters := range []int{draftLetters, templateBytes} {
				list = append(list, plan{template: t, parts: cutParts(parts, letters), kin: kin, alike: true, whole: whole})
			}
		}
	}
	return list
}

// merged is a template with the masks of others of the same words in the place of those of its own words that such a mask takes.
func merged(template string, others []string) string {
	words := strings.Fields(template)
	for _, other := range others {
		for i, w := range strings.Fields(other) {
			if w != words[i] && !masks.MatchString(words[i]) && takesWord(w, words[i]) {
				words[i] = w
			}
		}
	}
	return strings.Join(words, " ")
}

// takesWord reports whether a word of a template takes another one, as a draft would.
func takesWord(masked, word string) bool {
	re, err := regexp.Compile("^(?:" + draftRegex(splitTemplate(masked), nil) + ")$")
	return err == nil && re.MatchString(word)
}

// withMasksOf splits a template; its masks have those beside them that others of the same words have in the same place.
func withMasksOf(template string, others []string) []templatePart {
	words := strings.Fields(template)
	parts := splitTemplate(strings.Join(words, " "))
	for _, other := range others {
		words := slices.Clone(words)
		for i, w := range strings.Fields(other) {
			if slices.Equal(masks.Split(w, -1), masks.Split(words[i], -1)) {
				words[i] = w
			}
		}
		for i, p := range splitTemplate(strings.Join(words, " ")) {
			if p.mask != parts[i].mask && !slices.Contains(parts[i].also, p.mask) {
				parts[i].also = append(parts[i].also, p.mask)
			}
		}
	}
	return parts
}

// A share counts records, and those of them that a draft takes.
type share struct{ taken, all int64 }

const mostKin = 10 // clusters that a draft names

// nameKin says what a draft takes of which other clusters, as a comment.
func (c *contrast) nameKin() string {
	if len(c.kin) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("# The others of the same words differ from its template only where one of them has a value. Check\n# that they are one failure. What it takes all of needs no rule of its own:\n")
	var more share
	clusters := slices.SortedFunc(maps.Keys(c.kin), func(a, b string) int { return cmp.Or(cmp.Compare(c.kin[b].taken, c.kin[a].taken), cmp.Compare(a, b)) })
	for i, signature := range clusters {
		n := c.kin[signature]
		if i < mostKin {
			fmt.Fprintf(&b, "#   %d of %d of cluster %s\n", n.taken, n.all, strings.TrimPrefix(signature, unknownPrefix))
			continue
		}
		more.taken, more.all = more.taken+n.taken, more.all+n.all
	}
	if n := len(clusters) - mostKin; n > 0 {
		fmt.Fprintf(&b, "#   %d of %d of %d more\n", more.taken, more.all, n)
	}
	return b.String()
}
