package ingest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"dwtriage/ingest/secrets"
	"dwtriage/ingest/unpack"
)

// Expand turns the PATH arguments of a command (files, folders, globs, "-") into sources in the order of
// their paths, see [unpack.ComparePaths], so that whatever order the arguments have the same is read first. Folders
// are walked; hidden files and folders are left out. A path that leads to nothing is an error of its own; the
// others are returned all the same (the error joins one per path). A file that several arguments lead to is listed
// once, by the first of its paths, and counts as named when one of them names it.
func Expand(args []string) ([]Source, error) {
	x := expansion{places: make(map[string]int)}
	for _, arg := range args {
		if err := x.argument(arg); err != nil {
			x.errs = append(x.errs, err)
		}
	}
	SortSources(x.sources)
	return x.sources, errors.Join(x.errs...)
}

// SortSources puts sources in the order in which they are read, that of their paths.
func SortSources(sources []Source) {
	slices.SortFunc(sources, func(a, b Source) int { return unpack.ComparePaths(a.Path, b.Path) })
}

type expansion struct {
	sources []Source
	places  map[string]int // in sources, by absolute path
	errs    []error
}

func (x *expansion) argument(arg string) error {
	if arg == "-" {
		x.add(Source{Path: "-", Size: -1})
		return nil
	}
	info, err := os.Stat(arg)
	switch {
	case err == nil:
		return x.path(arg, info, false)
	case strings.ContainsAny(arg, "*?["):
		return x.glob(arg)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: no such file or folder: check the path and the folder the command runs in", secrets.Clean(arg))
	}
	return unreadable(arg, err)
}

func unreadable(path string, err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return fmt.Errorf("%s: cannot be read: %w", secrets.Clean(path), err)
}

func (x *expansion) glob(arg string) error {
	found, err := filepath.Glob(arg)
	if err != nil {
		return fmt.Errorf("%s: not a valid pattern: check its brackets", secrets.Clean(arg))
	}
	hits := 0
	for _, path := range found {
		// As in a shell, * does not find hidden names.
		if hidden(filepath.Base(path)) && !hidden(filepath.Base(arg)) {
			continue
		}
		info, err := os.Stat(path)
		if err == nil {
			err = x.path(path, info, true)
		}
		if err != nil {
			x.errs = append(x.errs, unreadable(path, err))
		}
		hits++
	}
	if hits == 0 {
		return fmt.Errorf("%s: no file matches: check the pattern and the folder the command runs in", secrets.Clean(arg))
	}
	return nil
}

func (x *expansion) path(path string, info fs.FileInfo, matched bool) error {
	if !info.IsDir() {
		s := sourceAt(path, info, false)
		s.Found = matched
		x.add(s)
		return nil
	}
	var found []Source
	if err := x.walk(path, &found); err != nil {
		return err
	}
	if len(found) == 0 {
		return fmt.Errorf("%s: there is no file in this folder: check that the export was written, and to where", secrets.Clean(path))
	}
	for _, s := range found {
		x.add(s)
	}
	return nil
}

// walk collects the files of a folder. Links to files are followed, links to folders are
// not: they could lead back here.
func (x *expansion) walk(dir string, found *[]Source) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return unreadable(dir, err)
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		switch {
		case hidden(e.Name()):
		case e.IsDir():
			if err := x.walk(path, found); err != nil {
				x.errs = append(x.errs, err)
			}
		default:
			if info, err := os.Stat(path); err != nil {
				x.errs = append(x.errs, unreadable(path, err))
			} else if info.Mode().IsRegular() {
				*found = append(*found, sourceAt(path, info, true))
			}
		}
	}
	return nil
}

func hidden(name string) bool {
	return strings.HasPrefix(name, ".") && name != "." && name != ".."
}

func sourceAt(path string, info fs.FileInfo, walked bool) Source {
	s := Source{Path: filepath.ToSlash(filepath.Clean(path)), Size: -1, Walked: walked, Found: walked}
	if info.Mode().IsRegular() {
		s.Size = info.Size()
	}
	return s
}

func (x *expansion) add(s Source) {
	whole, err := filepath.Abs(s.Path)
	if err != nil || s.Path == "-" {
		whole = s.Path
	}
	at, met := x.places[whole]
	if !met {
		x.places[whole] = len(x.sources)
		x.sources = append(x.sources, s)
		return
	}
	old := &x.sources[at]
	if unpack.ComparePaths(s.Path, old.Path) < 0 {
		old.Path = s.Path
	}
	old.Walked, old.Found = old.Walked && s.Walked, old.Found && s.Found
}
