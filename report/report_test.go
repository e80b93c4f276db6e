package report

import (
	"os"
	"testing"
)

func TestSmoke(t *testing.T) {
	dir := os.Getenv("REPORT_OUT")
	if dir == "" {
		dir = t.TempDir()
	}
	if err := Write(dir, night(), Options{}); err != nil {
		t.Fatal(err)
	}
}
