package classify

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"dwtriage/ingest/ascii"
)

// monthsAbroad are the names of months in the languages of Dynamics 365 that print day, month and year in this order, whole and abbreviated, as they stand in a
// day and alone: from CLDR 48 (months of the Gregorian calendar, wide and abbreviated, format and stand-alone), which .NET has them from, and the Mrz of
// Windows. Chinese, Japanese and Korean have units of their own; Hungarian, Latvian, Lithuanian, Kazakh and Basque begin with the year.
var monthsAbroad = [...]string{
	// Arabic
	"يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
	// Bulgarian
	"януари февруари март април май юни юли август септември октомври ноември декември",
	// Catalan
	"gener febrer març abril maig juny juliol agost setembre octubre novembre desembre gen febr abr jul ag set oct nov des",
	// Czech
	"ledna února března dubna května června července srpna září října listopadu prosince leden únor březen duben květen červen červenec srpen říjen listopad prosinec led úno bře dub kvě čvn čvc srp zář říj lis pro",
	// Danish
	"januar februar marts april maj juni juli august september oktober november december jan feb mar apr jun jul aug sep okt nov dec",
	// German
	"Januar Februar März April Mai Juni Juli August September Oktober November Dezember Jan Feb Apr Aug Sept Okt Nov Dez Mär Jun Jul Sep Mrz",
	// Greek
	"Ιανουαρίου Φεβρουαρίου Μαρτίου Απριλίου Μαΐου Ιουνίου Ιουλίου Αυγούστου Σεπτεμβρίου Οκτωβρίου Νοεμβρίου Δεκεμβρίου Ιαν Φεβ Μαρ Απρ Μαΐ Ιουν Ιουλ Αυγ Σεπ Οκτ Νοε Δεκ",
	// Spanish
	"enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre ene feb mar abr may jun jul ago sept oct nov dic",
	// Estonian
	"jaanuar veebruar märts aprill mai juuni juuli august september oktoober november detsember jaan veebr apr aug sept okt nov dets",
	// Finnish
	"tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta lokakuuta marraskuuta joulukuuta tammikuu helmikuu maaliskuu huhtikuu toukokuu kesäkuu heinäkuu elokuu syyskuu lokakuu marraskuu joulukuu tammi helmi maalis huhti touko kesä heinä elo syys loka marras joulu",
	// French
	"janvier février mars avril mai juin juillet août septembre octobre novembre décembre janv févr avr juil sept oct nov déc",
	// Galician
	"xaneiro febreiro marzo abril maio xuño xullo agosto setembro outubro novembro decembro xan feb mar abr xul ago set out nov dec",
	// Hebrew
	"בינואר בפברואר במרץ באפריל במאי ביוני ביולי באוגוסט בספטמבר באוקטובר בנובמבר בדצמבר ינואר פברואר מרץ אפריל מאי יוני יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר בינו׳ בפבר׳ באפר׳ באוג׳ בספט׳ באוק׳ בנוב׳ בדצמ׳ ינו׳ פבר׳ אפר׳ אוג׳ ספט׳ אוק׳ נוב׳ דצמ׳",
	// Hindi
	"जनवरी फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर जन॰ फ़र॰ जुल॰ अग॰ सित॰ अक्टू॰ नव॰ दिस॰",
	// Croatian
	"siječnja veljače ožujka travnja svibnja lipnja srpnja kolovoza rujna listopada studenoga prosinca siječanj veljača ožujak travanj svibanj lipanj srpanj kolovoz rujan listopad studeni prosinac sij velj ožu tra svi lip srp kol ruj lis stu pro",
	// Indonesian
	"Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember Jan Feb Mar Apr Jun Jul Agu Sep Okt Nov Des",
	// Italian
	"gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre gen feb mar apr mag giu lug ago set ott nov dic",
	// Malay
	"Januari Februari Mac April Mei Jun Julai Ogos September Oktober November Disember Jan Feb Apr Jul Ogo Sep Okt Nov Dis",
	// Norwegian
	"januar februar mars april mai juni juli august september oktober november desember jan feb apr aug sep okt nov des mar jun jul",
	// Dutch
	"januari februari maart april mei juni juli augustus september oktober november december jan feb mrt apr jun jul aug sep okt nov dec",
	// Polish
	"stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad grudzień sty lut mar kwi cze lip sie wrz paź lis gru",
	// Portuguese
	"janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro jan fev mar abr mai jun jul ago set out nov dez",
	// Romanian
	"ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie ian feb mar apr iun iul aug sept oct nov dec",
	// Russian
	"января февраля марта апреля мая июня июля августа сентября октября ноября декабря январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь янв февр мар апр июн июл авг сент окт нояб дек",
	// Slovak
	"januára februára marca apríla mája júna júla augusta septembra októbra novembra decembra január február marec apríl máj jún júl august september október november december jan feb mar apr aug sep okt nov dec",
	// Slovenian
	"januar februar marec april maj junij julij avgust september oktober november december jan feb mar apr jun jul avg sep okt nov dec",
	// Serbian
	"januar februar mart april maj jun jul avgust septembar oktobar novembar decembar jan feb mar apr avg sep okt nov dec",
	// Serbian
	"јануар фебруар март април мај јун јул август септембар октобар новембар децембар јан феб мар апр авг сеп окт нов дец",
	// Swedish
	"januari februari mars april maj juni juli augusti september oktober november december jan feb apr aug sep okt nov dec",
	// Turkish
	"Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık Oca Şub Mar Nis May Haz Tem Ağu Eyl Eki Kas Ara",
	// Ukrainian
	"січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня січень лютий березень квітень травень червень липень серпень вересень жовтень листопад грудень січ лют бер квіт трав черв лип серп вер жовт лист груд",
}

// notMonths are abbreviations that are also words which may stand between two numbers: 12 des 2026 enregistrements, Windows 11 Pro 2026, rows 3 set 2026
// times. Only what else a day has in it tells them apart.
const notMonths = " des out set may pro svi tra sie mac led лист "

// abroad are the names of monthsAbroad as they are, with a capital, and in capitals, and whether a name says by itself that it is of a month.
var abroad, longestMonth = func() (map[string]bool, int) {
	abroad, longest := make(map[string]bool), 0
	for _, names := range monthsAbroad {
		for name := range strings.FieldsSeq(names) {
			r, n := utf8.DecodeRuneInString(name)
			for _, form := range []string{name, string(unicode.ToUpper(r)) + name[n:], strings.ToUpper(name)} {
				abroad[form] = !strings.Contains(notMonths, " "+strings.ToLower(name)+" ")
				longest = max(longest, len(form))
			}
		}
	}
	return abroad, longest
}()

// dayAbroad accepts 3. März 2026, 3 mars 2026, 1er mars 2026, 3 de marzo de 2026, 3 d'abril del 2026, 3. des. 2026, 3-mrt-2026.
func dayAbroad(s []byte, i int) int {
	if !ascii.Digit(s[i]) {
		return 0
	}
	r := dayReader{s, i}
	number := r.number()
	if !upTo(number, 31) || r.i == len(s) {
		return 0
	}
	joined := s[r.i] == '-'
	ordinal := !joined && r.ordinal(number)
	if joined {
		r.i++
	} else if !r.over(' ') {
		return 0
	}
	said := !joined && (r.word("de ") || r.word("d'"))
	sure, known := abroad[string(r.month())]
	if !known {
		return 0
	}
	dot := r.over('.')
	if joined {
		if !r.over('-') {
			return 0
		}
	} else {
		if r.over(','); !r.over(' ') {
			return 0
		}
		said = r.word("de ") || r.word("del ") || said
	}
	if !sure && !joined && !said && !(ordinal && dot) || !isYear(r.number()) || !r.ends(i) {
		return 0
	}
	return r.i - i
}

// ordinal goes on over what makes a number that of a day: 3. and of the first day 1er, 1º and 1.er.
func (r *dayReader) ordinal(number []byte) bool {
	dot := r.over('.')
	return string(number) == "1" && (r.word("er") || r.word("º") || r.word("°")) || dot
}

// word goes on over a word that stands there.
func (r *dayReader) word(word string) bool {
	if len(r.s)-r.i < len(word) || string(r.s[r.i:r.i+len(word)]) != word {
		return false
	}
	r.i += len(word)
	return true
}

// month reads letters of any script, no more than a month may have.
func (r *dayReader) month() []byte {
	from := r.i
	for r.i < len(r.s) && r.i-from <= longestMonth && (ascii.Letter(r.s[r.i]) || r.s[r.i] >= utf8.RuneSelf) {
		r.i++
	}
	return r.s[from:r.i]
}
