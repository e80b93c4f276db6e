package lake

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"
)

// noValue is the partition of null, also where a value is empty, as Hive has it.
const noValue = "__HIVE_DEFAULT_PARTITION__"

// partition is the name of the folder of a partition.
func partition(column string, value *string) string {
	if value == nil || *value == "" {
		return column + "=" + noValue
	}
	return column + "=" + escape(*value)
}

// escaped are the characters that Hive writes as % and two digits (org.apache.hadoop.hive.common.FileUtils), and those that Windows has in no
// name. So a name is one step of a path on every system, and every reader that undoes % reads the same.
const escaped = "\"#%'*/:=?\\{[]^}<>|"

// longest is how many bytes a name may have; file systems take 255, and the column stands before it.
const longest = 200

// escape writes a value as part of a name. One that is too long is cut, and ends with a digest of the whole.
func escape(value string) string {
	switch strings.ToUpper(value) {
	case strings.ToUpper(noValue), "NULL": // which readers take for no value
		return fmt.Sprintf("%%%02X", value[0]) + value[1:]
	}
	var b strings.Builder
	for i, r := range value {
		cutOff := i == len(value)-1 && (r == '.' || r == ' ') // by Windows
		if r < ' ' || r == 0x7f || cutOff || strings.ContainsRune(escaped, r) {
			fmt.Fprintf(&b, "%%%02X", r)
		} else {
			b.WriteRune(r)
		}
	}
	name := b.String()
	if len(name) <= longest {
		return name
	}
	sum := sha256.Sum256([]byte(value))
	end := longest - 17
	for !utf8.RuneStart(name[end]) || strings.Contains(name[end-2:end], "%") { // neither half a character nor half an escape
		end--
	}
	return name[:end] + "-" + hex.EncodeToString(sum[:8])
}
