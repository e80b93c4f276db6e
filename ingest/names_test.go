package ingest

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

// A name that is cut says so, and names that differ only behind the cut stay different: they are different records and keys.
func TestNamesThatAreCut(t *testing.T) {
	long := strings.Repeat("ß", 1010) // 2,020 bytes
	for _, column := range []string{"entity", "company", "record_key"} {
		var rows strings.Builder
		rows.WriteString("Entity,Company,RecordIdentifier,Time,Error\n")
		for _, end := range []string{"1", "2", "2"} {
			cells := map[string]string{"entity": "accounts", "company": "USMF", "record_key": "10"}
			cells[column] = long + end
			fmt.Fprintf(&rows, "%s,%s,%s,2026-11-22T01:00:00Z,It failed\n", cells["entity"], cells["company"], cells["record_key"])
		}
		ids, names := make(map[string]bool), make(map[string]bool)
		for _, r := range readText(t, "a.csv", rows.String()).records {
			name := r[column]
			ids[r["record_id"]], names[name] = true, true
			if len(name) > NameBytes || len(name) < NameBytes-3 || !strings.HasSuffix(name, " … [cut]") || !utf8.ValidString(name) {
				t.Errorf("%s has %d bytes and ends in %q", column, len(name), name[max(0, len(name)-30):])
			}
		}
		if len(ids) != 2 || len(names) != 2 {
			t.Errorf("%s: %d ids and %d names, want 2", column, len(ids), len(names))
		}
	}
	if whole := strings.Repeat("x", NameBytes); string(CutName([]byte(whole))) != whole {
		t.Error("a name that has room is cut")
	}
}

// So do times that cannot be read.
func TestTimesThatAreCut(t *testing.T) {
	long := strings.Repeat("some day ", 12)
	x := readText(t, "a.csv", "Entity,Company,Time,Error\naccounts,USMF,"+long+"1,It failed\naccounts,USMF,"+long+"2,It failed\n")
	if len(x.records) != 2 || x.records[0]["record_id"] == x.records[1]["record_id"] || !strings.HasSuffix(x.records[0]["occurred_raw"], "… [cut]") || len(x.records[0]["occurred_raw"]) > longestTime {
		t.Errorf("%q", x.records)
	}
}
