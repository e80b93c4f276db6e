package ingest

import (
	"io"

	"dwtriage/ingest/unpack"
	"dwtriage/ingest/window"
)

// A Format is a way logs are written down, as Options.Format and File.Format name it.
type Format struct {
	Name  string // "csv"
	Title string // for people: "CSV"
}

// Formats lists the formats that are read, in the order in which a document is asked whether it is one.
func Formats() []Format {
	out := make([]Format, len(formats))
	for i, f := range formats {
		out[i] = Format{f.name, f.title}
	}
	return out
}

// A format looks at the start of a document, which is in the window, and says whether it is this
// format: mine returns what reads it, or why it is none although it looks like it, or neither, and
// then the next format is asked. asked says that the user named the format, walked that nobody named
// the file.
type format struct {
	name, title string
	mine        func(r *file, asked, walked bool) (read func() error, problem error)
}

// formats are asked in this order. It carries meaning: a workbook in XML is XML, too; nearly any text
// can be cut at commas, and everything is text. A workbook proper is an archive, so it never gets here
// unless somebody says that something else is one. A new format is a row here and a file of its own.
var formats = []format{
	{formatXMLSS, "XML Spreadsheet 2003", (*file).mineXMLSS},
	{formatHTML, "HTML tables", (*file).mineHTML},
	{formatXML, "XML", (*file).mineXML},
	{formatXLSX, "Excel workbook", (*file).mineXLSX},
	{formatJSON, "JSON", (*file).mineJSON},
	{formatCSV, "CSV", (*file).mineCSV},
	{formatText, "text", (*file).mineText},
}

// parse reads the document with the first format whose it is. It reports whether the file was read to
// its end.
func (r *file) parse(path string, walked bool) (whole bool, err error) {
	w := r.w
	if IsArrow(w.Rest()) {
		r.account.Problem = mayHold(path, "Arrow data: dwtriage classify reads it, unpacked and as one file or stream; run and inspect read text and workbooks")
		return false, nil
	}
	if what, advice := foreign(w.Rest(), w.Wide()); what != "" {
		cause := mayHold
		if advice == nameItself || advice == saveTable {
			cause = notALog
		}
		r.account.Problem = cause(path, "%s, which is no log: %s", what, advice)
		return false, nil
	}
	if len(r.start()) == 0 && w.EOF() {
		r.warn("the file holds only blanks")
		return true, r.text()
	}
	if walked && own(w.Rest()) {
		r.account.Problem = ownReport(path)
		return false, nil
	}
	name := r.run.opt.Format
	asked := name != "" && name != "auto"
	if r.member.Marked && !asked && !r.dmfLog {
		r.account.Problem = businessData(path)
		return false, nil
	}
	for _, f := range formats {
		if asked && f.name != name {
			continue
		}
		read, problem := f.mine(r, asked, walked)
		switch {
		case problem != nil:
			r.account.Problem = problem
			return false, nil
		case read != nil && r.run.b.originals && f.name != formatCSV && f.name != formatJSON:
			r.account.Problem = noOwnColumns(path, f.title)
			return false, nil
		case read != nil:
			r.account.Format = f.name
			return true, read()
		}
	}
	r.account.Problem = notALog(path, "not %s: leave the format to be found out", name)
	return false, nil
}

// document reads one file, decompressed: it finds encoding and format, reads the rows and
// closes the account.
func (run *run) document(m unpack.Member) error {
	if run.met++; run.opt.Originals && run.met > 1 {
		return run.unread(m.Path, m.Containers(), notALog(m.Path, "a second file in the input: the filter takes one, as what it writes has one header"))
	}
	r := run.begin(m, m.In, window.Options{Sample: run.opt.Sample, Most: run.lim.Record})
	w := r.w
	w.More()
	if len(w.Rest()) == 0 {
		if w.Err() == io.EOF {
			r.warn("the file is empty")
		}
		return r.close(true)
	}
	w.DecideUnicode()
	w.DecideLineEnd()
	whole, err := r.parse(m.Path, m.Walked)
	if err != nil {
		return err
	}
	return r.close(whole)
}
