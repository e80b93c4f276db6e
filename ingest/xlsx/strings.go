package xlsx

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"slices"

	"dwtriage/ingest/scan"
)

// Shared strings are kept in blocks that are loaded as a whole: small enough that texts in no
// order can be found, large enough that the list of blocks stays small.
const (
	stringBlockBytes = 32 << 10
	stringBlockCount = 512
	stringCache      = 8 << 20 // most bytes of blocks loaded from the file at a time
	mostStrings      = 1 << 27 // a table of all unique texts of a big workbook is a third of it
	longString       = 1 << 31 // mark of a text that was cut
)

var errStrings = errors.New("more shared strings than the limit")

// sharedStrings are the texts that cells of a workbook name by number. The first ones, which
// most cells share, stay in memory; the others are put aside in a temporary file, for the table is read before
// the rows that use it and may be as large as the sheets together. The count that the table announces is not
// read: memory grows with the texts that are there.
//
// A text is found again by its block: the list of blocks is in memory and searched by the number of the first text,
// the block used last is tried before. Of blocks from the file at most 8 MiB are loaded; the file is read a whole
// block at a time, and neighbours in a sheet are mostly neighbours here.
type sharedStrings struct {
	keep  int   // most bytes in memory
	limit int64 // most bytes altogether
	err   error // why the table ends before the part did

	blocks []stringBlock
	count  int
	kept   int   // bytes of blocks in memory
	size   int64 // bytes altogether

	texts []byte   // of the block that is being filled
	ends  []uint32 // of its texts, with the mark

	file   *os.File
	offset int64
	loaded []int // blocks loaded from the file
	cached int   // their bytes
	hand   int   // place in loaded where the next one to drop is looked for
	last   int   // block that was used last: neighbours in a sheet are neighbours here
}

// A stringBlock is texts, then the ends of each as 32-bit numbers.
type stringBlock struct {
	first  int // number of its first text
	n      int
	size   int
	offset int64  // in the file, -1 in memory
	data   []byte // nil when not loaded
	used   bool   // since it was last looked at
}

// add appends a text to the table.
func (s *sharedStrings) add(text []byte, long bool) error {
	s.size += int64(len(text)) + 4
	if s.size > s.limit || s.count == mostStrings {
		return errStrings
	}
	s.texts = append(s.texts, text...)
	end := uint32(len(s.texts))
	if long {
		end |= longString
	}
	s.ends = append(s.ends, end)
	s.count++
	if len(s.texts) >= stringBlockBytes || len(s.ends) == stringBlockCount {
		return s.seal()
	}
	return nil
}

// seal ends the block that is being filled: the ends go behind the texts, so that a block is one piece to write and
// to read. Once one block was put aside, all that follow are, and memory stays what it was.
func (s *sharedStrings) seal() error {
	n := len(s.ends)
	if n == 0 {
		return nil
	}
	defer s.refill()
	for _, end := range s.ends {
		s.texts = binary.LittleEndian.AppendUint32(s.texts, end)
	}
	b := stringBlock{first: s.count - n, n: n, size: len(s.texts), offset: -1}
	if s.file == nil && s.kept+b.size <= s.keep {
		b.data = slices.Clone(s.texts)
		s.kept += b.size
	} else if err := s.putAside(&b); err != nil {
		s.count -= n
		return err
	}
	s.blocks = append(s.blocks, b)
	return nil
}

// refill makes room for the next block.
func (s *sharedStrings) refill() {
	// One giant text must not keep its memory.
	if cap(s.texts) > 4<<20 {
		s.texts = nil
	}
	s.texts, s.ends = s.texts[:0], s.ends[:0]
}

// putAside writes the block to the end of the file, which is made when the first one needs it: a table
// that fits in memory leaves nothing on the disk.
func (s *sharedStrings) putAside(b *stringBlock) error {
	if s.file == nil {
		f, err := os.CreateTemp("", "dwtriage-*.strings")
		if err != nil {
			return fmt.Errorf("putting shared strings into the temporary folder: %w", err)
		}
		os.Remove(f.Name()) // what is open lives on without its name, and goes with a killed process; Windows removes it at the end
		s.file = f
	}
	if _, err := s.file.WriteAt(s.texts, s.offset); err != nil {
		return fmt.Errorf("putting shared strings into the temporary folder: %w", err)
	}
	b.offset = s.offset
	s.offset += int64(b.size)
	return nil
}

// A sharedText is a text of the table. It is valid until the next call of get, or for good
// when kept is true.
type sharedText struct {
	text       []byte
	long, kept bool
}

// get is the text with this number; ok is false when there is none.
func (s *sharedStrings) get(i int) (t sharedText, ok bool, err error) {
	if i < 0 || i >= s.count {
		return t, false, nil
	}
	b := &s.blocks[s.find(i)]
	if b.data == nil {
		if err := s.load(s.last); err != nil {
			return t, false, err
		}
	}
	b.used = true
	ends := b.data[b.size-4*b.n:]
	k := i - b.first
	start := uint32(0)
	if k > 0 {
		start = binary.LittleEndian.Uint32(ends[4*k-4:]) &^ longString
	}
	end := binary.LittleEndian.Uint32(ends[4*k:])
	t.long = end&longString != 0
	end &^= longString
	t.text, t.kept = b.data[start:end:end], b.offset < 0
	return t, true, nil
}

// find is the block of a text that is there.
func (s *sharedStrings) find(i int) int {
	if b := &s.blocks[s.last]; i < b.first || i >= b.first+b.n {
		k, found := slices.BinarySearchFunc(s.blocks, i, func(b stringBlock, i int) int { return b.first - i })
		if !found {
			k--
		}
		s.last = k
	}
	return s.last
}

// load reads a block from the file. Others are dropped when there are too many, those first
// that were not used since they were last looked at.
func (s *sharedStrings) load(k int) error {
	b := &s.blocks[k]
	var free []byte
	for len(s.loaded) > 0 && s.cached+b.size > stringCache {
		s.hand %= len(s.loaded)
		old := &s.blocks[s.loaded[s.hand]]
		if old.used {
			old.used = false
			s.hand++
			continue
		}
		s.cached -= old.size
		free, old.data = old.data, nil
		last := len(s.loaded) - 1
		s.loaded[s.hand] = s.loaded[last]
		s.loaded = s.loaded[:last]
	}
	if cap(free) < b.size || cap(free) > 2*b.size {
		free = make([]byte, b.size)
	}
	free = free[:b.size]
	if _, err := s.file.ReadAt(free, b.offset); err != nil {
		return fmt.Errorf("reading shared strings from the temporary folder: %w", err)
	}
	b.data = free
	s.loaded = append(s.loaded, k)
	s.cached += b.size
	return nil
}

// close removes the file. It may be called again.
func (s *sharedStrings) close() {
	if s.file != nil {
		s.file.Close()
		os.Remove(s.file.Name())
		s.file = nil
	}
}

// read fills the table from its part. A table that cannot be read to its end keeps what came
// before; err tells why.
func (s *sharedStrings) read(p *xmlPart, cell int) {
	text := partText{limit: cell}
	s.err = s.strings(p, &text)
	if err := s.seal(); err != nil && s.err == nil {
		s.err = err
	}
	s.texts, s.ends = nil, nil
}

// strings reads the elements si, each a text, whatever stands between them.
func (s *sharedStrings) strings(p *xmlPart, text *partText) error {
	for {
		t, err := p.next()
		if err != nil {
			return unexpected(err)
		}
		switch local := string(scan.LocalName(t.Name)); {
		case t.Kind == scan.EndTag && local == "sst", t.Kind == scan.EmptyTag && local == "sst":
			return p.drain()
		case brokenTag(&t):
			return errPartXML
		case local != "si" || t.Kind == scan.EndTag:
			continue
		}
		text.reset()
		text.start()
		if t.Kind == scan.StartTag {
			if err := text.rich(p, "si"); err != nil {
				return err
			}
		}
		if err := s.add(text.text(), text.long); err != nil {
			return err
		}
	}
}
