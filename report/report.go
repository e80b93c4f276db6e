// Package report is the reading room: one finished [summary.Summary] comes in, the files of the
// output folder go out: the page index.html, the tables for spreadsheets, and summary.json for
// scripts. All of them say the same because they take their numbers from the same value. The
// package asks no database, judges no record, and trusts no text of a log: in the page it is
// escaped, in the tables it is kept from being taken for a formula.
package report

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"dwtriage/report/folder"
	"dwtriage/report/redact"
	"dwtriage/report/summary"
)

// Options tell Write how to draw. The zero value is what analysts get.
type Options struct {
	PlainCSV  bool   // tables without byte order mark and with LF line ends, for scripts
	Semicolon bool   // tables with semicolons between cells, for Excel in a language with decimal commas
	Markdown  bool   // also report.md, the text of a ticket
	Teams     bool   // also card.json, a message for Teams
	XLSX      bool   // also report.xlsx, the tables as a workbook
	Where     string // flags, quoted and each behind a blank, by which a command finds the database and the rules of the report; empty: it does without
	Ahead     *Ahead // rows of records.csv that are drawn already; nil: none

	// Last is what the last report of the archive said, where the Summary was made of it: tables of rows that are still in the folder as it
	// left them are not drawn again. nil: nothing is known.
	Last *Last

	// Put, unless it is nil, is called when the files are in the folder, with what they are: for [OfFolder].
	Put func(map[string]folder.Drawn)

	// Redacted is that of the Summary, for an Ahead, whose rows are drawn before there is one; nil: nothing is hidden.
	Redacted *redact.Redactor

	// Progress, unless it is nil, is told while a file is written how much of it there is. An error of it ends the
	// drawing, and the report from before stays.
	Progress func(file string, bytes int64) error

	// Drawn, unless it is nil, is called when every file but summary.json is drawn, which is the last one for it: what it puts into the
	// summary's Timings, which no other file has, is how long they took. An error of it ends the drawing.
	Drawn func() error
}

func (opt Options) table(w io.Writer) *table {
	t := newTable(w, opt.PlainCSV)
	t.semicolon, t.redacted = opt.Semicolon, opt.Redacted
	return t
}

// A drawing is a file of the output folder and how it is made.
type drawing struct {
	name string
	draw func(io.Writer, *summary.Summary) error
}

// drawings lists the files in the order in which they are drawn.
func drawings(opt Options) []drawing {
	var list []drawing
	for _, t := range tables() {
		draw := func(w io.Writer, s *summary.Summary) error { return t.draw(opt.table(w), s) }
		switch t.name {
		case "records":
			draw = func(w io.Writer, s *summary.Summary) error {
				return opt.Ahead.drawRecords(opt.table(w), s)
			}
		case "captures":
			draw = func(w io.Writer, s *summary.Summary) error {
				return opt.Ahead.drawCaptures(opt.table(w), s)
			}
		}
		list = append(list, drawing{t.name + ".csv", draw})
	}
	if opt.Redacted != nil { // behind the tables, whose tokens it counts, as what follows does
		list = append(list, drawing{"redaction.csv", func(w io.Writer, s *summary.Summary) error {
			t := opt.table(w)
			t.redacted = nil // it holds no token
			return drawList(t, redactionColumns, s.Redacted.Counts())
		}})
	}
	list = append(list, drawing{"index.html", func(w io.Writer, s *summary.Summary) error { return drawHTML(w, s, opt.commands(s)) }})
	if opt.XLSX {
		list = append(list, drawing{WorkbookName, drawXLSX})
	}
	if opt.Markdown {
		list = append(list, drawing{"report.md", func(w io.Writer, s *summary.Summary) error { return drawMarkdown(w, s, opt.commands(s)) }})
	}
	if opt.Teams {
		list = append(list, drawing{"card.json", drawCard})
	}
	return append(list, drawing{"summary.json", func(w io.Writer, s *summary.Summary) error {
		if opt.Drawn != nil {
			if err := opt.Drawn(); err != nil {
				return err
			}
		}
		return drawJSON(w, s)
	}})
}

// Write draws every file of the report into dir, which is made if it does not exist, and a manifest of them. They take
// the place of those of an earlier report when all of them are complete and on the disk, all or none: a drawing that
// fails, or is killed, leaves the report that was there before.
func Write(dir string, s *summary.Summary, opt Options) error {
	var files []folder.File
	opt.Redacted = s.Redacted
	for _, d := range drawings(opt) {
		file := folder.File{Name: d.name, Same: opt.Last.same(dir, d.name, opt), Draw: func(w io.Writer) error {
			return d.draw(&watched{w, d.name, 0, opt.Progress}, s)
		}}
		if table := slices.Index(waitingNames[:], d.name); table >= 0 && opt.Ahead != nil {
			file.Made = func() (*folder.Made, error) { return opt.Ahead.made(s, table) }
		}
		files = append(files, file)
	}
	put, err := folder.Put(dir, files, folder.About{Tool: "dwtriage " + s.Tool.Version, RunID: s.Run.ID, Environment: s.Environment})
	if err == nil && opt.Put != nil {
		opt.Put(put)
	}
	return err
}

// Ready says whether a report can be written into dir, and why not: what is there under the name of a file of a report, and of none, is
// somebody's. A folder that a killed Write left is put right. Nothing is made.
func Ready(dir string) error {
	names := Names()
	if err := folder.Check(dir, names); err != nil {
		return err
	}
	if folder.Holds(dir) || isPage(filepath.Join(dir, "index.html")) {
		return nil
	}
	for _, name := range names {
		path := filepath.Join(dir, name)
		if _, err := os.Lstat(path); err == nil {
			return fmt.Errorf("%s is there, is of no report, and would be replaced; move it away, or give another folder", path)
		}
	}
	return nil
}

// Names are those of all files that a report may have.
func Names() (names []string) {
	for _, d := range drawings(Options{Markdown: true, Teams: true, XLSX: true, Redacted: new(redact.Redactor)}) {
		names = append(names, d.name)
	}
	return append(names, folder.ManifestName)
}

// pageTitle ends the title of the page of a report.
const pageTitle = "– dwtriage</title>"

// isPage reports whether a file is the page of a report, also where the manifest beside it is gone.
func isPage(path string) bool {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	head, _ := io.ReadAll(io.LimitReader(f, 4096)) // as far as it can be read
	return bytes.Contains(head, []byte(pageTitle))
}

// Exists reports whether the folder holds a report.
func Exists(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "index.html"))
	return err == nil
}

// watched is a file that tells how long it is by now.
type watched struct {
	io.Writer
	name     string
	bytes    int64
	progress func(file string, bytes int64) error
}

func (w *watched) Write(p []byte) (int, error) {
	n, err := w.Writer.Write(p)
	if w.bytes += int64(n); w.progress != nil && err == nil {
		err = w.progress(w.name, w.bytes)
	}
	return n, err
}
