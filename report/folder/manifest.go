package folder

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
)

// ManifestName is the file that tells which files belong together. It is the last that takes its place: a folder
// without it is not whole.
const ManifestName = "manifest.json"

// About is what a manifest says of all files together.
type About struct {
	Tool        string `json:"tool"` // name and version
	RunID       int64  `json:"run_id"`
	Environment string `json:"environment"`
}

// A manifest is the file manifest.json.
type manifest struct {
	About
	Files []entry `json:"files"` // in the order in which they were drawn
}

type entry struct {
	File   string `json:"file"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

func (m *manifest) encode(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(m)
}

// manifestMost is the longest manifest that is read.
const manifestMost = 1 << 20

// readManifest reads the manifest of a folder. Names that lead out of it make it none: somebody else wrote it.
func readManifest(dir string) (*manifest, error) {
	f, err := os.Open(filepath.Join(dir, ManifestName))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	m := new(manifest)
	if err := json.NewDecoder(io.LimitReader(f, manifestMost)).Decode(m); err != nil {
		return nil, err
	}
	for _, e := range m.Files {
		if e.File != filepath.Base(e.File) || !filepath.IsLocal(e.File) || e.File == "." || e.SHA256 == "" {
			return nil, errors.New("it is no manifest of this program")
		}
	}
	return m, nil
}

// Holds reports whether a folder holds files that Put put there, by their manifest.
func Holds(dir string) bool {
	m, err := readManifest(dir)
	return err == nil && m.Tool != "" && len(m.Files) > 0
}

// names are those of its files, and its own, which is the last.
func (m *manifest) names() []string {
	if m == nil {
		return nil
	}
	var list []string
	for _, f := range m.Files {
		list = append(list, f.File)
	}
	return append(list, ManifestName)
}
