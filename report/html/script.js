// Sorting, filtering, hash state, copy. The report is complete without this script.
(() => {
  'use strict';
  const all = (sel, root = document) => [...root.querySelectorAll(sel)];
  const form = document.getElementById('filter'), banner = document.getElementById('banner');
  const keys = ['from', 'to', 'map', 'company', 'severity', 'signature', 'change', 'q'];
  const sorted = new Map(); // by the id of a table its order, as the address has it
  let anchor = '', strange = []; // strange: what the address asks for and this page does not have
  document.documentElement.classList.add('js');
  if (matchMedia('(min-width: 72rem)').matches) form.parentElement.open = true;

  // The findings, the changes and the heat table are drawn from the data of the page: a filter and an order are of all
  // its rows, of which the table shows the first ones. Fields of a row are named here and numbered there.
  const data = JSON.parse(document.getElementById('data').textContent);
  const fields = {
    Findings: ['id', 'map', 'table', 'company', 'signature', 'title', 'severity', 'category', 'change', 'records', 'keys', 'first', 'last', 'mute', 'others', 'categories'],
    Changes: ['change', 'signature', 'title', 'map', 'severity', 'records', 'before', 'first', 'last', 'known', 'periods'],
    Touches: ['map', 'company', 'signature', 'severity', 'change', 'first', 'last'],
  };
  const several = '(several)'; // stands for names that the page does not list
  const named = ['map', 'table', 'company', 'signature', 'title', 'mute', 'periods'];
  const rowsOf = (list, rows = data[list]) => (rows ?? []).map(values => {
    const r = {};
    fields[list].forEach((k, i) => r[k] = named.includes(k) ? data.Names[values[i]] : values[i]);
    r.sev = data.Severities[r.severity];
    r.chg = data.States[r.change] ?? '';
    r.sig = r.signature === several ? several : r.signature.replace(/[^a-zA-Z0-9-]/gu, '-');
    return r;
  });
  const num = n => n.toLocaleString('en');
  const count = (n, one) => `${num(n)} ${n === 1 ? one : one + 's'}`;
  const word = w => w && w[0].toUpperCase() + w.slice(1);
  const companyKey = name => name.trim() ? name : '(none)';
  const iso = t => t ? new Date((data.Base + t) * 1000).toISOString().slice(0, 19) + 'Z' : '';
  const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

  function el(name, attributes, ...children) {
    const e = document.createElement(name);
    for (const k in attributes) if (attributes[k]) e.setAttribute(k, attributes[k]);
    e.append(...children.filter(c => c !== ''));
    return e;
  }
  function time(t) {
    if (!t) return el('span', { class: 'muted' }, 'not known');
    const d = new Date((data.Base + t) * 1000), two = n => String(n).padStart(2, '0'), year = d.getUTCFullYear();
    return el('time', { datetime: iso(t) }, `${d.getUTCDate()} ${months[d.getUTCMonth()]}${year === data.Year ? '' : ' ' + year} ${two(d.getUTCHours())}:${two(d.getUTCMinutes())}`);
  }
  const shownSignature = r => document.getElementById('sig-' + r.sig);
  const title = r => r.title.trim() ? r.title : r.signature;
  const signature = r => shownSignature(r) ? el('a', { href: '#sig-' + r.sig }, title(r)) : title(r);
  const severity = r => el('td', { class: 'sev ' + r.sev, 'data-v': String(r.severity) }, word(r.sev));

  // Rows that are copied have the columns of the file that the page names beneath the table, as far as it has them, as they are called and written
  // there: they go below rows of it. The severity of a change, which its file does not have, comes last.
  const cellTime = t => iso(t).slice(0, 19).replace('T', ' ');
  const rated = r => r.sev === 'unrated' ? '' : r.sev;

  const compared = form.elements.change.options.length > 1;
  const tables = ['t-findings', 't-changes'].map(id => document.getElementById(id)).filter(Boolean).map(table => ({ table, body: table.tBodies[0], first: [...table.tBodies[0].rows], ...{
    't-findings': {
      name: 'finding', file: 'failing_entities.csv', rows: rowsOf('Findings'), of: data.Of.findings, whole: data.Whole.findings,
      text: r => [r.map, r.table, r.company, title(r), r.signature, r.sev, r.chg, r.mute].join('\n').toLowerCase(),
      values: [r => r.map + '\t' + r.table, r => r.company.trim() || 'not set', title, r => r.severity, ...(compared ? [r => r.change] : []), r => r.records, r => r.keys, r => r.first, r => r.last],
      draw: r => el('tr', { id: 'f-' + r.id, 'data-map': r.map, 'data-company': companyKey(r.company), 'data-signature': r.sig },
        el('th', { scope: 'row' }, el('a', { href: '#f-' + r.id }, r.map), r.table && el('code', { class: 'sub' }, r.table)),
        el('td', {}, r.company.trim() ? r.company : 'not set'),
        el('td', {}, signature(r), r.mute && el('span', { class: 'sub' }, r.mute)),
        severity(r), ...(compared ? [el('td', { class: r.chg && 'chg ' + r.chg }, word(r.chg))] : []),
        el('td', { class: 'num' }, num(r.records)), el('td', { class: 'num' }, r.keys ? num(r.keys) : el('span', { class: 'muted' }, 'not known')),
        el('td', {}, time(r.first)), el('td', {}, time(r.last))),
      csv: { where: r => r.map, dataverse_table: r => r.table, company: r => r.company, signature: r => r.signature, title: r => r.title, severity: rated, ...(compared && { change: r => r.chg }), records: r => r.records, affected_keys: r => r.keys, first_seen: r => cellTime(r.first), last_seen: r => cellTime(r.last) },
    },
    't-changes': {
      name: 'change', file: 'changes.csv', rows: rowsOf('Changes'), of: data.Of.changes, whole: data.Whole.changes,
      text: r => [r.chg, title(r), r.signature, r.map, r.sev].join('\n').toLowerCase(),
      values: [r => r.change, r => title(r) + '\t' + r.map, r => r.severity, r => r.records, r => r.before, r => r.first, r => r.last, r => r.known],
      draw: r => el('tr', { 'data-map': r.map, 'data-signature': r.sig },
        el('td', { class: 'chg ' + r.chg, 'data-v': String(r.change) }, word(r.chg)),
        el('th', { scope: 'row' }, signature(r), el('span', { class: 'sub' }, r.map, ...(shownSignature(r) ? [] : [' · ', el('code', {}, r.signature)]))),
        severity(r), el('td', { class: 'num' }, num(r.records)), el('td', { class: 'num' }, num(r.before)),
        el('td', {}, time(r.first)), el('td', {}, time(r.last)), el('td', {}, time(r.known)), el('td', { class: 'num' }, r.periods)),
      csv: { change: r => r.chg, signature: r => r.signature, title: r => r.title, records: r => r.records, previous_records: r => r.before, first_seen: r => cellTime(r.first), last_seen: r => cellTime(r.last), known_since: r => cellTime(r.known), periods: r => r.periods.replaceAll(' · ', ', '), where: r => r.map, severity: rated },
    },
  }[table.id] }));
  const findings = tables.find(t => t.name === 'finding'), step = data.Step;
  const order = new Intl.Collator('en', { numeric: true });
  const compare = (a, b) => typeof a === 'number' ? a - b : order.compare(a, b);

  // A change is of all companies of a map; of one that fails now the findings say which these are, where the page has all of them.
  const byMap = findings && !findings.of ? Map.groupBy?.(findings.rows, r => r.sig + '\t' + r.map) : undefined;
  const companiesOf = r => r.company === undefined ? byMap?.get(r.sig + '\t' + r.map)?.map(f => companyKey(f.company)) : [companyKey(r.company)];

  // Filter: what a row or item does not say does not exclude it.
  function keeps(want) {
    const from = want.from && Date.parse(want.from + 'Z') / 1000 - data.Base, to = want.to && Date.parse(want.to + 'Z') / 1000 - data.Base, q = want.q.toLowerCase();
    return (r, text) => (!want.map || r.map === want.map) && (!want.company || companiesOf(r)?.includes(want.company) !== false)
      && (!want.severity || r.sev === want.severity) && (!want.change || !r.chg || r.chg === want.change) && (!want.signature || r.sig === want.signature)
      && !(want.from && r.last && r.last < from) && !(want.to && r.first && r.first > to) && (!q || text(r).includes(q));
  }
  // An item of another list is spoken of when any of its records passes. Which findings these are of the data says, or else the signatures of the
  // item, all of whose findings it is about; what they leave open does not exclude it.
  const bySignature = Map.groupBy?.(findings?.rows ?? [], r => r.sig);
  const ofSignature = sig => bySignature ? bySignature.get(sig) ?? [] : (findings?.rows ?? []).filter(r => r.sig === sig);
  const titles = new Map((findings?.rows ?? []).map(r => [r.sig, title(r)]));
  function touches(item) {
    const rows = data.Touches[item.id];
    return { rows: rows ? rowsOf('Touches', rows) : (item.dataset.signature ?? '').split('|').flatMap(ofSignature), all: Boolean(rows) || !findings?.of };
  }
  function fits(item, want) {
    const { rows, all } = item.touched ??= touches(item), said = !want.q || item.textContent.toLowerCase().includes(want.q.toLowerCase());
    const is = (has, wanted) => !wanted || has === wanted || has === several, from = want.from && Date.parse(want.from + 'Z') / 1000 - data.Base, to = want.to && Date.parse(want.to + 'Z') / 1000 - data.Base;
    const kept = rows.some(r => is(r.map, want.map) && is(companyKey(r.company), want.company) && is(r.sig, want.signature)
      && (r.sig === several || is(r.sev, want.severity)) && (!r.chg || is(r.chg, want.change))
      && !(want.from && r.last && r.last < from) && !(want.to && r.first && r.first > to)
      && (said || [r.map, r.table, r.company, titles.get(r.sig), r.signature, r.sev, r.chg].join('\n').toLowerCase().includes(want.q.toLowerCase())));
    return kept || !(rows.length && all) && says(item, want);
  }
  // Of an item whose findings are not all here: its data attributes, badges and times.
  function says(item, want) {
    const d = item.dataset, badge = cls => item.querySelector(cls)?.classList[1], times = all('time', item).map(t => t.dateTime).sort();
    const has = { map: d.map, company: d.company, signature: d.signature, severity: badge('.sev'), change: badge('.chg') };
    for (const k in has) if (want[k] && has[k] && !has[k].split('|').some(v => v === want[k] || v === several)) return false;
    if (want.from && (d.last || times.at(-1) || want.from) < want.from) return false;
    if (want.to && (d.first || times[0] || want.to) > want.until) return false;
    return !want.q || item.textContent.toLowerCase().includes(want.q.toLowerCase());
  }
  // What a link leads to is shown although the filter hides it: a link that does nothing looks broken, and one that takes the filter away
  // takes what somebody chose. The row of a finding stands then before those that the filter keeps.
  const linkedItem = () => anchor && document.getElementById(anchor)?.closest('[data-item]');
  const linkedFinding = () => anchor.startsWith('f-') ? findings?.rows.find(r => 'f-' + r.id === anchor) : undefined;
  let led = false; // to what the filter hides

  function apply() {
    const linked = linkedItem(), row = linkedFinding();
    const want = Object.fromEntries(keys.map(k => [k, form.elements[k].value.trim()])), said = [];
    const set = keys.filter(k => want[k]), keep = keeps(want);
    want.until = want.to && new Date(want.to + 'Z').toISOString().slice(0, 19) + 'Z';
    led = Boolean(row) && set.length > 0 && !keep(row, findings.text);
    for (const t of tables) {
      t.kept = set.length ? t.rows.filter(r => keep(r, t.text)) : t.rows;
      show(t, set.length > 0);
      const of = t.of ? ` on this page (of ${num(t.of)})` : '', records = rows => rows.reduce((n, r) => n + r.records, 0);
      // What did not fail in this period, quiet or resolved, has no company here: it is kept whatever company is asked for, and said to be.
      const open = want.company ? t.kept.filter(r => !companiesOf(r)).length : 0;
      said.push(`${num(t.kept.length)} of ${count(t.rows.length, t.name)}${of}` + (open ? ` (${num(open)} whose company the page does not know)` : '') + (t === findings ? ` with ${num(records(t.kept))} of ${count(records(t.rows), 'record')}` : ''));
    }
    heat(want, set);
    for (const list of all('[data-list]')) {
      const items = all('[data-item]', list), of = list.dataset.of;
      for (const item of items) {
        item.hidden = !fits(item, want);
        if (item === linked) led = item.hidden;
      }
      const shown = items.filter(item => !item.hidden).length;
      if (linked && list.contains(linked)) linked.hidden = false;
      for (const heading of all('h3.group', list)) heading.hidden = !all('[data-item]', heading.nextElementSibling).some(item => !item.hidden);
      all('.none', list).forEach(p => p.hidden = shown > 0);
      for (const more of all('details.more:has([data-item])', list)) {
        more.hidden = !all('[data-item]', more).some(item => !item.hidden);
        if (set.length) more.open = true;
      }
      // A shortened list can only be searched as far as the page shows it.
      said.push(`${num(shown)} of ${num(items.length)} ${list.dataset.list}` + (of ? ` shown here (of ${of})` : ''));
    }
    for (const b of all('button[data-company]')) b.setAttribute('aria-pressed', b.dataset.company === want.company);
    document.documentElement.classList.toggle('filtered', set.length > 0);
    banner.hidden = !set.length && !strange.length;
    const chosen = k => form.elements[k].selectedOptions?.[0].textContent ?? want[k];
    document.getElementById('shown').textContent = strange.map(([k, v]) => `The link asks for ${k} “${v}”, which this page does not have. `).join('')
      + (led ? 'The item that the link leads to does not match the filter. ' : '')
      + (set.length ? `Filtered by ${set.map(k => `${k === 'q' ? 'text' : k} “${chosen(k)}”`).join(', ')}: ${said.join(', ')}.`
        + (want.from || want.to ? ' A finding is kept where that time touches the span from its first to its last record, and counts with all of them.' : '')
        + (findings?.rows.some(r => r.others) ? ' Findings that the page sums up count only where all of them match.' : '')
        + (want.q && findings && !findings.kept.length ? ' Findings are searched by names, titles and signatures: keys and messages of records are in records.csv, and in the database (dwtriage query).' : '')
        + ' Everything else is of the whole night.' : '');
    return set.map(k => [k, want[k]]);
  }

  // A table shows the first rows of what it keeps; without filter and order, those that it came with.
  function show(t, filtered) {
    const ordered = t.sort && t.touched;
    if (ordered) {
      const value = t.values[t.sort.col];
      t.kept = t.kept.map(r => [value(r), r]).sort((a, b) => t.sort.sign * compare(a[0], b[0])).map(([, r]) => r);
    }
    const as = filtered || ordered ? t.kept.slice(0, t.most ??= step) : t.first;
    const trs = as.map(r => r instanceof Element ? r : r.tr ??= t.draw(r)), row = t === findings && linkedFinding();
    if (row && !trs.some(tr => tr.id === anchor)) trs.unshift(row.tr ??= t.draw(row)); // it is not among the first rows
    t.body.replaceChildren(...trs);
    all('[data-counts]', t.table).forEach(c => c.hidden = filtered || ordered);
    const hidden = t.kept.length - as.length, match = t.match;
    match.hidden = !filtered && !ordered;
    const found = t.kept.length ? `${num(as.length)} of ${num(t.kept.length)} ${filtered ? 'that match' : t.name + 's'} are shown` : `No ${t.name} matches the filter`;
    const lacking = t.whole ? `all ${count(t.rows.length, 'row')} of ${t.file}, for ${count(t.of, t.name)}` : `${num(t.rows.length)} of ${count(t.of ?? 0, t.name)}, more are in ${t.file}`;
    match.firstChild.textContent = (t.of ? `${found}; the page has ${lacking}` : found) + '. ';
    t.more.hidden = hidden <= 0 || match.hidden;
    t.more.textContent = hidden > 0 ? `Show ${num(Math.min(step, hidden))} more` : '';
    t.copy.hidden = !t.kept.length;
    t.copy.textContent = `Copy ${count(t.kept.length, 'row')} as CSV`;
  }
  for (const t of tables) {
    t.match = t.table.parentElement.nextElementSibling;
    t.more = el('button', { type: 'button' });
    t.copy = el('button', { type: 'button', class: 'rows' });
    t.match.append('', t.more);
    t.match.after(el('p', { class: 'rest js-only' }, t.copy));
    t.more.onclick = () => { t.most += step; save(); };
    t.copy.onclick = async () => {
      await put(csvOf(t));
      document.getElementById('said').textContent = `${count(t.kept.length, 'row')} copied to the clipboard`;
    };
  }
  // No text begins a formula, whatever separates the cells of the program it is pasted into.
  function cell(v) {
    const text = String(v).replace(/([;\t\r\n][\s"]*)(?=[=+\-@＝＋－＠])/gu, "$1'").replace(/^[\s\p{C}]*[=+\-@＝＋－＠]/u, "'$&");
    return /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  }
  function csvOf(t) {
    const columns = Object.entries(t.csv);
    return [columns.map(([name]) => name), ...t.kept.map(r => columns.map(([, value]) => cell(value(r))))].map(cells => cells.join(',')).join('\r\n') + '\r\n';
  }

  // The heat table of what the filter keeps. Companies have rows of their own, which hold also what the data leaves out.
  function short(n) {
    if (n < 10000) return num(n);
    const unit = n < 1e6 ? 'k' : 'M', thousandths = n < 1e6 ? n : Math.floor(n / 1000);
    return (thousandths >= 100000 ? num(Math.floor(thousandths / 1000)) : `${Math.floor(thousandths / 1000)}.${Math.floor(thousandths % 1000 / 100)}`) + unit;
  }
  const heatTable = document.getElementById('heat');
  const wholeNight = heatTable ? [...heatTable.tFoot.rows] : [];
  let ownHeat;
  function heat(want, set) {
    if (!heatTable) return;
    ownHeat?.remove();
    const groups = [...heatTable.tBodies], own = set.some(k => k !== 'company') || want.company && !groups.some(b => b.dataset.company === want.company);
    for (const body of groups) body.hidden = own || groups.length > 1 && body.dataset.company !== want.company;
    const none = heatTable.parentElement.querySelector('.none');
    none.hidden = true;
    heatTable.tFoot.hidden = own || groups.length > 1 && Boolean(want.company); // its numbers are of the whole night
    heatTable.tFoot.replaceChildren(...wholeNight);
    if (!own) return;
    const width = heatTable.tHead.rows[0].cells.length, maps = new Map();
    let records = 0;
    for (const r of findings?.kept ?? []) {
      if (!maps.has(r.map)) maps.set(r.map, Array(width - 1).fill(0));
      const cells = maps.get(r.map);
      cells[0] += r.records;
      for (const [category, n] of r.categories ?? [[r.category, r.records]]) if (category >= 0) cells[1 + category] += n;
      records += r.records;
    }
    none.hidden = maps.size > 0;
    if (!maps.size) return;
    const { col, sign } = heatTable.order ?? { col: 1, sign: -1 }, most = data.HeatRows;
    const rows = [...maps].sort((a, b) => (a[0] === several) - (b[0] === several) || sign * (col ? a[1][col - 1] - b[1][col - 1] : order.compare(a[0], b[0])));
    const sums = rows.reduce((all, [, cells]) => all.map((n, i) => n + cells[i]), Array(width - 1).fill(0));
    const number = (n, cls) => el('td', { class: cls, title: n >= 10000 && num(n), 'data-v': n >= 10000 && String(n) }, n ? short(n) : '');
    const shade = n => { const i = data.Shades.findLastIndex(least => n >= least); return i < 0 ? '' : `h${i + 1}`; };
    ownHeat = el('tbody', {}, el('tr', { class: 'grp' }, el('th', { scope: 'rowgroup', colspan: String(width) },
      `What the filter keeps${findings.of ? ' of the findings on this page' : ''}: ${count(records, 'record')} in ${count(maps.size, 'row')}${maps.size > most ? `, of which ${most} are shown` : ''}`)),
      ...rows.slice(0, most).map(([map, cells]) => el('tr', {}, el('th', { scope: 'row' }, map), number(cells[0], 'all'), ...cells.slice(1).map(n => number(n, shade(n))))));
    heatTable.tFoot.hidden = false;
    heatTable.tFoot.replaceChildren(el('tr', {}, el('th', { scope: 'row' }, 'All that match'), ...sums.map(n => number(n))));
    heatTable.tFoot.before(ownHeat);
  }

  // Hash: "#section&map=…&severity=…&sort=table.column.direction&sort=…", an order for each table that has one
  function save() {
    const p = new URLSearchParams(apply());
    for (const order of sorted.values()) p.append('sort', order);
    const hash = '#' + [anchor, p.toString()].filter(Boolean).join('&');
    if (hash !== (location.hash || '#')) history.replaceState(null, '', hash);
  }
  function load() {
    const p = new URLSearchParams(location.hash.slice(1));
    anchor = [...p].filter(([, v]) => v === '').map(([k]) => k)[0] || '';
    if ([...p].some(([, v]) => v !== '')) {
      const asked = k => k === 'company' && p.get(k)?.length <= 4 ? p.get(k).toUpperCase() : p.get(k); // older pages have usmf beside USMF
      for (const k of keys) offer(k, asked(k));
      strange = keys.filter(k => p.get(k) && !form.elements[k].value).map(k => [k, p.get(k)]);
      for (const order of p.getAll('sort').flatMap(orders => orders.split(','))) {
        const [id, col, dir] = order.split('.'), th = document.getElementById(id)?.tHead?.rows[0].cells[col];
        if (th?.dataset.sort) sort(th, dir);
      }
    }
    // An item of another night, or one that this page has no room for.
    strange = strange.filter(([k]) => k !== 'item');
    if (anchor && !keys.includes(anchor) && !document.getElementById(anchor) && !linkedFinding()) strange.push(['item', anchor]);
    save();
    const target = anchor && document.getElementById(anchor);
    if (!target) return;
    for (let d = target.closest('details'); d; d = d.parentElement.closest('details')) d.open = true;
    // The banner stays at the top, and what it says may take several lines.
    document.documentElement.style.scrollPaddingTop = banner.hidden ? '' : `${banner.offsetHeight + 8}px`;
    target.scrollIntoView({ behavior: 'instant' });
  }
  // A select offers the names of most records; a link or button may ask for another one that the page has.
  function offer(k, value) {
    const field = form.elements[k];
    field.value = value || '';
    if (!value || field.value || !field.options) return;
    const has = { map: r => r.map, company: r => companyKey(r.company ?? ''), signature: r => r.sig }[k];
    const row = has && tables.flatMap(t => t.rows).find(r => has(r) === value);
    // The heat table counts companies of which the page has no finding of their own, too.
    if (!row && !(k === 'company' && all('#heat tbody').some(b => b.dataset.company === value))) return;
    field.append(new Option(k === 'signature' ? title(row) : value, value));
    field.value = value;
  }

  // Sort: rows within each tbody, by the cell's data-v, its time, or its text.
  function key(row, col) {
    const cell = row.cells[col];
    if (cell.textContent === 'not known') return '';
    // A tab between the parts: it comes before every letter, so a map is followed by its tables and not by a map with a longer name.
    return cell.dataset.v ?? cell.querySelector('time')?.dateTime ?? [...cell.childNodes].map(n => n.textContent).join('\t').trim().replace(/,/g, '');
  }
  function sort(th, dir) {
    const table = th.closest('table'), col = th.cellIndex, sign = dir === 'descending' ? -1 : 1;
    all('[aria-sort]', table).forEach(h => h.removeAttribute('aria-sort'));
    th.setAttribute('aria-sort', sign < 0 ? 'descending' : 'ascending');
    all('[data-order]', table).forEach(o => o.textContent = `, in the order of ${th.textContent.toLowerCase()}`);
    const long = tables.find(t => t.table === table);
    if (long) Object.assign(long, { sort: { col, sign }, touched: true });
    if (table === heatTable) heatTable.order = { col, sign };
    for (const body of long ? [] : table.tBodies) {
      // What is equal stands as it came, whatever the order was before: the address has only the last one.
      const rows = [...body.came ??= [...body.rows].filter(r => !r.classList.contains('grp'))];
      rows.sort((a, b) => sign * key(a, col).localeCompare(key(b, col), 'en', { numeric: true }));
      body.append(...rows);
    }
    sorted.set(table.id, [table.id, col, th.getAttribute('aria-sort')].join('.'));
  }
  for (const th of all('th[data-sort]')) {
    const b = document.createElement('button');
    b.type = 'button';
    b.append(...th.childNodes);
    th.append(b);
    b.onclick = () => {
      const down = th.dataset.sort === 'down', now = th.getAttribute('aria-sort');
      sort(th, now ? (now === 'ascending' ? 'descending' : 'ascending') : down ? 'descending' : 'ascending');
      save();
    };
  }

  // Copy: a button on every .sql block; it says when it is done.
  for (const box of all('.sql')) {
    const b = document.createElement('button');
    b.type = 'button';
    b.className = 'copy';
    b.textContent = 'Copy';
    b.ariaLabel = 'Copy: ' + box.previousElementSibling.textContent;
    box.prepend(b);
  }
  async function put(text, at) {
    try { await navigator.clipboard.writeText(text); } catch {
      at ??= document.body.appendChild(el('pre', { class: 'hide' }, text));
      getSelection().selectAllChildren(at);
      document.execCommand('copy');
      if (at.matches('body > pre')) at.remove();
    }
  }
  async function copy(b) {
    const pre = b.parentElement.querySelector('pre');
    await put(pre.textContent, pre);
    b.textContent = 'Copied';
    document.getElementById('said').textContent = 'Copied to the clipboard';
    setTimeout(() => b.textContent = 'Copy', 2000);
  }

  // Another filter: what a link led to is hidden again where that hides it, and then the address leads there no more.
  const again = () => {
    strange = [];
    for (const t of tables) t.most = step;
    save();
    if (!led) return;
    anchor = '';
    save();
  };
  form.addEventListener('input', again);
  form.addEventListener('reset', () => setTimeout(again));
  form.addEventListener('submit', e => e.preventDefault());
  document.addEventListener('click', e => {
    const b = e.target.closest('button');
    if (!b) return;
    if (b.matches('.copy')) copy(b);
    if (b.matches('[data-company]')) { offer('company', b.dataset.company); again(); }
    if (b.matches('[data-open]')) all('.sig').forEach(d => d.open = b.dataset.open === 'yes');
    if (b.matches('[data-reset]')) form.reset();
  });
  addEventListener('hashchange', load);

  // Mark the section being read in the navigation.
  const seen = new IntersectionObserver(es => es.filter(e => e.isIntersecting).forEach(e => {
    for (const a of all('.side nav a')) a.hash === '#' + e.target.id ? a.setAttribute('aria-current', 'true') : a.removeAttribute('aria-current');
  }), { rootMargin: '-15% 0px -75%' });
  all('main > section[id]').forEach(s => seen.observe(s));
  load();
})();
