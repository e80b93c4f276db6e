package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"

	"github.com/klauspost/compress/zstd"

	"dwtriage/report/folder"
	"dwtriage/report/summary"
)

// A Last is what the last report of an archive said, kept so that a run that met the same records can be reported without summing them up
// again: its Summary without what walks rows, and the tables of its folder that were drawn of rows, which stay what they are as well. Whether a
// run met the same records is for [store.DB.State] and [store.DB.Repeats] to say.
type Last struct {
	Key    string `json:"dwtriage_last"` // what drew it, as the caller tells it: the program, its rules; the first thing in the file, by whose name ingest knows it
	Run    int64
	Known  int64  // failing records that a run before Run had loaded
	State  string // of the archive, as far as Run
	Folder string // absolute
	Form   string // how the tables were drawn
	Tables map[string]folder.Drawn

	summary *summary.Summary // of one that is to be encoded
	packed  []byte           // of one that was decoded
	begun   chan decoded     // of one whose Summary is being decoded
}

// A decoded is a Summary that was kept.
type decoded struct {
	summary *summary.Summary
	err     error
}

// OfFolder makes the Last of a report that [Write] drew into dir with these options, and of what it put there. One that hides values has none: what is
// hidden, and under which key, is made for one drawing.
func OfFolder(dir string, put map[string]folder.Drawn, s *summary.Summary, opt Options) (*Last, error) {
	if s.Redacted != nil {
		return nil, errors.New("internal error: a redacted report is not kept")
	}
	path, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	l := &Last{Run: s.Run.ID, Known: s.Known, Folder: path, Form: opt.form(), Tables: make(map[string]folder.Drawn), summary: s}
	for _, name := range ofRows {
		if d, ok := put[name]; ok {
			l.Tables[name] = d
		}
	}
	return l, nil
}

// ofRows are the tables that are drawn of rows of the archive and of nothing that differs between two runs that met the same records.
var ofRows = []string{"records.csv", "captures.csv", "missing.csv", "retry.csv", "rejects.csv"}

// form says how tables are drawn.
func (opt Options) form() string {
	return fmt.Sprintf("plain %t, semicolon %t", opt.PlainCSV, opt.Semicolon)
}

// same is what is known of a file that would be drawn into dir, nil where nothing is.
func (l *Last) same(dir, name string, opt Options) *folder.Drawn {
	if l == nil || l.Form != opt.form() {
		return nil
	}
	if path, err := filepath.Abs(dir); err != nil || path != l.Folder {
		return nil
	}
	if d, ok := l.Tables[name]; ok {
		return &d
	}
	return nil
}

// SameTables reports whether both are of the same tables, drawn in the same way and lying where they lay.
func (l *Last) SameTables(o *Last) bool {
	return l.Folder == o.Folder && l.Form == o.Form && maps.EqualFunc(l.Tables, o.Tables, func(a, b folder.Drawn) bool {
		return a.SHA256 == b.SHA256 && a.Sample == b.Sample && a.Bytes == b.Bytes && a.Modified.Equal(b.Modified)
	})
}

// Encode gives l as bytes for [Decode]: a zstd frame of two values of JSON, the second of which is the Summary.
func (l *Last) Encode() ([]byte, error) {
	var packed bytes.Buffer
	z, err := zstd.NewWriter(&packed, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest))
	if err != nil {
		return nil, err
	}
	e := json.NewEncoder(z)
	err = errors.Join(e.Encode(l), e.Encode(l.summary), z.Close())
	return packed.Bytes(), err
}

// Decode reads what Encode gave, but for the Summary. Other bytes are an error: of another program.
func Decode(packed []byte) (*Last, error) {
	l := &Last{packed: packed}
	return l, l.read(func(d *json.Decoder, _ io.Reader) error { return d.Decode(l) })
}

// Begin decodes the Summary while the caller does something else.
func (l *Last) Begin() {
	begun := make(chan decoded, 1)
	go func() {
		s, err := l.decode()
		begun <- decoded{s, err}
	}()
	l.begun = begun
}

// Summary is what the report said, without functions and as often as it is asked for a new one. Of a file that was cut off it is an error.
func (l *Last) Summary() (*summary.Summary, error) {
	if begun := l.begun; begun != nil {
		l.begun = nil
		s := <-begun
		return s.summary, s.err
	}
	return l.decode()
}

func (l *Last) decode() (*summary.Summary, error) {
	s := new(summary.Summary)
	return s, l.read(func(d *json.Decoder, z io.Reader) error {
		if err := errors.Join(d.Decode(new(Last)), d.Decode(s)); err != nil {
			return err
		}
		_, err := io.Copy(io.Discard, z) // a frame has its checksum at the end
		return err
	})
}

// read calls f with what l was made of.
func (l *Last) read(f func(*json.Decoder, io.Reader) error) error {
	z, err := zstd.NewReader(bytes.NewReader(l.packed), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(1<<30))
	if err != nil {
		return err
	}
	defer z.Close()
	return f(json.NewDecoder(z), z)
}
