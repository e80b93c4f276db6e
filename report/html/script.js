// Sorting, filtering, hash state, copy. The report is complete without this script.
(() => {
  'use strict';
  const all = (sel, root = document) => [...root.querySelectorAll(sel)];
  const form = document.getElementById('filter'), banner = document.getElementById('banner');
  const keys = ['from', 'to', 'map', 'company', 'severity', 'signature', 'change', 'q'];
  let anchor = '', sorted = '', strange = []; // strange: what the address asks for and this page does not have
  document.documentElement.classList.add('js');
  if (matchMedia('(min-width: 72rem)').matches) form.parentElement.open = true;

  // Filter: an item says what it is by its data attributes, badges, link to the signature and times;
  // what it does not say does not exclude it.
  function fits(el, want) {
    const d = el.dataset, badge = cls => el.querySelector(cls)?.classList[1], times = all('time', el).map(t => t.dateTime).sort();
    const has = {
      map: d.map ?? el.querySelector('th')?.firstChild.textContent.trim(), company: d.company,
      signature: d.signature ?? el.querySelector('a[href^="#sig-"]')?.hash.slice(5),
      severity: badge('.sev'), change: badge('.chg'),
    };
    for (const k in has) if (want[k] && has[k] && !has[k].split('|').includes(want[k])) return false;
    if (want.from && (d.last ?? times.at(-1) ?? want.from) < want.from) return false;
    if (want.to && (d.first ?? times[0] ?? want.to) > want.to) return false;
    return !want.q || el.matches('.heat tr') || el.textContent.toLowerCase().includes(want.q.toLowerCase());
  }
  function apply() {
    const want = Object.fromEntries(keys.map(k => [k, form.elements[k].value.trim()])), said = [];
    const groups = all('.heat tbody');
    for (const body of groups) body.hidden = groups.length > 1 && body.dataset.company !== want.company;
    for (const list of all('[data-list]')) {
      const items = all('[data-item]', list), of = list.dataset.of;
      for (const el of items) el.hidden = !fits(el, want);
      const shown = items.filter(el => !el.hidden && !el.parentElement.hidden).length;
      all('.none', list).forEach(p => p.hidden = shown > 0);
      // A shortened list can only be searched as far as the page shows it.
      if (list.dataset.list) said.push(`${shown} of ${items.length} ${list.dataset.list}` + (of ? ` shown here (of ${of})` : ''));
    }
    for (const b of all('button[data-company]')) b.setAttribute('aria-pressed', b.dataset.company === want.company);
    const set = keys.filter(k => want[k]);
    banner.hidden = !set.length && !strange.length;
    const word = k => form.elements[k].selectedOptions?.[0].textContent ?? want[k];
    document.getElementById('shown').textContent = strange.map(([k, v]) => `The link asks for ${k} “${v}”, which this page does not have. `).join('')
      + (set.length ? `Filtered by ${set.map(k => `${k === 'q' ? 'text' : k} “${word(k)}”`).join(', ')}: ${said.join(', ')}.` : '');
    return set.map(k => [k, want[k]]);
  }

  // Hash: "#section&map=…&severity=…&sort=table.column.direction"
  function save() {
    const p = new URLSearchParams(apply());
    if (sorted) p.set('sort', sorted);
    const hash = '#' + [anchor, p.toString()].filter(Boolean).join('&');
    if (hash !== (location.hash || '#')) history.replaceState(null, '', hash);
  }
  function load() {
    const p = new URLSearchParams(location.hash.slice(1));
    anchor = [...p].filter(([, v]) => v === '').map(([k]) => k)[0] || '';
    if ([...p].some(([, v]) => v !== '')) {
      for (const k of keys) form.elements[k].value = p.get(k) || '';
      strange = keys.filter(k => p.get(k) && !form.elements[k].value).map(k => [k, p.get(k)]);
      const [id, col, dir] = (p.get('sort') || '').split('.'), th = document.getElementById(id)?.tHead?.rows[0].cells[col];
      if (th) sort(th, dir);
    }
    save();
    const el = anchor && document.getElementById(anchor);
    if (!el) return;
    for (let d = el.closest('details'); d; d = d.parentElement.closest('details')) d.open = true;
    el.scrollIntoView({ behavior: 'instant' });
  }

  // Sort: rows within each tbody, by the cell's data-v, its time, or its text.
  function key(row, col) {
    const cell = row.cells[col];
    // A tab between the parts: it comes before every letter, so a map is followed by its tables and not by a map with a longer name.
    return cell.dataset.v ?? cell.querySelector('time')?.dateTime ?? [...cell.childNodes].map(n => n.textContent).join('\t').trim().replace(/,/g, '');
  }
  function sort(th, dir) {
    const table = th.closest('table'), col = th.cellIndex, sign = dir === 'descending' ? -1 : 1;
    all('[aria-sort]', table).forEach(h => h.removeAttribute('aria-sort'));
    th.setAttribute('aria-sort', sign < 0 ? 'descending' : 'ascending');
    for (const body of table.tBodies) {
      const rows = [...body.rows].filter(r => !r.classList.contains('grp'));
      rows.sort((a, b) => sign * key(a, col).localeCompare(key(b, col), 'en', { numeric: true }));
      body.append(...rows);
    }
    sorted = [table.id, col, th.getAttribute('aria-sort')].join('.');
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
  async function copy(b) {
    const pre = b.parentElement.querySelector('pre');
    try { await navigator.clipboard.writeText(pre.textContent); } catch {
      getSelection().selectAllChildren(pre);
      document.execCommand('copy');
    }
    b.textContent = 'Copied';
    document.getElementById('said').textContent = 'Copied to the clipboard';
    setTimeout(() => b.textContent = 'Copy', 2000);
  }

  form.addEventListener('input', () => { strange = []; save(); });
  form.addEventListener('reset', () => setTimeout(() => { strange = []; save(); }));
  form.addEventListener('submit', e => e.preventDefault());
  document.addEventListener('click', e => {
    const b = e.target.closest('button');
    if (!b) return;
    if (b.matches('.copy')) copy(b);
    if (b.matches('[data-company]')) { form.elements.company.value = b.dataset.company; save(); }
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
