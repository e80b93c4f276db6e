package folder

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// errStays is why a folder cannot be replaced by another one; its files can.
var errStays = errors.New("the folder cannot be replaced")

// errNoExchange is of systems where two folders do not change places in one step.
var errNoExchange = errors.New("no exchange of folders")

// replaceable reports whether the folder may be replaced by another one. It may not where somebody would notice: a process that
// stands in it (only this one can be asked, which is that of a person with -o .), a mount, an owner or an access list that
// a new one does not get. Files of others are linked into the new one; folders cannot be, so they keep it, too.
func (t *target) replaceable() bool {
	if !t.exists {
		return true
	}
	if t.parent == t.path || isMount(t.path) {
		return false
	}
	if here, err := os.Getwd(); err == nil {
		if here, err = filepath.EvalSymlinks(here); err != nil || within(here, t.path) {
			return false
		}
	}
	entries, err := os.ReadDir(t.path)
	return err == nil && !slices.ContainsFunc(entries, func(e os.DirEntry) bool {
		return !e.Type().IsRegular() && e.Type() != os.ModeSymlink && !(e.IsDir() && strings.HasPrefix(e.Name(), insidePrefix))
	})
}

func within(path, dir string) bool {
	return path == dir || strings.HasPrefix(path, strings.TrimSuffix(dir, string(filepath.Separator))+string(filepath.Separator))
}

// publish lets the files of the stage take their place.
func (s *stage) publish(m *manifest) error {
	return s.of.locked(func() error {
		if s.beside {
			return s.swap(m)
		}
		return s.moveIn(m)
	})
}

// swap lets the stage and the folder change places. What was the folder is then where the stage was, and end clears it.
func (s *stage) swap(m *manifest) error {
	t := s.of
	if !t.exists {
		s.unlock() // Windows renames no folder in which a file is open
		if err := os.Rename(s.dir, t.path); err == nil {
			return syncFolder(t.parent)
		}
		// Somebody made it since then. It is not known what is in it.
		return errStays
	}
	for _, path := range contents(t.path) {
		name := filepath.Base(path)
		if t.owns(name, m) {
			continue
		}
		if info, err := os.Lstat(path); err != nil || info.IsDir() {
			continue // goes back behind the swap
		}
		if err := os.Link(path, filepath.Join(s.dir, name)); err != nil {
			return errStays
		}
	}
	if err := syncFolder(s.dir); err != nil {
		return err
	}
	err := exchange(s.dir, t.path)
	if errors.Is(err, errNoExchange) {
		err = s.stepAside()
	}
	if err != nil {
		return errStays
	}
	return syncFolder(t.parent)
}

// stepAside is swap in two steps. Between them there is no folder; sweep brings the old one back.
func (s *stage) stepAside() error {
	t := s.of
	s.unlock()
	old := s.dir + aside
	if err := os.Rename(t.path, old); err != nil {
		return err
	}
	if err := os.Rename(s.dir, t.path); err != nil {
		return errors.Join(err, os.Rename(old, t.path))
	}
	return t.clear(old, true)
}

// asideInside is the folder in a stage inside the target that old files step aside into.
const asideInside = "old"

// moveIn lets files change places one by one: the old manifest steps aside first, the new one comes last. What fails on the way, as does
// a file that a spreadsheet holds open, sends all of them back.
func (s *stage) moveIn(m *manifest) error {
	t := s.of
	if err := os.Mkdir(filepath.Join(s.dir, asideInside), 0o777); err != nil {
		return err
	}
	old, _ := readManifest(t.path)
	err := s.stepOut(ManifestName)
	if err == nil {
		err = syncFolder(t.path)
	}
	for _, name := range old.names() {
		if err == nil && !slices.Contains(m.names(), name) {
			err = s.stepOut(name)
		}
	}
	for _, f := range m.Files {
		if err == nil {
			err = s.stepIn(f.File)
		}
	}
	if err == nil {
		err = syncFolder(t.path)
	}
	if err == nil {
		err = s.stepIn(ManifestName)
	}
	if err != nil {
		return errors.Join(err, t.undo(s.dir, m))
	}
	return syncFolder(t.path)
}

// stepOut moves an old file aside, if there is one.
func (s *stage) stepOut(name string) error {
	path := filepath.Join(s.of.path, name)
	info, err := os.Lstat(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err == nil && info.IsDir() {
		err = errors.New("there is a folder of this name")
	}
	if err == nil {
		err = os.Rename(path, filepath.Join(s.dir, asideInside, name))
	}
	if err != nil {
		return fmt.Errorf("replacing %s: %w", name, cause(err))
	}
	return nil
}

func (s *stage) stepIn(name string) error {
	if err := s.stepOut(name); err != nil {
		return err
	}
	if err := os.Rename(filepath.Join(s.dir, name), filepath.Join(s.of.path, name)); err != nil {
		return fmt.Errorf("replacing %s: %w", name, cause(err))
	}
	return nil
}

// undo sends the files back that moved in from a stage inside, and brings the old ones back. It goes by what is where, so it does not
// matter who was stopped when. Once the manifest has moved in nothing is undone.
func (t *target) undo(dir string, m *manifest) error {
	exists := func(path string) bool { _, err := os.Lstat(path); return err == nil }
	if !exists(filepath.Join(dir, ManifestName)) {
		return nil
	}
	old := filepath.Join(dir, asideInside)
	if !exists(old) {
		return nil
	}
	var errs []error
	for _, f := range m.Files {
		if drawn, here := filepath.Join(dir, f.File), filepath.Join(t.path, f.File); !exists(drawn) && exists(here) {
			errs = append(errs, os.Rename(here, drawn))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	back := contents(old)
	slices.SortFunc(back, func(a, b string) int { // the manifest last
		return boolInt(filepath.Base(a) == ManifestName) - boolInt(filepath.Base(b) == ManifestName)
	})
	for _, path := range back {
		if err := os.Rename(path, filepath.Join(t.path, filepath.Base(path))); err != nil {
			return err
		}
	}
	return nil
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
