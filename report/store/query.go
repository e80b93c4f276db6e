package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2"
)

// A SQLError is a mistake in a query that somebody typed, not in the archive.
type SQLError struct{ Text string }

func (e *SQLError) Error() string { return e.Text }

// An Answer is what a query gave, as a table of its own that can be read more than once. The next Ask replaces it.
type Answer struct {
	Columns []AnswerColumn
	Rows    int64
	db      *DB
}

// An AnswerColumn is a column of an Answer, with its type as DuckDB names it.
type AnswerColumn struct{ Name, Type string }

// Numeric reports whether the column holds numbers.
func (c AnswerColumn) Numeric() bool {
	t, _, _ := strings.Cut(c.Type, "(")
	return slices.Contains([]string{"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT",
		"BIGNUM", "FLOAT", "DOUBLE", "DECIMAL"}, t)
}

// A Field is a named value in an answer: of a struct, or an entry of a map.
type Field struct {
	Name  string
	Value any
}

// Ask runs a query that somebody typed, who may have it from anywhere: one SELECT (also as FROM, VALUES, SHOW, DESCRIBE,
// SUMMARIZE) over the tables and views of the archive, which need no prefix. It reads no file, loads no extension, changes
// no setting and writes nothing: the database must be open for reading only, and the whole session is locked by the first
// call. A mistake in the query is a [*SQLError].
//
// The answer goes to a temporary table first. DuckDB holds the result of a query in memory that no limit counts; a table
// is put on disk when it is large, and is read part by part.
func (db *DB) Ask(ctx context.Context, query string) (*Answer, error) {
	if err := db.confine(ctx); err != nil {
		return nil, err
	}
	query, err := db.checkQuery(ctx, strings.TrimRight(query, " \t\r\n"))
	if err != nil {
		return nil, err
	}
	if _, err := db.conn.ExecContext(ctx, "CREATE OR REPLACE TEMP TABLE answer AS\n"+query+"\n"); err != nil {
		return nil, sqlError(err)
	}
	a := &Answer{db: db}
	rows, err := db.conn.QueryContext(ctx, "SELECT * FROM temp.answer LIMIT 0")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, err
	}
	for _, t := range types {
		a.Columns = append(a.Columns, AnswerColumn{t.Name(), t.DatabaseTypeName()})
	}
	rows.Close()
	return a, db.conn.QueryRowContext(ctx, "SELECT count(*) FROM temp.answer").Scan(&a.Rows)
}

// confine locks the session. Access to files other than the database and what is spilled beside it ended when it was opened; the
// lock keeps a query from turning it on again.
func (db *DB) confine(ctx context.Context) error {
	if db.confined {
		return nil
	}
	if !db.readOnly {
		return errors.New("internal error: a query of the user needs the database open for reading only")
	}
	for _, s := range []string{
		"USE dw",
		"SET preserve_insertion_order = true", // an ORDER BY holds in the table of the answer
		"SET lock_configuration = true",
	} {
		if _, err := db.conn.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	db.confined = true
	return nil
}

// tableFunctions are those that a query may call. It is no list of forbidden ones, since some of DuckDB's functions act
// in a SELECT: enable_logging turns to a file in spite of all locks, and then the process ends in an abort; query runs a
// text that nobody checked.
var tableFunctions = []string{"range", "generate_series", "unnest", "repeat", "json_each", "json_tree", "pragma_table_info",
	"duckdb_columns", "duckdb_tables", "duckdb_views", "duckdb_functions", "duckdb_types", "duckdb_keywords"}

// checkQuery asks DuckDB's parser what the query is, and lets a single SELECT pass, as a table can be made of it.
func (db *DB) checkQuery(ctx context.Context, query string) (string, error) {
	var text string
	if err := db.conn.QueryRowContext(ctx, "SELECT json_serialize_sql($1::VARCHAR)::VARCHAR", query).Scan(&text); err != nil {
		return "", sqlError(err)
	}
	var tree struct {
		Error      bool
		Type       string `json:"error_type"`
		Message    string `json:"error_message"`
		Position   string
		Statements []json.RawMessage
	}
	if err := json.Unmarshal([]byte(text), &tree); err != nil {
		return "", fmt.Errorf("internal error: parsing the query: %w", err)
	}
	switch {
	case tree.Error && tree.Type == "parser":
		return "", &SQLError{linePlace(query, tree.Position) + tree.Message}
	case tree.Error:
		return "", &SQLError{"only SELECT (also FROM, VALUES, SHOW, DESCRIBE, SUMMARIZE) is allowed here: a query reads the database and changes nothing"}
	case len(tree.Statements) == 0:
		return "", &SQLError{"the query is empty"}
	case len(tree.Statements) > 1:
		return "", &SQLError{fmt.Sprintf("it is %d statements; give one", len(tree.Statements))}
	}
	return checkStatement(query, tree.Statements[0])
}

// checkStatement looks into the one statement of a query.
func checkStatement(query string, tree []byte) (string, error) {
	var all any
	var statement struct {
		Parameters []any `json:"named_param_map"`
		Node       struct {
			From struct{ Type string } `json:"from_table"`
		}
	}
	if err := errors.Join(json.Unmarshal(tree, &all), json.Unmarshal(tree, &statement)); err != nil {
		return "", fmt.Errorf("internal error: parsing the query: %w", err)
	}
	if len(statement.Parameters) > 0 {
		return "", &SQLError{"it has a parameter, ? or $, and there is no value for it"}
	}
	if name, bad := forbidden(all); bad {
		return "", &SQLError{fmt.Sprintf("function %s is not allowed in FROM: a query reads nothing but the database; allowed are %s", name, strings.Join(tableFunctions, ", "))}
	}
	if statement.Node.From.Type == "SHOW_REF" { // stands in FROM, but not behind CREATE TABLE AS
		query = "FROM (" + strings.TrimRight(query, "; \t\r\n") + "\n)"
	}
	return query, nil
}

// forbidden looks for a table function, anywhere in the tree of a query, that is not on the list.
func forbidden(node any) (name string, bad bool) {
	switch n := node.(type) {
	case []any:
		for _, child := range n {
			if name, bad := forbidden(child); bad {
				return name, bad
			}
		}
	case map[string]any:
		if n["type"] == "TABLE_FUNCTION" {
			function, _ := n["function"].(map[string]any)
			name, _ := function["function_name"].(string)
			if !slices.Contains(tableFunctions, strings.ToLower(name)) {
				return name, true
			}
		}
		for _, key := range slices.Sorted(maps.Keys(n)) {
			if name, bad := forbidden(n[key]); bad {
				return name, bad
			}
		}
	}
	return "", false
}

// linePlace says in which line and column of the query a byte is.
func linePlace(query, position string) string {
	at, err := strconv.Atoi(position)
	if err != nil || at < 0 || at > len(query) {
		return ""
	}
	before := query[:at]
	return fmt.Sprintf("line %d, column %d: ", 1+strings.Count(before, "\n"), 1+len([]rune(before[strings.LastIndexByte(before, '\n')+1:])))
}

var errorLine = regexp.MustCompile(`(?s)\n\s*LINE (\d+):.*`)

// sqlError tells mistakes in a query from what is wrong with the machine, and says them without what DuckDB puts around them. Its lines
// count the one that Ask writes above the query.
func sqlError(err error) error {
	e, ok := errors.AsType[*duckdb.Error](err)
	if !ok || slices.Contains([]duckdb.ErrorType{duckdb.ErrorTypeIO, duckdb.ErrorTypeOutOfMemory, duckdb.ErrorTypeInterrupt, duckdb.ErrorTypeInternal, duckdb.ErrorTypeFatal}, e.Type) {
		return err
	}
	text, where := e.Msg, ""
	if m := errorLine.FindStringSubmatch(text); m != nil {
		text = errorLine.ReplaceAllString(text, "")
		if n, err := strconv.Atoi(m[1]); err == nil && n > 1 {
			where = fmt.Sprintf("line %d: ", n-1)
		}
	}
	if _, rest, ok := strings.Cut(text, " Error: "); ok {
		text = rest
	}
	return &SQLError{where + strings.Join(strings.Fields(text), " ")}
}

// answerRows is how many rows of an answer are read at once. Those of long texts have 20 kB each.
const answerRows = 2048

// Each calls yield with the values of every row, in order, at most most of them; below 0 are all. A value is nil, a bool, a
// [json.Number], a string, []any, or []Field; times are UTC, as 2026-11-22 18:00:00. They are valid during the call.
func (a *Answer) Each(ctx context.Context, most int64, yield func([]any) error) error {
	if most < 0 {
		most = a.Rows
	}
	values, pointers := make([]any, len(a.Columns)), make([]any, len(a.Columns))
	for i := range values {
		pointers[i] = &values[i]
	}
	for at := int64(0); at < most; at += answerRows {
		err := a.db.Each(ctx, "SELECT * FROM temp.answer WHERE rowid >= $1 AND rowid < $2 ORDER BY rowid", func(rows *sql.Rows) error {
			if err := rows.Scan(pointers...); err != nil {
				return err
			}
			for i := range values {
				values[i] = plain(values[i], a.Columns[i].Type)
			}
			return yield(values)
		}, at, min(at+answerRows, most))
		if err != nil {
			return err
		}
	}
	return nil
}

// plain makes one of a few kinds of value out of what the driver gives.
func plain(v any, kind string) any {
	switch v := v.(type) {
	case nil, bool, string:
		return v
	case float32:
		return number(float64(v), 32)
	case float64:
		return number(v, 64)
	case *big.Int:
		return json.Number(v.String())
	case duckdb.Decimal:
		return json.Number(v.String())
	case time.Time:
		return timeText(v, kind)
	case []byte:
		return bytesText(v, kind)
	case duckdb.Interval:
		return fmt.Sprintf("%d months %d days %s", v.Months, v.Days, time.Duration(v.Micros)*time.Microsecond)
	case duckdb.Union:
		return plain(v.Value, kind)
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = plain(v[i], strings.TrimSuffix(kind, "[]"))
		}
		return list
	case duckdb.OrderedMap:
		keys, values := v.Keys(), v.Values()
		fields := make([]Field, len(keys))
		for i := range keys {
			fields[i] = Field{fmt.Sprint(plain(keys[i], kind)), plain(values[i], kind)}
		}
		return fields
	case map[string]any:
		fields := make([]Field, 0, len(v))
		for _, name := range slices.Sorted(maps.Keys(v)) {
			fields = append(fields, Field{name, plain(v[name], kind)})
		}
		return fields
	}
	return json.Number(fmt.Sprint(v)) // integers of all sizes
}

// number writes what JSON has no number for as a text.
func number(f float64, bits int) any {
	text := strconv.FormatFloat(f, 'g', -1, bits)
	if strings.ContainsAny(text, "IN") {
		return text
	}
	return json.Number(text)
}

func timeText(t time.Time, kind string) string {
	switch {
	case kind == "DATE":
		return t.Format(time.DateOnly)
	case strings.HasPrefix(kind, "TIME") && !strings.HasPrefix(kind, "TIMESTAMP"):
		return t.Format("15:04:05.999999999")
	}
	return t.UTC().Format("2006-01-02 15:04:05.999999999")
}

// bytesText is an id in its usual form, or bytes in hex.
func bytesText(b []byte, kind string) string {
	text := hex.EncodeToString(b)
	if len(b) == 16 && strings.Contains(kind, "UUID") {
		return text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
	}
	return text
}
