package report

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"time"

	"dwtriage/ingest/words"
	"dwtriage/report/store"
	"dwtriage/report/summary"
)

// summaryFile is summary.json. Its keys are a contract: new ones go to the end.
type summaryFile struct {
	RunID       int64         `json:"run_id"`
	ToolVersion string        `json:"tool_version"`
	Rules       jsonRules     `json:"rules"`
	StartedAt   jsonTime      `json:"started_at"`
	FinishedAt  jsonTime      `json:"finished_at"`
	Inputs      []jsonInput   `json:"inputs"`
	Totals      store.Counts  `json:"totals"`
	Statuses    object        `json:"statuses"`
	Signatures  []jsonOfNight `json:"signatures"`
	Changes     changeCounts  `json:"changes"`
	Timings     object        `json:"timings"`
	ExitCode    *int          `json:"exit_code"` // null of a period, as of no run

	Environment    string       `json:"environment"`
	Period         jsonPeriod   `json:"period"` // the hours that the inputs cover, of all logs together
	Logs           []jsonLog    `json:"logs"`
	UnknownChanges changeCounts `json:"unknown_changes"`
	Report         jsonReport   `json:"report"`
	Muted          []jsonMute   `json:"muted"`
	Fixes          []jsonFix    `json:"fixes"`

	Incidents     []jsonBurst `json:"incidents"`      // rows of incidents.csv
	IncidentCount int         `json:"incident_count"` // how many there are
	Causes        []jsonCause `json:"causes"`         // those that explain most records first, 100 at most
	CauseCount    *int        `json:"cause_count"`    // null where causes were not looked for
	// TooManyLookups is the number of look-ups of missing rows for which they were not looked for.
	TooManyLookups int64 `json:"too_many_lookups,omitempty"`

	Redaction *jsonRedaction `json:"redaction,omitempty"` // of a redacted report

	Judgements []jsonJudgement `json:"judgements,omitempty"` // of records that are not judged by the rules that are named above

	MissingShards []string `json:"missing_shards,omitempty"` // that were not among the parts of a merge, as 2/16

	Asked    *jsonPeriod    `json:"asked,omitempty"`    // of a period: the hours that it is about
	Compared *jsonElsewhere `json:"compared,omitempty"` // with another environment
	Runs     []jsonRun      `json:"runs,omitempty"`     // of a period: those that read some of it; run_id, rules and tool_version are of the last

	Chains  []jsonChain `json:"chains,omitempty"`         // of signatures and clusters: the operation of a record that proves each
	AsGiven *jsonPeriod `json:"asked_as_given,omitempty"` // of a period: the ends that were asked for, where they are no full hours; null where one is open
}

// A jsonRun is a run that read hours of a period, with all its rows.
type jsonRun struct {
	RunID      int64        `json:"run_id"`
	StartedAt  jsonTime     `json:"started_at"`
	FinishedAt jsonTime     `json:"finished_at"`
	Inputs     int          `json:"inputs"`
	Totals     store.Counts `json:"totals"`
}

// A jsonJudgement is what made verdicts of the report.
type jsonJudgement struct {
	At      jsonTime  `json:"at"`
	Rules   jsonRules `json:"rules"`
	Run     int64     `json:"forgotten_run,omitempty"` // whose verdicts are kept; absent: a call of reclassify, or loaded_by
	Records int64     `json:"records"`

	LoadedBy int64 `json:"loaded_by,omitempty"` // the run that loaded them, the last where there are several, whose rules these are
	Runs     int   `json:"runs,omitempty"`      // how many runs loaded them
}

// A jsonFix is a row of fixes.csv, without its steps: what is due, in what order, for how many records.
type jsonFix struct {
	Rank        int             `json:"rank"`
	Tier        int             `json:"tier"`
	Signatures  []jsonSignature `json:"signatures"` // with their share of the records
	Summary     string          `json:"summary"`
	Severity    string          `json:"severity"`
	Records     int64           `json:"records"`
	Role        string          `json:"role"`
	Retry       string          `json:"retry"`
	MissingIn   string          `json:"missing_in"`
	MissingRows int64           `json:"missing_rows"`
	Waiting     int64           `json:"waiting"`
	FirstSeen   jsonTime        `json:"first_seen"`
	LastSeen    jsonTime        `json:"last_seen"`
	OverSince   jsonTime        `json:"over_since"`
	Purged      *jsonPeriod     `json:"purged,omitempty"` // when the error queue of dual-write forgets the first and the last failure; absent where it has none, or nobody knows which

	Prerequisites      []string `json:"prerequisites"`       // the maps that matter, in order
	OtherPrerequisites []string `json:"other_prerequisites"` // needed only if a row uses them
}

// A jsonBurst is a row of incidents.csv.
type jsonBurst struct {
	Onset       jsonTime        `json:"onset"`
	End         jsonTime        `json:"end"`
	GoingOn     bool            `json:"going_on"`
	Records     int64           `json:"records"`
	PeakAt      jsonTime        `json:"peak_at"`
	PeakRecords int64           `json:"peak_records"`
	Kind        string          `json:"kind"`
	Name        string          `json:"name"`
	Title       string          `json:"title"`
	Severity    string          `json:"severity"`
	Maps        []string        `json:"maps"`
	Host        string          `json:"host"`
	User        string          `json:"user"`
	Signatures  []jsonSignature `json:"signatures"`
}

// A jsonMute is a mute of the rule files. Records are those of this run; an expired mute has no
// effect.
type jsonMute struct {
	ID      string `json:"id"`
	Owner   string `json:"owner"`
	Reason  string `json:"reason"`
	Expires string `json:"expires"`
	Expired bool   `json:"expired"`
	Records int64  `json:"records"`
}

// A jsonCause is one of the root causes: records are its own and those that wait for nothing else.
type jsonCause struct {
	Map       string      `json:"map"`
	Company   string      `json:"company"`
	Signature string      `json:"signature"` // of several failures that of most records; empty where the rows are missing and nothing says why
	Rows      int64       `json:"rows"`
	Names     []string    `json:"names"` // of the rows, four at most
	Unseen    int64       `json:"unseen"`
	Records   int64       `json:"records"`
	Own       int64       `json:"own"`
	Waiting   int64       `json:"waiting"`
	Partly    int64       `json:"partly"`
	Levels    []jsonLevel `json:"levels"`
	FirstSeen jsonTime    `json:"first_seen"`
	LastSeen  jsonTime    `json:"last_seen"`
	Fixes     []int       `json:"fixes"` // their ranks
	Sample    string      `json:"sample_record_id"`

	Failures []jsonFailure `json:"failures"` // by what the rows failed themselves; their records are own
}

type jsonFailure struct {
	Signature string `json:"signature"`
	Records   int64  `json:"records"`
}

// A jsonLevel is the records of a map that wait at the same distance from a cause.
type jsonLevel struct {
	Depth   int64  `json:"depth"`
	Map     string `json:"map"`
	Records int64  `json:"records"`
}

func newJSONCause(c *summary.Cause) jsonCause {
	j := jsonCause{Map: c.MapTitle, Company: c.Company, Signature: c.Signature, Rows: c.Rows, Names: append([]string{}, c.RowNames...), Unseen: c.Unseen,
		Records: c.Records(), Own: c.Own, Waiting: c.Waiting, Partly: c.Partly, Levels: []jsonLevel{}, FirstSeen: jsonTime(c.FirstSeen), LastSeen: jsonTime(c.LastSeen),
		Fixes: append([]int{}, c.Ranks...), Sample: c.SampleID, Failures: []jsonFailure{}}
	for _, x := range c.Failures {
		j.Failures = append(j.Failures, jsonFailure{x.Signature, x.Records})
	}
	for _, l := range c.Levels {
		j.Levels = append(j.Levels, jsonLevel{l.Depth, l.MapTitle, l.Records})
	}
	return j
}

type jsonRules struct {
	Count  int    `json:"count"`
	Digest string `json:"digest"`
}

type jsonInput struct {
	Path       string   `json:"path"`
	Bytes      int64    `json:"bytes"`
	Format     string   `json:"format"`
	Log        string   `json:"log"`
	Read       int64    `json:"read"`
	Loaded     int64    `json:"loaded"`
	Duplicates int64    `json:"duplicates"`
	Rejected   int64    `json:"rejected"`
	Filtered   int64    `json:"filtered"`
	Problem    string   `json:"problem"`
	Warnings   []string `json:"warnings"`
	Counted    int64    `json:"counted,omitempty"`    // rows that the export says there are
	XXH3       string   `json:"xxh3,omitempty"`       // of 128 bits, of the unpacked file; none of one that was not read to its end
	Incomplete bool     `json:"incomplete,omitempty"` // by its own words it is not the whole export
}

// A jsonOfNight is a signature of the report, with what its records say of why it failed: sentences of the page.
type jsonOfNight struct {
	jsonSignature
	WhyHere []string `json:"why_here,omitempty"`
}

type jsonSignature struct {
	ID      string `json:"id"`
	Records int64  `json:"records"`
}

// jsonReport counts the records that the report is about, which an earlier run may have loaded.
type jsonReport struct {
	Records int64 `json:"records"`
	Failing int64 `json:"failing"`
	OK      int64 `json:"ok"`
	Unknown int64 `json:"unknown"`
	Muted   int64 `json:"muted"`
	Listed  int64 `json:"listed"` // rows of records.csv
}

// WriteJSON writes summary.json of a report that is not drawn.
func WriteJSON(w io.Writer, s *summary.Summary) error { return drawJSON(w, s) }

func drawJSON(w io.Writer, s *summary.Summary) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(newSummaryFile(s)); err != nil {
		return err
	}
	_, err := w.Write(words.AppendJSON(nil, b.Bytes()))
	return err
}

func newSummaryFile(s *summary.Summary) summaryFile {
	f := summaryFile{
		RunID:          s.Run.ID,
		ToolVersion:    s.Tool.Version,
		Rules:          jsonRules{s.Tool.Rules, s.Tool.RulesDigest},
		StartedAt:      jsonTime(s.Run.Started),
		FinishedAt:     jsonTime(s.Run.Finished),
		Inputs:         []jsonInput{},
		Totals:         s.Totals,
		Signatures:     []jsonOfNight{},
		Changes:        changeCounts(s.Changed),
		Environment:    s.Environment,
		Period:         newJSONPeriod(s.Period()),
		Logs:           []jsonLog{},
		UnknownChanges: changeCounts(s.ChangedUnknown),
		Report:         jsonReport{s.Records, s.Failing, s.OK, s.Unknown, s.Muted, s.Listed},
		Muted:          []jsonMute{},
		Fixes:          []jsonFix{},
		Causes:         []jsonCause{},
		TooManyLookups: s.TooManyLookups,
		MissingShards:  s.Run.MissingShards,
		Redaction:      newJSONRedaction(s),
		Compared:       newJSONElsewhere(s.Elsewhere),
	}
	if s.OfPeriod() {
		asked := newJSONPeriod(s.Span)
		f.Asked, f.StartedAt = &asked, jsonTime(s.Runs[0].Started)
		if widened(s) != "" {
			f.AsGiven = &jsonPeriod{jsonTime(s.Run.Since), jsonTime(s.Run.UntilLimit)}
		}
	} else {
		f.ExitCode = &s.ExitCode
	}
	for _, r := range s.Runs {
		f.Runs = append(f.Runs, jsonRun{r.ID, jsonTime(r.Started), jsonTime(r.Finished), r.Inputs, r.Totals})
	}
	for _, j := range s.Judgements {
		of := jsonJudgement{At: jsonTime(j.At), Rules: jsonRules{j.Rules, j.RulesDigest}, Records: j.Records}
		if j.Runs > 0 {
			of.LoadedBy, of.Runs = j.Run, j.Runs
		} else {
			of.Run = j.Run
		}
		f.Judgements = append(f.Judgements, of)
	}
	if s.TooManyLookups == 0 {
		f.CauseCount = &s.CauseCount
	}
	for i := range s.Causes {
		f.Causes = append(f.Causes, newJSONCause(&s.Causes[i]))
	}
	f.Incidents, f.IncidentCount = []jsonBurst{}, s.BurstCount
	for i := range s.Bursts {
		f.Incidents = append(f.Incidents, newJSONBurst(&s.Bursts[i]))
	}
	for i := range s.Fixes {
		f.Fixes = append(f.Fixes, newJSONFix(&s.Fixes[i]))
	}
	for _, m := range s.Mutes {
		f.Muted = append(f.Muted, jsonMute{m.ID, m.Owner, m.Reason, m.Expires.Format(time.DateOnly), m.Expired, m.Records})
	}
	for _, in := range s.Inputs {
		f.Inputs = append(f.Inputs, jsonInput{in.Path, in.Bytes, in.Format, in.Log,
			in.Read, in.Loaded, in.Duplicates, in.Rejected, in.Filtered, in.Problem, append([]string{}, in.Warnings...), in.Counted, in.Digest, in.Incomplete})
	}
	for _, sig := range s.Signatures {
		f.Signatures = append(f.Signatures, jsonOfNight{jsonSignature{sig.ID, sig.Records}, here(sig)})
	}
	f.Chains = chainsOf(s)
	for _, c := range s.Statuses {
		f.Statuses = append(f.Statuses, member{c.Name, c.Records})
	}
	for _, t := range s.Timings {
		f.Timings = append(f.Timings, member{t.Stage, math.Round(t.Seconds*1000) / 1000})
	}
	for _, c := range s.Logs {
		l := jsonLog{Log: c.Log, Failing: c.Failing, Period: newJSONPeriod(c.Period), Night: newJSONPeriod(c.Night), Whole: c.Whole, Before: []jsonPeriod{}}
		for _, p := range c.Before {
			l.Before = append(l.Before, newJSONPeriod(p))
		}
		for _, p := range c.Gaps {
			l.Gaps = append(l.Gaps, newJSONPeriod(p))
		}
		if c.Missed.Hours() > 0 && c.Records == 0 {
			l.Missed = &jsonMissed{newJSONPeriod(c.Missed), c.MissedFailing}
		}
		f.Logs = append(f.Logs, l)
	}
	return f
}

func newJSONFix(f *summary.Fix) jsonFix {
	j := jsonFix{Rank: f.Rank, Tier: f.Tier, Signatures: []jsonSignature{}, Summary: f.Summary, Severity: f.Severity, Records: f.Records, Role: f.Role, Retry: f.Retry,
		MissingIn: f.MissingIn, MissingRows: f.MissingRows, Waiting: f.Waiting, FirstSeen: jsonTime(f.FirstSeen), LastSeen: jsonTime(f.LastSeen), OverSince: jsonTime(f.OverSince),
		Prerequisites: append([]string{}, f.Prerequisites...), OtherPrerequisites: append([]string{}, f.OtherPrerequisites...)}
	if !f.Purged.From.IsZero() {
		p := newJSONPeriod(f.Purged)
		j.Purged = &p
	}
	for _, p := range f.Parts {
		j.Signatures = append(j.Signatures, jsonSignature{p.Signature, p.Records})
	}
	return j
}

// A jsonLog is what of a log the report is about, and which earlier periods it is compared with.
type jsonLog struct {
	Log     string `json:"log"`
	Failing int64  `json:"failing"` // records of the report; nothing is said to be new of them where there is nothing to compare with

	Period jsonPeriod   `json:"period"`
	Night  jsonPeriod   `json:"night"`  // what is compared: the period, and what other runs cover around it
	Whole  bool         `json:"whole"`  // read without trouble: what is absent did not happen
	Before []jsonPeriod `json:"before"` // the latest first; empty when there was nothing to compare with

	Gaps []jsonPeriod `json:"gaps,omitempty"` // hours of the night, or of the period that was asked for, that no export covers

	Missed *jsonMissed `json:"missed,omitempty"` // where nothing of it was read, and something was in the week before
}

// A jsonMissed is the last stretch that exports of a log cover before the night that has none.
type jsonMissed struct {
	Last    jsonPeriod `json:"last"`
	Failing int64      `json:"failing"`
}

// A jsonPeriod is a stretch of full hours, its end not included; nulls where no record has a time.
type jsonPeriod struct {
	From  jsonTime `json:"from"`
	Until jsonTime `json:"until"`
}

func newJSONPeriod(p summary.Period) jsonPeriod {
	return jsonPeriod{jsonTime(p.From), jsonTime(p.Until)}
}

func newJSONBurst(b *summary.Burst) jsonBurst {
	j := jsonBurst{jsonTime(b.Onset), jsonTime(b.End), b.GoesOn, b.Records, jsonTime(b.Peak), b.PeakRecords, b.Kind, b.Name, b.Title, b.Severity,
		append([]string{}, b.Maps...), b.Host, b.User, []jsonSignature{}}
	for _, p := range b.Parts {
		j.Signatures = append(j.Signatures, jsonSignature{p.Signature, p.Records})
	}
	return j
}

// changeCounts counts signature × map, as changes.csv does: those that a rule or code explains, or the unknown ones.
type changeCounts struct {
	New       int `json:"new"`
	Regressed int `json:"regressed"`
	Spiking   int `json:"spiking"`
	Ongoing   int `json:"ongoing"`
	Quiet     int `json:"quiet"`
	Resolved  int `json:"resolved"`
}

// jsonTime prints a time as the tables do, null when it is not known.
type jsonTime time.Time

// MarshalJSON implements [json.Marshaler].
func (t jsonTime) MarshalJSON() ([]byte, error) {
	if time.Time(t).IsZero() {
		return []byte("null"), nil
	}
	return json.Marshal(time.Time(t).UTC().Format(time.DateTime))
}

// An object is a JSON object whose members keep their order.
type object []member

type member struct {
	name  string
	value any
}

// MarshalJSON implements [json.Marshaler].
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(m.name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(m.value)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}
