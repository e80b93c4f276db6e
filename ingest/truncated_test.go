package ingest

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// What Excel could not hold is gone without a mark: a cell of exactly 32,767 UTF-16 units was cut.
func TestTruncatedCells(t *testing.T) {
	full := strings.Repeat("Größe ", 6000)
	cut := string([]rune(full)[:cellCharacters])
	short := string([]rune(full)[:cellCharacters-1])
	wide := strings.Repeat("\U0001f600", cellCharacters/2) + "x" // two units each
	block := strings.Repeat("step\n", 2100)
	for _, c := range []struct{ name, err, trace, want string }{
		{"whole", short, "", ""},
		{"cut by Excel", cut, "", "error_text"},
		{"cut by Excel, characters of two units", wide, "", "error_text"},
		{"trace cut by Excel", "x failed", string([]rune("[A.B: C.D]\n" + full)[:cellCharacters]), "trace_text"},
		{"cut by the viewer", "x failed" + cutMark, "y" + cutMark, "error_text, trace_text"},
		{"the mark inside", "x " + cutMark + " failed", "", ""},
		{"fault without end", "Unhandled exception: <OrganizationServiceFault><ErrorCode>-1</ErrorCode>", "", "error_text"},
		{"fault with end", "Unhandled exception: <OrganizationServiceFault></OrganizationServiceFault>", "", ""},
		{"trace without header", "", block, "trace_text"},
		{"trace with header", "", "[A.B: C.D]\n" + block, ""},
		{"trace with a header behind a line break", "", "\r\n[A.B: C.D]\n" + block, ""},
		{"short trace without header", "", "step\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := truncation([]byte(c.err), []byte(c.trace), false); got != c.want {
				t.Errorf("truncation of %d and %d bytes = %q, want %q", len(c.err), len(c.trace), got, c.want)
			}
		})
	}
	f := excelize.NewFile()
	f.SetSheetRow("Sheet1", "A1", &[]string{"typename", "exceptiondetails"})
	f.SetSheetRow("Sheet1", "A2", &[]string{"A.One", cut})
	f.SetSheetRow("Sheet1", "A3", &[]string{"A.Two", short})
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	x := readData(t, "a.xlsx", b.Bytes(), Options{})
	if got := strings.Join(x.column("truncated"), ","); got != "error_text," || x.files[0].Truncated != 1 {
		t.Errorf("truncated %q, counted %d", got, x.files[0].Truncated)
	}
}

// Labels in other languages and numbers are the same mode and operation.
func TestLabels(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "0": "Synchronous", "1": "Asynchronous", "Synchron": "Synchronous", "Asynchron": "Asynchronous", "Asynkron": "Asynchronous",
		"Sincrónico": "Synchronous", "Assíncrono": "Asynchronous", "sync": "Synchronous", "2": "2",
	} {
		if got := modeLabel([]byte(in)); got != want {
			t.Errorf("modeLabel(%q) = %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{"0": "Unknown", "1": "Plug-in", "Plugin": "Plug-in", "2": "Workflow Activity", "3": "3"} {
		if got := operationLabel([]byte(in)); got != want {
			t.Errorf("operationLabel(%q) = %q, want %q", in, got, want)
		}
	}
	const head = "typename,messagename,createdon,status,success,hasexception,level,exceptiondetails\n"
	for row, want := range map[string]string{
		"A,U,2026-11-22,Exception,,,,": Error, "A,U,2026-11-22,Success,,,,": OK, "A,U,2026-11-22,,False,,,": Error, "A,U,2026-11-22,,true,,,": OK,
		"A,U,2026-11-22,,,True,,": Error, "A,U,2026-11-22,,,False,,": OK, "A,U,2026-11-22,,,,Information,done": OK, "A,U,2026-11-22,,,,Error,broken": Error,
	} {
		x := readText(t, "a.csv", head+row+"\n")
		if got := x.column("outcome"); len(got) != 1 || got[0] != want {
			t.Errorf("%s: outcome %q, want %q", row, got, want)
		}
	}
}

// Of a sample the rest is estimated, and the row at its end is no reject.
func TestSample(t *testing.T) {
	data := traces(3 << 20)
	all := readData(t, "a.csv", data, Options{}).files[0]
	for name, b := range map[string][]byte{"csv": data, "gz": gzipped(data), "zip": zipped(t, "a.csv", data), "tar": tarred(t, "a.csv", data)} {
		t.Run(name, func(t *testing.T) {
			path := t.TempDir() + "/a"
			if err := os.WriteFile(path, b, 0o666); err != nil {
				t.Fatal(err)
			}
			f := readFiles(t, Options{Sample: 600 << 10}, path).files[0]
			if !f.Sampled || f.Rejected != 0 || f.Problem != nil || f.Read >= all.Read {
				t.Errorf("sampled %v, %d of %d rows, %d rejected, problem %v", f.Sampled, f.Read, all.Read, f.Rejected, f.Problem)
			}
			if f.Estimated < all.Read*8/10 || f.Estimated > all.Read*12/10 {
				t.Errorf("estimated %d rows of %d", f.Estimated, all.Read)
			}
		})
	}
	if f := readData(t, "a.csv", data[:1000], Options{Sample: 600 << 10}).files[0]; f.Sampled {
		t.Error("a short file counts as a sample")
	}
}
