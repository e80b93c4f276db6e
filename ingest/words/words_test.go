package words

import "testing"

func TestWords(t *testing.T) {
	for _, c := range []struct {
		n                      int64
		count, were, thousands string
	}{
		{0, "0 rows", "were", "0"},
		{1, "1 row", "was", "1"},
		{999, "999 rows", "were", "999"},
		{1000, "1,000 rows", "were", "1,000"},
		{123456, "123,456 rows", "were", "123,456"},
		{9223372036854775807, "9,223,372,036,854,775,807 rows", "were", "9,223,372,036,854,775,807"},
	} {
		if got := Count(c.n, "row"); got != c.count {
			t.Errorf("Count(%d) = %q, want %q", c.n, got, c.count)
		}
		if got := Were(c.n); got != c.were {
			t.Errorf("Were(%d) = %q, want %q", c.n, got, c.were)
		}
		if got := Thousands(c.n); got != c.thousands {
			t.Errorf("Thousands(%d) = %q, want %q", c.n, got, c.thousands)
		}
	}
}
