package store

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// spillNames are how the names of files begin that a process puts beside its database for as long as it runs: DuckDB's
// and those of Spill.
var spillNames = []string{"duckdb_temp_", "dwtriage_spill_"}

// spilled reports whether an entry of a folder is such a file.
func spilled(e os.DirEntry) bool {
	for _, begin := range spillNames {
		if strings.HasPrefix(e.Name(), begin) {
			return e.Type().IsRegular()
		}
	}
	return false
}

// spillFolder gives the folder that what does not fit into memory goes to: FILE.tmp, or, where something of somebody
// else's has that name or is in it, FILE.tmp1 and so on. A reader is not alone with the database and takes a name of its own.
func spillFolder(db string, reader bool) string {
	first := 0
	if reader {
		first = os.Getpid()
	}
	for n := first; ; n++ {
		path := db + ".tmp"
		if n > 0 {
			path += strconv.Itoa(n)
		}
		info, err := os.Lstat(path)
		if err != nil || !reader && info.IsDir() && onlySpilled(path) {
			return path
		}
	}
}

func onlySpilled(dir string) bool {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if !spilled(e) {
			return false
		}
	}
	return err == nil
}

// removeSpilled removes what killed processes spilled beside a database that is ours alone now, and the folders that are
// empty then. What somebody else put there stays.
func removeSpilled(db string) {
	dir, name := filepath.Split(db)
	beside, _ := os.ReadDir(filepath.Clean(dir + "."))
	for _, folder := range beside {
		rest, ok := strings.CutPrefix(folder.Name(), name+".tmp")
		if !ok || strings.Trim(rest, "0123456789") != "" || !folder.IsDir() {
			continue
		}
		path := filepath.Join(dir, folder.Name())
		entries, _ := os.ReadDir(path)
		for _, e := range entries {
			if spilled(e) {
				os.Remove(filepath.Join(path, e.Name()))
			}
		}
		if onlySpilled(path) {
			os.Remove(path)
		}
	}
}

// Spill makes a file for what a run need not hold in memory, in the folder beside the database that DuckDB spills to.
// The caller closes and removes it; what a killed process left is removed by the next Open that writes.
func (db *DB) Spill(name string) (*os.File, error) {
	if err := os.MkdirAll(db.temp, 0o777); err != nil {
		return nil, err
	}
	return os.CreateTemp(db.temp, "dwtriage_spill_"+name)
}
