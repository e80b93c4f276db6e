package classify

import (
	"encoding/csv"
	"fmt"
	"io/fs"
	"slices"
)

// readTable reads the named columns of an embedded CSV file.
func readTable(fsys fs.FS, file string, columns ...string) ([][]string, error) {
	f, err := fsys.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("%s: column %s is missing", file, columns[0])
	}
	at := make([]int, len(columns))
	for i, col := range columns {
		if at[i] = slices.Index(rows[0], col); at[i] < 0 {
			return nil, fmt.Errorf("%s: column %s is missing", file, col)
		}
	}
	out := make([][]string, 0, len(rows)-1)
	for _, r := range rows[1:] {
		picked := make([]string, len(at))
		for i, col := range at {
			picked[i] = r[col]
		}
		out = append(out, picked)
	}
	return out, nil
}
