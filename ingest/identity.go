package ingest

import (
	"bytes"
	"encoding/binary"

	"github.com/zeebo/xxh3"
)

// identities gives every record its identity across exports. Logs are exported again and again, with
// overlapping periods, in whatever format the tool at hand writes, and loading an entry twice must add
// nothing. So the identity may not depend on file, row, offset, format or encoding
// (TestIdentityAcrossFormats), only on what the log itself says.
type identities struct {
	seen map[uint64]uint32 // content hash → how often it occurred in this file, for rows without a time
	buf  []byte
}

// ordinals reports whether a record got one in this file.
func (x *identities) ordinals() bool { return len(x.seen) > 0 }

func (x *identities) reset() {
	// One file of millions of rows without a time must not keep its memory for the rest of the run.
	if len(x.seen) > 1<<16 {
		x.seen = nil
	}
	if cap(x.buf) > 4<<20 {
		x.buf = nil
	}
	clear(x.seen)
}

// of is the log's own GUID when it has one; else a 128-bit hash of content and time; without a time, of the
// content and of its ordinal among equal contents in the file.
//
// The GUID comes first because the content of one entry may differ between exports: a tool cuts texts, a
// view leaves columns out. Time is part of the content, as the same failure comes back and each time is an
// entry. Where no time is given, equal lines of one file are as many entries as there are lines, so they are
// counted; across files they are the same ones, since a second export of the list has them all again. What
// exports print differently is left out: mode and operation type come as numbers or as labels in the
// language of the user, depth and duration in many spellings or not at all.
//
// Content is taken in canonical form (line ends as LF, outer blanks cut), so that the same entry exported in
// another format keeps its identity. Of the 128 bits 122 are of the hash: among a billion records two share
// them by chance less often than once in 10^18 databases.
func (x *identities) of(r *record) [16]byte {
	if r.id != [16]byte{} {
		return r.id
	}
	b := x.buf[:0]
	b = canonical(b, []byte(r.log))
	for _, v := range [][]byte{r.entity, r.company, r.typeName, r.messageName, r.correlationID,
		r.requestID, r.activityID, r.errorText, r.traceText} {
		b = canonical(b, v)
	}
	if len(r.recordKey) > 0 {
		b = canonical(b, r.recordKey) // most logs have none, and their records keep the ids they had
	}
	switch {
	case !r.at.IsZero():
		b = binary.LittleEndian.AppendUint64(b, uint64(r.at.UnixMicro()))
	case len(r.atRaw) > 0:
		b = canonical(b, r.atRaw)
	default:
		h := xxh3.Hash(b)
		if x.seen == nil {
			x.seen = make(map[uint64]uint32)
		}
		b = binary.LittleEndian.AppendUint32(b, x.seen[h])
		x.seen[h]++
	}
	x.buf = b
	id := xxh3.Hash128(b).Bytes()
	// Marked as UUID version 8 (RFC 9562, custom), so it never equals a GUID that the log gave: those
	// have version 4 or another one of their own.
	id[6] = id[6]&0x0f | 0x80
	id[8] = id[8]&0x3f | 0x80
	return id
}

// canonical appends v without outer blanks and carriage returns, and an end mark. Line ends are those of the
// machine that exported, blanks those of the cell. The mark is a zero byte, which no text holds, so a letter
// cannot move from one column to the next unseen.
func canonical(b, v []byte) []byte {
	v = bytes.TrimSpace(v)
	for {
		i := bytes.IndexByte(v, '\r')
		if i < 0 {
			break
		}
		b = append(b, v[:i]...)
		if i+1 == len(v) || v[i+1] != '\n' {
			b = append(b, '\n')
		}
		v = v[i+1:]
	}
	b = append(b, v...)
	return append(b, 0)
}
