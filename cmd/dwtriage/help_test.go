//go:build cgo

package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// helps are the commands that have a help of their own.
func helps() (list [][]string) {
	for _, c := range commands() {
		below := commandsOf(c.name)
		if len(below) == 0 {
			list = append(list, []string{c.name})
		}
		for _, sub := range below {
			list = append(list, []string{c.name, sub.name})
		}
	}
	return list
}

var flagLine = regexp.MustCompile(`(?m)^(?:  -\w, |      )--([a-z-]+)`)

// TestHelp: the help of every command is a screen or two, names all flags that --help-all describes, and says of no flag that the command
// lacks that a variable sets it.
func TestHelp(t *testing.T) {
	for _, name := range helps() {
		short := shownBy(t, nil, append(slices.Clone(name), "--help")...)
		long := shownBy(t, nil, append(slices.Clone(name), "--help-all")...)
		if folds := strings.Contains(short, "described by --help-all"); folds == (long == short) {
			t.Errorf("%s folds flags: %v, --help-all:\n%s", name, folds, long)
		}
		if n := strings.Count(short, "\n"); n > 70 {
			t.Errorf("%s: %d lines", name, n)
		}
		described := map[string]bool{}
		for _, m := range flagLine.FindAllStringSubmatch(short, -1) {
			described[m[1]] = true
		}
		last := regexp.MustCompile(`Every flag can be set by a variable, --([a-z-]+) by DWTRIAGE_([A-Z_]+), and by --config FILE \(config print --help\)\.\n$`).FindStringSubmatch(short)
		switch {
		case last == nil && len(described) > 0:
			t.Errorf("%s: nothing is said of variables:\n%s", name, short)
		case last != nil && (!described[last[1]] || strings.ToLower(strings.ReplaceAll(last[2], "_", "-")) != last[1]):
			t.Errorf("%s: %q", name, last[0])
		}
		_, folded, ok := strings.Cut(short, "\nAlso, described by --help-all:\n")
		if !ok {
			continue
		}
		folded, _, _ = strings.Cut(folded, "\n\n")
		all := shownBy(t, nil, append(slices.Clone(name), "--help-all")...)
		if strings.Contains(all, "described by --help-all") || len(all) <= len(short) {
			t.Errorf("%s --help-all:\n%s", name, all)
		}
		want := map[string]bool{}
		for _, f := range strings.FieldsFunc(folded, func(r rune) bool { return strings.ContainsRune(", \n", r) }) {
			if want[strings.TrimPrefix(f, "--")] = true; described[strings.TrimPrefix(f, "--")] {
				t.Errorf("%s: %s is folded and described", name, f)
			}
		}
		for _, m := range flagLine.FindAllStringSubmatch(all, -1) {
			if !described[m[1]] && !want[m[1]] {
				t.Errorf("%s --help lacks --%s", name, m[1])
			}
			delete(want, m[1])
		}
		for f := range want {
			t.Errorf("%s --help-all lacks --%s", name, f)
		}
	}
	if short := shownBy(t, nil, "run", "--help"); !strings.Contains(short, "--max-cell") || strings.Contains(short, "reject a row with a text longer") {
		t.Errorf("the limits of run:\n%s", short)
	}
}

// TestHelpOfGroups: commands with others below them, and the program, take --help-all for --help, and the overview parts names from
// what they mean.
func TestHelpOfGroups(t *testing.T) {
	for _, name := range [][]string{{}, {"rules"}, {"history"}, {"config"}, {"schedule"}} {
		if short, long := shownBy(t, nil, append(slices.Clone(name), "--help")...), shownBy(t, nil, append(slices.Clone(name), "--help-all")...); !strings.HasPrefix(long, short[:20]) {
			t.Errorf("%s --help-all:\n%s", name, long)
		}
	}
	overview := shownBy(t, nil, "--help")
	for _, c := range commands() {
		if !regexp.MustCompile(`(?m)^  ` + c.name + ` {2,}` + regexp.QuoteMeta(c.short) + `$`).MatchString(overview) {
			t.Errorf("%s:\n%s", c.name, overview)
		}
	}
}
