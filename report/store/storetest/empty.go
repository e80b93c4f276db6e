package storetest

import (
	"os"
	"path/filepath"
	"sync"
)

// Emptied gives the content of a new database, which create makes at a path, once: to make one takes longer than to load a few records into it.
func Emptied(create func(path string) error) func() ([]byte, error) {
	return sync.OnceValues(func() ([]byte, error) {
		dir, err := os.MkdirTemp("", "empty")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(dir)
		path := filepath.Join(dir, "x.duckdb")
		if err := create(path); err != nil {
			return nil, err
		}
		return os.ReadFile(path)
	})
}
