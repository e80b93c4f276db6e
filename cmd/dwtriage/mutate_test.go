//go:build cgo

package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"dwtriage/testdata/bad"
	"dwtriage/testdata/exports"
)

// Whole exports in every format, each with a few changes that its structure makes likely to hurt, go through the whole command in
// folders of a hundred: nothing panics, every ledger balances (the command fails if not), and each good file between them lands.
// Without -short there are 500; the seed is that of the batch, so a failure comes again.
func TestMutatedExports(t *testing.T) {
	batches := 5
	if testing.Short() {
		batches = 1
	}
	l := invented()
	l.Traces = l.Traces[:8]
	formats := exports.Formats()
	var seeds []bad.Input
	for _, f := range formats {
		data, err := f.Write(l)
		if err != nil {
			t.Fatal(err)
		}
		seeds = append(seeds, bad.Input{Name: f.Name + f.Extension, Data: data})
	}
	t.Chdir(t.TempDir())
	for batch := range batches {
		rnd := rand.New(rand.NewPCG(14, uint64(batch)))
		dir := fmt.Sprintf("batch%d", batch)
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		for i := range 100 {
			seed := seeds[(batch*100+i)%len(seeds)]
			data := bytes.Clone(seed.Data)
			for range 1 + rnd.IntN(4) {
				data = mutated(rnd, data, seeds)
			}
			name := strings.NewReplacer("/", " ", "\\", " ").Replace(seed.Name)
			for path, b := range map[string][]byte{fmt.Sprintf("%s/%03d a good.csv", dir, i): bad.Good(i), fmt.Sprintf("%s/%03d b %s", dir, i, name): data} {
				if err := os.WriteFile(path, b, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
		db := dir + ".duckdb"
		code, said := runFiles(t, db, dir)
		if code != exitDone && code != exitFailed || strings.Contains(said, "internal error") || strings.Contains(said, "panic") {
			t.Fatalf("batch %d: exit %d\n%s", batch, code, said)
		}
		if good := queried(t, db, "SELECT count(*) FROM v_records WHERE error_text LIKE 'good neighbour %'"); good[0][0] != "100" {
			t.Errorf("batch %d: %s good records of 100\n%s", batch, good[0][0], said)
		}
		uneven := queried(t, db, "SELECT count(*) FROM v_files WHERE read != loaded + duplicates + rejected + filtered OR loaded != ok + classified + unclassified")
		if uneven[0][0] != "0" {
			t.Errorf("batch %d: %s ledgers do not balance", batch, uneven[0][0])
		}
	}
}

// tokens are what the structure of one of the formats hangs on.
var tokens = []string{"\"", "'", ",", ";", "\t", "\n", "\r\n", "\r", "\x00", "{", "}", "[", "]", ":", "<", ">", "</", "/>", "<![CDATA[", "]]>", "<!--", "-->", "&", "&amp;", "&#0;", "\\", "\\u", "\\ud83d",
	"\ufeff", "\xff", "\xf0\x9f", "null", "NULL", "true", "-1", "1e999", "99999999999999999999", "0000-00-00", "```", "| a | b |", "sep=;\n", "#TYPE X\n", "exceptiondetails", "\"\"", "=cmd|' /C'!A0", "debugLogTrace\": [\"", "Password="}

// mutated is b with one change: a token put in, taken out, doubled or exchanged, a line or a stretch moved, repeated or cut,
// a byte changed, or the rest of another export behind it.
func mutated(rnd *rand.Rand, b []byte, seeds []bad.Input) []byte {
	if len(b) == 0 {
		return []byte(tokens[rnd.IntN(len(tokens))])
	}
	at := rnd.IntN(len(b))
	end := min(len(b), at+1+rnd.IntN(200))
	token := []byte(tokens[rnd.IntN(len(tokens))])
	join := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	switch rnd.IntN(11) {
	case 0:
		return join(b[:at], token, b[at:])
	case 1: // the next of these tokens goes
		if k := bytes.Index(b[at:], token); k >= 0 {
			return join(b[:at+k], b[at+k+len(token):])
		}
		return b[:at]
	case 2: // or becomes another one
		if k := bytes.Index(b[at:], token); k >= 0 {
			return join(b[:at+k], []byte(tokens[rnd.IntN(len(tokens))]), b[at+k+len(token):])
		}
		return join(b[:at], token, b[end:])
	case 3:
		return b[:at]
	case 4:
		return b[at:]
	case 5:
		return join(b[:at], b[end:])
	case 6:
		return join(b[:end], b[at:])
	case 7:
		return join(b[:at], bytes.Repeat(token, 1+rnd.IntN(2000)), b[at:])
	case 8: // a line changes its place
		lines := bytes.SplitAfter(b, []byte("\n"))
		i, k := rnd.IntN(len(lines)), rnd.IntN(len(lines))
		lines[i], lines[k] = lines[k], lines[i]
		return join(lines...)
	case 9:
		other := seeds[rnd.IntN(len(seeds))].Data
		return join(b[:at], other[rnd.IntN(len(other)):])
	}
	out := bytes.Clone(b)
	out[at] ^= byte(1 << rnd.IntN(8))
	return out
}
