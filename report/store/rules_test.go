package store

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dwtriage/report/store/storetest"
)

func TestCluster(t *testing.T) {
	db := openTest(t, filepath.Join(t.TempDir(), "x.duckdb"))
	load(t, db, night)
	var id string
	if err := db.conn.QueryRowContext(t.Context(), "SELECT any_value(template_id) FROM dw.records WHERE status = 'unknown'").Scan(&id); err != nil {
		t.Fatal(err)
	}
	src, err := db.Cluster(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if src.Records != 2 || len(src.Messages) != 2 || src.Messages[0].Error != storetest.Odd || src.First.Hour() != 4 {
		t.Errorf("cluster: %+v", src)
	}
	others, err := db.OtherMessages(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	var sigs []string
	for _, o := range others {
		sigs = append(sigs, o.Signature)
	}
	if want := []string{"dw-unable-to-sync-reference-data", "dw-unable-to-sync-reference-data", "dw-user-not-member-of-org"}; !slices.Equal(sigs, want) {
		t.Errorf("other messages: %q, want %q", sigs, want)
	}
	if _, err := db.Cluster(t.Context(), "ffffffffffff"); err == nil || !strings.Contains(err.Error(), "template_id") {
		t.Errorf("a cluster that is not there: error %v", err)
	}
}
