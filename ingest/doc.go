// Package ingest is the loading dock. Exported log files come in, of any age, tool, encoding and
// container; batches of positioned records go out, with every row that could not become a record and
// an account of every file. It decides what a file is by its content, reads row by row in bounded
// memory, and lets no secret out. It does not judge what a record means: that is the business of
// package classify.
//
// # From path to batch
//
//  1. [Expand] turns what the user typed (paths, folders, globs, "-" for standard input) into a list
//     of [Source], in the order of their paths: of copies of one record the first that is read counts, and
//     that must not depend on how somebody typed. It remembers which of them were named and which were merely
//     found in a folder: a named file that is no log is a mistake to tell, a found one is a file like any other.
//  2. [Read] has one source after the other opened by package unpack, which undoes the containers around
//     a document by the first bytes of each layer: names lie, above all after a mail gateway. What is
//     packed and not small is unpacked ahead, in a goroutine beside the one that parses. Each
//     member of an archive is a file of its own, with an account of its own; those of a zip archive are read
//     in the order of their paths, too, those of a tar archive as they lie in it. All layers and members of
//     a source spend one budget, because a bomb may be spread over many of them.
//  3. The document fills a window (package window), the only part of a file that is in memory. It
//     decides the encoding and the end of lines before anything is parsed, counts the offset of every
//     byte in one place, and hashes the file on its way through.
//  4. The table of formats (formats.go) is asked row by row whether the document is this format. The
//     first that says so reads it. A format may also say that the document is its own and yet no log;
//     then the account names the headings or keys that were met and the ones that are needed, and
//     nothing else is tried: a table of customers is not to be read as a text with commas.
//  5. The reader of the format takes one row after the other off the window. There are four shapes of
//     row. A grid (csv.go, xlsx.go, markup.go, with grid.go for what they share) has cells under headings;
//     JSON (json.go) has objects, in arrays, answers, lines or the tables of a query; XML (xml.go) has
//     elements, which elements.go finds for it and for markup.go; a text has messages (text.go, frames.go),
//     whose borders must be guessed, among them lists of errors (lines.go), tables of Markdown (pipes.go), and
//     what only speaks of errors (prose.go). Package scan says where a record, a value or a tag ends, and
//     package xlsx takes a workbook apart; neither knows what a log is.
//  6. What the row says goes into slots (columns.go): a slot is what a heading or key may stand for,
//     whatever it is called in this export. A row with slots goes through entry (entry.go), a message
//     without columns through message (text.go). Both look for what may be packed inside: the JSON of
//     a live-error envelope (envelope.go), the body of an OData error, the frame of a dialog. One row
//     may thus give several records, which then share its place in the file.
//  7. keep (keep.go) is the one gate to the batch. It takes secrets out of the texts, notes what the
//     exporting tool had cut off, fills from the text what no column gave, and filters. reject is the
//     same gate for a row that cannot become a record.
//  8. The builder (batch.go) gives the record its identity (identity.go), copies it column by column,
//     and hands each full [Batch] to the caller, who owns it from then on. Nothing in a batch points
//     back into a window, so reading goes on while a batch is classified.
//
// # Four lifetimes
//
// What is known while reading is held by four structs, each named after how long it lives, and made
// new where that life begins. Nothing is reset by hand, so nothing of the file before can be left in
// the next one. One reader of 26 fields did all this before, and what had to be cleared when was a
// question to every field.
//
//   - A run is one call of Read: the options, the builder, the progress, and the memory that one file
//     after the other reads into (a window, a row). It is never shared between goroutines: a large CSV file
//     may be read by several (parts.go), and each has a run of its own, whose parts of the file it reads.
//   - A source is one path with all that it holds: the budget of its layers and members, and whether it
//     is a data management package, in which only the tables of logs are read. It lies in package unpack,
//     which hands over one file after the other.
//   - A file is one decompressed document: its account, its clock, and what must be told at its end.
//     A workbook is one file, a member of an archive is one, too.
//   - A row is what was gathered of the row being read. Its texts lie in the window or in its arena and
//     are valid until fresh is called for the next one; only builder.add copies them.
//
// # The ledger
//
// A row that is lost without a trace is worse than one that fails loudly, since nobody misses it. So
// every file keeps books, and two sums must hold for it:
//
//	Read  = records emitted + Rejected + Filtered
//	Bytes = bytes of rows (a row counted once, however many records it gave) + Skipped
//
// The first is kept by construction: keep and reject are the only callers of count. The second holds for
// every format whose rows have a place in the file, when all of it was read and nothing filtered; a
// workbook is compressed, so its rows have numbers only. A parser therefore has three ways to get
// on: Take for what is a row's, Skip for what is nobody's (headings, brackets, blank lines), and Disown for
// a row that turns out to be none. The tests add both sums up for every sample, and the fuzz targets hold
// that rows are in order and do not overlap, whatever the bytes. File.Problem does not void the books:
// what was read before it counts.
//
// # What goes wrong
//
// A mistake costs what it touches and no more. A bad row is a [Reject] with place, reason and excerpt,
// and the next good row is found again; how, differs by format: the next line that is beyond doubt a
// row (CSV), the next line or element that starts like a value (JSON), the next start tag (XML). Finding it
// takes linear time whatever the bytes are, because a reader remembers up to where it has already
// looked in vain. A bad file is a File.Problem that says what to do, and the next file is read. Only
// a cancelled context and an error of the caller's own emit end the run.
//
// A file that ends early is told apart by why: at a limit, by a damaged stream, or inside a value.
// The row that was cut is a reject, never half a record: half an error message matches other rules than the
// whole one. Where an exporting tool has cut a text, on the other hand, the record is kept and column
// truncated says which text it is, since there is no better copy to ask for.
//
// # What ingest refuses
//
// It does not guess. A date that can be read two ways stays text (occurred_raw) and the account names
// the flag that decides; a column without a known heading is found by the marks in its cells or not at
// all; a paragraph without any sign of an error, or that only speaks of errors, is passed over and counted rather
// than made an error of unknown kind. It does not shorten: what is beyond a limit is rejected, and only names and unreadable
// times, never the texts of errors, are cut. It does not hold a whole file, and it writes nothing but temporary
// files that it removes: a zip is read from its end, so one that comes as a stream is put aside, and so are
// the shared strings of a workbook, which its rows name in any order.
//
// Secrets do not leave it: secure configuration, the payload of debugLogTrace, signed addresses, bearer
// tokens, credentials. Column withheld says what was left out. TestSecretsDoNotLeave plants one in every
// shape that a log can carry it in and looks for it in all that comes out, rejects and accounts included.
//
// # Adding a format
//
// A format is a row in the table of formats and a file of its own with two things: a method mine… that
// says yes, no or "mine, but no log", and a method that reads. If it comes in rows of cells it feeds a
// grid and is done when it can tell cells apart; what columns mean, which cells are secret and when a row
// is empty are decided there. XML Spreadsheet 2003 and the tables of web pages were added so: one
// file for both and two rows.
package ingest
