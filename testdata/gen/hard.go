package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"dwtriage/rules"
)

// The mix of messages.go is kind: few wordings, all of them short to match, some thousand keys and four dozen clusters.
// The hard mix is what a bad night can be. Every rule is as likely as any other, in the wordings of its own examples with
// other values in them; unknown errors are as many sentences as asked for, made of the same words; no key comes twice;
// all maps of the catalogue fail.

// hardOptions say how hard.
type hardOptions struct {
	clusters int64 // different sentences of unknown errors
	keys     int64 // different business keys, 0 for one of its own for each record
	maps     int   // different maps, 0 for all
}

// A hardMix is the catalogue of the hard mix, and what was written of it so far.
type hardMix struct {
	hardOptions
	kind  string
	rules []hardRule
	all   []entityMap
	rule  int // of the record being written
	frame int // around it

	frames, unknownFrames []template
	found                 []int64 // records by rule
}

// A hardRule is a rule with the examples of it that are texts of the log.
type hardRule struct {
	id       string
	answered bool // what Dataverse or its database says, which dual-write hands on in frames of its own
	texts    []hardText
}

// A hardText is an example, and where in it values stand that differ from record to record.
type hardText struct {
	text          string
	guids, digits []int // offsets
	whole         bool  // has a frame of its own, or is one
}

// newHardMix reads the texts out of the rules and the maps out of the catalogue.
func newHardMix(kind string, opt hardOptions) (*hardMix, error) {
	h := &hardMix{hardOptions: opt, kind: kind}
	names, err := fs.Glob(rules.FS, "*.yaml")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if err := h.addRules(name); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	if err := h.addMaps(); err != nil {
		return nil, err
	}
	if h.frames, err = compileAll(hardFrames[kind]); err != nil {
		return nil, err
	}
	if h.unknownFrames, err = compileAll(hardUnknownFrames[kind]); err != nil {
		return nil, err
	}
	if opt.clusters < 1 || opt.clusters > mostClusters {
		return nil, fmt.Errorf("%d clusters: there are 1 to %d", opt.clusters, mostClusters)
	}
	if opt.keys < 0 || opt.maps < 0 || opt.maps > len(h.all) {
		return nil, fmt.Errorf("%d keys, %d maps: there are any number of keys and up to %d maps", opt.keys, opt.maps, len(h.all))
	}
	if opt.maps > 0 {
		h.all = h.all[:opt.maps]
	}
	h.found = make([]int64, len(h.rules))
	return h, nil
}

// addRules adds the rules of a file, if they are what it holds.
func (h *hardMix) addRules(name string) error {
	b, err := rules.FS.ReadFile(name)
	if err != nil {
		return err
	}
	var list []struct {
		ID       string   `yaml:"id"`
		Logs     []string `yaml:"logs"`
		Wrapper  bool     `yaml:"wrapper"`
		Examples struct {
			Match []struct {
				Text     string            `yaml:"text"`
				Log      string            `yaml:"log"`
				Captures map[string]string `yaml:"captures"`
			} `yaml:"match"`
		} `yaml:"examples"`
	}
	var root yaml.Node
	if err := yaml.Unmarshal(b, &root); err != nil {
		return err
	}
	if len(root.Content) == 0 || root.Content[0].Kind != yaml.SequenceNode {
		return nil // fragments, signs
	}
	if err := root.Decode(&list); err != nil {
		return err
	}
	for _, r := range list {
		rule := hardRule{id: r.ID, answered: strings.HasPrefix(r.ID, "dv-") || strings.HasPrefix(r.ID, "sql-")}
		for _, x := range r.Examples.Match {
			if log := x.Log; (log == h.kind || log == "" && r.Logs[0] == h.kind) && !opened(x.Text) {
				t := newHardText(x.Text, x.Captures)
				t.whole = t.whole || r.Wrapper
				rule.texts = append(rule.texts, t)
			}
		}
		if len(rule.texts) > 0 {
			h.rules = append(h.rules, rule)
		}
	}
	return nil
}

// opened reports whether a reader of the file takes an example apart, so that the text of the record is another: an
// envelope, the error inside of one that the service of finance and operations answers, a report that all went well.
func opened(text string) bool {
	return strings.Contains(text, "recordResponses") || strings.Contains(text, "innererror") || strings.Contains(text, "completed with status: Completed")
}

func (h *hardMix) addMaps() error {
	f, err := rules.FS.Open("entity-maps.csv")
	if err != nil {
		return err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return err
	}
	for _, row := range rows[1:] {
		m := entityMap{row[0], row[1], row[2], row[3]}
		if m.fno == "" {
			m.fno = m.name
		}
		h.all = append(h.all, m)
	}
	return nil
}

var guidIn = regexp.MustCompile(`\b[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}\b`)

// keyIn finds business keys: C-004471.
var keyIn = regexp.MustCompile(`\b[A-Z]{1,5}-[0-9]{3,}\b`)

// newHardText finds the values of an example: its GUIDs, and the numbers of rows. Other numbers may name the failure.
func newHardText(text string, captures map[string]string) hardText {
	t := hardText{text: text, whole: strings.Contains(text, "xception type:") || strings.Contains(text, "<")}
	for _, at := range guidIn.FindAllStringIndex(text, -1) {
		t.guids = append(t.guids, at[0])
	}
	digits := func(from, to int) {
		for i := from; i < to; i++ {
			if text[i] >= '0' && text[i] <= '9' {
				t.digits = append(t.digits, i)
			}
		}
	}
	for _, name := range []string{"record_key", "otc", "reference"} {
		v := captures[name]
		for from := 0; v != ""; {
			i := strings.Index(text[from:], v)
			if i < 0 {
				break
			}
			digits(from+i, from+i+len(v))
			from += i + len(v)
		}
	}
	for _, at := range keyIn.FindAllStringIndex(text, -1) {
		digits(at[0], at[1])
	}
	slices.Sort(t.digits)
	t.digits = slices.Compact(t.digits)
	return t
}

// fill appends the text with fresh values.
func (g *generator) fill(dst []byte, t *hardText) []byte {
	from := len(dst)
	dst = append(dst, t.text...)
	b := dst[from:]
	bits, left := uint64(0), 0
	for _, i := range t.digits {
		if left == 0 {
			bits, left = g.rng.Uint64(), 16
		}
		b[i] = '1' + byte(bits&15*9>>4) // never 0: numbers keep their length
		bits >>= 4
		left--
	}
	for _, i := range t.guids {
		g.guid(b[i:i])
	}
	return dst
}

// makeHard fills msg: 7 of 10 errors are of a rule.
func (g *generator) makeHard() {
	h := g.hard
	g.site, g.depth = -1, 0
	g.code, g.hex = "-2147220891", "0x80040265" // what the platform shows for any exception of a plug-in
	if g.pick(10) >= 7 {
		g.outcome = isUnknown
		c := g.unknown % h.clusters
		g.site = int(c)
		g.setType(types[g.site%len(types)])
		g.msg = g.sentence(g.msg[:0], c)
		h.frame = g.pick(len(h.unknownFrames))
		return
	}
	g.outcome = isDocumented
	h.rule = g.pick(len(h.rules))
	texts := h.rules[h.rule].texts
	t := &texts[g.pick(len(texts))]
	g.msg = g.fill(g.msg[:0], t)
	h.frame = g.pick(h.mayStandIn(&h.rules[h.rule], t))
}

// mayStandIn is how many of the frames a text of a rule may be told in, the first ones; the first is none at all.
func (h *hardMix) mayStandIn(r *hardRule, t *hardText) int {
	switch {
	case t.whole:
		return 1
	case r.answered || h.kind == "plugintrace":
		return len(h.frames)
	}
	return anyRule
}

// The words of unknown errors. Each list holds a power of two, so that a number taken apart bit by bit names a
// sentence of its own. No word is the name of a map, which a cluster would be told by in one record and not in another.
var (
	hardHeads = strings.Split("agreed open planned posted quoted released returned shared signed split stored urgent weekly whole worn yearly", " ")
	hardNouns = strings.Split("budget roster carrier catalogue charge consignment contract tally crate delivery deposit design discount forecast freight waybill "+
		"journal label lease docket load margin offer bundle pallet permit price quota rebate route sample shipment", " ")
	hardParties = strings.Split("buyer branch broker crew courier grower depot factory organization owner partner planner region supplier team yard", " ")
	hardVerbs   = []string{"differs from", "waits for", "lies outside of", "came before", "leaves no room for", "overlaps with", "was counted beside", "went past",
		"ends before", "weighs more than", "was drawn up without", "is older than", "stands against", "runs into", "was signed before", "needs more than",
		"was moved behind", "falls short of", "is kept back by", "was priced above", "contradicts", "outlives", "starts after", "was merged into",
		"was cut down to", "is larger than", "is smaller than", "was promised before", "was handed over without", "is measured by", "was planned around", "is paid before"}
	hardTails = strings.Split("in spring|in summer|in autumn|in winter|on the first day|on the last day|at noon|at night|for now|since then|until then|twice over|"+
		"by half|by a third|by far|by hand", "|")
)

// mostClusters is how many sentences there are.
const mostClusters = 1 << (4 + 5 + 4 + 5 + 5 + 4)

// sentence appends unknown error number c, with values of this record. Neighbours differ in all words.
func (g *generator) sentence(dst []byte, c int64) []byte {
	n := uint64(c) * 0x9e3779b1 % mostClusters // odd, so each number gives another
	word := func(list []string) {
		dst = append(dst, list[n%uint64(len(list))]...)
		n /= uint64(len(list))
	}
	dst = append(dst, "The "...)
	word(hardHeads)
	dst = append(dst, ' ')
	word(hardNouns)
	dst = append(dst, " of "...)
	word(hardParties)
	dst = append(g.recordKey(append(dst, ' ')), ' ')
	word(hardVerbs)
	dst = append(dst, " the "...)
	word(hardNouns)
	dst = append(g.digits(append(dst, ' '), 5), ' ')
	word(hardTails)
	return append(dst, '.')
}

// appendKey appends the business key of a record by its number in the file.
func (h *hardMix) appendKey(dst []byte, record int64) []byte {
	if h.keys > 0 {
		record %= h.keys
	}
	return strconv.AppendInt(append(dst, keyHeads[record%int64(len(keyHeads))]...), 1_000_000+record, 10)
}

// write writes what a reader of the file has to find, as CSV: records that are ok, unknown ones and of how many
// sentences, and records by rule. A csv.Writer tells at the end what failed before.
func (n *counts) write(w io.Writer) error {
	c := csv.NewWriter(w)
	row := func(what string, n int64) { _ = c.Write([]string{what, strconv.FormatInt(n, 10)}) }
	_ = c.Write([]string{"what", "records"})
	row("ok", n.ok)
	row("unknown", n.unknown)
	row("unknown sentences", min(n.unknown, n.hard.clusters))
	for i, r := range n.hard.rules {
		row(r.id, n.hard.found[i])
	}
	c.Flush()
	return c.Error()
}

// hardFrames are what is put around the message of a rule, by log. None of them tells a cause of its own.
var hardFrames = map[string][]string{
	"plugintrace": {
		"$msg",
		jsonError,
		targetInvoked,
		"Unhandled exception: \nException type: Microsoft.Xrm.Sdk.InvalidPluginExecutionException\nMessage: $msg$stack",
		faultHead + "Message: ${msg}Detail: \n" + faultXML(isvCode, "$xmsg", "<InnerFault i:nil=\"true\" />"),
		faultHead + "Message: " + isvText + "Detail: \n" + faultXML(isvCode, isvText,
			"<InnerFault>\n    <ActivityId>$guid</ActivityId>\n    <ErrorCode>"+isvCode+"</ErrorCode>\n    <Message>$xmsg</Message>\n    <Timestamp>$time</Timestamp>\n    <TraceText i:nil=\"true\" />\n  </InnerFault>"),
	},
	"dualwrite": {
		"$msg",
		jsonOnly,
		"Cannot save the changes to the database. Unit of Work can not commit transaction. $msg",
		"Unable to write data to entity $set.Writes to $fno failed with error message $msg",
		"Unable to write data to entity $set.Writes to $fno failed with error message Request failed with status code BadRequest and CDS error code : 0x80040265 response message: $msg",
	},
}

// hardUnknownFrames are those around unknown errors: frames that a known type or code would make known are not among them.
var hardUnknownFrames = map[string][]string{
	"plugintrace": {"$msg", jsonOnly, "Exception type: System.ApplicationException\nMessage: $msg$stack"},
	"dualwrite":   {"$msg", jsonOnly},
}

// anyRule is how many of the frames of dual-write any rule may be told in, the first ones.
const anyRule = 2

const (
	isvText       = "An unexpected error occurred from ISV code."
	isvCode       = "-2147220956"
	jsonError     = `{\"error\":{\"message\":\"$jmsg\",\"type\":\"$type\",\"stacktrace\":\"$jstack\"}}`
	jsonOnly      = `{\"error\":{\"message\":\"$jmsg\",\"type\":\"$type\"}}`
	targetInvoked = "Exception type: System.Reflection.TargetInvocationException\nMessage: Exception has been thrown by the target of an invocation.$stack\n" +
		"-- End stack trace --\nInner exception 1:\nException type: System.ApplicationException\nMessage: $msg$stack"
)

// hardText fills errText.
func (g *generator) hardText() {
	g.makeHard()
	frames := g.hard.frames
	if g.outcome == isUnknown {
		frames = g.hard.unknownFrames
	}
	g.errText = g.render(g.errText[:0], frames[g.hard.frame])
}
