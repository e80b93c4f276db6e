package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/zeebo/xxh3"
)

// What says where the tables are (DuckDB's metadata) is written in place: pieces of 4 KB go into blocks of 256 KB that also hold pieces which
// the header in force counts on, and a checkpoint writes such a block as a whole (MetadataManager::Flush, metadata_manager.cpp; DuckDB 1.5).
// Where a kill or a power cut ends that write in the middle, the block is neither what it was nor what it should be, and DuckDB opens the file
// no more, old nights included: at one of the 130 operations of a first run, 2026-11-30. So the blocks are copied beside the file before DuckDB may write
// them, and the next run puts back those that are torn. Only the blocks of the header in force are: once there is a new one, all that it
// counts on was written and synced before it.

const (
	spareMagic  = "dwspare1"
	spareHeader = 24 // magic, iteration of the header, number of blocks
)

func spareName(path string) string { return path + ".spare" }

// spare keeps a copy of the blocks that the next checkpoint may tear, unless there is one since the last checkpoint. A commit is a checkpoint,
// too, where it is large. Nothing may be under way on the database. Where the file cannot be read while DuckDB has it open it does so once,
// before the first transaction.
func (db *DB) spare(ctx context.Context) error {
	if db.readOnly || db.open && !readWhileOpen {
		return nil
	}
	blocks, err := db.metadataBlocks(ctx)
	if err != nil {
		return err
	}
	return db.beside(ctx, func() error {
		f, l, err := db.layout()
		if err != nil || l.odd || l.iteration == db.spared {
			return err
		}
		if err := db.keepBlocks(f, l, blocks); err != nil {
			return fmt.Errorf("keeping a copy of what says where the tables are, as %s: %w", spareName(db.path), err)
		}
		db.spared = l.iteration
		return nil
	})
}

// metadataBlocks are the blocks that hold pieces of DuckDB's metadata, in order.
func (db *DB) metadataBlocks(ctx context.Context) (blocks []int64, err error) {
	err = db.Each(ctx, "SELECT DISTINCT block_id FROM pragma_metadata_info('dw') ORDER BY block_id", func(rows *sql.Rows) error {
		var id int64
		err := rows.Scan(&id)
		blocks = append(blocks, id)
		return err
	})
	return blocks, err
}

// keepBlocks writes the copy.
func (db *DB) keepBlocks(f *os.File, l layout, blocks []int64) error {
	// What is not in the file yet holds nothing to go back to.
	blocks = slices.DeleteFunc(blocks, func(id int64) bool { return id >= l.blocks })
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return writeAside(spareName(db.path), info.Mode().Perm(), func(out io.Writer) error { return writeSpare(out, f, l.iteration, blocks) })
}

func writeSpare(out io.Writer, f io.ReaderAt, iteration uint64, blocks []int64) error {
	sum := xxh3.New()
	w := io.MultiWriter(out, sum)
	head := binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64([]byte(spareMagic), iteration), uint64(len(blocks)))
	if _, err := w.Write(head); err != nil {
		return err
	}
	block := make([]byte, 8+blockSize)
	for _, id := range blocks {
		binary.LittleEndian.PutUint64(block, uint64(id))
		if _, err := f.ReadAt(block[8:], firstBlock+id*blockSize); err != nil {
			return err
		}
		if _, err := w.Write(block); err != nil {
			return err
		}
	}
	_, err := out.Write(binary.LittleEndian.AppendUint64(nil, sum.Sum64()))
	return err
}

// A sparePart is a block of a copy.
type sparePart struct {
	id      int64
	content []byte
}

// readSpare gives the blocks of the copy beside the file at path that are of the header in force; none where there is no copy, where it is not whole,
// and where a checkpoint came to its end since.
func readSpare(path string, iteration uint64) (parts []sparePart, err error) {
	content, err := os.ReadFile(spareName(path))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	end := len(content) - 8
	if err != nil || end < spareHeader || string(content[:8]) != spareMagic || binary.LittleEndian.Uint64(content[8:]) != iteration ||
		binary.LittleEndian.Uint64(content[end:]) != xxh3.Hash(content[:end]) {
		return nil, err
	}
	for at := spareHeader; at+8+blockSize <= end; at += 8 + blockSize {
		parts = append(parts, sparePart{int64(binary.LittleEndian.Uint64(content[at:])), content[at+8 : at+8+blockSize]})
	}
	return parts, nil
}

// torn are the blocks of the copy that are not intact in the file, whose headers have to be.
func torn(f io.ReaderAt, size int64, path string) (parts []sparePart, err error) {
	l, err := readLayout(f, size)
	if err != nil {
		return nil, nil // what is wrong with it is said when it is opened
	}
	kept, err := readSpare(path, l.iteration)
	if err != nil {
		return nil, err
	}
	block := make([]byte, blockSize)
	for _, p := range kept {
		if p.id < 0 || p.id >= l.blocks || !intact(p.content) {
			continue
		}
		if _, err := f.ReadAt(block, firstBlock+p.id*blockSize); err != nil {
			return nil, err
		}
		if !intact(block) {
			parts = append(parts, p)
		}
	}
	return parts, nil
}

// untear puts blocks back that were torn when a checkpoint was cut off, before DuckDB opens the file.
func (db *DB) untear() error {
	if !db.hasSpare() {
		return nil
	}
	f, err := lockFile(db.path)
	switch {
	case errors.Is(err, ErrBusy):
		return nil // DuckDB says who has it
	case err != nil:
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	parts, err := torn(f, info.Size(), db.path)
	if err != nil || len(parts) == 0 {
		return err
	}
	for _, p := range parts {
		if _, err := f.WriteAt(p.content, firstBlock+p.id*blockSize); err != nil {
			return err
		}
	}
	return f.Sync()
}

// hasSpare reports whether there are a database and a copy beside it; most often there is none.
func (db *DB) hasSpare() bool {
	_, file := os.Stat(db.path)
	_, copied := os.Stat(spareName(db.path))
	return file == nil && copied == nil
}

// tornAtRest is what a command that only reads says of a database with blocks that the next run puts back; nil where there are none. Nobody
// may be writing to it.
func (db *DB) tornAtRest() error {
	if !db.hasSpare() {
		return nil
	}
	f, info, err := db.hold(db.path)
	if err != nil {
		return err
	}
	if parts, err := torn(f, info.Size(), db.path); err != nil || len(parts) == 0 {
		return err
	}
	return &DamageError{What: "a run was cut off in the middle of writing down where the tables are",
		Advice: "nothing is lost, and nothing was changed; the next dwtriage run goes on with " + spareName(db.path) + ", what it was before"}
}

// dropSpare removes the copy, once no checkpoint is to come.
func (db *DB) dropSpare() {
	os.Remove(spareName(db.path))
	os.Remove(asideName(spareName(db.path)))
}

// checkpoint moves what was committed from the log to the file.
func (db *DB) checkpoint(ctx context.Context) error {
	if err := db.spare(ctx); err != nil {
		return err
	}
	_, err := db.conn.ExecContext(ctx, "CHECKPOINT dw")
	return err
}
