package filter

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"dwtriage/classify"
	"dwtriage/ingest"
	"dwtriage/rules"
)

var matcher = sync.OnceValue(func() *classify.Matcher {
	set, err := classify.Load([]classify.Layer{{FS: rules.FS, Name: "rules"}}, time.Now())
	if err != nil {
		panic(err)
	}
	m, err := classify.Compile(set, rules.FS)
	if err != nil {
		panic(err)
	}
	return m
})

// through sends a stream of Arrow through the filter.
func through(t testing.TB, in []byte, opt Options) ([]byte, *Filter, error) {
	t.Helper()
	var out bytes.Buffer
	f := New(&out, opt)
	var problem error
	err := ingest.ReadArrow(context.Background(), "-", bytes.NewReader(in), ingest.Options{}, func(b *ingest.Batch) error {
		defer b.Release()
		for i := range b.Files {
			problem = b.Files[i].Problem
		}
		matcher().Classify(b, nil)
		return f.Write(f.Encode(b))
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), f, problem
}

// sampleSchema has the columns of a log, and of every kind of type that one may be carried with: our own names, nested types,
// dictionaries.
func sampleSchema() *arrow.Schema {
	return arrow.NewSchema([]arrow.Field{
		{Name: "k", Type: arrow.PrimitiveTypes.Int64},
		{Name: "status", Type: arrow.BinaryTypes.String, Nullable: true},
		{Name: "createdon", Type: &arrow.TimestampType{Unit: arrow.Millisecond, TimeZone: "UTC"}, Nullable: true},
		{Name: "exceptiondetails", Type: arrow.BinaryTypes.LargeString, Nullable: true},
		{Name: "typename", Type: &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}, Nullable: true},
		{Name: "tags", Type: arrow.ListOf(arrow.BinaryTypes.String), Nullable: true},
		{Name: "nested", Type: arrow.StructOf(arrow.Field{Name: "a", Type: arrow.PrimitiveTypes.Float64, Nullable: true},
			arrow.Field{Name: "b", Type: arrow.MapOf(arrow.BinaryTypes.String, arrow.PrimitiveTypes.Int32), Nullable: true}), Nullable: true},
		{Name: "amount", Type: &arrow.Decimal128Type{Precision: 20, Scale: 2}, Nullable: true},
		{Name: "nothing", Type: arrow.Null, Nullable: true},
		{Name: "view", Type: arrow.BinaryTypes.StringView, Nullable: true},
		{Name: "raw", Type: arrow.BinaryTypes.Binary, Nullable: true},
	}, nil)
}

var sampleTexts = []string{"The user is not a member of the organization.", "Unable to lookup msdyn_customergroups with values {80}", "boom", "", "two\r\nlines, \"quoted\"", "=1+1", "\u2028ü字"}

// randomBatch has n rows, whose keys begin at first.
func randomBatch(r *rand.Rand, s *arrow.Schema, first int64, n int) arrow.RecordBatch {
	b := array.NewRecordBuilder(memory.DefaultAllocator, s)
	defer b.Release()
	text := func() string { return sampleTexts[r.IntN(len(sampleTexts))] }
	for i := range n {
		b.Field(0).(*array.Int64Builder).Append(first + int64(i))
		for k := 1; k < len(s.Fields()); k++ {
			if r.IntN(4) == 0 {
				b.Field(k).AppendNull()
				continue
			}
			switch f := b.Field(k).(type) {
			case *array.StringBuilder:
				f.Append(text())
			case *array.LargeStringBuilder:
				f.Append(text())
			case *array.StringViewBuilder:
				f.Append(text())
			case *array.BinaryBuilder:
				f.Append([]byte{0xff, 0, byte(i)})
			case *array.TimestampBuilder:
				f.Append(arrow.Timestamp(1_790_000_000_000 + r.Int64N(1e9)))
			case *array.BinaryDictionaryBuilder:
				if err := f.AppendString([]string{"A.B", "C.D, E, Version=1.0.0.0"}[r.IntN(2)]); err != nil {
					panic(err)
				}
			case *array.ListBuilder:
				f.Append(true)
				for range r.IntN(3) {
					f.ValueBuilder().(*array.StringBuilder).Append(text())
				}
			case *array.StructBuilder:
				f.Append(true)
				f.FieldBuilder(0).(*array.Float64Builder).Append(r.Float64())
				m := f.FieldBuilder(1).(*array.MapBuilder)
				m.Append(true)
				for j := range r.IntN(3) {
					m.KeyBuilder().(*array.StringBuilder).Append(fmt.Sprint("key", j))
					m.ItemBuilder().(*array.Int32Builder).Append(int32(j))
				}
			case *array.Decimal128Builder:
				f.Append(decimal128.FromI64(r.Int64N(1e6)))
			default:
				f.AppendNull()
			}
		}
	}
	return b.NewRecordBatch()
}

// TestEveryRowOnce: however a stream is cut into batches, and packed, each row comes out once, in order, with all its columns as they
// were, whatever their types; counts balance; and JSON lines and CSV hold as many rows.
func TestEveryRowOnce(t *testing.T) {
	s := sampleSchema()
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 1))
		var in bytes.Buffer
		options := []ipc.Option{ipc.WithSchema(s)}
		switch seed % 3 {
		case 1:
			options = append(options, ipc.WithZstd())
		case 2:
			options = append(options, ipc.WithLZ4())
		}
		w := ipc.NewWriter(&in, options...)
		var sent []arrow.RecordBatch
		total := int64(0)
		for range r.IntN(6) {
			n := r.IntN(200)
			if r.IntN(3) == 0 {
				n = 2000 + r.IntN(3000)
			}
			b := randomBatch(r, s, total, n)
			total += int64(n)
			sent = append(sent, b)
			if err := w.Write(b); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		out, f, problem := through(t, in.Bytes(), Options{All: seed%2 == 0})
		if problem != nil {
			t.Fatal(problem)
		}
		got, err := ipc.NewReader(bytes.NewReader(out))
		if err != nil {
			t.Fatal(err)
		}
		names := []string{}
		for _, field := range got.Schema().Fields() {
			names = append(names, field.Name)
		}
		if !slices.Equal(names[:len(s.Fields())+3], []string{"k", "status", "createdon", "exceptiondetails", "typename", "tags", "nested", "amount", "nothing", "view", "raw", "record_id", "dwtriage_status", "reason"}) {
			t.Fatalf("columns %q", names)
		}
		key, rejects := int64(0), int64(0)
		from := len(s.Fields())
		for got.Next() {
			rec := got.RecordBatch()
			status, reason, id := rec.Column(from+1).(*array.String), rec.Column(from+2).(*array.String), rec.Column(from).(*array.String)
			for i := range int(rec.NumRows()) {
				if v := rec.Column(0).(*array.Int64).Value(i); v != key {
					t.Fatalf("seed %d: row %d comes as %d", seed, v, key)
				}
				key++
				rejected := status.Value(i) == StatusReject
				if rejected {
					rejects++
				}
				if rejected == reason.IsNull(i) || rejected != id.IsNull(i) {
					t.Fatalf("seed %d, row %d: status %s, reason %s, id %s", seed, key, status.ValueStr(i), reason.ValueStr(i), id.ValueStr(i))
				}
			}
			for at, k := key-rec.NumRows(), int64(0); k < rec.NumRows(); {
				batch, first := sentAt(sent, at+k)
				n := min(rec.NumRows()-k, batch.NumRows()-(at+k-first))
				for c := range s.Fields() {
					want := array.NewSlice(batch.Column(c), at+k-first, at+k-first+n)
					have := array.NewSlice(rec.Column(c), k, k+n)
					if !array.Equal(want, have) {
						t.Fatalf("seed %d: column %s differs behind row %d", seed, s.Field(c).Name, at+k)
					}
				}
				k += n
			}
		}
		if err := got.Err(); err != nil && err != io.EOF {
			t.Fatal(err)
		}
		if key != total || f.Rows != total || f.Rejects != rejects || total > 1000 && (rejects == 0 || rejects == total) {
			t.Errorf("seed %d: %d of %d rows, counted %d, rejects %d of %d", seed, key, total, f.Rows, f.Rejects, rejects)
		}
		text, _, _ := through(t, in.Bytes(), Options{To: JSONL})
		if n := int64(bytes.Count(text, []byte("\n"))); n != total {
			t.Errorf("seed %d: %d objects of %d", seed, n, total)
		}
	}
}

// sentAt is the batch with a row, and the number of its first.
func sentAt(sent []arrow.RecordBatch, row int64) (arrow.RecordBatch, int64) {
	first := int64(0)
	for _, b := range sent {
		if row < first+b.NumRows() {
			return b, first
		}
		first += b.NumRows()
	}
	return nil, 0
}

// TestSecretsAtAnyDepth: no text of a column holds a secret, however deep it lies, and what its name tells is not shown at all.
func TestSecretsAtAnyDepth(t *testing.T) {
	const secret = "Authorization: Bearer abcdefgh12345678abcdefgh12345678"
	text := arrow.BinaryTypes.String
	s := arrow.NewSchema([]arrow.Field{
		{Name: "exceptiondetails", Type: text},
		{Name: "secureconfiguration", Type: arrow.StructOf(arrow.Field{Name: "x", Type: text})},
		{Name: "list", Type: arrow.ListOf(text)},
		{Name: "struct", Type: arrow.StructOf(arrow.Field{Name: "secureConfiguration", Type: text}, arrow.Field{Name: "note", Type: text})},
		{Name: "word", Type: &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: text}},
		{Name: "bytes", Type: arrow.BinaryTypes.Binary},
		{Name: "Name", Type: text},
		{Name: "Value", Type: text},
		{Name: "settings", Type: arrow.StructOf(arrow.Field{Name: "key", Type: text}, arrow.Field{Name: "value", Type: text})},
		{Name: "token", Type: text},
	}, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, s)
	for row := range 3 {
		b.Field(0).(*array.StringBuilder).Append("boom " + secret)
		b.Field(1).(*array.StructBuilder).Append(true)
		b.Field(1).(*array.StructBuilder).FieldBuilder(0).(*array.StringBuilder).Append("hunter2")
		b.Field(2).(*array.ListBuilder).Append(true)
		b.Field(2).(*array.ListBuilder).ValueBuilder().(*array.StringBuilder).AppendValues([]string{"a", secret}, nil)
		st := b.Field(3).(*array.StructBuilder)
		st.Append(true)
		st.FieldBuilder(0).(*array.StringBuilder).Append("hunter2")
		st.FieldBuilder(1).(*array.StringBuilder).Append(secret)
		if err := b.Field(4).(*array.BinaryDictionaryBuilder).AppendString(secret); err != nil {
			t.Fatal(err)
		}
		b.Field(5).(*array.BinaryBuilder).Append([]byte(secret))
		name, value := "ClientSecret", "hunter2"
		if row == 2 {
			name, value = "Limit", "stays here"
		}
		b.Field(6).(*array.StringBuilder).Append(name)
		b.Field(7).(*array.StringBuilder).Append(value)
		pair := b.Field(8).(*array.StructBuilder)
		pair.Append(true)
		pair.FieldBuilder(0).(*array.StringBuilder).Append(name)
		pair.FieldBuilder(1).(*array.StringBuilder).Append(value)
		b.Field(9).(*array.StringBuilder).Append("hunter2")
	}
	var in bytes.Buffer
	w := ipc.NewWriter(&in, ipc.WithSchema(s))
	if err := w.Write(b.NewRecordBatch()); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for _, to := range []string{Arrow, JSONL, CSV} {
		out, _, problem := through(t, in.Bytes(), Options{To: to, All: true})
		if problem != nil {
			t.Fatal(problem)
		}
		if bytes.Contains(out, []byte("abcdefgh12345678")) || bytes.Contains(out, []byte("hunter2")) || !bytes.Contains(out, []byte("[withheld]")) {
			t.Errorf("%s:\n%q", to, out)
		}
		if n := bytes.Count(out, []byte("stays here")); n != 2 {
			t.Errorf("%s: %d values of 2 beside a name that is none of a secret", to, n)
		}
	}
}

// TestNames: a column of ours gives way, whatever the case of the other, as often as it must.
func TestNames(t *testing.T) {
	l := newLayout(&ingest.Header{Names: []string{"STATUS", "dwtriage_status", "a", "a", "", "a_2"}, Comma: ','}, false, Options{})
	if got := strings.Join(l.own, "|"); got != "STATUS|dwtriage_status|a|a_3|column_5|a_2" {
		t.Errorf("own columns %s", got)
	}
	if !slices.Contains(l.names, "dwtriage_dwtriage_status") || !slices.Contains(l.names, "reason") {
		t.Errorf("our columns %q", l.names)
	}
}

// FuzzArrow: whatever bytes come, the filter ends with a stream that can be read, or says what is wrong, and gives no row twice.
func FuzzArrow(f *testing.F) {
	s := sampleSchema()
	for seed := range uint64(3) {
		var in bytes.Buffer
		options := []ipc.Option{ipc.WithSchema(s)}
		if seed == 1 {
			options = append(options, ipc.WithLZ4())
		}
		w := ipc.NewWriter(&in, options...)
		for i := range int64(2) {
			if err := w.Write(randomBatch(rand.New(rand.NewPCG(seed, 2)), s, i*5, 5)); err != nil {
				f.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			f.Fatal(err)
		}
		f.Add(in.Bytes())
		f.Add(in.Bytes()[:in.Len()*2/3])
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		out, _, _ := through(t, in, Options{To: Arrow, All: true})
		r, err := ipc.NewReader(bytes.NewReader(out))
		if err != nil {
			t.Fatal(err)
		}
		for r.Next() {
		}
		if err := r.Err(); err != nil && err != io.EOF {
			t.Fatal(err)
		}
		through(t, in, Options{To: JSONL})
		through(t, in, Options{To: CSV})
	})
}
