package ingest

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"

	"dwtriage/ingest/scan"
	"dwtriage/ingest/secrets"
	"dwtriage/ingest/window"
	"dwtriage/ingest/words"
)

// A Header says what the rows of a file are made of, which it says of all of them.
type Header struct {
	Names  []string      // of the columns of a table, as the file has them; nil: rows are objects
	Comma  byte          // between the cells of a table of text
	Schema *arrow.Schema // of a file of Arrow, whose columns are in Batch.Own

	secret []bool         // columns whose texts are withheld, by column
	word   []bool         // columns of which those are that are no word
	roles  []secrets.Role // of columns in pairs of a name and a value; nil: none of either
}

// find looks for the columns that hold secrets.
func (h *Header) find(slots []slot) {
	naming, holding := false, false
	for i, name := range h.Names {
		role := secrets.RoleOf([]byte(name))
		h.secret = append(h.secret, secretSlots.has(slots[i]) || secrets.Name([]byte(name)))
		h.word = append(h.word, secrets.Word([]byte(name)))
		h.roles = append(h.roles, role)
		naming, holding = naming || role == secrets.Naming, holding || role == secrets.Holding
	}
	if !naming || !holding {
		h.roles = nil
	}
}

// An Original is a row as its file has it, in its own columns: what a filter gives back beside the verdict. Of a table it has
// Cells, one for each of [Header.Names], but fewer where the row had fewer; else Object, without blanks between its members. Of
// secrets it holds as little as a record: texts are those of ingest, with marks in the place of what was withheld.
type Original struct {
	Row    int64 // ordinal of the row in its file, as in column row
	Cells  []string
	Object string
}

// size is about what an original takes of memory, in bytes.
func (o *Original) size() int {
	n := len(o.Object) + 64
	for _, c := range o.Cells {
		n += len(c) + 16
	}
	return n
}

// whole keeps the rows of a file together: a batch that is full is handed on before the next row and not in the middle of one,
// so whoever gets a batch has all that became of each of its rows.
func (b *builder) whole(row int64) error {
	if !b.originals || row == b.lastRow {
		return nil
	}
	b.lastRow = row
	if b.full() {
		return b.flush()
	}
	return nil
}

func (b *builder) full() bool {
	return b.rows >= b.maxRows || b.bytes >= batchBytes || len(b.rejects) >= batchRejects || len(b.kept) >= b.maxRows
}

// head says what the rows are made of that come from now on. It goes ahead of them: of an empty file it is all there is.
func (b *builder) head(h *Header) error {
	if !b.originals || b.header != nil {
		return nil
	}
	b.header, b.announce = h, true
	return b.flush()
}

// keepOriginal adds the original of a row whose records and rejects come next.
func (b *builder) keepOriginal(o Original) error {
	if err := b.whole(o.Row); err != nil {
		return err
	}
	b.kept = append(b.kept, o)
	b.bytes += o.size()
	return nil
}

// An ownTable is what the originals of a table need to know: where a column of it stands in the header of the file. A file may be
// joined of several, with columns in another order.
type ownTable struct {
	header *Header
	places []int // by column; -1: the first header has no such column
}

// own prepares the originals of a table, whose header is the first one of the file or another one.
func (r *file) own(t *table) error {
	b := r.run.b
	if !b.originals {
		return nil
	}
	if b.header == nil {
		h := &Header{Names: t.headings, Comma: t.comma}
		if h.Names == nil {
			h.Names = []string{}
		}
		h.find(t.slots)
		if err := b.head(h); err != nil {
			return err
		}
	}
	t.own = &ownTable{header: b.header, places: make([]int, len(t.headings))}
	taken := make([]bool, len(b.header.Names))
	for i, name := range t.headings {
		t.own.places[i] = -1
		for k, first := range b.header.Names {
			if first == name && !taken[k] {
				t.own.places[i], taken[k] = k, true
				break
			}
		}
		if t.own.places[i] < 0 {
			r.warn("a further header has the column " + strconv.Quote(secrets.Clean(name)) + ", which the first one has not: its cells are left out; give files with other columns by themselves")
		}
	}
	return nil
}

// original keeps the row of cells that was scanned.
func (p *csvReader) original(b []byte) error {
	own, r := p.grid.table.own, p.file
	if own == nil {
		return nil
	}
	defer r.w.Uncounted()() // they are, when the row is read
	cells := make([]string, len(own.header.Names))
	var arena window.Arena
	most, named := 0, false
	for i, c := range p.scan.Cells[:min(len(own.places), len(p.scan.Cells))] {
		k := own.places[i]
		if k < 0 {
			continue
		}
		v := b[c.Start:c.End]
		if c.Doubled {
			v = scan.Unquote(&arena, v)
		}
		v = r.w.Text(&arena, v)
		cells[k] = withheld(&arena, v, own.header.secret[k] || own.header.word[k] && secrets.Odd(v))
		named = named || own.header.roles != nil && own.header.roles[k] == secrets.Naming && nameOfSecret(v)
		most = max(most, k+1)
	}
	for k, role := range own.header.roles {
		if named && role == secrets.Holding && cells[k] != "" {
			cells[k] = secrets.Mark
		}
	}
	return r.run.b.keepOriginal(Original{Row: p.row, Cells: cells[:most]})
}

// withheld is a text as it may leave ingest, a copy. secret says that its name does.
func withheld(a *window.Arena, v []byte, secret bool) string {
	if secret && len(bytes.TrimSpace(v)) > 0 {
		return secrets.Mark
	}
	if !secrets.Plain(v) {
		v, _ = secrets.Withhold(a, v)
	}
	return string(v)
}

// original keeps the object b.
func (p *jsonReader) original(b []byte) error {
	if !p.file.run.b.originals {
		return nil
	}
	var arena window.Arena
	return p.file.run.b.keepOriginal(Original{Row: p.row, Object: string(appendOwn(nil, &arena, b))})
}

// appendOwn appends a well-formed value without the blanks between its parts, and without secrets. Everything else stays as it is
// written: numbers with all their digits, keys that come twice, escapes; what is read although it is not well formed, as a path of
// Windows with single backslashes, is written as it was understood.
func appendOwn(dst []byte, a *window.Arena, v []byte) []byte {
	switch v[0] {
	case '{':
		dst = append(dst, '{')
		named := namesSecret(a, v)
		first := true
		scan.Members(v, func(key, value []byte) {
			if !first {
				dst = append(dst, ',')
			}
			first = false
			name := scan.Unescape(a, key)
			dst = append(appendName(dst, a, key, name), ':')
			if value[0] != 'n' && (secretMember(a, name, value) || named && secrets.RoleOf(name) == secrets.Holding) {
				dst = append(dst, `"`+secrets.Mark+`"`...)
				return
			}
			dst = appendOwn(dst, a, value)
		})
		return append(dst, '}')
	case '[':
		dst = append(dst, '[')
		first := true
		scan.Elements(v, func(value []byte) {
			if !first {
				dst = append(dst, ',')
			}
			first = false
			dst = appendOwn(dst, a, value)
		})
		return append(dst, ']')
	case '"':
		text := scan.JSONText(a, v)
		if !secrets.Plain(text) {
			clean, left := secrets.Withhold(a, text)
			if left != 0 || len(clean) != len(text) {
				return words.AppendQuoted(dst, string(clean))
			}
		}
		if !json.Valid(v) {
			return words.AppendQuoted(dst, string(text))
		}
		return append(dst, v...)
	}
	if !json.Valid(v) { // a word that some tool writes
		return words.AppendQuoted(dst, string(v))
	}
	return append(dst, v...)
}

// appendName appends a key, which is called name, in quotes.
func appendName(dst []byte, a *window.Arena, key, name []byte) []byte {
	if !secrets.Plain(name) {
		if clean, left := secrets.Withhold(a, name); left != 0 {
			return words.AppendQuoted(dst, string(clean))
		}
	}
	if quoted := append(append(append(make([]byte, 0, len(key)+2), '"'), key...), '"'); json.Valid(quoted) {
		return append(dst, quoted...)
	}
	return words.AppendQuoted(dst, string(name))
}

// secretMember reports whether the value of a member is secret by its name.
func secretMember(a *window.Arena, name, value []byte) bool {
	if secretSlots.has(slotOf(name)) || secrets.Name(name) {
		return true
	}
	return value[0] == '"' && secrets.Word(name) && secrets.Odd(scan.JSONText(a, value))
}

// nameOfSecret reports whether a value is the name of a secret. None is longer than 96 bytes, as in texts.
func nameOfSecret(v []byte) bool { return len(v) <= 96 && secrets.Name(v) }

// namesSecret reports whether a member of an object is the name of a secret, whose value is another one.
func namesSecret(a *window.Arena, object []byte) (named bool) {
	scan.Members(object, func(key, value []byte) {
		if !named && value[0] == '"' && secrets.RoleOf(scan.Unescape(a, key)) == secrets.Naming {
			named = nameOfSecret(scan.JSONText(a, value))
		}
	})
	return named
}

// noOwnColumns is the problem of a file whose rows cannot be given back.
func noOwnColumns(path, what string) error {
	return notALog(path, "%s, whose rows cannot be given back with a verdict: the filter takes CSV, JSON and Arrow; dwtriage run reads the rest", what)
}
