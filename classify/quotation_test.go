package classify

import (
	"strings"
	"testing"
)

// One message is one cluster in whatever quotation marks its value stands: each pair of a language of Dynamics 365 is a mask as "abc" is.
func TestTemplateOfQuotations(t *testing.T) {
	for _, marks := range []struct{ name, open, shut string }{
		{"plain", `"`, `"`}, {"plain, single", "'", "'"}, {"English", "“", "”"}, {"English, single", "‘", "’"},
		{"German", "„", "“"}, {"German, single", "‚", "‘"}, {"German, low and plain", "„", `"`}, {"Polish", "„", "”"}, {"Croatian, single", "‚", "’"},
		{"Swedish", "”", "”"}, {"Swedish, single", "’", "’"}, {"Swedish, guillemets", "»", "»"}, {"Hebrew", "”", "“"},
		{"Russian", "«", "»"}, {"French", "«\u00a0", "\u00a0»"}, {"French, narrow blanks", "«\u202f", "\u202f»"}, {"Swiss, single", "‹", "›"},
		{"Danish", "»", "«"}, {"Danish, single", "›", "‹"}, {"turned", "‟", "”"}, {"turned, single", "‛", "’"},
		{"Japanese", "「", "」"}, {"Japanese, inner", "『", "』"}, {"half width", "｢", "｣"}, {"primes", "〝", "〟"}, {"primes, other end", "〝", "〞"}, {"full width", "＂", "＂"},
	} {
		for _, value := range []string{"abc", "usmf", "Müller & Söhne", "12", "K-12/A", "注文"} {
			for _, tc := range []struct{ before, behind, want string }{
				{"Grilled by ", " too soon today.", "Grilled by <STR> too soon today"},
				{"Grilled by ", ", too soon (", "Grilled by <STR>, too soon ("},
				{"Grilled too soon: ", ".", "Grilled too soon: <STR>"},
				{"", " was grilled too soon", "<STR> was grilled too soon"},
				{"Grilled (", ") too soon", "Grilled (<STR>) too soon"},
			} {
				text := tc.before + marks.open + value + marks.shut + tc.behind
				if got := templateOf(text, "", ""); got != tc.want {
					t.Errorf("%s: the template of %q is %q, want %q", marks.name, text, got, tc.want)
				}
			}
		}
	}
}

func TestTemplateOfOddQuotations(t *testing.T) {
	long := strings.Repeat("Wort ", 50)
	for _, tc := range []struct{ name, text, want string }{
		{"no blanks around brackets", "注文「SO-00012」の倉庫が閉じています。", "注文<STR>の倉庫が閉じています。"},
		{"no blanks around full width", "字段＂名称＂不存在", "字段<STR>不存在"},
		{"ending behind guillemets", "с ООО «Ромашка»ом не найден", "с ООО <STR>ом не найден"},
		{"apostrophes of French", "L’entité d’une société n’est pas l’unité « d’ici » d’aujourd’hui", "L'entité d'une société n'est pas l'unité <STR> d'aujourd'hui"},
		{"apostrophe inside", "Der Kunde ‚Rock’n’Roll‘ ist gesperrt", "Der Kunde <STR> ist gesperrt"},
		{"nested", "Feld „Name „kurz“ und „lang““ fehlt", "Feld <STR> fehlt"},
		{"nested, opened like a plain one", "Feld „Name “kurz” und “lang” des Kunden“ fehlt", "Feld <STR> fehlt"},
		{"nested, other marks", "Feld „Name ‚kurz‘ des Kunden“ fehlt", "Feld <STR> fehlt"},
		{"nested guillemets", "le champ « nom « court » du client » manque", "le champ <STR> manque"},
		{"nested brackets", "項目「名『短』称」が「ない」", "項目<STR>が<STR>"},
		{"two of one language", "«Север» и «Юг» закрыты", "<STR> и <STR> закрыты"},
		{"two, Danish", "»Nord« og »Syd« er lukket", "<STR> og <STR> er lukket"},
		{"two, Swedish", "»Norr» och »Söder» är stängda", "<STR> och <STR> är stängda"},
		{"empty", "das Feld „“ und das Feld «» ist leer", "das Feld <STR> und das Feld <STR> ist leer"},
		{"unclosed", "der Kunde „Müller ist gesperrt", "der Kunde „Müller ist gesperrt"},
		{"unclosed before another one", "le client « Paul de « Paris » est bloqué", "le client « Paul de <STR> est bloqué"},
		{"unopened", "der Kunde Müller“ ist gesperrt und Maier» auch", `der Kunde Müller" ist gesperrt und Maier» auch`},
		{"too long", "„" + long + "“", "„" + strings.TrimSpace(long) + ` "`},
		{"path of a menu", "Setup › Number sequences › General is closed ‹ back", "Setup › Number sequences › General is closed ‹ back"},
		{"path of a menu without blanks", "Setup›Numbers›General is closed", "Setup›Numbers›General is closed"},
		{"low mark as a comma", "a‚ b‚ the 'x' is closed", "a‚ b‚ the <STR> is closed"},
		{"nothing but a quotation", "«Ромашка»", "«Ромашка»"},
		{"nothing but a number in quotation marks", "« 12 »", "(no words) <STR>"},
		{"the mark at the end", "the customer „", "the customer „"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := templateOf(tc.text, "", ""); got != tc.want {
				t.Errorf("the template of %q is\n     %q\nwant %q", tc.text, got, tc.want)
			}
		})
	}
}

// Whatever marks a message has, its template is made in a time that grows with what a template looks at, and costs no memory.
func TestTemplateOfMarks(t *testing.T) {
	marks := "„‚‟‛«‹»›「『｢〝＂＇”’"
	for _, r := range marks + "あü" {
		for _, text := range []string{strings.Repeat(string(r), 600), strings.Repeat(string(r)+"x ", 300), strings.Repeat("x"+string(r)+" \"", 300)} {
			var dst []byte
			in := []byte(NormalizeString(text))
			dst = Template(dst, in, nil, nil)
			if n := testing.AllocsPerRun(5, func() { dst = Template(dst[:0], in, nil, nil) }); n != 0 {
				t.Errorf("the template of %.20q… allocates %v times, want 0", text, n)
			}
		}
	}
	text := []byte(strings.Repeat("„x «y» ", 10<<20/10))
	var steps []byte
	if n := testing.AllocsPerRun(1000, func() { steps = Template(steps[:0], text, nil, nil) }); n != 0 || len(steps) > 2*templateBytes {
		t.Errorf("the template of 10 MB has %d bytes, allocates %v times", len(steps), n)
	}
}
