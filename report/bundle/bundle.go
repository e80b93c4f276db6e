// Package bundle is the envelope: a folder of files that belong together goes in, one zip that tells of each what its bytes are comes out, and
// the other way round. Equal folders give equal bytes. It trusts no zip: names lead nowhere, no member is longer than it says, none is there twice, missing
// or too many. It knows no report and no database.
package bundle

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// ManifestName is the member that tells of the others.
const ManifestName = "bundle.json"

// Format is the version of what a bundle holds.
const Format = 1

// A Manifest is bundle.json.
type Manifest struct {
	Format      int      `json:"format"`
	Tool        string   `json:"tool"`         // name and version
	RulesDigest string   `json:"rules_digest"` // of the rules that the report was drawn with
	RunID       int64    `json:"run_id"`
	CompareTo   string   `json:"compare_to"` // as asked for
	Redacted    bool     `json:"redacted"`
	Key         string   `json:"key"`   // what the key of a redacted report is called; empty: it was made for this one
	Rules       []Layer  `json:"rules"` // in their order
	Members     []Member `json:"members"`
}

// A Layer is a folder of rule files.
type Layer struct {
	Name   string `json:"name"`   // as messages and the report name it
	Folder string `json:"folder"` // of the bundle
}

// A Member is a file of the bundle.
type Member struct {
	Name   string `json:"name"` // with slashes
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// Bounds of what is taken for a bundle.
const (
	mostMembers  = 10_000
	mostManifest = 4 << 20
	// Texts of a report are a tenth when compressed; what unpacks to 200 times its length was made to fill a disk.
	mostPacked, fewestUnpacked = 200, 16 << 20
	// MostBytes is how much the members of a bundle may hold together.
	MostBytes = int64(64) << 30
)

// Write makes the bundle path of all files in the folder dir, and fills in the members of m. It takes the place of an older one when it is
// complete. Its SHA-256 is returned.
func Write(path, dir string, m *Manifest) (sum string, err error) {
	if m.Members, err = members(dir); err != nil {
		return "", err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return "", err
	}
	defer os.Remove(f.Name()) // where it was not renamed
	hash := sha256.New()
	err = write(io.MultiWriter(f, hash), dir, m)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), os.Rename(f.Name(), path)
}

func write(to io.Writer, dir string, m *Manifest) error {
	z := zip.NewWriter(to)
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	if err := add(z, ManifestName, bytes.NewReader(append(text, '\n'))); err != nil {
		return err
	}
	for _, member := range m.Members {
		f, err := os.Open(filepath.Join(dir, filepath.FromSlash(member.Name)))
		if err != nil {
			return err
		}
		err = add(z, member.Name, f)
		f.Close()
		if err != nil {
			return fmt.Errorf("%s: %w", member.Name, err)
		}
	}
	return z.Close()
}

// noTime is that of every member: with their own, equal folders would give other bytes. Zip knows no earlier one.
var noTime = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// add writes a member.
func add(z *zip.Writer, name string, from io.Reader) error {
	h := &zip.FileHeader{Name: name, Method: zip.Deflate, Modified: noTime}
	if strings.HasSuffix(name, ".parquet") {
		h.Method = zip.Store // is compressed
	}
	h.SetMode(0o600)
	w, err := z.CreateHeader(h)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, from)
	return err
}

// members lists the files of a folder by name.
func members(dir string) (list []Member, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		hash := sha256.New()
		n, err := io.Copy(hash, f)
		list = append(list, Member{filepath.ToSlash(name), n, hex.EncodeToString(hash.Sum(nil))})
		return err
	})
	slices.SortFunc(list, func(a, b Member) int { return strings.Compare(a.Name, b.Name) })
	return list, err
}

// A Bundle is an open one.
type Bundle struct {
	Manifest
	z     *zip.ReadCloser
	files map[string]*zip.File
}

// Open opens a bundle and holds its list of members to its manifest. An error says what is wrong with it, in a sentence.
func Open(path string) (*Bundle, error) {
	// A pipe is not waited for.
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no file; give that of a bundle", path)
	}
	z, err := zip.OpenReader(path)
	if errors.Is(err, zip.ErrFormat) || errors.Is(err, zip.ErrInsecurePath) || errors.Is(err, io.ErrUnexpectedEOF) {
		if z != nil {
			z.Close()
		}
		return nil, fmt.Errorf("%s is no bundle, or is not whole: %w", path, err)
	}
	if err != nil {
		return nil, err
	}
	b := &Bundle{z: z, files: make(map[string]*zip.File)}
	if err := b.check(); err != nil {
		z.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return b, nil
}

// Close closes the zip.
func (b *Bundle) Close() error { return b.z.Close() }

func (b *Bundle) check() error {
	if len(b.z.File) > mostMembers {
		return fmt.Errorf("it has %d members, more than any bundle", len(b.z.File))
	}
	for _, f := range b.z.File {
		if err := checkName(f); err != nil {
			return err
		}
		if b.files[f.Name] != nil {
			return fmt.Errorf("member %.80q is in it twice: nobody knows which one is meant", f.Name)
		}
		b.files[f.Name] = f
	}
	if err := b.readManifest(); err != nil {
		return err
	}
	var all int64
	listed := make(map[string]bool)
	for _, m := range b.Members {
		f := b.files[m.Name]
		switch {
		case f == nil:
			return fmt.Errorf("member %.80q is missing", m.Name)
		case listed[m.Name] || m.Name == ManifestName:
			return fmt.Errorf("%s lists member %.80q twice", ManifestName, m.Name)
		case m.Bytes < 0 || m.Bytes > MostBytes || f.UncompressedSize64 != uint64(m.Bytes):
			return fmt.Errorf("member %.80q says that it holds %d bytes, and %s that it holds %d", m.Name, f.UncompressedSize64, ManifestName, m.Bytes)
		}
		if m.Bytes > fewestUnpacked && uint64(m.Bytes)/mostPacked > f.CompressedSize64 {
			return fmt.Errorf("member %.80q unpacks to %d bytes from %d: it was made to fill a disk", m.Name, m.Bytes, f.CompressedSize64)
		}
		listed[m.Name] = true
		if all += m.Bytes; all > MostBytes {
			return fmt.Errorf("its members hold more than %d bytes together, more than any bundle", MostBytes)
		}
	}
	for _, f := range b.z.File {
		if f.Name != ManifestName && !listed[f.Name] {
			return fmt.Errorf("member %.80q is in no list of %s: somebody put it there", f.Name, ManifestName)
		}
	}
	return nil
}

// checkName refuses what would lead out of a folder, or is no file.
func checkName(f *zip.File) error {
	switch {
	case !fs.ValidPath(f.Name) || !filepath.IsLocal(filepath.FromSlash(f.Name)) || strings.ContainsAny(f.Name, "\\:\x00") || f.Name == ".":
		return fmt.Errorf("member %.80q has a name that leads elsewhere", f.Name)
	case !f.Mode().IsRegular():
		return fmt.Errorf("member %.80q is no file", f.Name)
	case f.Method != zip.Store && f.Method != zip.Deflate:
		return fmt.Errorf("member %.80q is compressed in a way that no bundle is (%d)", f.Name, f.Method)
	case f.Flags&1 != 0:
		return fmt.Errorf("member %.80q is encrypted", f.Name)
	}
	return nil
}

func (b *Bundle) readManifest() error {
	f := b.files[ManifestName]
	if f == nil {
		return fmt.Errorf("it has no %s, so dwtriage bundle did not make it", ManifestName)
	}
	r, err := f.Open()
	if err != nil {
		return fmt.Errorf("%s: %w", ManifestName, err)
	}
	defer r.Close()
	text, err := io.ReadAll(io.LimitReader(r, mostManifest+1))
	switch {
	case err != nil:
		return fmt.Errorf("%s cannot be read: %w", ManifestName, err)
	case len(text) > mostManifest:
		return fmt.Errorf("%s is longer than that of any bundle", ManifestName)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&b.Manifest); err != nil {
		return fmt.Errorf("%s is not that of a bundle: %w", ManifestName, err)
	}
	if b.Format != Format {
		return fmt.Errorf("it is a bundle of format %d, this program knows %d: take the dwtriage that made it (%.60q)", b.Format, Format, b.Tool)
	}
	return nil
}

// Unpack writes the members into the folder dir and gives the names of those whose bytes are not those that were bundled.
func (b *Bundle) Unpack(dir string) (changed []string, err error) {
	for _, m := range b.Members {
		path := filepath.Join(dir, filepath.FromSlash(m.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, err
		}
		whole, err := unpack(b.files[m.Name], path, m)
		if err != nil {
			return nil, err
		}
		if !whole {
			changed = append(changed, m.Name)
		}
	}
	return changed, nil
}

// unpack writes a member, and reports whether it is as bundled. What cannot be decompressed is not; an error is one of the disk.
func unpack(f *zip.File, path string, m Member) (bool, error) {
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return false, err
	}
	defer out.Close()
	r, err := f.Open()
	if err != nil {
		return false, nil
	}
	defer r.Close()
	hash, w := sha256.New(), &failing{w: out}
	n, err := io.Copy(io.MultiWriter(hash, w), io.LimitReader(r, m.Bytes+1))
	if w.err != nil {
		return false, w.err
	}
	return err == nil && n == m.Bytes && hex.EncodeToString(hash.Sum(nil)) == m.SHA256, out.Close()
}

// failing remembers an error of its writer, which io.Copy mixes with those of the reader.
type failing struct {
	w   io.Writer
	err error
}

func (f *failing) Write(p []byte) (n int, err error) {
	n, f.err = f.w.Write(p)
	return n, f.err
}
