package report

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"os"

	"github.com/klauspost/compress/zstd"

	"dwtriage/report/store"
)

// Rows of records.csv lie in a part as its worker drew them, since a merge that draws those of all workers from the archive takes a
// third of its time for it. They are those that wait in an Ahead, in the order of records.csv, behind one another and compressed: a byte
// that says what comes, and that is the name of a file, a row of it as it waits, or the end.
const (
	fileFollows = 'f' // the length of its name in four bytes, the name
	rowFollows  = 'r' // see rowHead
	rowsEnd     = 'e' // the number of rows in eight bytes
)

// rowsRevision is that of how rows are drawn and saved: another number says that the same records may have other rows.
// TestRowsRevision says when it has to be raised.
const rowsRevision = 5

// Rows says in a word how rows of records.csv are drawn: two programs, with the same rules, of which it says the same draw the same of the same
// records. It is empty where what rows say is hidden, which follows from a key that no worker has.
func (opt Options) Rows() string {
	switch {
	case opt.Redacted != nil:
		return ""
	case opt.Semicolon:
		return fmt.Sprint(rowsRevision, "-semicolon")
	case opt.PlainCSV:
		return fmt.Sprint(rowsRevision, "-plain")
	}
	return fmt.Sprint(rowsRevision, "-excel")
}

// Save writes the rows that wait. ok is false where the disk had no room for them; then there are none.
func (a *Ahead) Save(to io.Writer) (rows int64, ok bool, err error) {
	if a.gaveUp.Load() || !a.flush() {
		return 0, false, nil
	}
	z, err := zstd.NewWriter(to, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest))
	if err != nil {
		return 0, false, err
	}
	w := bufio.NewWriterSize(z, 1<<16)
	file, named := "", false
	err = a.each(func(r *rowReader) error {
		if !named || r.at.name != file {
			file, named = r.at.name, true
			w.WriteByte(fileFollows)
			w.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(file))))
			w.WriteString(file)
		}
		w.WriteByte(rowFollows)
		w.Write(r.head[:])
		w.Write(r.text[recordRows])
		_, err := w.Write(r.text[captureRows]) // of all of it: an error of the writer sticks
		rows++
		return err
	}, recordRows, captureRows)
	if err == nil {
		w.WriteByte(rowsEnd)
		w.Write(binary.LittleEndian.AppendUint64(nil, uint64(rows)))
	}
	return rows, true, errors.Join(err, w.Flush(), z.Close())
}

// TakeParts keeps the rows that lie in parts, but for those of copies that are lost, which come in the order of the parts and of the rows in them. It reads one
// part after the other.
func (a *Ahead) TakeParts(parts []*store.Part, lost iter.Seq2[store.LostCopy, error]) error {
	z, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return err
	}
	defer z.Close()
	next, stop := iter.Pull2(lost)
	defer stop()
	l := losses{next: next}
	if err := l.advance(); err != nil {
		return err
	}
	for i, p := range parts {
		if a.gaveUp.Load() {
			return nil
		}
		l.part = i
		if err := a.takePart(z, p, &l); err != nil {
			return err
		}
	}
	if l.more && !a.gaveUp.Load() {
		return fmt.Errorf("internal error: row %d of %s is not loaded, and no part has it", l.at.Row, l.at.File)
	}
	return nil
}

func (a *Ahead) takePart(z *zstd.Decoder, p *store.Part, l *losses) error {
	f, err := os.Open(p.Rows())
	if err != nil {
		return err
	}
	defer f.Close()
	if err := z.Reset(f); err != nil {
		return err
	}
	if err := a.take(bufio.NewReaderSize(z, 1<<16), l); err != nil {
		return fmt.Errorf("%s cannot be read: %w: delete the folder of the part and run its worker again", p.Rows(), err)
	}
	return nil
}

// take keeps the rows of one part.
func (a *Ahead) take(in *bufio.Reader, l *losses) error {
	r := rowReader{in: [waitingKinds]*bufio.Reader{in, in, in}, at: ordered{rows: math.MaxInt64}} // one behind the other
	d := drawnRow{}
	var rows uint64
	for {
		what, err := in.ReadByte()
		if err != nil {
			return unexpected(err)
		}
		switch what {
		case fileFollows:
			name, err := readName(in)
			if err != nil {
				return unexpected(err)
			}
			d.file = name
		case rowFollows:
			if err := r.next(); err != nil {
				return unexpected(err)
			}
			rows++
			d.place, d.finding = r.at.first, r.head.finding()
			gone, err := l.has(&d)
			if err != nil {
				return err
			}
			if !gone && !a.gaveUp.Load() && !a.keep(&d, r.text[recordRows], r.text[captureRows]) {
				a.giveUp()
			}
		case rowsEnd:
			var count [8]byte
			if _, err := io.ReadFull(in, count[:]); err != nil {
				return unexpected(err)
			}
			if told := binary.LittleEndian.Uint64(count[:]); told != rows {
				return fmt.Errorf("it says %d rows and holds %d", told, rows)
			}
			return nil
		default:
			return fmt.Errorf("byte %#x says nothing of what follows", what)
		}
	}
}

func readName(in *bufio.Reader) (string, error) {
	var length [4]byte
	if _, err := io.ReadFull(in, length[:]); err != nil {
		return "", err
	}
	name := make([]byte, binary.LittleEndian.Uint32(length[:]))
	_, err := io.ReadFull(in, name)
	return string(name), err
}

func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// losses are the copies of records that are not loaded, beside the rows of the parts.
type losses struct {
	next func() (store.LostCopy, error, bool)
	at   store.LostCopy
	row  drawnRow // of at
	more bool
	part int // whose rows are asked about
}

func (l *losses) advance() (err error) {
	l.at, err, l.more = l.next()
	l.row = drawnRow{file: l.at.File, place: place{row: l.at.Row, offset: l.at.ByteOffset}}
	copy(l.row.id[:], l.at.RecordID)
	return err
}

// has reports whether a row is that of a copy that is lost. It is asked of every row, in order.
func (l *losses) has(r *drawnRow) (bool, error) {
	if !l.more || l.at.Part != l.part {
		return false, nil
	}
	if l.row.compare(r) != 0 {
		return false, nil
	}
	return true, l.advance()
}
