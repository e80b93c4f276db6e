package exports

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// Text is the envelope in JSON, in one line.
func (e *Envelope) Text() string {
	quote := func(s string) string {
		if e.Raw {
			return `"` + s + `"`
		}
		return jsonText(s)
	}
	var responses []string
	for _, r := range e.Responses {
		text := `{"errorMessage":` + quote(r.Message) + `,"logDateTime":"` + r.At + `"`
		if r.Verbose != "" {
			text += `,"verboseError":` + quote(r.Verbose)
		}
		responses = append(responses, text+"}")
	}
	external := ""
	if e.External != "" {
		external = fmt.Sprintf(`"externalEntityName":%q,`, e.External)
	}
	return fmt.Sprintf(`{"entityName":%q,%s"executionStatus":2,"fieldResponses":[],"recordResponses":[%s],"isErrorCountUpdated":true}`, e.Entity, external, strings.Join(responses, ","))
}

func envelopeTexts(envelopes []Envelope, before, between, after string) []byte {
	var texts []string
	for i := range envelopes {
		texts = append(texts, envelopes[i].Text())
	}
	return []byte(before + strings.Join(texts, between) + after)
}

// firstID is where the keys of rows begin; finance and operations counts from there.
const firstID = 5637144576

// envelopeTable has an envelope in a cell, beside columns that say less than it.
func envelopeTable(envelopes []Envelope) Table {
	g := Table{{"RecId", "Created On", "Detailed Error Message"}}
	for i := range envelopes {
		e := &envelopes[i]
		g = append(g, []string{strconv.Itoa(firstID + i), e.Responses[0].At[:19] + "Z", e.Text()})
	}
	return g
}

func infologTable(infologs []Infolog, at func(string) string) Table {
	g := Table{{"RecId", "Created On", "Error Message"}}
	for i, x := range infologs {
		g = append(g, []string{strconv.Itoa(firstID + i), at(x.At), x.Text})
	}
	return g
}

// infologText has the messages with their times in front, each ended by end.
func infologText(infologs []Infolog, before, between, end string) []byte {
	var b bytes.Buffer
	for _, x := range infologs {
		b.WriteString(before + x.At + between + x.Text + end)
	}
	return b.Bytes()
}

// pasted are the texts of failed plug-ins as people copy them, with an empty line between two.
func pasted(entries []Trace) []byte {
	var b bytes.Buffer
	for i := range entries {
		if text := entries[i].Exception; text != "" {
			b.WriteString(text + "\n\n")
		}
	}
	return b.Bytes()
}
