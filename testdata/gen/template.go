package main

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"

	"dwtriage/testdata/exports"
)

// A template is a text of the catalogue, compiled: literal pieces, each followed by a value.
type template []piece

type piece struct {
	lit string
	op  op   // the value behind lit, opNone at the end
	arg byte // which letters a business key begins with
}

type op byte

const (
	opNone op = iota
	opMsg
	opMsgJSON
	opMsgXML
	opCode
	opHexCode
	opStack
	opStackJSON
	opGUID
	opCorr
	opTime
	opClock
	opKey
	opDay
	opDigits1
	opDigits2
	opDigits3
	opDigits4
	opDigits5
	opDigits6
	opHex4
	opHex8
	opMap
	opFno
	opSet
	opTable
	opParentSet
	opParentTable
	opCompany
	opType
	opClass
	opAssembly
	opSDK
	opCurrency
	opColumn
	opLabel
	opWord
)

var ops = map[string]op{
	"msg": opMsg, "jmsg": opMsgJSON, "xmsg": opMsgXML, "code": opCode, "hexcode": opHexCode,
	"stack": opStack, "jstack": opStackJSON, "guid": opGUID, "corr": opCorr, "time": opTime, "hm": opClock,
	"key": opKey, "d2": opDay, "n1": opDigits1, "n2": opDigits2, "n3": opDigits3, "n4": opDigits4,
	"n5": opDigits5, "n6": opDigits6, "hex4": opHex4, "hex8": opHex8, "map": opMap, "fno": opFno, "set": opSet,
	"table": opTable, "parentset": opParentSet, "parenttable": opParentTable, "company": opCompany,
	"type": opType, "cls": opClass, "asm": opAssembly, "sdk": opSDK, "cur": opCurrency, "column": opColumn,
	"label": opLabel, "word": opWord,
}

// compile reads $name and ${name}. A $ before anything but a letter or a brace is a $.
func compile(text string) (template, error) {
	var t template
	lit, rest := "", text
	for {
		i := strings.IndexByte(rest, '$')
		if i < 0 || i+1 == len(rest) {
			return append(t, piece{lit: lit + rest}), nil
		}
		name, n := placeholder(rest[i+1:])
		if n == 0 {
			lit, rest = lit+rest[:i+1], rest[i+1:]
			continue
		}
		o, ok := ops[name]
		if !ok {
			return nil, fmt.Errorf("unknown value $%s in %.40q", name, text)
		}
		// The same place of the same text always has the same kind of key, as a real
		// message would: members of a cluster differ in digits.
		arg := byte((len(text) + len(t)) % len(keyHeads))
		t = append(t, piece{lit + rest[:i], o, arg})
		lit, rest = "", rest[i+1+n:]
	}
}

func placeholder(s string) (name string, length int) {
	if s[0] == '{' {
		if end := strings.IndexByte(s, '}'); end > 0 {
			return s[1:end], end + 1
		}
		return "", 0
	}
	for length < len(s) && (s[length] >= 'a' && s[length] <= 'z' || length > 0 && s[length] >= '0' && s[length] <= '9') {
		length++
	}
	return s[:length], length
}

// A weighted text is taken weight times out of the sum of all weights.
type weighted struct {
	weight int
	text   string
}

// compileWeighted repeats each text weight times, so that taking one is one random number.
func compileWeighted(list []weighted) ([]template, error) {
	var out []template
	for _, w := range list {
		t, err := compile(w.text)
		if err != nil {
			return nil, err
		}
		for range w.weight {
			out = append(out, t)
		}
	}
	return out, nil
}

func compileAll(texts []string) ([]template, error) {
	list := make([]weighted, len(texts))
	for i, s := range texts {
		list[i] = weighted{1, s}
	}
	return compileWeighted(list)
}

// A compiledMessage is a message ready to be written.
type compiledMessage struct {
	id        string
	code, hex string // signed decimal and 0x form of the error code
	text      template
	dualWrite bool // written by dual-write's own plug-ins
	wrappable bool // neither dual-write wording by itself nor a mere wrapper
}

func compileMessages(log int) ([]compiledMessage, error) {
	var out []compiledMessage
	for _, m := range documented {
		if m.logs&log == 0 {
			continue
		}
		t, err := compile(m.text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.id, err)
		}
		c := compiledMessage{id: m.id, hex: m.code, text: t}
		c.dualWrite = strings.HasPrefix(m.id, "dw-")
		c.wrappable = !c.dualWrite && m.code != "" && !strings.HasPrefix(m.id, "dv-isv-")
		if c.hex == "" {
			c.hex = "0x80040224" // what the platform shows for an exception without a code
		}
		if c.code, err = signed(c.hex); err != nil {
			return nil, fmt.Errorf("%s: %w", m.id, err)
		}
		out = append(out, c)
	}
	return out, nil
}

// signed gives 0x80040265 the way fault XML prints it: -2147220891.
func signed(hex string) (string, error) {
	n, err := strconv.ParseUint(strings.TrimPrefix(hex, "0x"), 16, 32)
	if err != nil {
		return "", err
	}
	return strconv.Itoa(int(int32(uint32(n)))), nil
}

// pick gives a number in [0, n).
func (g *generator) pick(n int) int {
	hi, _ := bits.Mul64(g.rng.Uint64(), uint64(n))
	return int(hi)
}

func (g *generator) one(list []string) string { return list[g.pick(len(list))] }

// render appends t with fresh values. It neither allocates nor formats: it is the hot loop.
func (g *generator) render(dst []byte, t template) []byte {
	for i := range t {
		dst = append(dst, t[i].lit...)
		switch t[i].op {
		case opMsg:
			dst = append(dst, g.msg...)
		case opMsgJSON:
			dst = g.jsonInJSON(dst, g.msg)
		case opMsgXML:
			dst = exports.AppendXML(dst, g.msg)
		case opCode:
			dst = append(dst, g.code...)
		case opHexCode:
			dst = append(dst, g.hex...)
		case opStack:
			dst = g.stack(dst)
		case opStackJSON:
			g.frames = g.stack(g.frames[:0])
			dst = g.jsonInJSON(dst, g.frames)
		case opGUID:
			dst = g.guid(dst)
		case opCorr:
			dst = append(dst, g.corr[:]...)
		case opTime:
			dst = append(append(dst, g.day...), 'T')
			dst = append(append(dst, g.clock[:]...), 'Z')
		case opClock:
			dst = append(dst, g.clock[:12]...)
		case opKey:
			dst = g.digits(append(dst, keyHeads[t[i].arg]...), 6)
		case opDay:
			dst = g.between(dst, 10, 28)
		case opDigits1, opDigits2, opDigits3, opDigits4, opDigits5, opDigits6:
			dst = g.digits(dst, int(t[i].op-opDigits1)+1)
		case opHex4:
			dst = g.hexDigits(dst, 2)
		case opHex8:
			dst = g.hexDigits(dst, 4)
		case opMap:
			dst = append(dst, g.m.name...)
		case opFno:
			dst = append(dst, g.m.fno...)
		case opSet:
			dst = append(dst, g.m.set...)
		case opTable:
			dst = append(dst, g.m.table...)
		case opParentSet:
			dst = append(dst, g.parent.set...)
		case opParentTable:
			dst = append(dst, g.parent.table...)
		case opCompany:
			dst = append(dst, g.company...)
		case opType:
			dst = append(dst, g.typeName...)
		case opClass:
			dst = append(dst, g.typeName[g.dot+1:]...)
		case opAssembly:
			dst = append(dst, g.typeName[:g.dot]...)
		case opSDK:
			dst = append(dst, g.sdk...)
		case opCurrency:
			dst = append(dst, g.one(currencies)...)
		case opColumn:
			dst = append(dst, g.one(columns)...)
		case opLabel:
			dst = append(dst, g.one(labels)...)
		case opWord:
			dst = append(dst, g.one(words)...)
		}
	}
	return dst
}

// stack appends 5 to 11 frames, starting with a line break. An unknown error has a site, the
// place in the code it comes from: its frames are the same in every record, so that clusters
// stay whole.
func (g *generator) stack(dst []byte) []byte {
	n := 5 + g.pick(7)
	if g.site >= 0 {
		n = 6 + g.site%5
	}
	for ; n > 0; n-- {
		at := g.site*7 + g.depth*3
		if g.site < 0 {
			at = g.pick(len(g.cat.frames))
		}
		g.depth++
		dst = append(dst, '\n')
		dst = g.render(dst, g.cat.frames[at%len(g.cat.frames)])
	}
	return dst
}

const hexPairs = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f" +
	"202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f" +
	"404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f" +
	"606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f" +
	"808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f" +
	"a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf" +
	"c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf" +
	"e0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"

// guid appends a version 4 GUID.
func (g *generator) guid(dst []byte) []byte {
	var b [36]byte
	hi, lo := g.rng.Uint64(), g.rng.Uint64()
	hi = hi&^0xf000 | 0x4000
	lo = lo&^(3<<62) | 2<<62
	at := 0
	for i := range 16 {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			b[at] = '-'
			at++
		}
		v := hi >> 56
		if i >= 8 {
			v = lo >> 56
			lo <<= 8
		} else {
			hi <<= 8
		}
		b[at], b[at+1] = hexPairs[2*v], hexPairs[2*v+1]
		at += 2
	}
	return append(dst, b[:]...)
}

func (g *generator) hexDigits(dst []byte, pairs int) []byte {
	for v := g.rng.Uint64(); pairs > 0; pairs-- {
		dst = append(dst, hexPairs[2*(v&0xff)], hexPairs[2*(v&0xff)+1])
		v >>= 8
	}
	return dst
}

// digits appends a number of exactly n digits that does not begin with 0.
func (g *generator) digits(dst []byte, n int) []byte {
	low := 1
	for range n - 1 {
		low *= 10
	}
	return strconv.AppendInt(dst, int64(low+g.pick(9*low)), 10)
}

func (g *generator) between(dst []byte, low, high int) []byte {
	return strconv.AppendInt(dst, int64(low+g.pick(high-low+1)), 10)
}

// jsonInJSON appends s as a string of JSON that is a string of JSON itself.
func (g *generator) jsonInJSON(dst, s []byte) []byte {
	g.once = exports.AppendJSON(g.once[:0], s)
	return exports.AppendJSON(dst, g.once)
}
