package store

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestSpillFolder: of what lies beside a database only files that a killed process spilled are removed, by one who writes.
func TestSpillFolder(t *testing.T) {
	made := filepath.Join(t.TempDir(), "made.duckdb")
	db, err := Open(t.Context(), made, Options{})
	if err == nil {
		err = db.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	empty, err := os.ReadFile(made)
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		there    []string // a name that ends with / is a folder
		stays    []string // of them
		spillsTo string
	}{
		"spilled":     {[]string{"t.duckdb.tmp/", "t.duckdb.tmp/duckdb_temp_storage_DEFAULT-0.tmp", "t.duckdb.tmp/dwtriage_spill_records7"}, nil, "t.duckdb.tmp"},
		"of a reader": {[]string{"t.duckdb.tmp4711/", "t.duckdb.tmp4711/duckdb_temp_block-1.block"}, nil, "t.duckdb.tmp"},
		"notes":       {[]string{"t.duckdb.tmp/", "t.duckdb.tmp/notes.txt"}, []string{"t.duckdb.tmp", "t.duckdb.tmp/notes.txt"}, "t.duckdb.tmp1"},
		"files":       {[]string{"t.duckdb.tmp", "t.duckdb.tmp1"}, []string{"t.duckdb.tmp", "t.duckdb.tmp1"}, "t.duckdb.tmp2"},
		"notes among them": {[]string{"t.duckdb.tmp/", "t.duckdb.tmp/notes.txt", "t.duckdb.tmp/duckdb_temp_block-1.block"},
			[]string{"t.duckdb.tmp", "t.duckdb.tmp/notes.txt"}, "t.duckdb.tmp1"},
		"a folder in it": {[]string{"t.duckdb.tmp/", "t.duckdb.tmp/duckdb_temp_mine/"}, []string{"t.duckdb.tmp", "t.duckdb.tmp/duckdb_temp_mine"}, "t.duckdb.tmp1"},
		"other names":    {[]string{"t.duckdb.tmpx", "t.duckdb.template"}, []string{"t.duckdb.tmpx", "t.duckdb.template"}, "t.duckdb.tmp"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "t.duckdb")
			err := os.WriteFile(path, empty, 0o666)
			if err != nil {
				t.Fatal(err)
			}
			for _, there := range tc.there {
				if at := filepath.Join(dir, there); strings.HasSuffix(there, "/") {
					err = os.Mkdir(at, 0o777)
				} else {
					err = os.WriteFile(at, []byte("mine"), 0o666)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			before := below(t, dir)
			db, err := Open(t.Context(), path, Options{ReadOnly: true})
			if err != nil {
				t.Fatal(err)
			}
			if err := db.Close(); err != nil || !slices.Equal(below(t, dir), before) {
				t.Errorf("a reader left %q of %q, %v", below(t, dir), before, err)
			}
			if db, err = Open(t.Context(), path, Options{}); err != nil {
				t.Fatal(err)
			}
			f, err := db.Spill("records")
			if err != nil {
				t.Fatal(err)
			}
			f.Close()
			if got := filepath.Base(filepath.Dir(f.Name())); got != tc.spillsTo {
				t.Errorf("spilled to %s, want %s", got, tc.spillsTo)
			}
			if err := os.Remove(f.Name()); err != nil {
				t.Error(err)
			}
			if err := db.Close(); err != nil {
				t.Error(err)
			}
			want := append([]string{"t.duckdb"}, tc.stays...)
			slices.Sort(want)
			if got := below(t, dir); !slices.Equal(got, want) {
				t.Errorf("there are %q, want %q", got, want)
			}
		})
	}
}

// below gives the paths of all that is in a folder, in order.
func below(t *testing.T, dir string) (paths []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		if rel, _ := filepath.Rel(dir, path); rel != "." {
			paths = append(paths, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(paths)
	return paths
}
