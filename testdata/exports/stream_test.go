package exports

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// text draws from what one of the formats has to escape.
func text(r *rand.Rand) string {
	letters := []rune("aZ \"\\\n\r\t\b\f\x00\x1f\x7f,;<>&'ä\u2028\u2029\u202a漢😀")
	var b []byte
	for range r.IntN(40) {
		if r.IntN(30) == 0 {
			b = append(b, 0xc3) // torn apart
			continue
		}
		b = append(b, string(letters[r.IntN(len(letters))])...)
	}
	return string(b)
}

// Texts are escaped as the standard library does it.
func TestEscapes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 5_000 {
		s := text(r)
		var slow bytes.Buffer
		e := json.NewEncoder(&slow)
		e.SetEscapeHTML(false)
		if err := e.Encode(s); err != nil {
			t.Fatal(err)
		}
		if got, want := `"`+string(AppendJSON(nil, []byte(s)))+`"`, strings.TrimSuffix(slow.String(), "\n"); got != want {
			t.Fatalf("AppendJSON(%q) = %s, want %s", s, got, want)
		}
		if got, want := string(appendQuoted(nil, []byte(s))), `"`+strings.ReplaceAll(s, `"`, `""`)+`"`; got != want {
			t.Fatalf("appendQuoted(%q) = %s, want %s", s, got, want)
		}
		if s = strings.Map(forXML, s); s != "" {
			var back struct {
				Text string `xml:",chardata"`
			}
			if err := xml.Unmarshal([]byte("<t>"+xmlText(s)+"</t>"), &back); err != nil || back.Text != s {
				t.Fatalf("xmlText(%q) is read as %q, %v", s, back.Text, err)
			}
		}
	}
}

// forXML leaves out what no document may hold.
func forXML(r rune) rune {
	if r == '\ufffd' || r < ' ' && r != '\t' && r != '\n' && r != '\r' {
		return -1
	}
	return r
}

// A stream holds what was added, in whatever pieces it was written, and is one of the format that its name says.
func TestStreams(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, s := range Streams() {
		t.Run(s.Name, func(t *testing.T) {
			var whole []byte
			var records [][][]byte
			var out bytes.Buffer
			w := s.NewWriter(&out)
			for range 700 {
				values := valuesFor(&s, r)
				w.Add(values...)
				if r.IntN(4) == 0 {
					w.Drop()
					continue
				}
				if len(records) > 0 {
					whole = append(whole, s.between...)
				}
				records = append(records, values)
				whole = s.Append(whole, values...)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			if all, _, _ := w.Size(); all != int64(out.Len()) || out.Len() < 2*block {
				t.Errorf("says %d bytes, wrote %d, want more than two blocks", all, out.Len())
			}
			if want := s.head + string(whole) + s.tail; out.String() != want {
				t.Error("not what the records are one by one")
			}
			if strings.Contains(s.Name, "csv") {
				rowsOf(t, &s, out.Bytes(), records)
			} else if n := objectsIn(t, out.Bytes()); n != len(records) {
				t.Errorf("%d objects, want %d", n, len(records))
			}
		})
	}
}

// valuesFor are values as a column may hold them: numbers where they stand bare in JSON, any text where it is escaped.
func valuesFor(s *Stream, r *rand.Rand) (values [][]byte) {
	for _, p := range s.parts {
		v := "17"
		if p.print != bare {
			v = strings.Repeat(strings.ToValidUTF8(text(r), ""), 160)
		}
		values = append(values, []byte(v))
	}
	return values
}

func rowsOf(t *testing.T, s *Stream, data []byte, want [][][]byte) {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(rows[0], s.Columns) || len(rows)-1 != len(want) {
		t.Fatalf("headings %q and %d rows, want %q and %d", rows[0], len(rows)-1, s.Columns, len(want))
	}
	for i, row := range rows[1:] {
		for j, v := range row {
			// encoding/csv makes one sign of a line end of two.
			if want := strings.ReplaceAll(string(want[i][j]), "\r\n", "\n"); v != want {
				t.Fatalf("row %d, %s: %q, want %q", i, s.Columns[j], v, want)
			}
		}
	}
}

// objectsIn counts the records of a JSON text: of an answer or an array its items.
func objectsIn(t *testing.T, data []byte) (n int) {
	t.Helper()
	for d := json.NewDecoder(bytes.NewReader(data)); ; {
		var v any
		if err := d.Decode(&v); errors.Is(err, io.EOF) {
			return n
		} else if err != nil {
			t.Fatal(err)
		}
		if answer, ok := v.(map[string]any); ok && answer["value"] != nil {
			v = answer["value"]
		}
		if list, ok := v.([]any); ok {
			n += len(list)
		} else {
			n++
		}
	}
}

// What cannot be written is said at the end.
func TestStreamSaysWhatFails(t *testing.T) {
	full := errors.New("the disk is full")
	w := FindStream("dualwrite ndjson").NewWriter(failing{full})
	for range 20_000 {
		w.Add([]byte("a"), []byte("b"), []byte("c"), []byte("d"), bytes.Repeat([]byte("e"), 200))
	}
	if err := w.Close(); !errors.Is(err, full) {
		t.Errorf("says %v", err)
	}
	if FindStream("dualwrite xls") != nil {
		t.Error("a stream that is none was found")
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
