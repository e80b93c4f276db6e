//go:build cgo

package main

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"dwtriage/classify"
	"dwtriage/report/store"
)

// A printed is a failing record: what the archive knows of it, and the words that its log prints.
type printed struct {
	id, sig, mapTitle, table, fno, company, template, key string
	captures                                              store.Map
	words                                                 map[string]bool
}

var (
	word = regexp.MustCompile(`[\p{L}\p{N}_](?:[\p{L}\p{N}_:./@|'-]*[\p{L}\p{N}_])?`)
	tag  = regexp.MustCompile(`<[^>]*>`)
	// Numbers and times of the page that are no keys, whatever a night prints.
	counted = regexp.MustCompile(`(?s)<time[^>]*>.*?</time>|<td class="num">.*?</td>|<script.*?</script>`)
	block   = regexp.MustCompile(`<(tr|li|details|article)\b[^>]*\bdata-signature="([^"]*)"[^>]*>`)
	most    = regexp.MustCompile(`(?m)^ +[\d,]+  (?:critical|high|medium|low|info|unrated)  (.*)\n`)
	step    = regexp.MustCompile(`(?m)^\d+\. `)
	planned = regexp.MustCompile(`(?m)^ +(\d+)\. (.*)\n`)
)

func wordsOf(text string) []string { return word.FindAllString(strings.ToLower(text), -1) }

func wordSet(texts ...string) map[string]bool {
	set := make(map[string]bool)
	for _, text := range texts {
		for _, w := range wordsOf(text) {
			set[w] = true
			for _, part := range strings.FieldsFunc(w, func(r rune) bool { return strings.ContainsRune(":./@|'", r) }) {
				set[part] = true // C-1|usmf, table.column
			}
		}
	}
	return set
}

// keyNames are the captures that say which row failed, for which row it waits, or who may not write it.
var keyNames = []string{"record_key", "record_id", "value", "company", "principal_id", "privilege", "owner", "dependent", "sequence", "lookup", "lookup_2", "lookup_3", "lookup_4"}

// A night is what a run left behind.
type night struct {
	*testing.T
	m       *classify.Matcher
	out     string
	said    string
	records []*printed
	names   map[string]string // one to four words that a finding might name → the one of them that its records must print
	maps    map[string][]*classify.Map
	named   int
	viewed  int // cells of CSV files that a view was held to
}

func readNight(t *testing.T, input string) *night {
	n := &night{T: t, m: builtinMatcher(t), out: filepath.Join(t.TempDir(), "r"), names: make(map[string]string), maps: make(map[string][]*classify.Map)}
	var said bytes.Buffer
	if code := run(t.Context(), []string{"run", "--progress", "none", "--csv", "plain", "--db", n.out + ".duckdb", "-o", n.out, input}, nil, &said, &said, func(string) string { return "" }); code != exitDone {
		t.Fatalf("exit code %d: %s", code, &said)
	}
	n.said = said.String()
	db, err := store.Open(t.Context(), n.out+".duckdb", store.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Scope(t.Context(), "scope", store.OfRun(1)); err != nil {
		t.Fatal(err)
	}
	err = db.Each(t.Context(), `SELECT s.record_id::VARCHAR, s.sig, s.map_title, coalesce(s.dataverse_table, ''), coalesce(s.fno_entity, ''), coalesce(s.company, ''), coalesce(s.template_id, ''),
		coalesce(s.affected_key, ''), s.captures, concat_ws(chr(10), s.error_text, s.trace_text), concat_ws(chr(10), r.entity, r.company, r.record_key, r.type_name)
		FROM scope s JOIN dw.records r USING (record_id) WHERE s.outcome = 'error' ORDER BY s.record_id`, func(rows *sql.Rows) error {
		p := &printed{}
		var texts, columns string
		err := rows.Scan(&p.id, &p.sig, &p.mapTitle, &p.table, &p.fno, &p.company, &p.template, &p.key, &p.captures, &texts, &columns)
		texts = classify.NormalizeString(texts)
		p.words = wordSet(texts, columns)
		n.addMaps(p, texts+"\n"+columns)
		n.records = append(n.records, p)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range n.records {
		n.addNames(p)
	}
	return n
}

// addNames notes what outputs may name of a record.
func (n *night) addNames(p *printed) {
	name := func(text, must string) {
		if ws := wordsOf(text); len(ws) > 0 && len(ws) <= 4 && len(must) > 1 { // a digit counts lines and steps
			n.names[strings.Join(ws, " ")] = must
		}
	}
	last := func(text string) string {
		ws := wordsOf(text)
		if len(ws) == 0 {
			return ""
		}
		return ws[len(ws)-1]
	}
	for _, capture := range keyNames {
		v, _, _ := strings.Cut(p.captures[capture], " (map ")
		name(v, last(v))
	}
	for _, part := range strings.Split(p.key, ", ") {
		name(part, last(part))
	}
	name(p.company, last(p.company))
	for _, table := range []string{p.table, p.fno, p.captures["table"]} {
		if strings.Contains(table, "_") || strings.HasSuffix(table, "Entity") {
			name(table, strings.ToLower(table))
		}
	}
}

// mapNames is the most words that a name of a map has.
const mapNames = 7

// addMaps notes the names of the maps that a text names in one way: accounts is account, too, and
// CustCustomerV3Entity where both stand for one map.
func (n *night) addMaps(p *printed, text string) {
	ws := wordsOf(text)
	for i := range ws {
		for k := i + 1; k <= min(i+mapNames, len(ws)); k++ {
			name := strings.Join(ws[i:k], " ")
			maps, ok := n.maps[name]
			if !ok {
				maps = n.m.Maps(name)
				n.maps[name] = maps
			}
			for _, m := range maps {
				for _, other := range []string{m.Set, m.Table, m.FnoEntity} {
					p.words[strings.ToLower(other)] = true
				}
			}
		}
	}
}

// check reports what an output says of records and none of them prints, nor the rules that speak of them.
func (n *night) check(what, text string, sigs []string, bare bool, own func(*printed) bool) {
	n.Helper()
	said := make(map[string]bool)
	for _, sig := range sigs {
		if r := n.m.Rule(sig); r != nil {
			texts := append([]string{r.Title, r.Cause, r.Fix.Summary}, r.Fix.Steps...)
			for _, q := range r.Fix.SQL {
				texts = append(texts, q.Title, q.Text)
			}
			for w := range wordSet(texts...) {
				said[w] = true
			}
		}
	}
	var mine []*printed
	for _, p := range n.records {
		if own(p) {
			mine = append(mine, p)
		}
	}
	if len(mine) == 0 {
		n.Errorf("%s: no record is its own", what)
	}
	ws := wordsOf(text)
	for i := range ws {
		for k := i + 1; k <= min(i+4, len(ws)); k++ {
			name := strings.Join(ws[i:k], " ")
			must, ok := n.names[name]
			if !ok || said[must] || !bare && k == i+1 && !strings.ContainsFunc(name, func(r rune) bool { return r >= 'a' && r <= 'z' || r == '_' }) {
				continue
			}
			n.named++
			if !slices.ContainsFunc(mine, func(p *printed) bool { return p.words[must] }) {
				n.Errorf("%s names %q, which none of its %d records prints: %.600s", what, name, len(mine), text)
			}
		}
	}
}

// What an output prints as key, table, company or principal stands in the messages or columns of the very records
// it speaks of: not in those of a sibling, of a template or of an example.
func TestOutputsNameTheirOwnRecords(t *testing.T) {
	dir := t.TempDir()
	companies, generated := filepath.Join(dir, "companies.csv"), filepath.Join(dir, "generated.csv")
	if err := os.WriteFile(companies, []byte(twoCompanies), 0o600); err != nil {
		t.Fatal(err)
	}
	gen := exec.CommandContext(t.Context(), "go", "run", "dwtriage/testdata/gen", "--kind", "dualwrite", "--records", "1500", "--seed", "10", "--out", generated)
	if said, err := gen.CombinedOutput(); err != nil {
		t.Fatalf("gen: %v\n%s", err, said)
	}
	for name, input := range map[string]string{"sample night": "../../testdata/demo", "two companies": companies, "generated night": generated} {
		t.Run(name, func(t *testing.T) {
			n := readNight(t, input)
			n.checkRecords()
			n.checkTables()
			n.checkPage()
			n.checkPlan()
			n.checkMissing()
			n.checkViews()
			n.checkRetries()
			if n.named < len(n.records) {
				t.Errorf("%d names in all outputs on %d records: hardly anything was tried", n.named, len(n.records))
			}
			if name != "two companies" {
				n.checkKeys()
			}
		})
	}
}

// checkRecords holds every row of records.csv to its own record.
func (n *night) checkRecords() {
	byID := make(map[string]*printed)
	for _, p := range n.records {
		byID[p.id] = p
	}
	for _, r := range rowsOf(n.T, filepath.Join(n.out, "records.csv")) {
		p := byID[r["record_id"]]
		if p == nil {
			n.Fatalf("record %s of records.csv is not in the database", r["record_id"])
		}
		texts := []string{r["affected_key"], r["company"]}
		for _, capture := range keyNames {
			v, _, _ := strings.Cut(p.captures[capture], " (map ")
			texts = append(texts, v)
		}
		for _, text := range texts {
			if ws := wordsOf(text); len(ws) > 0 && !p.words[ws[len(ws)-1]] {
				n.Errorf("record %s of records.csv: it does not print %q", r["record_id"], text)
			}
			n.named += len(text)
		}
		n.check("records.csv, tables", r["dataverse_table"]+" "+r["fno_entity"], nil, true, func(o *printed) bool { return o == p })
	}
}

// checkTables holds the other CSV files to the records of their rows.
func (n *night) checkTables() {
	terminal := most.FindAllString(n.said, -1)
	for i, f := range rowsOf(n.T, filepath.Join(n.out, "failing_entities.csv")) {
		line := ""
		if i < len(terminal) {
			line = terminal[i]
			if !strings.Contains(line, f["where"]) {
				n.Errorf("line %d of the terminal is not of %s: %s", i+1, f["where"], line)
			}
		}
		n.check("failing_entities.csv, "+f["signature"]+" in "+f["where"]+" of "+f["company"], strings.Join([]string{f["title"], f["fix_summary"], f["company"], f["dataverse_table"], f["fno_entity"], most.ReplaceAllString(line, "$1")}, " | "), []string{f["signature"]}, true,
			func(p *printed) bool {
				return p.sig == f["signature"] && p.company == f["company"] && p.table == f["dataverse_table"] && p.fno == f["fno_entity"] && (f["template_id"] == "" || p.template == f["template_id"]) && p.mapTitle == f["where"]
			})
	}
	for _, f := range rowsOf(n.T, filepath.Join(n.out, "changes.csv")) {
		n.check("changes.csv, "+f["signature"], f["title"], []string{f["signature"]}, true, func(p *printed) bool { return p.sig == f["signature"] })
	}
	for _, f := range rowsOf(n.T, filepath.Join(n.out, "unclassified.csv")) {
		n.check("unclassified.csv, "+f["template_id"], f["template"]+" "+f["sample"], nil, true, func(p *printed) bool { return p.template == f["template_id"] })
	}
}

// checkPage holds every part of the page that is about signatures to their records; a row of findings to those of its
// map and company.
func (n *night) checkPage() {
	text, err := os.ReadFile(filepath.Join(n.out, "index.html"))
	if err != nil {
		n.Fatal(err)
	}
	page := counted.ReplaceAllString(string(text), " ")
	starts := block.FindAllStringSubmatchIndex(page, -1)
	for i, at := range starts {
		end := len(page)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		if close := strings.Index(page[at[0]:end], "</section>"); close >= 0 {
			end = at[0] + close
		}
		open := page[at[0]:at[1]]
		if strings.Contains(open, `id="cause-`) { // it names rows that wait, whatever their signature; TestCascade holds them to their records
			continue
		}
		anchors := strings.Split(html.UnescapeString(page[at[4]:at[5]]), "|")
		attribute := func(name string) string {
			_, v, _ := strings.Cut(open, name+`="`)
			v, _, _ = strings.Cut(v, `"`)
			return html.UnescapeString(v)
		}
		row := page[at[2]:at[3]] == "tr" && strings.Contains(open, `id="f-`)
		var sigs []string
		own := func(p *printed) bool {
			return slices.Contains(anchors, anchored(p.sig)) &&
				(!row || p.mapTitle == attribute("data-map") && (p.company == attribute("data-company") || p.company == "" && attribute("data-company") == "(none)"))
		}
		for _, p := range n.records {
			if own(p) && !slices.Contains(sigs, p.sig) {
				sigs = append(sigs, p.sig)
			}
		}
		said := html.UnescapeString(tag.ReplaceAllString(page[at[1]:end], " "))
		n.check("index.html, "+strings.Join(anchors, ", "), said, sigs, false, own)
	}
	if len(starts) < 5 {
		n.Errorf("the page has %d parts about signatures", len(starts))
	}
}

var notInIDs = regexp.MustCompile(`[^a-zA-Z0-9-]`)

// anchored is a signature as ids and filters of the page have it.
func anchored(sig string) string { return notInIDs.ReplaceAllString(sig, "-") }

// checkPlan holds each fix of fixes.csv, summary.json and the terminal to the records that it is for.
func (n *night) checkPlan() {
	said := make(map[int]string)
	for _, line := range planned.FindAllStringSubmatch(n.said, -1) {
		rank, _ := strconv.Atoi(line[1])
		said[rank] += " " + line[2]
	}
	text, err := os.ReadFile(filepath.Join(n.out, "summary.json"))
	if err != nil {
		n.Fatal(err)
	}
	var summary struct {
		Fixes []struct {
			Rank               int
			Summary, MissingIn string
		}
	}
	if err := json.Unmarshal(text, &summary); err != nil {
		n.Fatal(err)
	}
	for _, f := range summary.Fixes {
		said[f.Rank] += " " + f.Summary
	}
	met := make(map[string]string)
	for _, f := range rowsOf(n.T, filepath.Join(n.out, "fixes.csv")) {
		rank, _ := strconv.Atoi(f["rank"])
		if other := met[f["summary"]]; other != "" {
			n.Errorf("fixes %s and %d both say %q", other, rank, f["summary"])
		}
		met[f["summary"]] = f["rank"]
		if said[rank] == "" {
			n.Errorf("fix %d is in fixes.csv only", rank)
		}
		var sigs []string
		for _, part := range strings.Split(f["signatures"], "; ") {
			sig, _, _ := strings.Cut(part, "=")
			sigs = append(sigs, sig)
		}
		n.check(fmt.Sprintf("fix %d", rank), strings.Join([]string{f["title"], f["summary"], step.ReplaceAllString(f["steps"], ""), f["sql"], f["companies"], said[rank]}, " | "), sigs, true, func(p *printed) bool {
			waits := f["missing_in"] == "" || slices.Contains([]string{p.captures["lookup_map"], p.captures["lookup_map_2"], p.captures["lookup_map_3"], p.captures["lookup_map_4"], p.captures["table"]}, f["missing_in"])
			return slices.Contains(sigs, p.sig) && waits
		})
	}
}

// checkKeys wants the business key of seven in ten failing records of dual-write's log: its grid prints one.
func (n *night) checkKeys() {
	var all, keys int
	for _, r := range rowsOf(n.T, filepath.Join(n.out, "records.csv")) {
		if r["log"] == "dualwrite" {
			all++
			if r["affected_key"] != "" {
				keys++
			}
		}
	}
	if all == 0 || 10*keys < 7*all {
		n.Errorf("%d of %d dual-write records have an affected_key, want 7 of 10", keys, all)
	}
	n.Logf("%d of %d dual-write records have an affected_key; %d names were tried", keys, all, n.named)
}
