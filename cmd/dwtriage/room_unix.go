//go:build cgo && (linux || darwin)

package main

import (
	"math"
	"strconv"

	"golang.org/x/sys/unix"
)

// diskOf asks for the file system that path is on, or will be.
func diskOf(path string) (disk, bool) {
	path = existing(path)
	var fs unix.Statfs_t
	var at unix.Stat_t
	if unix.Statfs(path, &fs) != nil || unix.Stat(path, &at) != nil {
		return disk{}, false
	}
	free := min(float64(fs.Bavail)*float64(fs.Bsize), math.MaxInt64/2)
	return disk{id: strconv.FormatUint(uint64(at.Dev), 10), free: int64(free)}, true
}
