package report

// What the page shows of each list at most; the tables have everything. 41,230 findings would
// make a page that no browser likes and nobody reads.
const (
	mostRanks      = 5  // of fixes, said in a sentence
	mostFixes      = 12 // beside those that pass by themselves
	mostOfTier     = 3  // that have a place before those of other tiers
	mostRepeats    = 5
	mostMissing    = 10 // of a fix
	mostParts      = 5  // of a fix for several signatures, open
	mostCauses     = 10
	mostChanges    = 50
	mostHeatRows   = 50
	mostCompanies  = 12
	mostFindings   = 200
	mostSignatures = 100

	mostCritical      = 1000 // of a list, whatever its room
	mostOtherFixes    = 400  // a line each
	mostCriticalFixes = 60   // a fix takes the room of ten findings

	mostFailures = 5 // of a root cause; the last line stands for the rest

	mostEvidence = 3
	mostInner    = 3 // levels that a step of a chain is set in for the traces it ran within
	mostWhere    = 10
	mostMessages = 20 // of a wrapper
	mostClusters = 50
	mostInputs   = 200
	mostTroubled = 5
	mostReasons  = 50
	mostAlerts   = 10
	mostBursts   = 26  // a letter each
	mostGaps     = 10  // of a log
	mostWarnings = 2   // of an input near the top; the ledger has more
	mostOptions  = 300 // of a select, and of the names an item can be filtered by

	// Dataverse keeps 10,000 characters of a trace, so nearly every message is shown whole.
	mostMessage = 10000
)

func first[T any](list []T, most int) []T { return list[:min(len(list), most)] }
