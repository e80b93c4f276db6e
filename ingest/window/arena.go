package window

import "unicode/utf8"

// An Arena holds what had to be rewritten of one row: unescaped cells, converted text. When
// it grows, slices taken before keep their old memory, so they stay valid until Reset and
// the next write. The zero value is empty and ready.
type Arena struct{ buf []byte }

// Reset forgets the row before. The memory of a giant row is not kept.
func (a *Arena) Reset() {
	if cap(a.buf) > 4<<20 {
		a.buf = nil
	}
	a.buf = a.buf[:0]
}

// Mark is a place from which what is added next can be taken.
func (a *Arena) Mark() int { return len(a.buf) }

// From returns what was added since mark. Nothing that is added later runs into it.
func (a *Arena) From(mark int) []byte { return a.buf[mark:len(a.buf):len(a.buf)] }

// Add adds b.
func (a *Arena) Add(b []byte) { a.buf = append(a.buf, b...) }

// AddString adds s.
func (a *Arena) AddString(s string) { a.buf = append(a.buf, s...) }

// AddByte adds c.
func (a *Arena) AddByte(c byte) { a.buf = append(a.buf, c) }

// AddRune adds r as UTF-8.
func (a *Arena) AddRune(r rune) { a.buf = utf8.AppendRune(a.buf, r) }

// AddBy adds what decode appends to its first argument for b.
func (a *Arena) AddBy(decode func(dst, b []byte) []byte, b []byte) { a.buf = decode(a.buf, b) }

// Join is x, sep and y in one text.
func (a *Arena) Join(x []byte, sep string, y []byte) []byte {
	mark := a.Mark()
	a.Add(x)
	a.AddString(sep)
	a.Add(y)
	return a.From(mark)
}

// Held is how many bytes of memory the arena keeps.
func (a *Arena) Held() int { return cap(a.buf) }
