package folder

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A stage is the folder that files are written into. Its owner holds a lock on it while it lives, so the others see
// what a dead process left.
type stage struct {
	of     *target
	dir    string
	beside bool // beside the target, else inside of it
	unlock func()
}

// insidePrefix begins the name of a stage inside a folder.
const insidePrefix = ".dwtriage-"

// aside ends the name of a folder that stepped aside for another one.
const aside = "-old"

// makeStage makes an empty folder. Its name is made by chance, not of the number of the process: two containers that
// share a disk have the same numbers.
func makeStage(prefix string) (string, error) {
	for {
		dir := prefix + strconv.FormatUint(uint64(rand.Uint32()), 10)
		if err := os.Mkdir(dir, 0o777); !errors.Is(err, os.ErrExist) {
			return dir, err
		}
	}
}

// stage makes the folder to write into, beside the target or, where that cannot be, inside of it, and puts right what killed
// calls left.
func (t *target) stage(beside bool) (s *stage, err error) {
	err = t.locked(func() error {
		if err := t.sweep(); err != nil {
			return err
		}
		if beside {
			s, err = t.newStage(Aside(t.path), true)
			if err == nil || !t.exists {
				return err
			}
		}
		s, err = t.newStage(filepath.Join(t.path, insidePrefix), false)
		return err
	})
	return s, err
}

func (t *target) newStage(prefix string, beside bool) (*stage, error) {
	if !beside && !t.exists { // it refused to be made in one step
		if err := os.Mkdir(t.path, 0o777); err != nil && !errors.Is(err, os.ErrExist) {
			return nil, err
		}
	}
	dir, err := makeStage(prefix)
	if err != nil {
		return nil, err
	}
	s := &stage{of: t, dir: dir, beside: beside}
	if beside && t.exists {
		// Before any file is written, so that files get their group of the folder where its mode says so.
		if err := becomeLike(dir, t.path, t.info); err != nil {
			return nil, errors.Join(err, os.Remove(dir))
		}
	}
	unlock, err := tryLock(dir)
	if err != nil {
		unlock = func() {} // no locks on this file system
	}
	s.unlock = sync.OnceFunc(unlock)
	return s, nil
}

// end removes what is left of the stage.
func (s *stage) end() error {
	s.unlock()
	if _, err := os.Lstat(s.dir); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return s.of.locked(func() error { return s.of.clear(s.dir, s.beside) })
}

// patience is how long a call waits for another one that puts its files into the same place, which takes milliseconds.
const patience = 20 * time.Second

// locked does something while no other call does. The lock is on the folder around the target, since the target is replaced; where
// that cannot be opened, on the target, which then stays. A file system without locks does without.
func (t *target) locked(do func() error) error {
	for until := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		unlock, err := tryLock(t.parent)
		if err != nil && !errors.Is(err, errLocked) && t.exists {
			unlock, err = tryLock(t.path)
		}
		switch {
		case err == nil:
			defer unlock()
			return do()
		case !errors.Is(err, errLocked):
			return do()
		case time.Now().After(until):
			return fmt.Errorf("another program holds a lock on %s", t.parent)
		}
	}
}

var digits = regexp.MustCompile(`^[0-9]+(` + aside + `)?$`)

// oldest is how old a stage must be to count as left behind where there are no locks.
const oldest = 24 * time.Hour

// leftovers are the stages that dead processes left: names that begin with prefix, which nobody holds a lock on.
func leftovers(prefix string) (list []string) {
	dir, name := filepath.Split(prefix)
	entries, _ := os.ReadDir(filepath.Clean(dir))
	for _, e := range entries {
		rest, ok := strings.CutPrefix(e.Name(), name)
		if !ok || !digits.MatchString(rest) || !e.IsDir() {
			continue
		}
		path := filepath.Join(dir, e.Name())
		unlock, err := tryLock(path)
		switch {
		case err == nil:
			unlock()
			list = append(list, path)
		case errors.Is(err, errLocked):
		default:
			if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > oldest {
				list = append(list, path)
			}
		}
	}
	return list
}

// sweep puts right what killed calls left: a folder that stepped aside and has no successor comes back, files that were
// changing places one by one go back, what was drawn for nothing goes.
func (t *target) sweep() error {
	for _, left := range leftovers(Aside(t.path)) {
		if _, err := os.Lstat(t.path); errors.Is(err, os.ErrNotExist) && strings.HasSuffix(left, aside) {
			if err := os.Rename(left, t.path); err != nil {
				return err
			}
			if back, err := look(t.path); err == nil {
				t.exists, t.info = true, back.info
			}
			continue
		}
		t.clear(left, true)
	}
	if !t.exists {
		return nil
	}
	for _, path := range contents(t.path) {
		if name := filepath.Base(path); before.MatchString(name) && t.owns(name, nil) {
			os.Remove(path)
		}
	}
	for _, left := range leftovers(filepath.Join(t.path, insidePrefix)) {
		if err := t.clear(left, false); err != nil {
			return err
		}
	}
	return nil
}

// clear removes a stage that nobody uses. Of one that the folder stepped aside into, what was somebody's goes to the
// folder first; what cannot go there stays, and so does the stage. Of one inside, files that were on their way go back.
func (t *target) clear(dir string, beside bool) error {
	m, err := readManifest(dir)
	if err == nil && !beside {
		err = t.undo(dir, m)
	} else {
		err = nil
	}
	if err != nil {
		return err
	}
	old := filepath.Join(dir, asideInside)
	for _, path := range contents(old) {
		os.Remove(path)
	}
	os.Remove(old)
	for _, path := range contents(dir) {
		if name := filepath.Base(path); t.owns(name, m) {
			os.Remove(path)
		} else if beside { // inside nothing is anybody's
			giveBack(path, filepath.Join(t.path, name))
		}
	}
	os.Remove(dir)
	return nil
}

// contents are the paths of what is in a folder.
func contents(dir string) (paths []string) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		paths = append(paths, filepath.Join(dir, e.Name()))
	}
	return paths
}

// giveBack brings what is somebody's into the folder again. Where it has been linked there it is one too many; where another one
// lies there, the newer one is what its owner wants.
func giveBack(from, to string) {
	there, err := os.Lstat(to)
	if err != nil {
		os.Rename(from, to)
		return
	}
	if here, err := os.Lstat(from); err == nil && os.SameFile(here, there) {
		os.Remove(from)
	} else if err == nil && here.ModTime().After(there.ModTime()) {
		os.Rename(from, to)
	}
}

// before is the name under which an older version wrote a file.
var before = regexp.MustCompile(`^\.(.+)\.[0-9]+\.tmp$`)

// owns reports whether a name is that of a file that this call, an earlier one or the one that wrote m puts.
func (t *target) owns(name string, m *manifest) bool {
	if tmp := before.FindStringSubmatch(name); tmp != nil {
		name = tmp[1]
	}
	old, _ := readManifest(t.path)
	return slices.Contains(t.names, name) || slices.Contains(m.names(), name) || slices.Contains(old.names(), name)
}
