package ingest

import (
	"bytes"
	"encoding/binary"

	"github.com/zeebo/xxh3"
)

// identities gives every record its identity across exports (DESIGN section 3, "Idempotence").
type identities struct {
	seen map[uint64]uint32 // content hash → how often it occurred in this file, for rows without a time
	buf  []byte
}

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

// of is the log's own GUID when it has one; else a 128-bit hash of content and time; without
// a time, of the content and of its ordinal among equal contents in the file. Content is taken
// in canonical form (line ends as LF, outer blanks cut, labels instead of numbers), so that the
// same entry exported in another format keeps its identity.
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
	// Marked as UUID version 8 (RFC 9562, custom), so it can never equal a GUID the log gave.
	id[6] = id[6]&0x0f | 0x80
	id[8] = id[8]&0x3f | 0x80
	return id
}

// canonical appends v without outer blanks and carriage returns, and an end mark.
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
