package classify

import (
	"strings"
	"testing"

	"dwtriage/rules"
)

// The README and the schema list the same roles as the rules may use.
func TestRolesAreWrittenDown(t *testing.T) {
	for role, does := range Roles {
		if does == "" {
			t.Errorf("%s: nothing says what it can do", role)
		}
		if !strings.Contains(string(rules.Schema), role) {
			t.Errorf("the schema does not know the role %q", role)
		}
	}
}

// Only words of one vocabulary pass, alone or two with a comma between.
func TestUnknownRoles(t *testing.T) {
	for role, want := range map[string]string{
		"Data owner":                             "",
		"Dual-write operator, Data owner":        "",
		"Dual-write administrator":               "Dual-write administrator",
		"Data owner, Warehouse manager":          "Warehouse manager",
		"Data owner and Dual-write operator":     "Data owner and Dual-write operator",
		"System administrator (Dataverse),Admin": "System administrator (Dataverse),Admin",
	} {
		if got := strings.Join(unknownRoles(role), "; "); got != want {
			t.Errorf("%q: %q, want %q", role, got, want)
		}
	}
}
