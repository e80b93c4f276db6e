package scan

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dwtriage/ingest/window"
)

// scanAll cuts b into records of unquoted cells.
func scanAll(b []byte, comma byte) (records [][]string, clean bool) {
	var s CSV
	clean = true
	for len(b) > 0 {
		if n := BlankLines(b); n > 0 {
			b = b[n:]
			continue
		}
		if s.Scan(b, true, comma, false, 0) != Done {
			return records, false
		}
		clean = clean && !s.Loose
		var rec []string
		for _, c := range s.Cells {
			v := b[c.Start:c.End]
			if c.Doubled {
				v = Unquote(new(window.Arena), v)
			}
			rec = append(rec, string(v))
		}
		records = append(records, rec)
		b = b[s.Length:]
	}
	return records, clean
}

// FuzzRecords holds the scanner against encoding/csv on everything that one accepts.
func FuzzRecords(f *testing.F) {
	for _, s := range []string{
		"typename,exceptiondetails\nA,one\nB,\"two\n\"\"three\"\"\"\n",
		"typename,exceptiondetails\r\nA,\"x\"\r\n\r\n,\r\n",
		"createdon,typename,exceptiondetails\n2026-11-22,A,\"open\n2026-11-23,B,two\n2026-11-24,C,\"three\"\n",
		"a,\"b\"c\",d\n\"\",,\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		c := csv.NewReader(bytes.NewReader(b))
		c.FieldsPerRecord = -1
		// encoding/csv takes lone carriage returns and the end of the file differently
		// in corners that no export has.
		if want, err := c.ReadAll(); err == nil && !bytes.Contains(bytes.ReplaceAll(b, []byte("\r\n"), nil), []byte("\r")) {
			got, clean := scanAll(b, ',')
			for _, rec := range got {
				for i := range rec {
					rec[i] = strings.ReplaceAll(rec[i], "\r\n", "\n")
				}
			}
			if !cmp.Equal(want, got) || !clean {
				t.Errorf("clean %v; encoding/csv, own:\n%q\n%q", clean, want, got)
			}
		}
	})
}
