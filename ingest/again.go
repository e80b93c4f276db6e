package ingest

import (
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/zeebo/xxh3"

	"dwtriage/ingest/secrets"
	"dwtriage/ingest/unpack"
)

// revision is that of what is read of a file: another number says that the same bytes may give other records, rejects or
// warnings. TestRevision says when it has to be raised.
const revision = 8

// Reading says in a line how files are read: two runs of which it says the same read the same of the same bytes. It is empty where
// that cannot be told.
func (opt Options) Reading() string {
	if opt.Zone == time.Local || opt.Sample > 0 || opt.Originals {
		return ""
	}
	zone := "UTC"
	if opt.Zone != nil {
		zone = opt.Zone.String()
	}
	var limits []string
	for _, at := range []time.Time{opt.Since, opt.Until} {
		text := "-"
		if !at.IsZero() {
			text = at.UTC().Format(time.RFC3339Nano)
		}
		limits = append(limits, text)
	}
	return fmt.Sprintf("%d format=%s log=%s since=%s until=%s zone=%s order=%s limits=%v",
		revision, opt.Format, opt.Log, limits[0], limits[1], zone, opt.DateOrder, opt.Limits.withDefaults())
}

// again reports whether the file of a source is the one that Options.Known knows, byte for byte, and what was read of it. Only a
// plain file is asked about, whose path is its name: what lies in a container would have to be unpacked. One that was written to a minute ago is read, as it may
// be cut off where it ends.
func (r *run) again(in Source) (f File, ok bool, err error) {
	known := r.opt.Known[in.Path]
	if len(known) == 0 || in.Path == "-" || in.At != "" || r.taken[in.Path] > 0 || secrets.Clean(in.Path) != in.Path {
		return f, false, nil
	}
	info, err := os.Lstat(in.Path)
	if err != nil || !info.Mode().IsRegular() || unpack.Fresh(info, r.opt.Now()) {
		return f, false, nil // whoever reads it says what is wrong
	}
	if !slices.ContainsFunc(known, func(k File) bool { return k.Bytes == info.Size() }) {
		return f, false, nil
	}
	digest, size, err := r.digest(in.Path)
	at := slices.IndexFunc(known, func(k File) bool { return k.Digest == digest && k.Bytes == size })
	if err != nil || at < 0 {
		return f, false, err
	}
	return known[at], r.name(in.Path) == known[at].Path, nil
}

// digest hashes a file. What cannot be read has no digest; an error is that of a run that was stopped.
func (r *run) digest(path string) (digest string, size int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", 0, nil
	}
	defer f.Close()
	h, buffer := xxh3.New(), make([]byte, 1<<20)
	for {
		n, err := f.Read(buffer)
		h.Write(buffer[:n])
		size += int64(n)
		switch {
		case r.ctx.Err() != nil:
			return "", 0, r.ctx.Err()
		case err == io.EOF:
			return fmt.Sprintf("%x", h.Sum128().Bytes()), size, nil
		case err != nil:
			return "", 0, nil
		}
	}
}

// Unsettled reports whether a warning of a file is not about its bytes: what was read of it would not be read of the same bytes again.
func Unsettled(warning string) bool { return unpack.ChangedWhileRead(warning) }
