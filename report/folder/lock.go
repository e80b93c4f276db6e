package folder

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Lock keeps other processes from changing a folder, which is there, until unlock; it waits for one that does. A file system without locks
// does without.
func Lock(dir string) (unlock func(), err error) {
	for until := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		unlock, err := tryLock(dir)
		switch {
		case err == nil:
			return unlock, nil
		case !errors.Is(err, errLocked):
			return func() {}, nil
		case time.Now().After(until):
			return nil, fmt.Errorf("another program holds a lock on %s; wait for it", dir)
		}
	}
}

// Work makes an empty folder in dir, whose name readers of tables leave out, and removes those that killed processes left there. The
// caller holds the lock of dir, and removes the folder.
func Work(dir string) (string, error) {
	for _, path := range contents(dir) {
		if info, err := os.Lstat(path); IsWork(filepath.Base(path)) && err == nil && info.IsDir() {
			if err := os.RemoveAll(path); err != nil {
				return "", err
			}
		}
	}
	return makeStage(filepath.Join(dir, insidePrefix))
}

// IsWork reports whether a folder of this name is one that Work made.
func IsWork(name string) bool {
	rest, ok := strings.CutPrefix(name, insidePrefix)
	return ok && digits.MatchString(rest)
}

// Replace lets the file at from take the place of the one at path, whose folders are made. Both are on one file system. Where the content is
// the same already that one stays as it is, so what watches for changes sees none.
func Replace(from, path string) (changed bool, err error) {
	same, err := SameContent(from, path)
	if err != nil {
		return false, err
	}
	if same {
		return false, os.Remove(from)
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return false, err
	}
	if old, err := os.Lstat(path); err == nil && old.Mode().IsRegular() {
		if err := os.Chmod(from, old.Mode().Perm()); err != nil {
			return false, err
		}
	}
	if err := os.Rename(from, path); err != nil {
		return false, err
	}
	return true, syncFolder(dir)
}

// SameContent compares two files of any length. One at b that is not there, or is no regular file, has no content.
func SameContent(a, b string) (bool, error) {
	infoA, err := os.Stat(a)
	if err != nil {
		return false, err
	}
	infoB, err := os.Lstat(b)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil || !infoB.Mode().IsRegular() || infoA.Size() != infoB.Size() {
		return false, err
	}
	x, err := contentSum(a)
	if err != nil {
		return false, err
	}
	y, err := contentSum(b)
	return err == nil && bytes.Equal(x, y), err
}

func contentSum(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	sum := sha256.New()
	_, err = io.Copy(sum, f)
	return sum.Sum(nil), err
}

// Temporary makes a folder in another one, the system's temporary one where within is empty, its name beginning with prefix, for as long as this process
// needs it: remove ends that. A killed process leaves it behind, without its lock, and the next call with the same prefix removes it.
func Temporary(within, prefix string) (dir string, remove func(), err error) {
	if within == "" {
		within = os.TempDir()
	}
	entries, _ := os.ReadDir(within)
	for _, e := range entries {
		if !e.IsDir() || !strings.HasPrefix(e.Name(), prefix) {
			continue
		}
		left := filepath.Join(within, e.Name())
		if unlock, err := tryLock(left); err == nil { // else it is somebody's, or of a process that lives
			os.RemoveAll(left)
			unlock()
		}
	}
	for range 10 {
		if dir, err = os.MkdirTemp(within, prefix); err != nil {
			return "", nil, err
		}
		unlock, err := tryLock(dir)
		switch _, gone := os.Lstat(dir); {
		case err == nil && gone == nil:
			return dir, func() { os.RemoveAll(dir); unlock() }, nil
		case err == nil: // another call took it for one that was left, before it was locked
			unlock()
		case !errors.Is(err, errLocked): // a file system without locks
			return dir, func() { os.RemoveAll(dir) }, nil
		}
	}
	return "", nil, fmt.Errorf("%s: folders made there vanish", within)
}
