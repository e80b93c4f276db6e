//go:build cgo

package main

import (
	"bytes"
	"fmt"
	"io"
	"runtime"

	"dwtriage/classify"
	"dwtriage/report/redact"
	"dwtriage/report/summary"
)

// check reads the key, before anything else is opened.
func (r *redactFlags) check() (err error) {
	if r.file == "" {
		return nil
	}
	if !r.on {
		return usageError("--redact-key: without --redact there is nothing to be done with a key")
	}
	if r.key, err = readKey(r.file); err != nil {
		return usageError("--redact-key: %v", err)
	}
	return nil
}

const makeKey = "(umask 077; openssl rand -base64 -out FILE 32) makes one"

// readKey reads a key, without the line end behind it.
func readKey(name string) ([]byte, error) {
	f, err := openRegular(name)
	if err != nil {
		return nil, fmt.Errorf("%w; %s", err, makeKey)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s may be read by others (mode %03o), who could find out what a token stands for: chmod 600 %s", name, info.Mode().Perm(), shellJoin([]string{name}))
	}
	key, err := io.ReadAll(io.LimitReader(f, redact.MostKey+2))
	if err != nil {
		return nil, err
	}
	key = bytes.TrimRight(key, "\r\n")
	if len(key) < redact.LeastKey {
		return nil, fmt.Errorf("%s holds %d bytes, and a key has %d at least: a shorter one can be guessed; %s", name, len(key), redact.LeastKey, makeKey)
	}
	if len(key) > redact.MostKey {
		return nil, fmt.Errorf("%s is longer than the %d bytes of the longest key: it is another file; %s", name, redact.MostKey, makeKey)
	}
	return key, nil
}

// redactor is nil where nothing is hidden. From then on the messages of the session are redacted, too.
func (r *redactFlags) redactor(s *session, m *classify.Matcher) *redact.Redactor {
	if r.on {
		s.red = summary.NewRedactor(r.key, m)
	}
	return s.red
}
