package folder

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
)

var errLocked = errors.New("it is locked")

const deleteOnClose = 0x04000000 // FILE_FLAG_DELETE_ON_CLOSE

// tryLock locks a folder, if nobody else holds its lock: a file in it that can be opened once, and is gone when it is
// closed or the process ends.
func tryLock(dir string) (unlock func(), err error) {
	name, err := syscall.UTF16PtrFromString(filepath.Join(dir, ".dwtriage-lock"))
	if err != nil {
		return nil, err
	}
	h, err := syscall.CreateFile(name, syscall.GENERIC_WRITE, 0, nil, syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL|deleteOnClose, 0)
	const sharingViolation, accessDenied = syscall.Errno(32), syscall.ERROR_ACCESS_DENIED
	if err == sharingViolation || err == accessDenied && mayWrite(dir) == nil { // denied: it is being deleted
		return nil, errLocked
	}
	if err != nil {
		return nil, err
	}
	return func() { syscall.CloseHandle(h) }, nil
}

// syncFolder does nothing: Windows writes names through.
func syncFolder(string) error { return nil }

// mayWrite leaves the question to whoever tries: access lists are not worked out here.
func mayWrite(dir string) error {
	f, err := os.CreateTemp(dir, insidePrefix)
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// becomeLike does nothing: a folder has the access list that the one around it hands down.
func becomeLike(string, string, os.FileInfo) error { return nil }

func isMount(string) bool { return false }

func exchange(string, string) error { return errNoExchange }

// alike fails: a file keeps the access list of the folder that it was made in.
func alike(file, other string) error { return errStays }
