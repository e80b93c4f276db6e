package folder

import (
	"crypto/sha256"
	"io"
	"os"
	"path/filepath"
	"time"
)

// A Drawn is a file that Put wrote: how long it is (bytes), when it was written, by the clock of the disk, the SHA-256 of what is in it, and that of its sample.
type Drawn struct {
	Bytes    int64
	Modified time.Time
	SHA256   string
	Sample   string // see sampleOf
}

// as says what the files of a stage are, by name, with the times that they keep when they change places.
func (s *stage) as(m *manifest) (map[string]Drawn, error) {
	list := make(map[string]Drawn)
	for _, e := range m.Files {
		path := filepath.Join(s.dir, e.File)
		info, err := os.Lstat(path)
		if err != nil {
			return nil, err
		}
		sample, err := sampleOf(path, e.Bytes)
		if err != nil {
			return nil, err
		}
		list[e.File] = Drawn{e.Bytes, info.ModTime(), e.SHA256, sample}
	}
	return list, nil
}

// isAt reports whether a file is what was drawn, as its length, its time and its sample tell: whoever writes to a file changes its time, but for who puts
// that back, and a disk that loses what it held.
func (d Drawn) isAt(path string) bool {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() != d.Bytes || !info.ModTime().Equal(d.Modified) {
		return false
	}
	sample, err := sampleOf(path, d.Bytes)
	return err == nil && sample == d.Sample
}

// A sample is all of a file up to mostWhole bytes; of a longer one pieces at equal distances, the first and the last of them at its ends. That is read in some
// milliseconds; all of the tables of a million records, half a GB, took as long as the report.
const (
	mostWhole    = 2 << 20
	piece        = 16 << 10
	samplePieces = mostWhole / piece
)

// sampleOf is the SHA-256 of the sample of a file of this many bytes.
func sampleOf(path string, bytes int64) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	if bytes <= mostWhole {
		_, err := io.Copy(sum, f)
		return digest(sum), err
	}
	for i := range int64(samplePieces) {
		if _, err := io.Copy(sum, io.NewSectionReader(f, i*(bytes-piece)/(samplePieces-1), piece)); err != nil {
			return "", err
		}
	}
	return digest(sum), nil
}
