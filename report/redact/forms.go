package redact

import (
	"net/netip"
	"strings"
)

// isGUID reports whether a text is a GUID, with its hyphens or without.
func isGUID(text string) bool {
	switch len(text) {
	case 36:
		return text[8] == '-' && text[13] == '-' && text[18] == '-' && text[23] == '-' && hexDigits(strings.ReplaceAll(text, "-", "")) && strings.Count(text, "-") == 4
	case 32:
		return hexDigits(text)
	}
	return false
}

func hexDigits(text string) bool {
	return strings.Trim(text, "0123456789abcdefABCDEF") == "" && strings.IndexFunc(text, func(c rune) bool { return c > 'f' }) < 0
}

// isIP reports whether a text is an address of IPv4 or IPv6, perhaps with a port.
func isIP(text string) bool {
	if strings.Count(text, ".") != 3 && strings.Count(text, ":") < 2 {
		return false
	}
	if _, err := netip.ParseAddr(text); err == nil {
		return true
	}
	_, err := netip.ParseAddrPort(text)
	return err == nil
}

// topLevels are the last labels of host names that logs of Dynamics 365 and their networks have; the names of others are words
// with dots, and hidden word by word.
var topLevels = func() map[string]bool {
	list := make(map[string]bool)
	for name := range strings.FieldsSeq("com net org edu gov mil int biz info io dev app cloud local localdomain lan corp internal intra intranet home test ms " +
		"eu uk de at ch fr it es pt nl be lu dk se no fi is pl cz sk hu ro bg gr ie us ca mx br ar cl co in cn jp kr sg hk tw au nz za ae sa il tr ru ua") {
		list[name] = true
	}
	return list
}()

// isHost reports whether a text is a host name by its form.
func isHost(text string) bool {
	at := strings.LastIndexByte(text, '.')
	if at <= 0 || !topLevels[strings.ToLower(text[at+1:])] || strings.ContainsAny(text, "_+~%") {
		return false
	}
	return !strings.Contains(text, "..")
}

// isErrorCode reports whether a text is a code as Dataverse and Windows print them: 0x80040265.
func isErrorCode(text string) bool {
	return len(text) == 10 && text[0] == '0' && text[1]|0x20 == 'x' && (text[2] == '8' || text[2]|0x20 == 'c') && hexDigits(text[2:])
}

// isNumber reports whether a text is a number of a sentence: 12, 1.5, 10%.
func isNumber(text string) bool { return strings.Trim(text, "0123456789.%") == "" }

// isTime reports whether a text is a date, a time of day or both: 2026-11-22, 2026-11-22T01:47:12.345Z, 22.11.2026, 01:47.
func isTime(text string) bool {
	if len(text) < 5 || len(text) > 40 {
		return false
	}
	date, clock := text, ""
	if at := strings.IndexAny(text, "Tt"); at > 0 {
		date, clock = text[:at], text[at+1:]
		return isDate(date) && isClock(clock)
	}
	return isDate(date) || isClock(text)
}

func isDate(text string) bool {
	for _, sep := range []byte("-./") {
		parts := strings.Split(text, string(sep))
		if len(parts) != 3 {
			continue
		}
		y, m, d := parts[0], parts[1], parts[2]
		if len(y) != 4 {
			y, d = d, y
		}
		return len(y) == 4 && len(m) >= 1 && len(m) <= 2 && len(d) >= 1 && len(d) <= 2 && digitsOnly(y+m+d) && (y[:2] == "19" || y[:2] == "20")
	}
	return false
}

// isClock reads 01:47, 01:47:12, 01:47:12.345Z, 01:47:12+01:00.
func isClock(text string) bool {
	if at := strings.IndexAny(text, "+Zz"); at > 0 {
		if zone := strings.Trim(text[at:], "+Zz"); zone != "" && !isClock(zone) {
			return false
		}
		text = text[:at]
	}
	if len(text) > 8 && text[8] == '.' {
		if !digitsOnly(text[9:]) || len(text) > 18 {
			return false
		}
		text = text[:8]
	}
	parts := strings.Split(text, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return false
	}
	for _, p := range parts {
		if len(p) != 2 && !(len(p) == 1 && len(parts) == 2) || !digitsOnly(p) {
			return false
		}
	}
	return true
}

func digitsOnly(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

// isVersion reports whether a text is a version as addresses have it: v9.2.
func isVersion(text string) bool {
	if len(text) < 2 || len(text) > 8 || text[0]|0x20 != 'v' {
		return false
	}
	for part := range strings.SplitSeq(text[1:], ".") {
		if len(part) > 2 || !digitsOnly(part) {
			return false
		}
	}
	return true
}

// withoutDate is a word without the date that stands in it between hyphens and underscores: night-2026-11-20, night_20261120.
func withoutDate(text string) string {
	for at := range text {
		if at > 0 && alnum[text[at-1]] {
			continue
		}
		for _, n := range []int{10, 8} {
			if end := at + n; end <= len(text) && (end == len(text) || !alnum[text[end]]) {
				day := text[at:end]
				if n == 8 && digitsOnly(day) {
					day = day[:4] + "-" + day[4:6] + "-" + day[6:]
				}
				if len(day) == 10 && day[4] == '-' && isDate(day) && day[5:7] <= "12" && day[8:] <= "31" {
					return text[:at] + text[end:]
				}
			}
		}
	}
	return text
}
