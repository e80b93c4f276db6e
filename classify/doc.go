// Package classify is the sorting room. A batch of records comes in, the same batch goes out with
// its verdict columns filled: which rules match, which of them is the cause, what the message names,
// which dual-write map failed, and the fingerprint of the masked text. It does not guess: what no
// rule and no code explains stays unknown, and where names fit several maps all of them are kept. It
// changes nothing that the log printed, it reads no files but those it is handed, and it knows one
// record at a time.
//
// # From rule file to verdict
//
//  1. [Load] reads the rule files of all layers side by side, each by the tables of keys in keys.go,
//     and notes every mistake with line and column instead of stopping at the first. Then it puts
//     fragments in the place of their names, compiles expressions, and lets later layers replace the
//     rules of earlier ones. The outcome is a [Set]: rules, fragments, mutes, changes.
//  2. [Compile] makes an immutable [Matcher] of a Set, the code table and the catalogue of maps. Of
//     every rule it takes the literals of which each match must hold one; all of them go into one
//     filter (see package pattern).
//  3. [Matcher.Classify] judges each record of a batch with one working memory and no allocation for
//     matching. A record without an error is ok before anything is looked at.
//  4. [Normalize] brings each text of the record into normal form.
//  5. The filter says which literals stand in the text, and the rules they belong to try their
//     expressions around them. Codes are found by themselves. What excludes (none, fields, logs)
//     is asked last, of the few rules that are left. Then those go whose signs the record does not
//     show (sign.go): the same sentence has another cause in another system.
//  6. All matches of both texts are ranked by the criteria of rank.go. The first is the signature;
//     the others stay in the record, because a wrapper that loses still names the entity.
//  7. Captures are taken from all matches, the higher-ranked first: the first that gives a name wins.
//  8. Names lead to maps (catalogue.go), columns that the message shows narrow them (filters.go),
//     and a missing look-up becomes the row to create and the map that brings it (lookup.go).
//  9. [Sentence] and [Template] reduce the message to what records of one failure have in common.
//     [TemplateID] is what records are grouped by that no rule explains, or a wrapper only.
//
// [Matcher.Judge] goes the same way for one text and keeps everything, for people to look at;
// a test holds Classify to it.
//
// # Normal form
//
// The same sentence arrives as plain text, inside JSON inside JSON, as XML, with typographic quotes
// and with line ends in the middle. Rules would need a variant for each, so the text is changed
// instead, once per record: escapes of any depth undone, white space collapsed, quotes made plain,
// the line of a sub error code left out. Case stays, because captures are shown to people; comparing ignores it. Every offset that leaves
// this package (matched_start, matched_end, Hit.Start) counts bytes of the normal form, never of the
// text as logged: an escape has no offset of its own to point to. Whoever wants to show a match
// normalizes the text again, which gives the same bytes. The normal form is not a fixed point: undoing
// the escapes of a text that talks about escapes may leave others, and undoing those as well would
// change what the message says.
//
// # What a sentence is
//
// A failure is told by one sentence, and every program that hands it on dresses it: .NET puts a type before
// and a stack behind it, services make a fault or JSON of it, plug-ins pass it on with a code of their own.
// Rules look at the text as it is, for a dress is evidence, and at the sentence by itself: a rule that knows a message by
// its start or end finds them there, and no capture runs on into a stack. Templates, titles and the reasons
// of wrappers are made of the sentence alone, so that one failure is one cluster in every dress.
//
// # Why candidates are kept
//
// Customers V3 feeds accounts and contacts, and many messages name only one side of a map. A
// guess would be right most of the time and send somebody to the wrong map the rest of it, with
// nothing in the report to tell which. So every name that is known narrows the candidates, a name that
// contradicts the others is left aside, and when several remain the record has no map but a list
// (map_candidates), with what they have in common. Advice is spelt out for each of them.
//
// # What a template is
//
// A template is the sentence with everything masked that differs between two records of one failure:
// ids, numbers, times, quoted values, the record's own entity and company. It must not be too coarse
// (two failures in one cluster hide each other) nor too fine (a cluster for each customer hides that
// they are one failure), so words stay but for the names of tables, numbers go but for those of
// versions (Customers V3), and a name that mixes both keeps the parts without digits. It is made of the first 500 bytes of the
// sentence: what differs behind them are lists and payloads. A template of nothing but masks would be one
// cluster of everything, so it keeps its quotes, or says that there are no words.
//
// A name without quotes is a word in one message, and shows only beside others that have another one in its place. Package classify sees one
// record at a time; so it says where a template could have names ([AppendNames]), the archive finds out what are some, of all that it holds, and
// [MaskNames] masks these.
package classify
