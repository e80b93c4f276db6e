package scan

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dwtriage/ingest/window"
)

// xmlEvents is a document as a list of tags and texts: "+name[attr=value]", "-name", "text".
func xmlEvents(t testing.TB, b []byte) (events []string, whole bool) {
	var a window.Arena
	text := ""
	flush := func() {
		if text != "" {
			events = append(events, text)
		}
		text = ""
	}
	for len(b) > 0 {
		tok, n, st := XML(b, true)
		if st == Unclosed {
			flush()
			return events, false
		}
		if st != Done || n <= 0 || n > len(b) {
			t.Fatalf("%q: state %d, %d bytes", b, st, n)
		}
		b = b[n:]
		a.Reset()
		switch tok.Kind {
		case Chars:
			text += string(XMLText(&a, tok.Text))
		case CDATA:
			text += string(tok.Text)
		case xmlOther:
		case EndTag:
			flush()
			events = append(events, "-"+string(tok.Name))
		default:
			flush()
			events = append(events, "+"+string(tok.Name)+xmlAttrs(tok.Attrs))
			if tok.Kind == EmptyTag {
				events = append(events, "-"+string(tok.Name))
			}
		}
	}
	flush()
	return events, true
}

func xmlAttrs(attrs []byte) (s string) {
	var a window.Arena
	for {
		name, raw, rest, ok := CutAttr(attrs)
		if !ok {
			return s
		}
		s += fmt.Sprintf("[%s=%s]", name, XMLText(&a, raw))
		attrs = rest
	}
}

func TestScanXML(t *testing.T) {
	for _, c := range []struct {
		name, data string
		want       []string
	}{
		{"element", `<a b="1" c='2'>x</a>`, []string{"+a[b=1][c=2]", "x", "-a"}},
		{"empty element", `<a/><b c="/"/><d />`, []string{"+a", "-a", "+b[c=/]", "-b", "+d", "-d"}},
		{"prefix and dots", `<x:step.name x:i="1"/>`, []string{"+x:step.name[x:i=1]", "-x:step.name"}},
		{"greater than in a value", `<a b="x>y" c='"'>z</a>`, []string{`+a[b=x>y][c="]`, "z", "-a"}},
		{"blanks around equals", "<a b = \"1\"\n c\t='2'\n>", []string{"+a[b=1][c=2]"}},
		{"value without quotes", `<a b=1 c=it's d>x`, []string{"+a[b=1][c=it's][d=]", "x"}},
		{"value without quotes, empty element", `<a b=c/>`, []string{"+a[b=c]", "-a"}},
		{"quote never closed", `<a b="x>y<c>z`, []string{"+a[b=x]", "y", "+c", "z"}},
		{"quote never closed, end of file", `<a b="x>y`, []string{"+a[b=x]", "y"}},
		{"references", `&lt;&gt;&amp;&quot;&apos;&#65;&#x42;&#X43;&#x1F600;`, []string{`<>&"'AB&#X43;😀`}},
		{"a reference once only", `&amp;lt;`, []string{"&lt;"}},
		{"no references", `a & b &; &# &#; &#x; &#xg; &nbsp; &amp &#65`, []string{`a & b &; &# &#; &#x; &#xg; &nbsp; &amp &#65`}},
		{"characters that may not be", `&#0;&#xD800;&#x110000;&#99999999999999999999;&#xFFFF;&#27;&#9;`, []string{"\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\t"}},
		{"cdata", `<a><![CDATA[<b>&lt;]]]]><![CDATA[>]]></a>`, []string{"+a", "<b>&lt;]]>", "-a"}},
		{"comment", `x<!-- <a> & - -> -->y<!---->z`, []string{"xyz"}},
		{"processing instruction", `<?xml version="1.0"?><?a >?><b/>`, []string{"+b", "-b"}},
		{"doctype", `<!DOCTYPE a><b/>`, []string{"+b", "-b"}},
		{"internal subset", `<!DOCTYPE a [ <!ENTITY x "]>'"> <!-- it's > --> <!ELEMENT a (b)> ]><a>&x;</a>`, []string{"+a", "&x;", "-a"}},
		{"entity bomb", `<!DOCTYPE a [<!ENTITY x "lol"><!ENTITY y "&x;&x;">]><a>&y;</a>`, []string{"+a", "&y;", "-a"}},
		{"less than in text", `a < b <= c <> d <1> <-- <! e </ f <? g <`, []string{`a < b <= c <> d <1> <-- <! e </ f <? g <`}},
		{"tag never closed", `x <List of <b>y</b>`, []string{"x <List of ", "+b", "y", "-b"}},
		{"greater than in text", `<a>b > c ]]> d</a>`, []string{"+a", "b > c ]]> d", "-a"}},
		{"letters beyond ascii", `<größe é="ü">ß</größe>`, []string{"+größe[é=ü]", "ß", "-größe"}},
		{"end tag with blanks", "<a></a \n>", []string{"+a", "-a"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, whole := xmlEvents(t, []byte(c.data))
			if !whole || !cmp.Equal(got, c.want) {
				t.Errorf("%s\ngot  %q, whole %v\nwant %q", c.data, got, whole, c.want)
			}
		})
	}
}

func TestScanXMLUnclosed(t *testing.T) {
	for _, s := range []string{"", "<a", "</a", `<a b="`, "<!-- x", "<![CDATA[x]]", "<?x ", "<!DOCTYPE a [ <!ENTITY"} {
		if _, n, st := XML([]byte(s), true); st != Unclosed || n != len(s) && n != 0 {
			t.Errorf("%q: state %d, %d bytes", s, st, n)
		}
	}
}

// What is found must not depend on how much of the document was there.
func checkXMLMore(t *testing.T, b []byte) {
	t.Helper()
	want, n, st := XML(b, true)
	for i := range len(b) {
		got, m, st2 := XML(b[:i], false)
		if st2 == More {
			continue
		}
		if st2 != st || m != n || got.Kind != want.Kind || !bytes.Equal(got.Text, want.Text) || !bytes.Equal(got.Name, want.Name) {
			t.Errorf("%.60q: %d bytes, %q; of its first %d bytes: %d bytes, %q", b, n, want.Text, i, m, got.Text)
		}
	}
}

func TestScanXMLMore(t *testing.T) {
	for _, s := range []string{
		`<a b="x>y">`, `<a b="x<c>`, `</a>`, `<a/>`, `text<a>`, `a<b c<d>`, `<!-- x -->`, `<![CDATA[ x ]]>y`,
		`<?x y?>`, `<!DOCTYPE a [<!ENTITY b "c"><!-- > -->]>x`, `<!x>`, `< a<b>`, `<![CDATX<a>`, `<!-x<a>`,
	} {
		checkXMLMore(t, []byte(s))
	}
}

func TestTextEnd(t *testing.T) {
	for _, c := range []struct{ data, want string }{
		{"abc", "abc"}, {"abc &am", "abc "}, {"abc &amp;", "abc &amp;"}, {"abc <!", "abc "}, {"abc <![CDA", "abc "},
		{"abcä", "abcä"}, {"abc\xc3", "abc"}, {"abc\xf0\x9f\x98", "abc"}, {"abc\x80\x80\x80\x80", "abc\x80\x80\x80\x80"},
		{"abc & defghijklmnopqrstuvw", "abc & defghijklmnopqrstuvw"}, {"&", "&"}, {"a&&&", "a"},
	} {
		if got := c.data[:TextEnd([]byte(c.data))]; got != c.want {
			t.Errorf("%q: %q, want %q", c.data, got, c.want)
		}
	}
}

func TestAttr(t *testing.T) {
	const attrs = ` xmlns:r="urn" r:id='rId1' id="7" x:state = "hidden" bare`
	for _, c := range []struct {
		name, want string
		ok         bool
	}{
		{"id", "7", true}, {"state", "hidden", true}, {"r", "", false}, {"bare", "", true}, {"i", "", false}, {"d", "", false},
	} {
		got, ok := Attr([]byte(attrs), c.name)
		if string(got) != c.want || ok != c.ok {
			t.Errorf("%s: %q, %v, want %q, %v", c.name, got, ok, c.want, c.ok)
		}
	}
}

// FuzzXML holds the scanner against encoding/xml on everything that one accepts, and against
// itself on everything.
func FuzzXML(f *testing.F) {
	for _, s := range []string{
		`<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a b="1" c='&lt;'><x:d/>t &amp; u<![CDATA[<e>]]><!-- f --></a>`,
		`<a b=c d="x>y"`, `a < b <c d <e>`, `<![CDATA[`, `</a b>`, `<a =">'<b`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got, whole := xmlEvents(t, b)
		checkXMLMore(t, b[:min(len(b), 300)])
		var a window.Arena
		if grown := XMLText(&a, b); len(grown) > len(b) {
			t.Errorf("%q: the text %q is longer", b, grown)
		}
		want, ok := standardEvents(b)
		if ok && (!whole || !cmp.Equal(got, want)) {
			t.Errorf("%q: whole %v; encoding/xml, own:\n%q\n%q", b, whole, want, got)
		}
	})
}

// standardEvents is xmlEvents by encoding/xml; ok is false when that one accepts less, or
// changes more (line ends).
func standardEvents(b []byte) (events []string, ok bool) {
	if bytes.ContainsAny(b, "\r") {
		return nil, false
	}
	for i := range b {
		// It takes any "<!" for a declaration, XML does not.
		if kind, known := markup(b[i:]); bytes.HasPrefix(b[i:], []byte("<!")) && (kind == Chars || !known) {
			return nil, false
		}
	}
	d := xml.NewDecoder(bytes.NewReader(b))
	name := func(n xml.Name) string {
		return strings.TrimPrefix(n.Space+":"+n.Local, ":")
	}
	text := ""
	flush := func() {
		if text != "" {
			events = append(events, text)
		}
		text = ""
	}
	for {
		tok, err := d.RawToken()
		if err == io.EOF {
			flush()
			return events, true
		}
		if err != nil {
			return nil, false
		}
		switch tok := tok.(type) {
		case xml.CharData:
			text += string(tok)
		case xml.StartElement:
			flush()
			e := "+" + name(tok.Name)
			for _, x := range tok.Attr {
				e += fmt.Sprintf("[%s=%s]", name(x.Name), x.Value)
			}
			events = append(events, e)
		case xml.EndElement:
			flush()
			events = append(events, "-"+name(tok.Name))
		}
	}
}

func BenchmarkScanXML(b *testing.B) {
	long := strings.Repeat("   at Fabrikam.Crm.Plugins.OrderGuard.Step(IServiceProvider provider) in Order.cs:line 7\r\n", 25)
	data := []byte(strings.Repeat(`<plugintracelog id="22222222-0000-4000-8000-000000000002"><mode type="OptionSetValue">1</mode><exceptiondetails type="String">`+
		long+`</exceptiondetails></plugintracelog>`, 1000))
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		for rest := data; len(rest) > 0; {
			_, n, st := XML(rest, true)
			if st != Done {
				b.Fatal(st)
			}
			rest = rest[n:]
		}
	}
}
