package ingest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func atoi(s string) (n int64) {
	for _, c := range s {
		n = n*10 + int64(c-'0')
	}
	return n
}

func TestCSV(t *testing.T) {
	const head = "createdon,typename,exceptiondetails\n"
	for _, c := range []struct {
		name, data string
		want       []string // error texts
		reasons    []string
	}{
		{"lf", head + "2026-11-22,A,one\n2026-11-22,B,two", []string{"one", "two"}, nil},
		{"blank lines are no rows", head + "\n\r\n2026-11-22,A,one\n\n", []string{"one"}, nil},
		{"empty cells at the end", head + "2026-11-22,A,one,,\n", []string{"one"}, nil},
		{"title before the header", "Plug-in Trace Log\n\n" + head + "2026-11-22,A,one\n", []string{"one"}, nil},
		{"one column", "Detailed Error Message\n\"Unable to write, data\"\n", []string{"Unable to write, data"}, nil},
		{"no header", "2026-11-22,\"Unable to write data to entity a\"\n2026-11-23,\"Unable to write data to entity b\"\n",
			[]string{"Unable to write data to entity a", "Unable to write data to entity b"}, nil},
		{"nul in a cell", head + "2026-11-22,A,a\x00b\n", []string{"a\ufffdb"}, nil},
		{"an invalid byte in utf-8", head + "2026-11-22,A,Köln\n2026-11-22,B,K\xf6ln\n", []string{"Köln", "K\ufffdln"}, nil},
		{"windows-1252", head + "2026-11-22,A,K\xf6ln \x80\n2026-11-22,B,K\xf6ln\n", []string{"Köln €", "Köln"}, nil},
		{"unclosed, the next row is beyond doubt", head + "2026-11-22,A,\"open\n2026-11-22,B,two\n", []string{"two"}, []string{reasonUnclosed}},
		{"unclosed, rows swallowed", head + "2026-11-22,A,\"open\n2026-11-22,B,\"two\"\n2026-11-22,C,three\n", []string{"two", "three"}, []string{reasonLoose}},
		{"unclosed at the end", head + "2026-11-22,A,one\n2026-11-22,B,\"open\nmore\n", []string{"one"}, []string{reasonUnclosed}},
		{"commas in a stack trace", head + "2026-11-22,A,\"at X(a, b, c)\nat Y(a, b, \"q\")\"\n", []string{"at X(a, b, c)\nat Y(a, b, \"q\")"}, nil},
		{"too many cells", head + "2026-11-22,A,one,more\n2026-11-22,B,two\n", []string{"two"}, []string{reasonManyCells}},
		{"too few cells", "a,b,c,createdon,typename,exceptiondetails\n1,2\n,,,2026-11-22,A,one\n", []string{"one"}, []string{reasonFewCells}},
		{"empty rows", head + ",,\n , ,\n2026-11-22,A,one\n", []string{"one"}, []string{reasonEmpty, reasonEmpty}},
		{"message is an error text", "createdon,entity,message\n2026-11-22,a,one\n", []string{"one"}, nil},
		{"message is a step of the sdk", "message,exceptiondetails\nUpdate,one\n", []string{"one"}, nil},
		{"a view without texts", "Type Name,Created On,Depth\nA,2026-11-22,1\n", []string{""}, nil},
		{"message and details", "entityname,errormessage,verboseerror\na,one,two\n", []string{"one\ntwo"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := readText(t, "a.csv", c.data)
			if x.files[0].Format != formatCSV {
				t.Errorf("format %q", x.files[0].Format)
			}
			var reasons []string
			for _, r := range x.rejects {
				reasons = append(reasons, r.Reason)
			}
			if diff := cmp.Diff(c.want, x.column("error_text")); diff != "" {
				t.Errorf("texts: -want +got:\n%s", diff)
			}
			if diff := cmp.Diff(c.reasons, reasons); diff != "" {
				t.Errorf("rejects: -want +got:\n%s", diff)
			}
		})
	}
}

// Quotes that never match must not cost the square of the file.
func TestBrokenQuotesAreLinear(t *testing.T) {
	for _, line := range []string{"x,\"abc\n", "a\",\"\n", "\"a\"b\n", "\"\n"} {
		data := "createdon,exceptiondetails\n" + strings.Repeat(line, int(huge(4<<20))/len(line))
		x := readText(t, "a.csv", data)
		if x.files[0].Read == 0 {
			t.Errorf("%q: nothing read", line)
		}
	}
}

func TestColumns(t *testing.T) {
	for heading, want := range map[string]slot{
		"Execution Duration": slotDuration, "Duration (ms)": slotDuration, "timestamp [UTC]": slotTimestampUTC,
		"(Do Not Modify) Plug-in Trace Log": slotID, "(Do Not Modify) Modified On": slotNone,
		"typename_Property": slotNone, "Constructor Duration": slotNone, "dataAreaId": slotCompany,
		"Secure Configuration": slotSecret, "": slotNone, strings.Repeat("x", 50): slotNone,
		"Legal entity": slotCompany, "Map name": slotMap, "Outer Message": slotOuter,
	} {
		if got := slotOf([]byte(heading)); got != want {
			t.Errorf("slotOf(%q) = %d, want %d", heading, got, want)
		}
	}
	for in, want := range map[string]int64{"62": 62, "1,234": 1234, "1,234 ms": 1234, "62.9": 62, "": -1, "x": -1, "-1": -1, "1,2": 1, "9999999999999999999": -1} {
		if got := number([]byte(in)); got != want {
			t.Errorf("number(%q) = %d, want %d", in, got, want)
		}
	}
	for in, want := range map[string]bool{
		"{7B0F0000-0000-4000-8000-00000000000A}": true, "7b0f000000004000800000000000000a": true,
		"7b0f0000-0000-4000-8000-00000000000": false, "7b0f0000x0000-4000-8000-00000000000a": false, "": false,
	} {
		if _, got := parseGUID([]byte(in)); got != want {
			t.Errorf("parseGUID(%q) = %v, want %v", in, got, want)
		}
	}
}
