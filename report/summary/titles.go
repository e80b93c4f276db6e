package summary

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"dwtriage/classify"
	"dwtriage/report/store"
)

// titles say what a signature is called for people.
type titles struct {
	rules  *classify.Matcher
	values values
	known  map[string]bool // signatures that failed before, too: what the report's records print may not be what failed then
}

// titlesOf are the titles of a report whose states are known. "Ongoing: user lacks prvWriteVendor" would be said of a user who lacked another privilege
// until then, so of what failed before the title names no value; the fix does.
func titlesOf(ctx context.Context, db *store.DB, m *classify.Matcher, vs values) (titles, error) {
	t := titles{m, vs, make(map[string]bool)}
	err := each(ctx, db, "known_titles", func(rows *sql.Rows) error {
		var sig string
		err := rows.Scan(&sig)
		t.known[sig] = true
		return err
	})
	return t, err
}

// title is the title of a rule, the name of a code, the sentence that a message is, or the words for
// none of them.
func (t titles) title(sig string) string {
	if r := t.rules.Rule(sig); r != nil {
		if t.known[sig] {
			return r.FillTitle(nil, nil)
		}
		return r.FillTitle(t.values.only(sig), nil)
	}
	switch c, byText := t.rules.Named(sig); {
	case c == nil:
	case byText:
		return fmt.Sprintf("By its text: %s (%s)", short(c.Message), c)
	default:
		return c.Name + " (" + c.String() + ")"
	}
	if code, ok := strings.CutPrefix(sig, "code/"); ok {
		return "Error code " + code
	}
	if id, ok := strings.CutPrefix(sig, unknownPrefix); ok && id != "" && sig != othersID { // the id of a record's stands in a column of its own
		return unknownTitle + id // until its text is read, if the database has it
	} else if ok {
		return "Unknown message"
	}
	return sig + notOfToday
}

// ofMessage is the title of one message of a rule whose messages are told apart, until its text is read: that of the rule alone would be said of the others, too.
func (t titles) ofMessage(sig, template string) string {
	if template == "" {
		return t.title(sig)
	}
	return t.title(sig) + ", message " + template
}

// unknownTitle is before the id of the template of a message whose text is not known.
const unknownTitle = "Unknown message "

// notOfToday is behind the id of a rule that the database knows and the rules of the report do not.
const notOfToday = " (a rule that is not among today's)"

// messageTitle is the title of a message once its template is known: its sentence, behind a word that says
// so where no rule explains it.
func messageTitle(sig, template string) string {
	title := short(classify.Readable(template))
	if strings.HasPrefix(sig, "unknown/") {
		return "Unknown: " + title
	}
	return title
}

func short(text string) string {
	if start := cut(text, titleBytes); len(start) < len(text) {
		return strings.TrimRight(start, " ") + " …"
	}
	return text
}

// titleBytes is how much of a template a title shows.
const titleBytes = 76
