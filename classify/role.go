package classify

import (
	"slices"
	"strings"
)

// Roles are the people whom fixes of the built-in rules address, and what each can do; a fix that
// takes two names both, with a comma between. A site calls its people what it likes. The caller
// must not change it.
var Roles = map[string]string{
	"Data owner":                                    "corrects rows and reference data in either app",
	"Dual-write operator":                           "runs, stops and edits maps on the dual-write page",
	"System administrator (Dataverse)":              "users, roles, solutions and settings of Dataverse",
	"System administrator (finance and operations)": "users, set-up and environments of finance and operations",
	"Microsoft Entra tenant administrator":          "applications, consent and sign-in of the tenant",
	"Developer of the plug-in":                      "code that runs in Dataverse",
	"Developer of the integration":                  "programs that call either side",
	"Developer (finance and operations)":            "X++, data entities included",
}

// unknownRoles lists the roles of a fix that are none of Roles.
func unknownRoles(role string) []string {
	return slices.DeleteFunc(strings.Split(role, ", "), func(r string) bool { return Roles[r] != "" })
}
