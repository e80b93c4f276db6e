// Package xlsx reads the rows of Excel workbooks. The members of a zip archive come in, rows of cells
// go out: each with its column, its kind and its text, as a row of a few megabytes at most. Sheets
// are streamed, shared strings beyond 32 MiB go to a temporary file, and every count that a workbook
// announces is checked instead of believed, so that a bomb costs its own file and nothing else. A
// broken row is an error of that row; the rows behind it are read. It knows no log, evaluates no
// formula, and does not write: excelize is its twin in the tests, six to eight times as slow.
package xlsx

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path"
	"strconv"
	"strings"

	"github.com/klauspost/compress/zip"

	"dwtriage/ingest/ascii"
	"dwtriage/ingest/scan"
)

// Limits bound what a workbook may take. Zero stands for the default.
type Limits struct {
	Cell    int   // longest text of a cell in bytes, longer ones are cut; 0: 16 MiB
	Record  int   // most bytes of texts in a row; 0: 16 MiB
	Columns int   // most columns, and most cells of a row; 0: 16384
	strings int64 // most bytes of shared strings, 4 each on top; 0: 4 GiB
	memory  int   // bytes of shared strings that stay in memory, the others go to a temporary file; 0: 32 MiB
}

// orDefaults puts in the defaults. A cell is at most 1 GiB, since the ends of shared strings have 31 bits.
func (l Limits) orDefaults() Limits {
	if l.Cell <= 0 {
		l.Cell = 16 << 20
	}
	l.Cell = min(l.Cell, 1<<30)
	if l.Record <= 0 {
		l.Record = 16 << 20
	}
	if l.Columns <= 0 {
		l.Columns = 16384
	}
	if l.strings <= 0 {
		l.strings = 4 << 30
	}
	if l.memory <= 0 {
		l.memory = 32 << 20
	}
	return l
}

// Bounds on what is kept before any sheet is read. What is beyond them is not read, or an error for sheets.
const (
	mostSheets   = 10_000 // and relationships
	mostStyles   = 1 << 17
	mostPartName = 1 << 10
)

var (
	errNoWorkbook = errors.New("the workbook names no worksheets")
	errNoPart     = errors.New("a part of the workbook is missing")
	errSheets     = errors.New("more sheets than the limit")
)

// A Workbook is what is known about a workbook before its sheets are read.
type Workbook struct {
	Sheets   []Sheet // worksheets, in the order of the tabs
	Date1904 bool    // day 0 of date serials is 1904-01-01
	Problem  error   // first mistake met in a part the sheets can be read without, or with a piece of

	files   map[string]*zip.File // by partName
	open    func(*zip.File) (io.ReadCloser, error)
	lim     Limits
	dates   []bool // by style: it shows a date
	strings sharedStrings
}

// A Sheet is a worksheet. What it holds is read by Workbook.Rows. A hidden one is read like any other: whether it
// counts is the caller's question.
type Sheet struct {
	Name   string
	Hidden bool
	part   string // name in the archive; empty when it has none
}

// Open reads the parts of a workbook that all sheets need. open opens a part; all
// reading goes through it, so the caller may count and bound what is unpacked. The workbook must be closed. Styles and
// strings may be damaged (see Problem); without a list of sheets there is an error. Of two members with one name
// the first counts.
func Open(ctx context.Context, z *zip.Reader, open func(*zip.File) (io.ReadCloser, error), lim Limits) (*Workbook, error) {
	b := &Workbook{open: open, lim: lim.orDefaults(), files: make(map[string]*zip.File, len(z.File))}
	for _, f := range z.File {
		if name := partName(f.Name); len(name) <= mostPartName && b.files[name] == nil {
			b.files[name] = f
		}
	}
	if err := b.read(ctx); err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

// Close removes the temporary file of shared strings, if there is one.
func (b *Workbook) Close() { b.strings.close() }

// partName is the form in which names of parts are compared: writers differ in case, slashes
// and dots.
func partName(name string) string {
	name = path.Clean("/" + strings.ReplaceAll(name, `\`, "/"))
	return strings.ToLower(name[1:])
}

func (b *Workbook) read(ctx context.Context) error {
	main := "xl/workbook.xml"
	roots, err := b.relations(ctx, "", "_rels/.rels")
	if err != nil {
		return err
	}
	for _, r := range roots {
		if r.kind == "officeDocument" && b.files[r.target] != nil {
			main = r.target
			break
		}
	}
	dir, base := path.Split(main)
	relations, err := b.relations(ctx, dir, dir+"_rels/"+base+".rels")
	if err != nil {
		return err
	}
	if err := b.readMain(ctx, main, dir, relations); err != nil {
		return err
	}
	if err := b.readStyles(ctx, related(relations, "styles", dir+"styles.xml")); err != nil {
		return err
	}
	return b.readStrings(ctx, related(relations, "sharedStrings", dir+"sharedstrings.xml"))
}

// part opens a part for reading.
func (b *Workbook) part(ctx context.Context, name string) (*xmlPart, error) {
	f := b.files[name]
	if f == nil {
		return nil, fmt.Errorf("%w: %.100q", errNoPart, name)
	}
	body, err := b.open(f)
	if err != nil {
		return nil, err
	}
	return openPart(ctx, body), nil
}

// spare reads a part that can be done without. Only the end of ctx is an error; any other is
// kept as the problem of the workbook, and what was read before it counts.
func (b *Workbook) spare(ctx context.Context, name string, read func(*xmlPart, *scan.Token)) error {
	if b.files[name] == nil {
		return nil
	}
	p, err := b.part(ctx, name)
	if err == nil {
		err = eachToken(p, read)
		p.close()
	}
	b.note(ctx, name, err)
	return ctx.Err()
}

// eachToken reads a part to its end. It must end where its first element does.
func eachToken(p *xmlPart, read func(*xmlPart, *scan.Token)) error {
	depth, elements := 0, 0
	for {
		t, err := p.next()
		switch {
		case err == io.EOF && (depth > 0 || elements == 0):
			return errPartCut
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		case brokenTag(&t):
			return errPartXML
		}
		switch t.Kind {
		case scan.StartTag:
			depth++
			elements++
		case scan.EmptyTag:
			elements++
		case scan.EndTag:
			depth--
		}
		read(p, &t)
	}
}

// A relation leads from one part to another.
type relation struct {
	id, kind, target string
}

// relations reads the relationships in a part; dir is what they are relative to. The kind is
// the last word of the type: strict documents have another address before it.
func (b *Workbook) relations(ctx context.Context, dir, name string) (found []relation, err error) {
	err = b.spare(ctx, partName(name), func(p *xmlPart, t *scan.Token) {
		if !t.Is("Relationship") || len(found) == mostSheets {
			return
		}
		if p.value(t.Attrs, "TargetMode") == "External" {
			return
		}
		kind := p.value(t.Attrs, "Type")
		target := strings.ReplaceAll(p.value(t.Attrs, "Target"), `\`, "/")
		if !strings.HasPrefix(target, "/") {
			target = dir + target
		}
		target = partName(target)
		if plain, err := url.PathUnescape(target); err == nil && b.files[target] == nil {
			target = partName(plain)
		}
		found = append(found, relation{p.value(t.Attrs, "Id"), kind[strings.LastIndexByte(kind, '/')+1:], target})
	})
	return found, err
}

// related is the target of the first relation of a kind, or usual when there is none.
func related(relations []relation, kind, usual string) string {
	for _, r := range relations {
		if r.kind == kind {
			return r.target
		}
	}
	return partName(usual)
}

// readMain reads the list of sheets.
func (b *Workbook) readMain(ctx context.Context, name, dir string, relations []relation) error {
	p, err := b.part(ctx, name)
	if err != nil {
		return err
	}
	defer p.close()
	byID := make(map[string]relation, len(relations))
	for _, r := range relations {
		byID[r.id] = r
	}
	seen := 0
	err = eachToken(p, func(p *xmlPart, t *scan.Token) {
		switch {
		case t.Is("workbookPr"):
			b.Date1904 = isTrue(p.value(t.Attrs, "date1904"))
		case t.Is("sheet"):
			if seen++; seen > mostSheets {
				return
			}
			state := p.value(t.Attrs, "state")
			s := Sheet{Name: p.text(t.Attrs, "name"), Hidden: state == "hidden" || state == "veryHidden"}
			r, ok := byID[p.value(t.Attrs, "id")] // r:id, under any prefix
			if ok && r.kind != "worksheet" {
				return // a chart, a dialog, macros of old
			}
			s.part = r.target
			if !ok {
				s.part = partName(dir + "worksheets/sheet" + strconv.Itoa(seen) + ".xml")
			}
			b.Sheets = append(b.Sheets, s)
		}
	})
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case seen > mostSheets:
		return errSheets
	case len(b.Sheets) == 0 && err != nil:
		return err
	case len(b.Sheets) == 0:
		return errNoWorkbook
	}
	b.note(ctx, name, err)
	return nil
}

// isTrue reads a boolean attribute in the spellings that ECMA-376 has.
func isTrue(v string) bool { return v == "1" || v == "true" || v == "on" }

// readStyles finds out which styles of cells show a date.
func (b *Workbook) readStyles(ctx context.Context, name string) error {
	custom := make(map[int]bool)
	var formats []int
	var codes, cells bool // inside the list of formats, of styles: others hold the same elements
	err := b.spare(ctx, name, func(p *xmlPart, t *scan.Token) {
		switch local := string(scan.LocalName(t.Name)); {
		case local == "numFmts":
			codes = t.Kind == scan.StartTag
		case local == "cellXfs":
			cells = t.Kind == scan.StartTag
		case t.Is("numFmt") && codes && len(custom) < mostStyles:
			if id, err := strconv.Atoi(p.value(t.Attrs, "numFmtId")); err == nil {
				custom[id] = dateFormat(p.value(t.Attrs, "formatCode"))
			}
		case t.Is("xf") && cells && len(formats) < mostStyles:
			id, err := strconv.Atoi(p.value(t.Attrs, "numFmtId"))
			if err != nil {
				id = 0
			}
			formats = append(formats, id)
		}
	})
	b.dates = make([]bool, len(formats))
	for i, id := range formats {
		date, ok := custom[id]
		b.dates[i] = date || !ok && builtinDate(id)
	}
	return err
}

// builtinDate reports whether a number format that no document spells out shows dates (ECMA-376,
// 18.8.30; 27 to 36 and 50 to 58 are those of East Asia).
func builtinDate(id int) bool {
	return id >= 14 && id <= 22 || id >= 27 && id <= 36 || id >= 45 && id <= 47 || id >= 50 && id <= 58
}

// dateFormat reports whether a number format shows a date or a time: whether one of its
// letters stands outside of quotes, escapes and brackets, or alone inside brackets ([h]:mm).
func dateFormat(code string) bool {
	for i := 0; i < len(code); i++ {
		switch c := ascii.Lower(code[i]); c {
		case '"', '[':
			end := byte('"')
			if c == '[' {
				end = ']'
			}
			k := strings.IndexByte(code[i+1:], end)
			if k < 0 {
				return false
			}
			if c == '[' && elapsed(code[i+1:i+1+k]) {
				return true
			}
			i += 1 + k
		case '\\', '_', '*':
			i++
		case 'd', 'm', 'y', 'h', 's':
			return true
		}
	}
	return false
}

// elapsed reports whether brackets hold a part of a duration, [h], [mm] or [ss].
func elapsed(s string) bool {
	for i := range len(s) {
		if c := ascii.Lower(s[i]); c != ascii.Lower(s[0]) || c != 'h' && c != 'm' && c != 's' {
			return false
		}
	}
	return s != ""
}

// readStrings reads the shared strings. A table that is damaged or too long does as far as it
// goes: the row that needs more gets the error. It is the problem of the workbook too, for a
// table may be there to its end and still not be what was written.
func (b *Workbook) readStrings(ctx context.Context, name string) error {
	b.strings.keep, b.strings.limit = b.lim.memory, b.lim.strings
	if b.files[name] == nil {
		return nil
	}
	p, err := b.part(ctx, name)
	if err == nil {
		b.strings.read(p, b.lim.Cell)
		err = b.strings.err
		p.close()
	}
	b.strings.err = err
	b.note(ctx, name, err)
	return ctx.Err()
}

// note keeps the first mistake met in a part that can be done without.
func (b *Workbook) note(ctx context.Context, name string, err error) {
	if err != nil && b.Problem == nil && ctx.Err() == nil {
		b.Problem = fmt.Errorf("%s: %w", name, err)
	}
}
