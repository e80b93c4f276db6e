//go:build unix

package folder

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

var errLocked = errors.New("it is locked")

// tryLock locks a folder, if nobody else holds its lock. The lock ends with the process.
func tryLock(dir string) (unlock func(), err error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		if err == syscall.EWOULDBLOCK {
			return nil, errLocked
		}
		return nil, err
	}
	return func() { f.Close() }, nil
}

// syncFolder waits until the disk has the names of a folder. File systems that know no such thing say EINVAL.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) {
		return err
	}
	return nil
}

// mayWrite asks what the modes say: a folder that is read-only stays, though the one around it could be written to.
func mayWrite(dir string) error { return unix.Access(dir, unix.W_OK|unix.X_OK) }

// becomeLike gives a folder the group, owner and mode of another one, and fails where it cannot, or where that has an access list or
// a label that the new one lacks.
func becomeLike(dir, other string, info os.FileInfo) error {
	mine, err := os.Stat(dir)
	if err != nil {
		return err
	}
	have, ok1 := mine.Sys().(*syscall.Stat_t)
	want, ok2 := info.Sys().(*syscall.Stat_t)
	if ok1 && ok2 && (have.Uid != want.Uid || have.Gid != want.Gid) {
		if err := os.Chown(dir, int(want.Uid), int(want.Gid)); err != nil {
			return err
		}
	}
	const kept = os.ModePerm | os.ModeSetgid | os.ModeSticky
	if err := os.Chmod(dir, info.Mode()&kept); err != nil {
		return err
	}
	return sameAttributes(dir, other)
}

// alike gives a file the mode of another one, and fails where it has another owner, group, access list or label.
func alike(file, other string) error {
	mine, err1 := os.Lstat(file)
	info, err2 := os.Lstat(other)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	have, ok1 := mine.Sys().(*syscall.Stat_t)
	want, ok2 := info.Sys().(*syscall.Stat_t)
	if !ok1 || !ok2 || have.Uid != want.Uid || have.Gid != want.Gid || have.Dev != want.Dev {
		return errStays
	}
	if err := sameAttributes(file, other); err != nil {
		return err
	}
	return os.Chmod(file, info.Mode().Perm())
}
