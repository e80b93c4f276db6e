package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// What is known of a database before DuckDB sees it. DuckDB would take an empty name or ":memory:" for a database that is
// gone at the end, "s3:" or "postgres:" for an extension to look for on the network, and a short file for a broken one.

var scheme = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]+:`) // one letter is a drive

// CheckName says why path cannot be the name of a database file, nil if it can.
func CheckName(path string) error {
	switch {
	case path == "":
		return errors.New("the name of the database is empty (a variable that is not set?); name a file, as dwtriage.duckdb")
	case path == ":memory:":
		return errors.New(":memory: would keep nothing; name a file, as dwtriage.duckdb")
	case strings.ContainsRune(path, 0):
		return errors.New("the name of the database holds a zero byte")
	case scheme.MatchString(path):
		return fmt.Errorf("%q names no file on this machine; for a file whose name begins like that write ./%[1]s", path)
	case os.IsPathSeparator(path[len(path)-1]):
		return fmt.Errorf("%q is a folder; name a file in it, as %s", path, filepath.Join(path, "dwtriage.duckdb"))
	}
	return nil
}

// A kind of file that stands where the database should be.
type fileKind int

const (
	noFile    fileKind = iota
	huskFile           // of a database that was killed, or met a full disk, before it held anything
	duckFile           // with the first header of a DuckDB database, maybe damaged
	otherFile          // anything else
)

// The layout of a DuckDB file: three headers of 4 KiB, of which the second and third take turns, then blocks. All begin
// with a checksum of their rest. (duckdb/storage/storage_info.hpp, single_file_block_manager.cpp; DuckDB 1.5)
const (
	headerSize = 4096
	firstBlock = 3 * headerSize
	blockSize  = 256 << 10
)

// kindOf looks at the file that path names. What is no regular file is an error: a pipe would be waited for, and a device
// written to.
func kindOf(path string) (fileKind, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		if _, err := os.Lstat(path); err == nil {
			return noFile, errors.New("it is a link that leads nowhere; remove it, or make what it points to")
		}
		return noFile, nil
	case err != nil:
		return noFile, err
	case info.IsDir():
		return noFile, errors.New("it is a folder; name a file in it")
	case !info.Mode().IsRegular():
		return noFile, errors.New("it is no regular file; give another one with --db")
	}
	f, err := os.Open(path)
	switch {
	case lockedOut(err):
		return duckFile, nil // DuckDB says who has it open
	case err != nil:
		return noFile, err
	}
	defer f.Close()
	return kindOfContent(f, info.Size())
}

func kindOfContent(f io.ReaderAt, size int64) (fileKind, error) {
	head := make([]byte, min(size, firstBlock))
	if _, err := f.ReadAt(head, 0); err != nil && err != io.EOF {
		return noFile, err
	}
	magic := len(head) >= 12 && string(head[8:12]) == "DUCK"
	switch {
	case size < firstBlock && (magic || strings.Trim(string(head), "\x00") == ""):
		return huskFile, nil
	case magic:
		return duckFile, nil
	}
	return otherFile, nil
}

// checksum is DuckDB's, over whole words (duckdb/common/checksum.cpp).
func checksum(words []byte) uint64 {
	sum := uint64(5381)
	for len(words) >= 8 {
		sum ^= binary.LittleEndian.Uint64(words) * 0xbf58476d1ce4e5b9
		words = words[8:]
	}
	return sum
}

// intact reports whether a header or block holds what was written. One of zeros was never written: the file was made
// longer before its content came.
func intact(block []byte) bool {
	sum := binary.LittleEndian.Uint64(block)
	return sum == checksum(block[8:]) || sum == 0 && strings.Trim(string(block), "\x00") == ""
}

// A layout is what the headers of a database file say.
type layout struct {
	blocks    int64  // that are there in full
	booked    int64  // that there were; the last may have been free and been cut off since
	iteration uint64 // of the header in force: how many checkpoints there were
	freeList  uint64 // where the free blocks are listed: the block, and in the highest byte which piece of it; all ones where none is free
	odd       bool   // blocks are of another size than those this package makes, so they are not looked at
}

// readLayout reads the headers. DuckDB opens no file of which one is damaged, and names numbers of checksums then.
func readLayout(f io.ReaderAt, size int64) (layout, error) {
	head := make([]byte, firstBlock)
	if _, err := f.ReadAt(head, 0); err != nil {
		return layout{}, err
	}
	var newest []byte
	for i := range 3 {
		h := head[i*headerSize : (i+1)*headerSize]
		if binary.LittleEndian.Uint64(h) != checksum(h[8:]) {
			return layout{}, &DamageError{What: fmt.Sprintf("its header at byte %d does not have the content that was written", i*headerSize)}
		}
		if i > 0 && (newest == nil || binary.LittleEndian.Uint64(h[8:]) > binary.LittleEndian.Uint64(newest[8:])) {
			newest = h
		}
	}
	// Behind the checksum: iteration, meta block, free list, number of blocks, size of a block.
	l := layout{booked: int64(binary.LittleEndian.Uint64(newest[32:])), iteration: binary.LittleEndian.Uint64(newest[8:]),
		freeList: binary.LittleEndian.Uint64(newest[24:])}
	if l.booked < 0 || l.booked > 1<<40 {
		return layout{}, &DamageError{What: fmt.Sprintf("its header says that it has %d blocks", l.booked)}
	}
	l.odd = binary.LittleEndian.Uint64(newest[40:]) != blockSize
	l.blocks = min(l.booked, (size-firstBlock)/blockSize)
	return l, nil
}

// damagedBlocks are the numbers of blocks among count from first on that do not hold what was written to them. Blocks
// that are free are looked at, too; nobody knows here which those are.
func (l layout) damagedBlocks(f io.ReaderAt, first, count int64) ([]int64, error) {
	if l.odd {
		return nil, nil
	}
	// Side by side: the sums of a part that a run looks at take a fifth of a second of one core.
	end := min(first+count, l.blocks)
	workers := int64(min(runtime.GOMAXPROCS(0), 4))
	share := max((end-first+workers-1)/workers, 1)
	found, errs := make([][]int64, workers), make([]error, workers)
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			block := make([]byte, blockSize)
			for i := first + w*share; i < min(first+(w+1)*share, end) && errs[w] == nil; i++ {
				if _, errs[w] = f.ReadAt(block, firstBlock+i*blockSize); errs[w] == nil && !intact(block) {
					found[w] = append(found[w], i)
				}
			}
		})
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return slices.Concat(found...), nil
}

// Metadata is in pieces, 64 to a block. A piece begins with where the next one is. (MetadataManager, metadata_manager.cpp; MetadataWriter,
// metadata_writer.cpp; DuckDB 1.5)
const (
	pieceSize   = (blockSize - 8) / 64 &^ 7
	lastPiece   = 1<<64 - 1
	pieceHeader = 8
)

// freeBlocks are the numbers of the blocks that hold nothing, as the header in force lists them: how many there are, and each of them
// (SingleFileBlockManager::WriteHeader, single_file_block_manager.cpp; DuckDB 1.5). What cannot be read in this way is an error: DuckDB knows, too.
func (l layout) freeBlocks(f io.ReaderAt) (free []int64, err error) {
	if l.odd || l.freeList == lastPiece {
		return nil, nil
	}
	var listed []byte // 8 bytes each
	left := int64(-1) // bytes of it, not known yet
	block, at := make([]byte, blockSize), int64(-1)
	var piece []byte
	for next := l.freeList; left != 0; next = binary.LittleEndian.Uint64(piece) {
		id, index := int64(next&(1<<56-1)), int64(next>>56)
		if id >= l.blocks || index >= blockSize/pieceSize {
			return nil, fmt.Errorf("the list of free blocks goes on in piece %d of block %d, which is not there", index, id)
		}
		if id != at {
			if _, err := f.ReadAt(block, firstBlock+id*blockSize); err != nil {
				return nil, err
			}
			if at = id; !intact(block) {
				return nil, fmt.Errorf("block %d, which lists free blocks, does not have the content that was written", id)
			}
		}
		piece = block[8+index*pieceSize:][:pieceSize]
		part := piece[pieceHeader:]
		if left < 0 {
			count := binary.LittleEndian.Uint64(part)
			if count > uint64(l.booked) || count > uint64(l.blocks*blockSize/8) {
				return nil, fmt.Errorf("a list of %d free blocks does not fit into a file of %d blocks", count, l.blocks)
			}
			left, part = int64(count)*8, part[8:]
		}
		part = part[:min(left, int64(len(part)))]
		listed = append(listed, part...)
		left -= int64(len(part))
	}
	for ; len(listed) > 0; listed = listed[8:] {
		free = append(free, int64(binary.LittleEndian.Uint64(listed)))
	}
	return free, nil
}

// onlyFreeMissing reports whether the list of free blocks names each block that is booked and not there.
func (l layout) onlyFreeMissing(f io.ReaderAt) bool {
	free, err := l.freeBlocks(f)
	if err != nil {
		return false
	}
	missing := make(map[int64]bool)
	for _, id := range free {
		if id >= l.blocks && id < l.booked {
			missing[id] = true
		}
	}
	return int64(len(missing)) == l.booked-l.blocks
}
