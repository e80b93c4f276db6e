package ingest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zip"
	"github.com/zeebo/xxh3"

	"dwtriage/ingest/unpack"
)

// Raw reads length bytes at offset of a file, after decompression, as a record says where it came from: path is the source
// that lies on the disk, file the file itself, which is path or has the names of archive members behind it. digest is
// that of the whole file, as [File] has it, so a caller can tell whether it is the one that was read. The bytes are as they
// stand there, with every secret that is in them; fewer than length mean that the file is shorter.
func Raw(ctx context.Context, path, file string, offset, length int64, opt Options) (raw []byte, digest string, err error) {
	found := false
	errOther := errors.New("it is a workbook, whose rows have no bytes of their own")
	err = unpack.Walk(ctx, path, false, nil, newRun(ctx, opt, nil).unpacking(), unpack.Visitor{
		Document: func(m unpack.Member) error {
			if m.Path != file {
				_, err := io.Copy(io.Discard, m.In) // the next one lies behind it
				return err
			}
			found = true
			h := xxh3.New()
			in := io.TeeReader(m.In, h)
			var part bytes.Buffer
			_, err := io.CopyN(io.Discard, in, offset)
			if err == nil {
				_, err = io.CopyN(&part, in, length)
			}
			if err == nil || errors.Is(err, io.EOF) {
				_, err = io.Copy(io.Discard, in)
			}
			raw, digest = part.Bytes(), fmt.Sprintf("%x", h.Sum128().Bytes())
			return err
		},
		Workbook: func(m unpack.Member, _ *zip.Reader) error {
			if m.Path == file {
				return errOther
			}
			return nil
		},
		Failed: func(other, _ string, err error) error {
			if other == file || other == path {
				return err
			}
			return nil
		},
		Empty: func(_, _ string) error { return nil },
	})
	if err == nil && !found {
		err = fmt.Errorf("%s: it holds no %s", path, file)
	}
	return raw, digest, err
}
