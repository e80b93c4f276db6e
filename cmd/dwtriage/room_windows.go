//go:build cgo

package main

import (
	"math"
	"path/filepath"
	"strings"

	"golang.org/x/sys/windows"
)

// diskOf asks for the file system that path is on, or will be. Folders of one drive are taken for one; a volume mounted
// into a folder counts as its drive, with the free room of its own.
func diskOf(path string) (disk, bool) {
	path = existing(path)
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return disk{}, false
	}
	var free uint64
	if windows.GetDiskFreeSpaceEx(name, &free, nil, nil) != nil {
		return disk{}, false
	}
	return disk{id: strings.ToUpper(filepath.VolumeName(path)), free: int64(min(free, math.MaxInt64/2))}, true
}
