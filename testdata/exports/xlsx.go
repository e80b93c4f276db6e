package exports

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// workbook says how the sheet with the log is written.
type workbook struct {
	streamed bool // texts inside the sheet, not in the shared strings
	from1904 bool
	top      int    // rows above the header
	front    bool   // another sheet before it
	back     bool   // another sheet behind it
	name     string // of the sheet
	logical  bool   // a sheet that nobody sees has the logical names of the columns
	escapeCR bool   // carriage returns as _x000D_, as Excel writes them
}

var likeEscape = regexp.MustCompile(`_(x[0-9A-Fa-f]{4}_)`)

// xlsx writes a table as a workbook.
func (w workbook) xlsx(g Table) ([]byte, error) {
	f := excelize.NewFile()
	defer f.Close()
	sheet := w.name
	if sheet == "" {
		sheet = "All Plug-in Trace Logs"
	}
	rows := w.rows(g)
	err := errors.Join(
		f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &w.from1904}),
		w.sheets(f, sheet))
	if err == nil && w.streamed {
		err = streamed(f, sheet, rows)
	} else if err == nil {
		err = stored(f, sheet, rows, g[0])
	}
	if err != nil {
		return nil, err
	}
	b, err := f.WriteToBuffer()
	if err != nil || !w.escapeCR {
		return b.Bytes(), err
	}
	return rezipped(b.Bytes(), "&#xD;", "_x000D_")
}

// sheets makes the sheet of the log and those beside it.
func (w workbook) sheets(f *excelize.File, sheet string) error {
	var errs []error
	if w.front {
		errs = append(errs, f.SetSheetRow("Sheet1", "A1", &[]any{"Notes", "by the night shift"}))
		_, err := f.NewSheet(sheet)
		errs = append(errs, err)
	} else {
		errs = append(errs, f.SetSheetName("Sheet1", sheet))
	}
	if w.back {
		const source = "Plugin Trace Viewer - Source"
		_, err := f.NewSheet(source)
		errs = append(errs, err, f.SetSheetRow(source, "A1", &[]any{"Connection", "Fabrikam"}),
			f.SetSheetRow(source, "A2", &[]any{"URL", "https://fabrikam.crm.dynamics.com"}))
	}
	if w.logical {
		const hidden = "hiddenSheet"
		names := make(url.Values)
		for _, h := range displayNames {
			column, _, _ := strings.Cut(h.column, ":")
			names.Set(column, h.name)
		}
		_, err := f.NewSheet(hidden)
		errs = append(errs, err, f.SetCellStr(hidden, "A1", "plugintracelog:Zm9vYmFy==:"+names.Encode()), f.SetSheetVisible(hidden, false, true))
	}
	return errors.Join(errs...)
}

// rows are the cells of the sheet, with what stands above the header.
func (w workbook) rows(g Table) (rows [][]any) {
	for i := range w.top {
		rows = append(rows, []any{[]string{"Export of last night", "", "printed by hand"}[i%3]})
	}
	for i, row := range g {
		var cells []any
		for j, v := range row {
			if !w.streamed {
				// Excel writes _x005F_ before what would be taken for an escape. So does
				// excelize in inline strings, but not in shared ones (2.11.1).
				v = likeEscape.ReplaceAllString(v, "_x005F_$1")
			}
			cells = append(cells, excelCell(g[0][j], v, i == 0))
		}
		rows = append(rows, cells)
	}
	return rows
}

func streamed(f *excelize.File, sheet string, rows [][]any) error {
	s, err := f.NewStreamWriter(sheet)
	if err != nil {
		return err
	}
	for i, row := range rows {
		if err := s.SetRow("A"+strconv.Itoa(i+1), row); err != nil {
			return err
		}
	}
	return s.Flush()
}

// stored puts the texts into the shared strings and hides the columns that an app hides.
func stored(f *excelize.File, sheet string, rows [][]any, head []string) error {
	for i, row := range rows {
		if err := f.SetSheetRow(sheet, "A"+strconv.Itoa(i+1), &row); err != nil {
			return err
		}
	}
	for i := range hiddenNames {
		if strings.HasPrefix(head[i], "(Do Not Modify)") {
			if err := f.SetColVisible(sheet, string(rune('A'+i)), false); err != nil {
				return err
			}
		}
	}
	return nil
}

// excelCell is a cell as Excel keeps it: dates and numbers are no texts, nothing is no cell.
func excelCell(heading, v string, header bool) any {
	if v == "" {
		return nil
	}
	if header {
		return v
	}
	switch heading {
	case "Created On", "Created":
		if at, err := time.Parse(time.RFC3339, v); err == nil {
			return at
		}
	case "Depth", "Execution Duration", "Constructor Duration", "Duration", "Rank", "Trace Size":
		if n, err := strconv.Atoi(v); err == nil {
			return n
		}
	}
	return v
}

// rezipped replaces a text in all members of an archive.
func rezipped(b []byte, old, new string) ([]byte, error) {
	in, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, f := range in.File {
		r, err := f.Open()
		if err != nil {
			return nil, err
		}
		text, err := io.ReadAll(r)
		if err != nil {
			return nil, err
		}
		w, err := z.Create(f.Name)
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(bytes.ReplaceAll(text, []byte(old), []byte(new))); err != nil {
			return nil, err
		}
	}
	err = z.Close()
	return out.Bytes(), err
}
