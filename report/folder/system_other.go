//go:build unix && !linux

package folder

import (
	"os"
	"syscall"
)

// isMount reports whether a folder is of another disk than the one around it.
func isMount(dir string) bool {
	in, err1 := os.Stat(dir)
	out, err2 := os.Stat(dir + "/..")
	if err1 != nil || err2 != nil {
		return true
	}
	a, ok1 := in.Sys().(*syscall.Stat_t)
	b, ok2 := out.Sys().(*syscall.Stat_t)
	return !ok1 || !ok2 || a.Dev != b.Dev
}

func sameAttributes(string, string) error { return nil }
