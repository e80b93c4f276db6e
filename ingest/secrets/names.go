package secrets

import (
	"strings"

	"dwtriage/ingest/ascii"
)

// A name is what the value of a secret is called, in lower case and without what may part its words.
type name struct {
	text  string
	sweep string // text with blanks where words part
	how   trait
}

// A trait is how a name is used.
type trait uint8

const (
	header trait = 1 << iota // of a request: the value goes to the end of the line
	whole                    // an ordinary word, too: it is not the end of a longer one, and no sentence goes on with a value
	prose                    // a value may follow in a sentence, or behind an option, with a blank for a sign
	config                   // secure configuration: a document of any length
	signed                   // of a signed address, whose whole query is withheld
	key                      // of a function: counts only as a parameter of an address
)

// names stand by their last letter. They may be the end of a longer name: x-api-key. "code" and "pass" are ordinary
// words; an error code is shorter than the twenty characters that keys of functions have.
var names = func() (by ['z' + 1][]name) {
	add := func(how trait, spellings ...string) {
		for _, s := range spellings {
			n := name{text: strings.ReplaceAll(s, " ", ""), sweep: s, how: how}
			c := n.text[len(n.text)-1]
			by[c] = append(by[c], n)
		}
	}
	add(prose, "password", "pass word", "passwd", "passphrase", "pass phrase", "passcode", "pwd", "passwort", "kennwort", "mot de passe", "motdepasse", "contraseña",
		"contrasena", "wachtwoord", "secret", "geheimnis", "clé secrète", "clef secrète", "clésecrète")
	add(prose, "kontoschlüssel", "zugriffsschlüssel", "geheimer schlüssel", "clientschlüssel")
	add(prose, "access token", "refresh token", "id token", "sas token", "bearer token", "auth token", "session token", "client assertion", "sharedaccess signature")
	add(prose, "account key", "access key", "secret key", "private key", "storage key", "host key", "encryption key", "decryption key", "validation key",
		"signing key", "master key", "shared key", "auth key")
	add(header|prose, "api key", "subscription key")
	add(header, "cookie", "authorization", "functions key", "function key", "sas key")
	add(config, "secure config", "secure configuration", "secured config", "secured configuration", "sichere konfiguration", "configuration sécurisée", "sécure config", "scureconfig")
	add(whole, "pass", "token", "senha")
	add(signed, "sig")
	add(key, "code")
	return by
}()

// suffixes may follow a name without changing what it means: clientSecretValue, passwords.
var suffixes = []string{"value", "text", "plaintext", "string", "s"}

// A spelled name is what stands before a sign, letters alone in lower case, the last one first, as far as it can belong
// to one name.
type spelled struct {
	letters [48]byte
	starts  [48]int // where each letter stands
	n       int
	plain   bool // none of it is escaped or hidden
	quoted  bool // a quote stands between it and the sign
}

// spell reads the name that ends before place e, back over blanks, quotes in any of their escapes, digits that number it,
// and whatever may part its words: hyphens, underscores, single blanks, characters without a width. Letters
// may be written as \u0070, %70 or full width.
func spell(b []byte, e int) (w spelled) {
	low := max(0, e-96)
	for e > low {
		n := blankBefore(b, e)
		if n == 0 && (b[e-1] == ':' || b[e-1] == '*' || b[e-1] == ']') {
			n = 1
		}
		if n == 0 {
			break
		}
		e -= n
	}
	for {
		n := quoteBefore(b, e)
		if n == 0 {
			break
		}
		e -= n
		w.quoted = true
	}
	w.plain = true
	for w.n < len(w.letters) && e > low {
		c, n := letterBefore(b, e)
		w.plain = w.plain && n <= 1
		if n == 0 {
			return w
		}
		e -= n
		if c != 0 {
			w.letters[w.n], w.starts[w.n] = c, e
			w.n++
		}
	}
	return w
}

// letterBefore is the letter that ends before place e, in lower case, and how many bytes it takes; 0 for a letter is
// something that may stand between two. n is 0 where the name starts.
func letterBefore(b []byte, e int) (c byte, n int) {
	switch c = ascii.Lower(b[e-1]); {
	case e >= 6 && ascii.HexDigit(c) && b[e-6] == '\\' && b[e-5]|0x20 == 'u':
		u, ok := ascii.Hex4(b[e-4:])
		switch {
		case !ok || u == '"' || u == '\'' || u == '<' || u == '&' || u == '=' || u == ':':
			return 0, 0
		case u < 0x80 && ascii.Letter(byte(u)):
			return ascii.Lower(byte(u)), 6
		}
		return 0, 6
	case e >= 3 && ascii.HexDigit(c) && b[e-3] == '%' && ascii.HexDigit(b[e-2]):
		u := unhex(b[e-2])<<4 | unhex(b[e-1])
		switch {
		case ascii.Letter(u):
			return ascii.Lower(u), 3
		case u == '_' || u == '-' || u == ' ' || u >= 0x80:
			return 0, 3
		}
		return 0, 0
	case c >= 'a' && c <= 'z':
		return c, 1
	case c == '_' || c == '-':
		return 0, 1
	case c == ' ' && e >= 2 && (ascii.Letter(b[e-2]) || b[e-2] >= 0x80):
		return 0, 1
	case ascii.Digit(c) && e >= 2 && (ascii.Letter(b[e-2]) || ascii.Digit(b[e-2]) && e >= 3 && ascii.Letter(b[e-3]) || b[e-2] == '_' || b[e-2] == '-'):
		return 0, 1
	case c >= 0x80:
		if l := fullWidth(b, e); l != 0 {
			return l, 3
		}
		for n := 2; n <= 3 && n <= e; n++ {
			if hiddenAt(b, e-n) == n {
				return 0, n
			}
		}
		return c, 1
	}
	return 0, 0
}

func unhex(c byte) byte {
	if ascii.Digit(c) {
		return c - '0'
	}
	return ascii.Lower(c) - 'a' + 10
}

// secret is the name of a secret that w is or ends with, nil for none, and where it starts in the text.
func (w *spelled) secret(b []byte) (n *name, start int) {
	if n, start = w.endsWith(b, 0); n != nil {
		return n, start
	}
	for _, s := range suffixes {
		if w.reads(s, 0) {
			if n, start = w.endsWith(b, len(s)); n != nil && n.how&(whole|signed|key) == 0 {
				return n, start
			}
		}
	}
	// What is made of the name of secure configuration is told by it wherever it stands: secureconfigid, SecureConfigXml.
	const secure = "secureconfig"
	for from := 1; from+len(secure) <= w.n; from++ {
		if w.reads(secure, from) {
			return w.endsWith(b, from)
		}
	}
	return nil, 0
}

func (w *spelled) endsWith(b []byte, from int) (*name, int) {
	if from >= w.n {
		return nil, 0
	}
	if w.letters[from] > 'z' {
		return nil, 0
	}
	of := names[w.letters[from]]
	var best *name
	start := 0
	for i := range of {
		n := &of[i]
		if !w.reads(n.text, from) || best != nil && len(best.text) > len(n.text) {
			continue
		}
		s := w.starts[from+len(n.text)-1]
		if n.how&whole != 0 && s > 0 && (ascii.Letter(b[s-1]) || ascii.Digit(b[s-1])) {
			continue
		}
		best, start = n, s
	}
	return best, start
}

// reads reports whether the letters of w before the last from ones end with s.
func (w *spelled) reads(s string, from int) bool {
	if from+len(s) > w.n {
		return false
	}
	for i := range len(s) {
		if w.letters[from+i] != s[len(s)-1-i] {
			return false
		}
	}
	return true
}

// names reports whether w ends with a word whose value may be the name of a secret.
func (w *spelled) names(b []byte) bool {
	for _, s := range [...]string{"name", "key", "id", "type", "variable", "parameter"} {
		if w.reads(s, 0) {
			return w.ends(b, s)
		}
	}
	return false
}

// ends reports whether w ends with s as a word of its own.
func (w *spelled) ends(b []byte, s string) bool {
	if !w.reads(s, 0) {
		return false
	}
	at := w.starts[len(s)-1]
	return at == 0 || !ascii.Letter(b[at-1]) || ascii.Lower(b[at]) != b[at]
}

// Name reports whether s is the name of a secret, as a heading or a key: the values under it are none of anybody's
// business.
func Name(s []byte) bool {
	w := spell(s, len(s))
	n, _ := w.secret(s)
	return n != nil && n.how&(signed|key|whole) == 0
}

// Word reports whether s is a word that may be the name of a secret, as token: only a value that is [Odd] is one.
func Word(s []byte) bool {
	w := spell(s, len(s))
	n, _ := w.secret(s)
	return n != nil && n.how&whole != 0
}

// Odd reports whether v is no number, id or word.
func Odd(v []byte) bool { return ordinary(v, 0) }

// A Role is what a heading or key says of a pair of a name and a value that it is half of.
type Role uint8

const (
	NoRole  Role = iota
	Naming       // its value may be the name of a secret: name, Key, SettingName
	Holding      // its value is what is so called: value, SettingValue
)

// RoleOf is the role of s.
func RoleOf(s []byte) Role {
	w := spell(s, len(s))
	if w.names(s) {
		return Naming
	}
	if w.ends(s, "value") {
		return Holding
	}
	return NoRole
}
