package folder

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// A sample has all of a short file, and of a long one what lies at its ends and at equal distances between them; it is not the same for another length.
func TestSample(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	of := func(content []byte) string {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := sampleOf(path, int64(len(content)))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for _, size := range []int{0, 1, piece, mostWhole, mostWhole + 1, 10*mostWhole + 7} {
		content := bytes.Repeat([]byte("abcdefg"), size/7+1)[:size]
		whole := of(content)
		if of(append([]byte("x"), content...)) == whole {
			t.Errorf("%d bytes: one more makes no difference", size)
		}
		for _, at := range []int{0, size / 2, size - 1, size / 3} {
			if at < 0 || at >= size || size > mostWhole && at != 0 && at != size-1 {
				continue
			}
			changed := bytes.Clone(content)
			changed[at] ^= 1
			if of(changed) == whole {
				t.Errorf("%d bytes: another byte at %d makes no difference", size, at)
			}
		}
		// What is moved by a byte, as by one that is put in and one that is taken out far behind, is another sample.
		if size > mostWhole && of(append(append(bytes.Clone(content[:size/4]), 'x'), content[size/4:size-1]...)) == whole {
			t.Errorf("%d bytes: what is moved makes no difference", size)
		}
	}
}
