package ingest

import (
	"bytes"
	"encoding/hex"

	"dwtriage/ingest/ascii"
)

// number reads a whole number as people and spreadsheets print it, "1,234 ms", "1.234,5"; decimals
// are cut off. Of two different separators the last one is that of the decimals; a comma alone
// with three digits behind it is one of thousands. It is -1 when v is none.
func number(v []byte) int64 {
	v = bytes.TrimSpace(bytes.TrimSuffix(v, []byte("ms")))
	if len(v) == 0 || !ascii.Digit(v[0]) {
		return -1
	}
	if i := bytes.LastIndexAny(v, ".,"); i >= 0 {
		other := byte('.' + ',' - v[i])
		decimals := v[i] == '.' || len(v)-i-1 != 3 || bytes.IndexByte(v[:i], other) >= 0
		if v[i] == ',' && bytes.IndexByte(v[:i], ',') >= 0 || v[i] == '.' && bytes.IndexByte(v[:i], '.') >= 0 {
			decimals = false // 1,234,567
		}
		if decimals {
			if !ascii.Digits(v[i+1:]) {
				return -1
			}
			v = v[:i]
		}
	}
	n := int64(0)
	for i, c := range v {
		switch {
		case ascii.Digit(c) && n < 1e15:
			n = n*10 + int64(c-'0')
		case (c == ',' || c == '.') && i+3 < len(v) && ascii.Digit(v[i+1]) && ascii.Digit(v[i+2]) && ascii.Digit(v[i+3]) && (i+4 == len(v) || !ascii.Digit(v[i+4])):
		default:
			return -1
		}
	}
	return n
}

// notZero is v, or nothing when v is the GUID of zeros that stands for "none".
func notZero(v []byte) []byte {
	for _, c := range v {
		if c != '0' && c != '-' && c != '{' && c != '}' {
			return v
		}
	}
	return nil
}

// parseGUID reads the forms a GUID is exported in: with hyphens, with braces, without both.
func parseGUID(v []byte) (id [16]byte, ok bool) {
	if len(v) == 38 && v[0] == '{' && v[37] == '}' {
		v = v[1:37]
	}
	var plain [32]byte
	switch len(v) {
	case 32:
		copy(plain[:], v)
	case 36:
		if v[8] != '-' || v[13] != '-' || v[18] != '-' || v[23] != '-' {
			return id, false
		}
		n := copy(plain[:], v[:8])
		n += copy(plain[n:], v[9:13])
		n += copy(plain[n:], v[14:18])
		n += copy(plain[n:], v[19:23])
		copy(plain[n:], v[24:])
	default:
		return id, false
	}
	_, err := hex.Decode(id[:], plain[:])
	return id, err == nil
}
