package report

import (
	"archive/tar"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// fromNPM reads a file of a package of npm, which keeps it in its cache after the first time.
func fromNPM(t testing.TB, name, version, file string) string {
	t.Helper()
	if _, err := exec.LookPath("npm"); err != nil {
		lacking(t, browserRequired, "no npm to get "+name+" with")
	}
	dir := t.TempDir()
	pack := exec.Command("npm", "pack", "--silent", "--prefer-offline", name+"@"+version)
	pack.Dir = dir
	if out, err := pack.CombinedOutput(); err != nil {
		lacking(t, browserRequired, fmt.Sprintf("npm pack %s: %v: %s", name, err, out))
	}
	f, err := os.Open(filepath.Join(dir, name+"-"+version+".tgz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for files := tar.NewReader(unzipped); ; {
		h, err := files.Next()
		if err != nil {
			t.Fatalf("%s: %s: %v", name, file, err)
		}
		if h.Name == "package/"+file {
			text, err := io.ReadAll(files)
			if err != nil {
				t.Fatal(err)
			}
			return string(text)
		}
	}
}
