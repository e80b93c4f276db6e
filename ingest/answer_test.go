package ingest

import "testing"

func TestAnswerHead(t *testing.T) {
	for text, body := range map[string]string{
		"HTTP/2 200\n\n{\"a\":1}":                                     `{"a":1}`,
		"HTTP/1.1 200 OK\r\nDate: now\r\nX:\r\n\r\n[{}]":              `[{}]`,
		"GET /x HTTP/1.1\nHost: y\n\nHTTP/1.1 200 OK\n\n\n {\"a\":1}": `{"a":1}`,
		"POST https://x/y\n404 Not Found\n\n{\"error\":1}":            `{"error":1}`,
		"HTTP/1.1 200 OK\nDate: now\n{\"a\":1}":                       "",
		"HTTP/1.1 200 OK\n\nno json":                                  "",
		"Date: now\n\n{\"a\":1}":                                      "",
		"{\"a\":1}":                                                   "",
		"GET it done\n\n{\"a\":1}":                                    "",
		"An error: it\n\n{\"a\":1}":                                   "",
		"HTTP/1.1 200 OK":                                             "",
		"":                                                            "",
	} {
		n := answerHead([]byte(text))
		if got := text[n:]; n > 0 && got != body || (n > 0) != (body != "") {
			t.Errorf("%q: a head of %d bytes, want %q behind it", text, n, body)
		}
	}
}
