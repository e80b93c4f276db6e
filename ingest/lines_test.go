package ingest

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Errors pasted as a list are a record each; a message of several lines stays one; what only speaks of errors
// is none.
func TestErrorsOfATextFile(t *testing.T) {
	site := "Inventory dimension Site is mandatory and must consequently be specified."
	group := "The value 'ZZ' in field 'Customer group' is not found in the related table 'Customer groups'."
	currency := "Field 'Currency' must be filled in."
	item := "Item B200 is blocked for 'Sales order'."
	four := []string{site, group, currency, item}
	list := func(marks ...string) string {
		var b strings.Builder
		for i, s := range four {
			b.WriteString(marks[min(i, len(marks)-1)] + s + "\n")
		}
		return b.String()
	}
	fault := "System.InvalidOperationException: Lot 7 cannot be saved.\nIt is locked.\n   at Adatum.Lots.Save()\n   at Adatum.Lots.Guard.Execute()"
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		// One error in each line.
		{"lines", list(""), four},
		{"lines without full stops", "Field 'Currency' must be filled in\nItem B200 is blocked for 'Sales order'\nVoucher 7 cannot be posted\n",
			[]string{"Field 'Currency' must be filled in", "Item B200 is blocked for 'Sales order'", "Voucher 7 cannot be posted"}},
		{"hyphens", list("- "), four},
		{"stars", list("* "), four},
		{"plus signs", list("+ "), four},
		{"dots", list("\u2022 "), four},
		{"dots and tabs", list("\u2022\t"), four},
		{"numbers", list("1. ", "2. ", "3. ", "4. "), four},
		{"numbers in brackets", list("1) ", "2) ", "3) ", "4) "), four},
		{"letters", list("a) ", "b) ", "c) ", "d) "), four},
		{"indented list", list("  - "), four},
		{"list with blank lines", strings.Join([]string{"- " + site, "- " + group, "- " + item, ""}, "\n\n"), []string{site, group, item}},
		{"quoted mail", list("> "), four},
		{"quoted list", list("> - "), four},
		{"quoted twice", list(">> "), four},
		{"fenced", "```text\n" + list("") + "```\n", four},
		{"code in a list", "- `" + currency + "`\n- `" + item + "`\n", []string{currency, item}},
		{"bold in a list", "- **" + currency + "**\n- **" + item + "**\n", []string{currency, item}},
		{"Windows line ends", strings.ReplaceAll(list(""), "\n", "\r\n"), four},
		{"under a title", "Infolog of Monday\n" + list(""), four},
		{"under a colon", "Errors tonight:\n" + list("- "), four},
		{"three of Dataverse", "Principal user is missing prvReadLot privilege.\nA record with matching key values already exists.\nThe lot Does Not Exist\n",
			[]string{"Principal user is missing prvReadLot privilege.", "A record with matching key values already exists.", "The lot Does Not Exist"}},
		{"an item without a sign of an error", "- " + site + "\n- Voucher 7 was posted twice.\n- " + item + "\n", []string{site, "Voucher 7 was posted twice.", item}},
		{"bare exceptions", "System.Exception: Lot 7 refused.\nSystem.ArgumentException: Lot 8 refused.\n", []string{"System.Exception: Lot 7 refused.", "System.ArgumentException: Lot 8 refused."}},
		{"wrapped items", "- The value 'ZZ' is not found in\n  the related table.\n- " + item + "\n", []string{"The value 'ZZ' is not found in\n  the related table.", item}},
		{"wrapped lines", "The value 'ZZ' is not found in\nthe related table.\n" + item + "\n", []string{"The value 'ZZ' is not found in\nthe related table.", item}},
		{"another language", "Das Feld 'Währung' muss ausgefüllt sein, Fehler 7.\nDer Artikel B200 ist nicht gesperrt.\n",
			[]string{"Das Feld 'Währung' muss ausgefüllt sein, Fehler 7.", "Der Artikel B200 ist nicht gesperrt."}},
		{"infologs by their head", "Infolog: " + currency + "\nInfolog: " + item + "\n", []string{"Infolog: " + currency, "Infolog: " + item}},
		{"infolog of dual-write between others", currency + "\nUnable to write data to entity lots.\nWrites to LotEntity failed with error message no.\n" + item + "\n",
			[]string{currency, "Unable to write data to entity lots.\nWrites to LotEntity failed with error message no.", item}},

		// Tables.
		{"table", "| Nr | Error |\n|----|-------|\n| 1 | " + currency + " |\n| 2 | " + item + " |\n", []string{currency, item}},
		{"table without known headings", "| What happened | Remedy |\n|:--|:--|\n| " + currency + " | Fill it in. |\n| " + item + " | Ask Kim. |\n", []string{currency, item}},
		{"table without headings", "| " + currency + " |\n| " + item + " |\n", []string{currency, item}},
		{"table with columns of a log", "| Entity | Company | Error message |\n|---|---|---|\n| lots | usmf | " + currency + " |\n", []string{currency}},
		{"table with a secret column", "| Error | Secure configuration |\n|---|---|\n| " + item + " | Field nevershown is missing. |\n", []string{item}},
		{"table with nothing but secrets", "| Secure configuration |\n|---|\n| Field nevershown is missing. |\n\n" + item + "\n", []string{item}},
		{"table behind prose", "The night in short.\n\n| Error |\n|---|\n| " + item + " |\n\nGreetings, Kim\n", []string{item}},
		{"bars and breaks in a cell", "| Error |\n|---|\n| Lot a\\|b cannot be saved.<br>It is locked. |\n", []string{"Lot a|b cannot be saved.\nIt is locked."}},

		// One message.
		{"stack below a message of two sentences", fault + "\n", []string{fault}},
		{"labels", "Lot 7 cannot be saved.\nDetail: It is locked.\nError code: 0x80040265\n", []string{"Lot 7 cannot be saved.\nDetail: It is locked.\nError code: 0x80040265"}},
		{"a hint in the next line", "Lot 7 cannot be saved.\nContact the owner of the warehouse.\n", []string{"Lot 7 cannot be saved.\nContact the owner of the warehouse."}},
		{"details of an error with a mark", "Unable to write data to entity lots:\n- Field 'A' must be filled in.\n- Field 'B' must be filled in.\n",
			[]string{"Unable to write data to entity lots:\n- Field 'A' must be filled in.\n- Field 'B' must be filled in."}},
		{"list within a list", "- Lot 7 cannot be saved.\n  * It is locked.\n  * It is not open.\n- " + item + "\n",
			[]string{"Lot 7 cannot be saved.\n  * It is locked.\n  * It is not open.", item}},
		{"dual-write over lines", "Cannot save the changes to the database.\nUnit of Work can not commit transaction.\nUnable to write data to entity lots.\nUnable to lookup sites with values {7}.\nWrites to LotEntity failed with error message no.\n",
			[]string{"Cannot save the changes to the database.\nUnit of Work can not commit transaction.\nUnable to write data to entity lots.\nUnable to lookup sites with values {7}.\nWrites to LotEntity failed with error message no."}},

		// What is none.
		{"front matter", "---\ntitle: Errors of lots\nms.date: 11/22/2026\n---\n\n" + item + "\n", []string{item}},
		{"heading above a list", "## Errors\n" + list(""), four},
		{"heading above a message", "## Error 5\n" + item + "\n", []string{item}},
		{"a page", "# Lots cannot be saved\n\nWhen a user posts lots, dual-write generates the following error.\n\n> " + item + "\n\nThis error occurs when the item is blocked. To fix the issue, see [items](https://x.example/items).\n\n" +
			"- Open the page that is not working.\n- Select the item.\n- Save it again.\n", []string{item}},
		{"mail", "Hello Kim,\n\nwe got an error last night, can you have a look?\n\n" + item + "\n\nKind regards\nRobin\n", []string{item}},
		{"note", "> [!IMPORTANT]\n> The map must not be stopped.\n\n" + item + "\n", []string{item}},
		{"status line above a body", "HTTP/1.1 400 Bad Request\nContent-Type: application/json\n\n{\"error\":{\"code\":\"0x80040265\",\"message\":\"Lot 7 refused.\"}}\n", []string{"0x80040265: Lot 7 refused."}},
		{"status above a body in lines", "403 Forbidden\n\n{\n  \"error\": {\n    \"code\": \"0x80040220\",\n    \"message\": \"Lot 7 refused.\"\n  }\n}\n", []string{"0x80040220: Lot 7 refused."}},
		{"status in words", "Status: 400 Bad Request\n{\"error\":{\"code\":\"0x80040265\",\"message\":\"Lot 7 refused.\"}}\n", []string{"0x80040265: Lot 7 refused."}},

		// Signs of Markdown and HTML.
		{"escapes", `Unable to write data to entity msdyn\_vendors. Unable to lookup msdyn\_vendorgroups with values \{V9\}.`, []string{"Unable to write data to entity msdyn_vendors. Unable to lookup msdyn_vendorgroups with values {V9}."}},
		{"more escapes", `Value \<null\> in \[lots\] is not valid, 3 \* 4 is required\.`, []string{"Value <null> in [lots] is not valid, 3 * 4 is required."}},
		{"escapes in a list", "* msdyn\\_lots cannot be saved.\n* msdyn\\_sites cannot be saved.\n", []string{"msdyn_lots cannot be saved.", "msdyn_sites cannot be saved."}},
		{"path of a drive", `File C:\_lots\[7\] cannot be read.`, []string{`File C:\_lots\[7\] cannot be read.`}},
		{"path with names", `File lots\_new\lot cannot be read.`, []string{`File lots\_new\lot cannot be read.`}},
		{"share", `Share \\server\_lots cannot be read.`, []string{`Share \\server\_lots cannot be read.`}},
		{"JSON", `Answer {"m":"a \"b\" c\_d"} is not valid.`, []string{`Answer {"m":"a \"b\" c\_d"} is not valid.`}},
		{"expression", `Lot does not match \d+\_[A-Z].`, []string{`Lot does not match \d+\_[A-Z].`}},
		{"references", "Lot &lt;7&gt; &amp; lot &#39;8&#39; cannot be saved.", []string{"Lot <7> & lot '8' cannot be saved."}},
		{"references inside markup", "Lot cannot be saved: <Message>7 &lt; 8</Message>", []string{"Lot cannot be saved: <Message>7 &lt; 8</Message>"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := readText(t, "a.txt", c.text)
			if diff := cmp.Diff(c.want, x.column("error_text")); diff != "" {
				t.Errorf("%s\n-want +got:\n%s\n%+v", c.text, diff, x.files[0].Warnings)
			}
			if len(x.rejects) > 0 {
				t.Errorf("rejects: %+v", x.rejects)
			}
		})
	}
}

// A line that Markdown draws is three or more of one of its signs and nothing else.
func TestRule(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 20_000 {
		text := make([]byte, r.IntN(6))
		for i := range text {
			text[i] = "-*_=a "[r.IntN(6)&r.IntN(6)]
		}
		slow := len(text) >= 3 && slices.ContainsFunc([]string{"-", "*", "_", "="}, func(sign string) bool { return len(bytes.Trim(text, sign)) == 0 })
		if rule(text) != slow {
			t.Fatalf("rule(%q) = %v", text, !slow)
		}
	}
}
