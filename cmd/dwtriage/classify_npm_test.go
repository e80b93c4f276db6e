package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// engineScript drives the filter as an engine does: it writes batches into the pipe as they are made, reads those that come out
// meanwhile, and joins them back by a key of its own. It is another implementation of Arrow, in another language.
const engineScript = `
const { spawn } = require('node:child_process');
const arrow = require('apache-arrow');
const [program, total] = [process.argv[2], Number(process.argv[3])];
const texts = ['The user is not a member of the organization.', 'Contoso says no', '', 'Unable to lookup msdyn_customergroups with values {80}'];
const own = k => ({ k: BigInt(k), status: 'mine ' + k % 3, exceptiondetails: texts[k % 4], createdon: k % 4 == 2 ? null : new Date(1790000000000 + k * 1000),
  tags: ['a' + k, 'b'], place: { x: k / 2, name: 'n' + k } });
const schema = new arrow.Schema([
  new arrow.Field('k', new arrow.Int64(), false), new arrow.Field('status', new arrow.Utf8(), true),
  new arrow.Field('exceptiondetails', new arrow.Utf8(), true), new arrow.Field('createdon', new arrow.TimestampMillisecond('UTC'), true),
  new arrow.Field('tags', new arrow.List(new arrow.Field('item', new arrow.Utf8(), true)), true),
  new arrow.Field('place', new arrow.Struct([new arrow.Field('x', new arrow.Float64(), true), new arrow.Field('name', new arrow.Utf8(), true)]), true)]);
const child = spawn(program, ['classify', '--from', 'arrow', '--to', 'arrow', '-'], { stdio: ['pipe', 'pipe', 'inherit'] });
async function feed() {
  const writer = new arrow.RecordBatchStreamWriter();
  const pumped = writer.toNodeStream().pipe(child.stdin);
  for (let k = 0, n = 1; k < total; n = n * 3 % 5003) {
    const rows = [];
    for (const end = Math.min(total, k + n); k < end; k++) rows.push(own(k));
    const columns = schema.fields.map(f => arrow.vectorFromArray(rows.map(r => r[f.name]), f.type));
    const data = arrow.makeData({ type: new arrow.Struct(schema.fields), length: rows.length, nullCount: 0, children: columns.map(c => c.data[0]) });
    writer.write(new arrow.RecordBatch(schema, data));
  }
  writer.finish();
  await new Promise(done => pumped.on('finish', done));
}
(async () => {
  const fed = feed();
  const code = new Promise(done => child.on('close', done));
  const reader = await arrow.RecordBatchReader.from(child.stdout);
  await reader.open();
  const types = Object.fromEntries(reader.schema.fields.map(f => [f.name, String(f.type)]));
  let rows = 0, wrong = 0, counts = {};
  for await (const batch of reader) for (let i = 0; i < batch.numRows; i++) {
    const r = batch.get(i), want = own(rows);
    const same = r.k === want.k && r.status === want.status && r.exceptiondetails === want.exceptiondetails &&
      JSON.stringify([...r.tags]) === JSON.stringify(want.tags) && r.place.x === want.place.x && r.place.name === want.place.name &&
      (r.createdon === null) === (want.createdon === null) && (want.createdon === null || Number(r.createdon) === Number(want.createdon)) &&
      (r.occurred_at === null || Number(r.occurred_at) === Number(want.createdon));
    if (!same) wrong++;
    counts[r.dwtriage_status + ' ' + r.signature] = (counts[r.dwtriage_status + ' ' + r.signature] || 0) + 1;
    rows++;
  }
  await fed;
  console.log(JSON.stringify({ rows, wrong, counts, types, code: await code }));
})();
`

// TestEngineDrivesFilter: a program of Node with the Arrow implementation of npm sends rows through a pipe and finds each of them again, with
// its verdict.
func TestEngineDrivesFilter(t *testing.T) {
	lacking := func(what string) {
		t.Helper()
		if os.Getenv("DWTRIAGE_BROWSER") == "required" {
			t.Fatal(what)
		}
		t.Skip(what)
	}
	for _, tool := range []string{"npm", "node"} {
		if _, err := exec.LookPath(tool); err != nil {
			lacking("no " + tool + " to send Arrow with")
		}
	}
	dir := t.TempDir()
	install := exec.Command("npm", "install", "--silent", "--no-audit", "--no-fund", "--prefer-offline", "apache-arrow@21.2.0")
	install.Dir = dir
	if out, err := install.CombinedOutput(); err != nil {
		lacking("npm install apache-arrow: " + err.Error() + ": " + string(out))
	}
	script := filepath.Join(dir, "engine.js")
	if err := os.WriteFile(script, []byte(engineScript), 0o600); err != nil {
		t.Fatal(err)
	}
	program := buildLight(t, runtime.GOOS+"/"+runtime.GOARCH)
	node := exec.Command("node", script, program, "20000")
	var said bytes.Buffer
	node.Dir, node.Stderr = dir, &said
	out, err := node.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, &said)
	}
	var got struct {
		Rows, Wrong, Code int
		Counts            map[string]int
		Types             map[string]string
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("%v in %q, %s", err, out, &said)
	}
	if got.Rows != 20000 || got.Wrong != 0 || got.Code != 0 {
		t.Errorf("%d rows, %d of them not as they were sent, exit code %d: %s", got.Rows, got.Wrong, got.Code, &said)
	}
	want := map[string]int{"documented dv-user-not-member": 5000, "unknown null": 5000, "reject null": 5000}
	for name, n := range want {
		if got.Counts[name] != n {
			t.Errorf("%d rows are %s, want %d: %v", got.Counts[name], name, n, got.Counts)
		}
	}
	for name, want := range map[string]string{"record_id": "Utf8", "failed": "Bool", "captures": "Utf8", "occurred_at": "Timestamp<MICROSECOND, UTC>", "status": "Utf8", "dwtriage_status": "Utf8"} {
		if got.Types[name] != want {
			t.Errorf("column %s is %s, want %s", name, got.Types[name], want)
		}
	}
}
