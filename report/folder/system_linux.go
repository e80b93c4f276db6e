package folder

import (
	"errors"
	"strings"

	"golang.org/x/sys/unix"
)

// exchange lets two folders change places. File systems that cannot say so: EINVAL, and kernels before 3.15 ENOSYS.
func exchange(a, b string) error {
	err := unix.Renameat2(unix.AT_FDCWD, a, unix.AT_FDCWD, b, unix.RENAME_EXCHANGE)
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) {
		return errNoExchange
	}
	return err
}

// isMount reports whether something is mounted there, a folder of the same disk included.
func isMount(dir string) bool {
	var st unix.Statx_t
	err := unix.Statx(unix.AT_FDCWD, dir, 0, 0, &st)
	return err == nil && st.Attributes&unix.STATX_ATTR_MOUNT_ROOT != 0
}

// sameAttributes fails where a folder has other extended attributes than another one: access lists and labels are such.
func sameAttributes(a, b string) error {
	if attributes(a) != attributes(b) {
		return errStays
	}
	return nil
}

// attributes are all names and values in one text.
func attributes(dir string) string {
	var names, value [1 << 12]byte
	n, err := unix.Llistxattr(dir, names[:])
	if err != nil {
		return "" // none on this file system
	}
	var all strings.Builder
	for _, name := range strings.Split(string(names[:n]), "\x00") {
		if v, err := unix.Lgetxattr(dir, name, value[:]); name != "" && err == nil {
			all.WriteString(name + "=" + string(value[:v]) + "\x00")
		}
	}
	return all.String()
}
