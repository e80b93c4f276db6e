package ingest

import (
	"bytes"
	"slices"
	"strings"

	"dwtriage/ingest/secrets"
)

// A grid makes records of the rows of a table, whatever cut them into cells: delimiters, a workbook,
// or the elements of a page. A format that comes in rows finds its table (find, or sniffTable where
// only bytes are there to go by), begins each row, puts its cells and closes the row; what a column
// stands for, which cells are secret and when a row is none are decided here, once for all of them.
type grid struct {
	file  *file
	table *table
}

// begin forgets the row before and returns the fields that its cells go to.
func (g *grid) begin() *fields {
	g.file.row.fresh()
	return &g.file.row.fields
}

// slot is what the column stands for, slotNone where the table has no such column.
func (g *grid) slot(column int) slot {
	if column < len(g.table.slots) {
		return g.table.slots[column]
	}
	return slotNone
}

// wants reports whether a cell of this slot goes to a record. That a secret one was filled is noted, what it
// held is not looked at.
func (g *grid) wants(s slot, text []byte) bool {
	if secretSlots.has(s) {
		g.file.secretCell(s, text)
		return false
	}
	return s != slotNone
}

// close makes a record of the row whose cells were put. empty is the reason for rejecting a row
// without any, shown the excerpt for every reject of it.
func (g *grid) close(at place, empty string, shown func() string) error {
	f := &g.file.row.fields
	f.set = g.table.set
	switch {
	case f.empty():
		return g.file.reject(at, "", empty, shown())
	case g.table.marked && !g.table.told && !f.telling():
		return g.file.reject(at, "", reasonNoText, shown())
	}
	return g.file.entry(f, at, g.table.heading)
}

// sampleRows is how many rows of a grid are looked at for its header: titles may stand above.
const sampleRows = 24

// A gridRow is a row that was kept for a second look, its texts by column.
type gridRow struct {
	at    place
	texts [][]byte
}

// A gridCell is a cell with its column, from 0. Rows of markup come as those: a few bytes may claim
// that a cell spans thousands of columns, which are not to be paid for.
type gridCell struct {
	column int
	text   []byte
}

// mostSampled is how many columns of sampled rows are looked at in one file, over all its tables: a
// page may hold any number of tables, and none need be a log.
const mostSampled = 4 << 20

// A found is where in a grid the log is.
type found struct {
	table *table
	from  int // the first of the sampled rows that holds an entry
	score int // of two tables the one with the higher score is meant
}

// find looks for the header of a log among the first rows, the one with the most known columns.
// Without one it goes by the marks in the cells: the exported grid of finance and operations, or
// headings in another language. known turns a heading into the name that the table is known by; other
// adds what else is known of columns that neither marks nor a heading tell, and may be nil. It returns nothing when
// there is no log, and then what stands where headings should.
func (r *file) find(rows []gridRow, known func([]byte) []byte, other func(slots map[int]slot, first int)) (best *found, instead string) {
	instead = "empty"
	for i, row := range rows {
		names := slices.Clone(row.texts)
		for k, v := range names {
			if known != nil {
				names[k] = known(v)
			}
		}
		if instead == "empty" {
			instead = headingNames(names)
		}
		t := r.headed(names)
		if t == nil || cells(row.texts) < 2 && row.at.row > 1 {
			continue
		}
		t.headings = headings(row.texts)
		if n := t.known()*2 + 1; best == nil || n > best.score {
			best = &found{table: t, from: i + 1, score: n}
		}
	}
	if best == nil {
		best = r.byMarks(rows, other)
	}
	return best, instead
}

// cells is how many cells of a row hold something, or stand before one that does.
func cells(texts [][]byte) int {
	n := 0
	for _, v := range texts {
		if v != nil {
			n++
		}
	}
	return n
}

func headings(names [][]byte) []string {
	out := make([]string, len(names))
	for i, v := range names {
		out[i] = string(bytes.TrimSpace(v))
	}
	return out
}

// byMarks makes a table of rows whose headings say nothing but whose cells speak. The first row is no
// header when it has marks itself. Where both a heading and what other knows tell a column, the heading does.
func (r *file) byMarks(rows []gridRow, other func(slots map[int]slot, first int)) *found {
	texts := make([][][]byte, len(rows))
	width := 0
	for i, row := range rows {
		texts[i] = row.texts
		width = max(width, len(row.texts))
	}
	slots, first := markedColumns(texts)
	if first < 0 {
		return nil
	}
	t := &table{bare: first == 0, marked: true, slots: make([]slot, width), headings: make([]string, width)}
	f := &found{table: t, score: 1}
	if first > 0 {
		f.from = 1
		copy(t.headings, headings(rows[0].texts))
	}
	for i, h := range t.headings {
		if s := r.slotOf([]byte(h)); slots[i] == slotNone && s != slotNone {
			slots[i] = s
		}
	}
	if first > 0 {
		guidColumns(t.headings, texts[1:], slots)
	}
	if other != nil {
		other(slots, first)
	}
	for col, s := range slots {
		t.slots[col] = s
		t.set |= of(s)
		t.secret = t.secret || secretSlots.has(s) || secrets.Name([]byte(t.headings[col]))
		if (s == slotDetailed || s == slotException) && errorHeading(t.headings[col]) {
			t.told = true
		}
	}
	t.set &^= of(slotNone)
	return f
}

// guidColumns finds ids by what they are and by what is the same in the headings of any language: Dataverse puts the id of a row first, under a heading
// that begins with a note in parentheses ("(Do Not Modify) …"), and the word for a correlation has the same stem nearly everywhere. Without
// them the rows of an export in German would be other records than those of the Web API.
func guidColumns(headings []string, rows [][][]byte, slots map[int]slot) {
	all := func(col int) bool {
		for _, row := range rows {
			if col >= len(row) {
				return false
			}
			if _, ok := parseGUID(row[col]); !ok {
				return false
			}
		}
		return len(rows) > 0
	}
	for col, h := range headings {
		if slots[col] != slotNone {
			continue
		}
		low := strings.ToLower(h)
		switch note := strings.IndexByte(h, ')'); {
		case col == 0 && note > 1 && h[0] == '(' && note+1 < len(h) && all(col):
			slots[col] = slotLooseID
		case (strings.Contains(low, "corr") || strings.Contains(low, "korr") || strings.Contains(low, "korel")) && all(col):
			slots[col] = slotCorr
		}
	}
}

// A gridReader is fed the rows of one table after the other, as a page or a workbook in XML holds them.
// Of each table the first rows wait until its header is found; a table without one is passed over.
type gridReader struct {
	file    *file
	grid    *grid     // nil until the header is found
	name    string    // of the table, for people
	waiting []gridRow // of a table whose header was not found yet
	width   int       // bytes of them
	sampled int       // columns of all that ever waited
	given   bool      // up: the table is no log
	logs    int       // tables with a log so far
	instead []string  // what the others hold
}

// another starts a table.
func (p *gridReader) another(name string) {
	p.grid, p.name, p.waiting, p.width, p.given = nil, name, nil, 0, false
}

// offer takes a row: to the grid, or to those that wait for a header. Its texts are the row's until the
// next call. shown is its excerpt.
func (p *gridReader) offer(at place, cells []gridCell, shown string) error {
	switch {
	case p.given:
		p.file.w.Disown(at.length)
		return nil
	case p.grid != nil:
		return p.put(at, cells, shown)
	}
	columns := 0
	if len(cells) > 0 {
		columns = cells[len(cells)-1].column + 1
	}
	if p.sampled += columns; p.sampled > mostSampled {
		if err := p.settle(); err != nil {
			return err
		}
		return p.offer(at, cells, shown) // which has a header now, or was given up
	}
	kept := gridRow{at: at, texts: make([][]byte, columns)}
	for _, c := range cells {
		kept.texts[c.column] = append([]byte{}, c.text...)
		p.width += len(c.text)
	}
	p.waiting = append(p.waiting, kept)
	if len(p.waiting) < sampleRows && p.width < sampleBytes {
		return nil
	}
	return p.settle()
}

// settle looks for the header among the rows that wait, and takes those behind it.
func (p *gridReader) settle() error {
	if len(p.waiting) == 0 {
		p.given = true
		return nil
	}
	best, instead := p.file.find(p.waiting, nil, nil)
	rows := p.waiting
	if best == nil && p.file.account.Format == formatHTML && !p.file.member.Walked {
		best = bySigns(rows)
	}
	p.waiting = nil
	if best == nil {
		p.given = true
		if len(p.instead) < 8 {
			p.instead = append(p.instead, instead)
		}
		for _, row := range rows {
			p.file.w.Disown(row.at.length)
		}
		return nil
	}
	if p.logs++; p.logs == 1 {
		p.file.account.Sheet = p.name
		best.table.tell(&p.file.account)
	}
	p.grid = &grid{p.file, best.table}
	for i, row := range rows {
		if i < best.from {
			p.file.w.Disown(row.at.length)
			continue
		}
		var cells []gridCell
		for column, text := range row.texts {
			if text != nil {
				cells = append(cells, gridCell{column, text})
			}
		}
		if err := p.put(row.at, cells, secrets.Excerpt(bytes.Join(row.texts, []byte(" ")))); err != nil {
			return err
		}
	}
	return nil
}

// bySigns makes a table of rows in which most cells of one column tell of an error: people put errors into a
// table of a page under any heading. Only pages are asked that somebody named, since such words stand in
// tables of any kind. Rows whose cell there tells of none are rejects.
func bySigns(rows []gridRow) *found {
	counts := map[int]int{}
	best := -1
	for _, row := range rows {
		for k, v := range row.texts {
			if sentence(v) {
				counts[k]++
			}
		}
	}
	for k, n := range counts {
		if best < 0 || n > counts[best] || n == counts[best] && k < best {
			best = k
		}
	}
	if best < 0 || counts[best]*2 < len(rows)-1 {
		return nil
	}
	t := &table{marked: true, slots: make([]slot, best+1), headings: make([]string, best+1), set: of(slotDetailed)}
	t.slots[best] = slotDetailed
	f := &found{table: t, score: 1}
	if head := rows[0].texts; best >= len(head) || !sentence(head[best]) {
		f.from = 1
		copy(t.headings, headings(head))
	}
	return f
}

// sentence reports whether a cell tells of an error in more than a word, as a heading does not.
func sentence(v []byte) bool {
	v = bytes.TrimSpace(v)
	return bytes.IndexByte(v, ' ') > 0 && telling(v) && !prose(v)
}

func (p *gridReader) put(at place, cells []gridCell, shown string) error {
	f := p.grid.begin()
	beyond, filled := false, false
	for _, c := range cells {
		s := p.grid.slot(c.column)
		filled = filled || len(bytes.TrimSpace(c.text)) > 0
		beyond = beyond || c.column >= len(p.grid.table.slots) && len(bytes.TrimSpace(c.text)) > 0
		if p.grid.wants(s, c.text) && len(c.text) > 0 {
			f.put(s, c.text)
		}
	}
	if p.grid.table.secret {
		shown = ""
	}
	empty := reasonEmpty
	switch {
	case beyond:
		empty = reasonManyCells
	case filled:
		empty = reasonNoText
	}
	return p.grid.close(at, empty, func() string { return shown })
}

// finish closes the last table, and says so when there was no log in any of them.
func (p *gridReader) finish(path, what string) error {
	if err := p.settle(); err != nil {
		return err
	}
	if p.logs > 0 {
		return nil
	}
	list := "none"
	if len(p.instead) > 0 {
		list = strings.Join(p.instead, "; ")
	}
	p.file.account.Format = ""
	p.file.account.Problem = notALog(path, "%s without a table of a log (found: %s): needed is a column with %s; export the log with that column", what, list, needed)
	return nil
}

// sampleBytes is how much text of the sampled rows of a grid is kept.
const sampleBytes = 4 << 20
