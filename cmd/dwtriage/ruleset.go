package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/spf13/pflag"

	"dwtriage/classify"
	"dwtriage/ingest/words"
	"dwtriage/rules"
)

// ruleFlags choose the rules a command works with. Every command that judges a text takes them, so that
// explain and rules test say of a message what run will say of it.
type ruleFlags struct {
	paths     []string
	noBuiltin bool
}

func (r *ruleFlags) define(fs *pflag.FlagSet) {
	fs.StringArrayVar(&r.paths, "rules", nil, "`PATH` of rules of your own, a file or a folder: they add to the built-in ones, take the place of one with the same id, change a severity or mute (repeatable)")
	fs.BoolVar(&r.noBuiltin, "no-builtin-rules", false, "use only the rules of --rules")
}

// startGCPercent lets the heap grow to about 40 MB while rules are loaded.
const startGCPercent = 400

// compile gives the chosen rules. Mistakes in rule files end the program with exit code 2, all
// of them listed. The built-in rules alone are compiled once in a process.
func (r *ruleFlags) compile() (*classify.Matcher, error) {
	if len(r.paths) == 0 && !r.noBuiltin {
		return builtinRules()
	}
	return r.compiled()
}

var builtinRules = sync.OnceValues((&ruleFlags{}).compiled)

// compiled loads and compiles, however often that was done before.
func (r *ruleFlags) compiled() (*classify.Matcher, error) {
	// What a start makes is mostly waste at its end; collecting it on the way takes a quarter of
	// the time (BenchmarkCompileRules).
	defer debug.SetGCPercent(debug.SetGCPercent(startGCPercent))
	layers, err := r.layers()
	if err != nil {
		return nil, err
	}
	return compileLayers(layers, rules.FS, time.Now())
}

// compileLayers compiles rules as they hold at a time, with the tables of a folder.
func compileLayers(layers []classify.Layer, tables fs.FS, at time.Time) (*classify.Matcher, error) {
	set, err := classify.Load(layers, at)
	if err != nil {
		return nil, &exitError{exitUsage, ruleMistakes(err)}
	}
	if len(set.Rules) == 0 {
		return nil, usageError("there are no rules: give --rules FILE or leave out --no-builtin-rules")
	}
	return classify.Compile(set, tables)
}

// layers are the built-in rules, of which only fragments and signs stay when they are left out, and those
// of --rules in their order.
func (r *ruleFlags) layers() ([]classify.Layer, error) {
	// Fragments and signs are words and judge nothing: rules of a site may use them without the built-in rules.
	layers := []classify.Layer{{FS: rules.FS, Name: "rules"}}
	if r.noBuiltin {
		layers = []classify.Layer{
			{FS: oneFile{rules.FS, "fragments.yaml"}, Name: "rules"},
			{FS: oneFile{rules.FS, "signs.yaml"}, Name: "rules"},
		}
	}
	for _, p := range r.paths {
		fsys, name, err := ruleSystem(p)
		if err != nil {
			return nil, &exitError{exitUsage, fmt.Errorf("--rules: %w", err)}
		}
		layers = append(layers, classify.Layer{FS: fsys, Name: name})
	}
	return layers, nil
}

// ruleSystem is the file system of a rule folder, or one that holds a single file.
func ruleSystem(p string) (fs.FS, string, error) {
	info, err := os.Stat(p)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", fmt.Errorf("%s: there is no such file or folder", p)
	}
	if err != nil {
		return nil, "", err
	}
	if info.IsDir() {
		entries, err := os.ReadDir(p)
		if err != nil {
			return nil, "", err
		}
		if slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return !e.IsDir() && isRuleFile(e.Name()) }) {
			return os.DirFS(p), filepath.ToSlash(p), nil
		}
		return nil, "", fmt.Errorf("%s holds no rule file, whose name ends in .yaml or .yml", p)
	}
	if info.Mode().IsRegular() && !isRuleFile(p) {
		return nil, "", fmt.Errorf("%s is no rule file, whose name ends in .yaml or .yml", p)
	}
	if !info.Mode().IsRegular() {
		return nil, "", fmt.Errorf("%s is neither a file nor a folder", p)
	}
	dir, file := filepath.Split(p)
	if dir == "" {
		dir = "."
	}
	return oneFile{os.DirFS(dir), file}, filepath.ToSlash(filepath.Clean(dir)), nil
}

// isRuleFile reports whether classify reads a file of a folder of rules: it passes over others without a word.
func isRuleFile(name string) bool {
	ext := filepath.Ext(name)
	return ext == ".yaml" || ext == ".yml"
}

// oneFile is a file system in which only one file of another shows: the loader reads folders, and a single
// file is a folder of one, with its own name in every mistake.
type oneFile struct {
	fs.FS
	name string
}

func (o oneFile) ReadDir(string) ([]fs.DirEntry, error) {
	info, err := fs.Stat(o.FS, o.name)
	if err != nil {
		return nil, err
	}
	return []fs.DirEntry{fs.FileInfoToDirEntry(info)}, nil
}

// ruleMistakes says how many mistakes there are before it lists them. All are found in one go: somebody who
// mends a file of forty rules does not want to meet them one call at a time.
func ruleMistakes(err error) error {
	n := 1
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		n = len(joined.Unwrap())
	}
	var re *classify.RuleError
	if !errors.As(err, &re) {
		return err
	}
	if n == 1 {
		return errors.Join(errors.New("a mistake in the rules, nothing was read"), err)
	}
	first := fmt.Errorf("%s mistakes in the rules, nothing was read", words.Thousands(int64(n)))
	if n <= mostMistakes {
		return errors.Join(first, err)
	}
	list := append([]error{first}, unjoin(err)[:mostMistakes]...)
	return errors.Join(append(list, fmt.Errorf("and %s more, which dwtriage rules lint lists", words.Thousands(int64(n-mostMistakes))))...)
}

// mostMistakes is how many mistakes in the rules are told by a command that is not about them.
const mostMistakes = 100

// matcherFor reads the arguments of a command that works with rules, which takes this many beside
// its flags, and compiles the rules that they choose.
func matcherFor(s *session, f *flags, args []string, takes int) (*classify.Matcher, error) {
	var rf ruleFlags
	rf.define(f.group("Rules"))
	if err := f.parse(s, args); err != nil {
		return nil, err
	}
	if f.NArg() != takes {
		return nil, usageError("%s takes %s, not %d; dwtriage %s --help says more", s.command, words.Count(takes, "argument"), f.NArg(), s.command)
	}
	return rf.compile()
}
