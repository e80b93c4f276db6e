// Package summary sums a run up for its readers: the id of a run in the archive and the rules come
// in, one finished [Summary] goes out, with every list in the order of the report and every text
// of a rule filled in. It asks by the queries in sql, which only read. It judges no record anew
// (what a record is was decided when it was loaded), draws nothing, and keeps nothing: the same
// run with the same rules gives the same Summary.
package summary

import (
	"strings"
	"time"

	"dwtriage/classify"
	"dwtriage/report/redact"
	"dwtriage/report/store"
)

// A Summary is everything a report says about one run, finished before anything is drawn:
// HTML, CSV and JSON take their numbers from it and compute none of their own.
//
// It describes the records that the run's inputs held, whether this run loaded them or an
// earlier one did, so that running a night again draws the same report. Lists are in report
// order (total order, most records first unless said otherwise) and are never nil-checked
// against length: an empty list means "nothing to say".
type Summary struct {
	Tool        store.Tool
	Environment string // as given by --environment, empty when not
	Run         store.Run
	Logs        []Comparison // of the logs that the environment has: the period the report is about, and the earlier ones that Change compares with

	// First and last occurred_at of the failing records that the Timeline has, UTC; zero where it has none. A stray record ends no night: those
	// that lie outside are in Timeline.OutsideFailing.
	From, Until time.Time

	Inputs []store.Input // ledger, in reading order
	Totals store.Counts  // sum of Inputs

	// Of the records the report is about. Records = Failing + OK; Failing = the sum of
	// Findings[].Records; Listed is the number of rows that EachRecord yields: as many as a sheet has room for.
	Records        int64
	Failing        int64
	OK             int64
	Listed         int64
	Known          int64 // failing records that an earlier run had loaded
	SavedUnplanned int64 // failing records that no rule explains, so no fix is for, of rows that an ok record saved later
	Unknown        int64 // failing records that neither a rule nor a code explains
	Muted          int64 // failing records whose signature is muted: in every list but Fixes
	Entities       int   // different maps (or tables, where no map is known) among the failing records

	Statuses       []Count // documented, observed, code, unknown, ok; those that occur, in this order
	Severities     []Count // critical, high, medium, low, info, and unrated for code and unknown; those that occur
	Findings       []Finding
	Heat           Heat
	Timeline       Timeline
	Bursts         []Burst     // incidents by onset, those with most records
	BurstCount     int         // how many there are
	Alerts         []Alert     // by time
	Fixes          []Fix       // "do this first" order: by tier, then most records, parents before what needs them
	Causes         []Cause     // what keeps other records from being saved, 100 at most; most records first
	CauseCount     int         // how many there are
	TooManyLookups int64       // look-ups of missing rows, where they are too many to look for causes; else 0
	Signatures     []Signature // every rule and code that is the primary one of a record
	Clusters       []Cluster   // unknown messages
	Changes        []Change    // empty where nothing is compared; by state, of each state those with most records
	Changed        Changed     // how many of what rules and codes explain are in which state
	ChangedUnknown Changed     // the same of unknown messages
	FailedIn       []int64     // failing records of the environment in the hours compared (see Comparison.Night) and in the periods before, the latest first; nil where a log is not compared
	Broad          []Broad     // rules of the site that explain something and take any message, most records first
	Silent         []Silent    // rules of the site that no failing record of the database matched, by id
	Mutes          []Mute      // of the rule files; those in force first, then most records

	Judgements    []Judgement    // by which records were judged that the rules of Tool did not judge, in their order
	RejectReasons []RejectReason // most rows first
	Timings       []store.Timing // of a run
	ExitCode      int            // of a run

	MetElsewhere []MetElsewhere // records of the run that other environments have

	Elsewhere *Elsewhere // the comparison with another environment, where it was asked for

	// Of a report of a period, see [OfSpan]; of one of a run they are zero.
	Span       Period    // the hours that were asked for, or those of them that are covered, where they were not asked for by their ends
	Runs       []PastRun // whose exports cover hours of it, oldest first; Run is the last of them, and of its rules is Tool
	OtherRules bool      // not all of them had the same rules and program

	ViewColumns []ViewColumn // of the views that people query, in their order

	// EachRecord calls yield for every failing record that is listed (where there are more than a sheet has room for,
	// the first ones of each finding) in the order of records.csv (file, row,
	// byte offset, record id), EachReject for every rejected row (file, row, byte offset).
	// They stream from the database, so the number of records does not bound memory; an error
	// of yield ends the walk and is returned. The values are only valid during the call.
	EachRecord func(yield func(*Record) error) error `json:"-"`
	EachReject func(yield func(*Reject) error) error `json:"-"`

	// EachCaptures is EachRecord of which only RecordID, Signature and Captures are read: rows without their texts.
	EachCaptures func(yield func(*Record) error) error `json:"-"`

	// EachMissing calls yield for every row that must exist before records of the plan can be saved, in the order of
	// missing.csv: as their fixes stand in the plan, of each fix the rows that most records wait for first, then by key and company.
	// It streams from the database as EachRecord does; nil where nothing is missing.
	EachMissing func(yield func(*MissingRow) error) error `json:"-"`

	// EachRetry calls yield for every row that can be saved again after a fix of the plan, in the order of retry.csv: by
	// rank, parents before children, then by map, key and company. It streams as EachRecord does.
	EachRetry func(yield func(*Retry) error) error `json:"-"`

	// Scan hands over the records that EachRecord yields, or with known the failing ones that an earlier run had loaded, Known of
	// them, listed or not: in no order and from several goroutines at once, for [Loading.EachScanned]. It is the one walk that hides nothing, as rows
	// are put in order by what may have to be hidden; an error of each ends it.
	Scan func(known bool, each func(*store.Texts) error) error `json:"-"`

	// Lister returns a function that says which failing records EachRecord yields. It is asked for all of them in the
	// order of records.csv, each with the number of its finding as [Loading] gives it, and counts with it.
	Lister func() func(finding uint64) bool `json:"-"`

	// Cluster is the id of the cluster that the records of a template are of, empty where that is the template's own; nil where there is none, or too many to keep.
	// Joined is of how many templates there is one. Rows that are drawn while records are loaded have the template's.
	Cluster func(template string) string `json:"-"`
	Joined  int                          `json:"-"`

	// Redacted made the tokens that stand in the place of values, and counts them in what is drawn; nil where nothing is hidden.
	Redacted *redact.Redactor `json:"-"`
}

// A PastRun is one of the runs of a period, with its inputs and all their rows, also those of other hours.
type PastRun struct {
	store.Run
	Inputs int
	Totals store.Counts
}

// OfPeriod reports whether the report is one of a period; else it is of a run.
func (s *Summary) OfPeriod() bool { return len(s.Runs) > 0 }

// A ViewColumn is what a view of the database has, as its comment says it.
type ViewColumn struct{ View, Name, Type, Meaning string }

// MetElsewhere is how many records of a run were loaded for another environment, which keeps them: an id is one record, wherever it is met.
type MetElsewhere struct {
	Environment string
	Records     int64
}

// A Count is a name and how many records it stands for.
type Count struct {
	Name    string
	Records int64
}

// OfMessage reports whether the finding is one message of several that a rule takes.
func (f *Finding) OfMessage() bool {
	return f.TemplateID != "" && !strings.HasPrefix(f.Signature, unknownPrefix)
}

// A Finding is one row of failing_entities.csv: map (or table) × company × signature, and under a wrapper × message.
type Finding struct {
	ID             string // 8 hex digits over map, table, company, signature and message; stable between runs
	Map            string // map name; empty when no map is known
	MapTitle       string // for people: "Customers V3 (accounts)" where the name alone is ambiguous, the table, "No map known: VendorsExt", or "No map"
	DataverseTable string
	FnoEntity      string
	Company        string
	Signature      string // rule id, "code/0x8…", "text/0x8…", or "unknown/" + template id
	TemplateID     string // of the message, where no rule explains it or only a wrapper; else empty
	Title          string // of the rule or code; of the message where TemplateID is set
	Category       string // that of most of its records; "unknown" and "dataverse-code" where no rule says
	Severity       string // the worst that its records were judged; empty (unrated) where no rule says
	Change         string // new, regressed, spiking, ongoing: of the signature in the map; empty where nothing is compared
	KnownElsewhere bool   // new in every map that it fails in, and the database knew its signature, or its message where it is of one, in another one; or back in one, and it did not pause in another
	Records        int64
	AffectedKeys   int64 // different affected_key values
	FirstSeen      time.Time
	LastSeen       time.Time
	FixSummary     string
	Role           string
	Retry          string // yes, after-fix, no; empty without a fix
	URL            string
	Mute           *Mute // in force when the run started; nil: not muted

	// Severities counts the records by severity, the worst first, where rules of several runs judged them otherwise; nil where all have Severity.
	Severities []Count
	// Categories counts them by category in the same way, most records first; nil where all are of Category, and of what is not listed one by one.
	Categories []Count

	// Others is how many findings this one sums up that are not listed one by one, 0 for a finding that is listed.
	// Its names are those that all of them share, else empty; MapTitle and Company are then Several.
	Others        int64
	OtherMessages int64 // the different signatures among them: unknown messages, else one
	LargestOther  int64 // records of the largest of them
}

// A Mute is a decision of a site's rule file to leave a signature out of the plan for a while.
type Mute struct {
	ID      string // rule id, code/0x…, text/0x… or unknown/ and template id
	Title   string
	Owner   string
	Reason  string
	Expires time.Time // the last day, UTC
	Expired bool      // before the run started: the signature counts again
	File    string
	Line    int
	Records int64  // failing records of the run with this signature
	Cluster string // id of the cluster that the messages of this one are of now, with others; else empty
}

// Heat is the table map × category: a row per map, a cell per category.
type Heat struct {
	Categories []string // most records first
	Companies  []string // most records first, "" (not set) last; the groups after the first one
	Groups     []HeatGroup
}

// A HeatGroup is the heat table of one company, or of all (the first group).
type HeatGroup struct {
	Company string
	All     bool
	Records int64
	Rows    []HeatRow // most records first
}

// A HeatRow is one map: Cells has an entry per category of the heat table.
type HeatRow struct {
	MapTitle string
	OneOf    []string // titles of the maps, of which it is one; nil where it is known which
	Records  int64
	Cells    []int64
}

// A Fix is one row of fixes.csv: what to do about a signature, or about several that are mended together, filled
// in for the maps that fail.
type Fix struct {
	Rank          int
	Tier          int    // an index of classify.Tiers: when it is due
	Signature     string // of a joint one, that of the signature that leads
	Title         string // the rule's title
	Category      string
	Summary       string // what to do, one sentence; of the plan no two are equal
	Severity      string
	Change        string
	Cause         string
	Records       int64
	Entities      []string // MapTitles, most records first
	Role          string
	Retry         string
	Steps         []string
	SQL           []SQL
	Prerequisites []string // maps that must hold the reference data first, five at most, in dependency order
	URL           string
	Companies     []string
	NoCompany     bool // some of its records have no company
	FirstSeen     time.Time
	LastSeen      time.Time
	Within        Period // first and last failure in the Timeline, where Outside is not 0 and some are; else zero
	Outside       int64  // failures with a time outside of the Timeline; 0 where the fix has a share of a signature, too

	OtherPrerequisites []string // maps that matter only where a row uses them, in dependency order

	Parts       []Part       // the signatures it is for, the leading one first; at least one
	MissingIn   string       // title of the map whose rows are missing, or the table where no map is known; else empty
	MissingRows int64        // rows of MissingIn that its records name, the same key in two companies being two
	Missing     []MissingRow // the first of these rows, 20 at most, in the order of missing.csv
	Waiting     int64        // records that wait for these rows; Records are those that wait for no later fix. Without MissingIn those of Records that also wait for rows of other fixes
	Settled     bool         // its records wait no longer: what they looked up came later, or their own rows are saved
	Held        int64        // of its records, those of rows that wait for something else, too; 0 of one that is not Settled
	Keyless     int64        // of its records, those that are not saved and do not say which row they are of; 0 of one that is not Settled
	Saved       int64        // of its records, those whose rows an ok record saved later; 0 of one that is not Settled
	Again       int64        // of Saved, those of rows that failed again later and wait for that
	Unsaved     Period       // from when to when those of its records failed whose rows are not saved; zero of one that is not Settled
	OverSince   time.Time    // since when the failures are over, zero where they go on or the records do not tell
	Touches     []Touch      // findings of its records and of those that wait; nil: all findings of its parts
	Purged      Period       // when the error queue of dual-write forgets the first and the last failure; zero where it has none, or nobody knows which
}

// AtOnce is how many records of a settled fix are of rows that only have to be saved again.
func (f *Fix) AtOnce() int64 { return f.Records - f.Saved - f.Held - f.Keyless }

// Done is how many records of a settled fix are of rows that nothing is left to do for.
func (f *Fix) Done() int64 { return f.Saved - f.Again }

// LeavesNothing reports whether nothing is left to do for a settled fix: all of its rows are saved, and one that failed again stands where the plan has what it failed of then.
func (f Fix) LeavesNothing() bool { return f.Settled && f.Records == f.Saved }

// PassesByItself reports whether there is nothing to mend: the rows only have to be saved again.
func (f Fix) PassesByItself() bool { return f.Tier == classify.RepeatOnly }

// Joint reports whether the fix cures several signatures, whose stretches of time, from first to last failure, overlap or nearly do. It says nothing of when failures
// came more often than else, as a [Burst] does. One that brings the
// missing rows of a table may be for several, too: they have its steps in common.
func (f Fix) Joint() bool { return len(f.Parts) > 1 && f.MissingIn == "" }

// A Part is a fix's share of one signature.
type Part struct {
	Signature           string
	Title               string
	Severity            string
	Cause               string
	Records             int64
	FirstSeen, LastSeen time.Time
	Within              Period // as of a Fix
	Outside             int64
	Steps               []string
	SQL                 []SQL
	URL                 string
}

// SQL is a query or statement a person can paste.
type SQL struct {
	Title string
	Text  string
}

// A Signature is the proof behind the findings of one rule or code.
type Signature struct {
	ID             string
	Title          string
	Headline       string // what is wrong, a clause for a sentence; empty where no rule says
	Status         string // documented, observed, code
	Category       string
	Severity       string
	Change         string
	KnownElsewhere bool     // new in every map that it fails in, and the database knew it in another one; or back in one, and it did not pause in another
	Codes          []string // error codes met, most records first
	Meaning        string   // the rule's cause, or the message of the code table
	Fix            *Fix     // as if there were no other signature; nil for codes
	Ranks          []int    // of the plan's fixes that are for it; empty where it is muted or has none
	File           string   // rule file, empty for codes
	Priority       int
	Records        int64
	AffectedKeys   int64
	FirstSeen      time.Time
	LastSeen       time.Time
	Where          []Where
	Messages       []Message  // of a wrapper, most records first; else empty
	Evidence       []Evidence // the first three records, by time
	Chain          *Chain     // of the first of them that is of one; else nil
	Mute           *Mute
	Here           Here
}

// A Message is what records of a wrapper or a cluster say that are equal after masking.
type Message struct {
	TemplateID string
	Text       string // its sentence, with … in the place of what differs
	Records    int64
}

// Where counts the records of a signature in one map and company.
type Where struct {
	MapTitle string
	Company  string
	Records  int64
}

// Evidence is one record shown as proof.
type Evidence struct {
	RecordID    string
	File        string
	Row         int64
	ByteOffset  int64 // -1 where not known
	OccurredAt  time.Time
	OccurredRaw string
	Company     string
	MapTitle    string
	TypeName    string
	AffectedKey string
	// The message on one line, cut around the matched part: Before + Matched + After. Without a
	// match everything is in Before.
	Before, Matched, After string
	Message                string // the message in full, line ends kept, at most 20,000 bytes
}

// A Cluster is a group of unknown messages that are equal after masking, also of names where enough messages show what is one.
type Cluster struct {
	TemplateID     string
	Template       string
	Title          string // the sentence of the template, with … in the place of its masks
	Change         string
	KnownElsewhere bool // as of a signature
	Records        int64
	FirstSeen      time.Time
	LastSeen       time.Time
	Maps           []string // MapTitles, most records first
	Companies      []string
	NoCompany      bool     // some of its records have no company
	TypeNames      []string // plug-in types, most records first: three at most, and Several where there are others
	Sample         Evidence // none where Others is not 0
	Chain          *Chain   // of the sample; nil where it is of none
	Mute           *Mute
	Others         int64     // clusters that are not listed one by one and summed up here; 0 for one that is listed
	Messages       int64     // different messages among its records, which differ in names only; 1: they are equal after masking; Others where that is not 0
	Largest        []Message // of several, those with most records, at most mostLargest; of the clusters with most records only
}

// FindingCount is how many different findings there are, also those that are not listed one by one.
func (s *Summary) FindingCount() (n int) {
	for i := range s.Findings {
		n += max(1, int(s.Findings[i].Others))
	}
	return n
}

// ClusterCount is how many different unknown messages there are, also those that are not listed.
func (s *Summary) ClusterCount() (n int) {
	for i := range s.Clusters {
		n += max(1, int(s.Clusters[i].Others))
	}
	return n
}

// A Change is one row of changes.csv: a signature × map that is in another state than in the periods before.
type Change struct {
	Change          string // one of Changes, but ongoing
	Signature       string
	TemplateID      string // of what a wrapper's records say; else empty
	Title           string
	Severity        string
	MapTitle        string
	Map             string
	Records         int64
	PreviousRecords int64     // in the period before
	FirstSeen       time.Time // in the report's records; of what is quiet or resolved, in the periods before
	LastSeen        time.Time
	KnownSince      time.Time // the first one in the database; of what is quiet or resolved, in the periods before
	Counts          []int64   // records of the environment in the period and those before it, the latest first; nil where not counted
}

// A Burst is an incident: failures of one kind, or of several that began together, which came far more often than in
// the quiet hours of the same records. louds in bursts.go is its rule.
type Burst struct {
	Kind        string // signature; map or host, where failures of several signatures burst together
	Name        string // of the map or host; else the signature that leads
	Title       string // of the leading signature, or words for the map or host
	Severity    string // the worst of its parts
	Onset, End  time.Time
	GoesOn      bool      // its last bucket is the last one of the timeline, so nobody knows whether it ended
	From, Until time.Time // its buckets, Until behind the last one
	Peak        time.Time // the bucket with most records, the first of equals
	PeakRecords int64
	Records     int64
	Maps        []string    // MapTitles, the ten with most records; of a signature's burst
	Host, User  string      // that more than half of the records name
	Parts       []BurstPart // the signatures that began together, most records first; empty for a map or host
	Touches     []Touch     // findings of its records, most records first; of the 50 incidents with most records
}

// A BurstPart is the share of one signature.
type BurstPart struct {
	Signature, Title, Severity string
	Onset, End                 time.Time
	Records                    int64
}

// A Timeline counts the records of a report over time. It covers the stretch that holds the failing records, from
// the first to the last record of any outcome; a pause of more than 7 days ends a stretch, so a stray record
// years away does not squash the picture. What lies outside is counted.
type Timeline struct {
	From, Until time.Time     // of the first bucket, and behind the last one, UTC; zero when no record has a time
	Width       time.Duration // of a bucket: 15 minutes up to two days, an hour up to 14 days, a day up to 366, else a week
	Buckets     []Bucket      // every one from From to Until, 366 at most
	Severities  []string      // those that occur, worst first, "" (unrated) last

	Outside, OutsideFailing int64 // records with a time before From or at Until and later
	Untimed, UntimedFailing int64 // records without a time
}

// A Bucket is one column of a timeline.
type Bucket struct {
	OK         int64
	Failing    int64
	BySeverity []int64 // of the failing ones, as Timeline.Severities
}

// At is when bucket i of t begins.
func (t *Timeline) At(i int) time.Time { return t.From.Add(time.Duration(i) * t.Width) }

// An Alert is a map that reached dual-write's alert setting of 10 application errors within 15 minutes: the example
// with which Microsoft's article "Error management and alert notifications" explains how to pause dual-write. Whether
// an environment has it set the logs do not say. Settings are made for all table maps; that errors are counted map by map is
// our choice, as a map is what is paused. Records without a map or a time are left out.
type Alert struct {
	Map     string
	At      time.Time // of the record with which it was reached first, UTC
	Records int64     // application errors of the map, before and after
}
