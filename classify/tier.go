package classify

// Tiers says what the tiers of fixes stand for, tier 0 first. What is of a lower tier is done first: it
// blocks more, and until it is done nobody can tell whether the rest still fails. The caller must
// not change them.
var Tiers = []string{
	0: "link, configuration and application users: they block every write",
	1: "reachability: only while it lasts",
	2: "privileges",
	3: "versions, schema and crashed plug-ins",
	4: "reference data and set-up that other rows wait for",
	5: "single rows, and code that fails for some of them",
	6: "passes by itself: repeat only",
}

// The tiers that the plan treats in a way of its own.
const (
	Link         = 0
	Reachability = 1
	ParentRows   = 4
	RepeatOnly   = 6
	singleRows   = 5
)

// categoryTiers gives the rules of a category their tier. A rule that says tier itself, because it is
// an exception or because its category stands for no tier, needs none.
var categoryTiers = map[string]int{
	"access":               2,
	"business-validation":  singleRows,
	"client-defect":        3,
	ConfigurationLinking:   0,
	"connectivity":         1,
	"data-duplicate":       singleRows,
	"dual-write-generic":   singleRows,
	"informational":        singleRows,
	"mapping-schema":       3,
	"platform-internal":    3,
	"platform-limit":       3,
	"platform-maintenance": 1,
	"plugin-defect":        singleRows,
	ReferenceData:          4,
	"setup-validation":     3,
	"sql-generic":          3,
	"version-solution":     3,
}

// WaitsForMaps reports whether the rule's failures wait for rows that other maps bring. The fix of a single
// row (a party under another number, an id that points nowhere) waits for none.
func (r *Rule) WaitsForMaps() bool { return r.Category == ReferenceData && r.Tier == ParentRows }

// noTier is the tier of a rule whose file says none, until it is given one.
const noTier = -1

// defaultTier is the tier of a rule that names none: a failure that only has to be repeated passes by
// itself wherever it comes from; else the category decides. Where that is not known either the rule
// is one of single rows, which holds nothing else up, and Lint asks for a tier.
func (r *Rule) defaultTier() (tier int, known bool) {
	if r.Fix.Retry == "yes" {
		return RepeatOnly, true
	}
	if tier, known = categoryTiers[r.Category]; !known {
		return singleRows, false
	}
	return tier, true
}
