package classify

import (
	"testing"
)

// mixedRecords are records as a night mixes them: of every rule a message in each log, bare and in a dress that
// repeats from record to record, and messages that no rule explains.
func mixedRecords(m *Matcher) (rows []testRow) {
	for i, r := range m.Rules() {
		text := r.Examples.Match[0].Text
		for _, log := range r.Logs {
			rows = append(rows, testRow{log: log, errText: text, entity: "CustCustomerV3Entity", company: "usmf"},
				testRow{log: log, errText: dressed[i%len(dressed)].in(text, "0x80040265"), trace: "Entered plug-in", entity: "accounts"},
				testRow{log: log, errText: "Gate 7 of " + r.ID + " is shut, see 'lock' {80,USMF} at 2026-11-22T13:20:55Z", entity: "Gates", company: "USMF"},
				testRow{log: log, trace: text, entity: "accounts"})
		}
	}
	return rows
}

// A record is judged without an allocation once the working memory has its size.
func TestJudgeDoesNotAllocate(t *testing.T) {
	m := builtinMatcher(t)
	j := &judge{m: m}
	type record struct {
		log             string
		texts           [numFields][]byte
		entity, company []byte
	}
	var records []record
	for _, r := range mixedRecords(m) {
		records = append(records, record{r.log, [numFields][]byte{[]byte(r.errText), []byte(r.trace)}, []byte(r.entity), []byte(r.company)})
	}
	judge := func(r *record) {
		j.record(r.log, nil, r.texts, r.entity, r.company)
		j.affectedKey(nil, r.company)
	}
	for i := range records {
		judge(&records[i]) // warm up
	}
	for i := range records {
		r := &records[i]
		if n := testing.AllocsPerRun(3, func() { judge(r) }); n != 0 {
			t.Errorf("%v allocations for %s %q %q", n, r.log, r.texts[errorText], r.texts[traceText])
		}
	}
}
