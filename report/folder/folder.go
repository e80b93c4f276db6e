// Package folder is the tray: files that belong together come in as functions that write them, and
// take the place of those that an earlier call put into the same folder, all of them or none. A
// process that is killed, a full disk, a write that fails: at every moment the folder holds the
// files of one call. The package knows no report and does not look into files; what else lies in
// the folder is somebody's, and stays.
//
// Files are written into a folder beside it and synced to the disk, then the two folders change
// places, which Linux and macOS do in one step; elsewhere the old one steps aside first, and where
// a process ends between these two steps the next call puts it back. Where the folder itself must
// stay what it is (a drive, a mount, a process stands in it, there are folders in it, what is beside it cannot be
// written to) files change places one by one. Then a moment sees both, and the manifest, which goes first and comes
// last, tells; the next call puts the old ones back, as does a step that fails.
package folder

import (
	"bufio"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
)

// A File is one of the files that belong together: a plain name, and what writes it.
type File struct {
	Name string
	Draw func(io.Writer) error
	Same *Drawn // what Draw would write lies in the folder as this, if it is as it was; nil: nobody knows

	// Made, unless it is nil, is asked before Draw whether there is a file already that is what Draw would write. It gets a second name in the folder, if it
	// can: on another disk it cannot, nor where a file that is made in the folder would have another group or access list. Its own name stays, as it may be
	// asked for once more; whoever made it removes that.
	Made func() (*Made, error)
}

// A Made is a file that is complete and closed, and that nobody writes to any more.
type Made struct {
	Path   string
	Bytes  int64
	SHA256 string
}

// Put writes files and a manifest of them, and lets them take the place of the files of the call
// before. The folder is made if it does not exist, its parents too. about is what the manifest
// begins with. drawn is what they are, by name: another call may have put its own in their place by the time that this one is back. After an error the files of the call before are there as they were, but for one: what was swapped, and could
// not be synced to the disk.
func Put(dir string, files []File, about About) (drawn map[string]Drawn, err error) {
	t, err := locate(dir)
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		t.names = append(t.names, f.Name)
	}
	t.names = append(t.names, ManifestName)
	drawn, err = put(t, t.replaceable(), files, about)
	if errors.Is(err, errStays) {
		drawn, err = put(t, false, files, about)
	}
	return drawn, err
}

func put(t *target, beside bool, files []File, about About) (drawn map[string]Drawn, err error) {
	s, err := t.stage(beside)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.end()) }()
	m, err := s.draw(files, about)
	if err == nil {
		drawn, err = s.as(m)
	}
	if err != nil {
		return nil, err
	}
	return drawn, s.publish(m)
}

// Check says whether Put could put files into dir, and puts right what a killed call left there. It makes neither
// the folder nor its parents. names are those of the files.
func Check(dir string, names []string) error {
	t, err := look(dir)
	if err != nil {
		return err
	}
	t.names = append([]string{ManifestName}, names...)
	near := t.path
	if !t.exists {
		for near = t.parent; ; near = filepath.Dir(near) {
			if info, err := os.Stat(near); err == nil && !info.IsDir() {
				return fmt.Errorf("%s is a file; give a folder", near)
			} else if err == nil || near == filepath.Dir(near) {
				break
			}
		}
	}
	if near != t.path && near != t.parent {
		return Writable(near)
	}
	if err := t.locked(t.sweep); err != nil {
		return err
	}
	return Writable(near)
}

// Writable says whether files can be made in a folder that is there.
func Writable(dir string) error {
	// The system is asked. A file made to try would stay behind when the process is killed before it is removed.
	if err := mayWrite(dir); err != nil {
		return fmt.Errorf("nothing can be written into %s: %w; let this user write to it, or give another folder", dir, cause(err))
	}
	return nil
}

// Aside begins the paths of what a killed Put may have left beside a folder.
func Aside(dir string) string {
	return filepath.Join(filepath.Dir(dir), "."+filepath.Base(dir)+insidePrefix)
}

// cause is an error without the name of what it is about.
func cause(err error) error {
	if e, ok := errors.AsType[*os.PathError](err); ok {
		return e.Err
	}
	return err
}

// A target is the folder that Put is about, with links followed: what is meant is replaced, not the
// link to it.
type target struct {
	path, parent string
	exists       bool
	info         os.FileInfo
	names        []string // of the files that are put
}

// look finds the folder.
func look(dir string) (*target, error) {
	path, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	real, err := filepath.EvalSymlinks(path)
	if errors.Is(err, os.ErrNotExist) {
		if to, err := os.Readlink(path); err == nil {
			return nil, fmt.Errorf("%s is a link to %s, which is not there; make it, or give another folder", dir, to)
		}
		return &target{path: path, parent: filepath.Dir(path)}, nil
	}
	info, statErr := os.Stat(path)
	if err := cmp.Or(err, statErr); err != nil {
		return nil, fmt.Errorf("%s: %w", dir, cause(err))
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("%s is a file; give a folder", dir)
	}
	return &target{path: real, parent: filepath.Dir(real), exists: true, info: info}, nil
}

// locate finds the folder and makes its parents.
func locate(dir string) (*target, error) {
	t, err := look(dir)
	if err != nil {
		return nil, err
	}
	if t.exists {
		return t, mayWrite(t.path)
	}
	if err := os.MkdirAll(t.parent, 0o777); err != nil {
		return nil, err
	}
	if t.parent, err = filepath.EvalSymlinks(t.parent); err != nil {
		return nil, err
	}
	t.path = filepath.Join(t.parent, filepath.Base(t.path))
	return t, nil
}

// draw writes the files and the manifest into the stage, all of them synced to the disk: a rename
// that the disk has and a content that it has not would be a folder of empty files.
func (s *stage) draw(files []File, about About) (*manifest, error) {
	m := &manifest{About: about}
	for _, f := range files {
		if s.link(f) {
			m.Files = append(m.Files, entry{f.Name, f.Same.Bytes, f.Same.SHA256})
			continue
		}
		made, err := s.take(f)
		if err != nil {
			return nil, fmt.Errorf("drawing %s: %w", f.Name, cause(err))
		}
		if made != nil {
			m.Files = append(m.Files, entry{f.Name, made.Bytes, made.SHA256})
			continue
		}
		sum := sha256.New()
		n, err := s.write(f.Name, io.Writer(sum), f.Draw)
		if err != nil {
			return nil, fmt.Errorf("drawing %s: %w", f.Name, cause(err))
		}
		m.Files = append(m.Files, entry{f.Name, n, digest(sum)})
	}
	if _, err := s.write(ManifestName, nil, m.encode); err != nil {
		return nil, fmt.Errorf("drawing %s: %w", ManifestName, cause(err))
	}
	return m, syncFolder(s.dir)
}

// link puts a file that would be drawn as it is into the stage, by another name for it. Where it changed, or the file system gives
// no file two names, it is drawn. Files that change places one by one are: the two names could not change places.
func (s *stage) link(f File) bool {
	from := filepath.Join(s.of.path, f.Name)
	return f.Same != nil && s.beside && f.Same.isAt(from) && os.Link(from, filepath.Join(s.dir, f.Name)) == nil
}

// take puts a file that is made already into the stage, synced to the disk and with the mode of one that is written there; nil where there is none, or it
// cannot be had there.
func (s *stage) take(f File) (*Made, error) {
	if f.Made == nil {
		return nil, nil
	}
	made, err := f.Made()
	if made == nil || err != nil {
		return nil, err
	}
	path := filepath.Join(s.dir, f.Name)
	// What it would be if it were written here says a file that is made here.
	if _, err := s.write(f.Name, nil, func(io.Writer) error { return nil }); err != nil {
		return nil, err
	}
	if alike(made.Path, path) != nil {
		return nil, os.Remove(path)
	}
	if err := os.Remove(path); err != nil {
		return nil, err
	}
	if os.Link(made.Path, path) != nil {
		return nil, nil
	}
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	return made, errors.Join(file.Sync(), file.Close())
}

func digest(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }

// write writes one file of the stage, with the mode of the one whose place it takes.
func (s *stage) write(name string, also io.Writer, draw func(io.Writer) error) (int64, error) {
	f, err := os.OpenFile(filepath.Join(s.dir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return 0, err
	}
	out := &counted{f, also, 0}
	w := bufio.NewWriterSize(out, 1<<16)
	err = draw(w)
	if err == nil {
		err = w.Flush()
	}
	if old, statErr := os.Lstat(filepath.Join(s.of.path, name)); err == nil && statErr == nil && old.Mode().IsRegular() {
		err = f.Chmod(old.Mode().Perm())
	}
	if err == nil {
		err = f.Sync()
	}
	return out.n, errors.Join(err, f.Close())
}

// counted is a file that is counted, and copied to a digest.
type counted struct {
	io.Writer
	also io.Writer
	n    int64
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.Writer.Write(p)
	c.n += int64(n)
	if c.also != nil {
		c.also.Write(p[:n])
	}
	return n, err
}
