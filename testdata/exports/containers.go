package exports

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"maps"
	"os/exec"
	"slices"

	"github.com/klauspost/compress/zstd"
)

// A Container is what an export may lie in. Wrap puts in the file of this name with these bytes; the
// name of the container is the name of the file and Extension. The first container is none at all.
type Container struct {
	Name, Extension string
	Wrap            func(name string, b []byte) ([]byte, error)
}

// Containers lists them.
func Containers() []Container {
	deflated := zipped(zip.Deflate)
	return []Container{
		{"plain", "", func(_ string, b []byte) ([]byte, error) { return b, nil }},
		{"gz", ".gz", gzipped},
		{"zst", ".zst", zstded},
		{"bz2", ".bz2", piped("bzip2")},
		{"xz", ".xz", piped("xz")},
		{"zip", ".zip", deflated},
		{"zip zstd", ".zip", zipped(zstd.ZipMethodWinZip)},
		{"tar", ".tar", tarred},
		{"tar.gz", ".tar.gz", inside(step{"", gzipped}, step{".tar", tarred})},
		{"zip in gz", ".zip.gz", inside(step{"", gzipped}, step{".zip", deflated})},
		{"gz in zip in tar", ".tar", inside(step{"", tarred}, step{".zip", deflated}, step{".gz", gzipped})},
	}
}

// A step puts a file into a container whose name ends so.
type step struct {
	extension string
	wrap      func(name string, b []byte) ([]byte, error)
}

// inside wraps in several steps, the innermost last.
func inside(steps ...step) func(string, []byte) ([]byte, error) {
	return func(name string, b []byte) ([]byte, error) {
		for _, s := range slices.Backward(steps) {
			var err error
			if b, err = s.wrap(name, b); err != nil {
				return nil, err
			}
			name += s.extension
		}
		return b, nil
	}
}

func gzipped(_ string, b []byte) ([]byte, error) {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write(b)
	err = errors.Join(err, w.Close())
	return out.Bytes(), err
}

func zstded(_ string, b []byte) ([]byte, error) {
	w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	return w.EncodeAll(b, nil), w.Close()
}

// piped compresses by a command: no library of ours writes these.
func piped(command string) func(string, []byte) ([]byte, error) {
	return func(_ string, b []byte) ([]byte, error) {
		cmd := exec.Command(command, "-c")
		cmd.Stdin = bytes.NewReader(b)
		return cmd.Output()
	}
}

func zipped(method uint16) func(string, []byte) ([]byte, error) {
	return func(name string, b []byte) ([]byte, error) {
		var out bytes.Buffer
		z := zip.NewWriter(&out)
		z.RegisterCompressor(zstd.ZipMethodWinZip, zstd.ZipCompressor())
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: method})
		if err == nil {
			_, err = w.Write(b)
		}
		err = errors.Join(err, z.Close())
		return out.Bytes(), err
	}
}

// Archive is a zip archive of several files, in the order of their names.
func Archive(files map[string][]byte) ([]byte, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(files)) {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
		if err == nil {
			_, err = w.Write(files[name])
		}
		errs = append(errs, err)
	}
	err := errors.Join(append(errs, z.Close())...)
	return out.Bytes(), err
}

func tarred(name string, b []byte) ([]byte, error) {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(b))})
	if err == nil {
		_, err = w.Write(b)
	}
	err = errors.Join(err, w.Close())
	return out.Bytes(), err
}
