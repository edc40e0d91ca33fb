// Why requests to an endpoint take as long as they do: where the time goes, what they ask the database, what they repeat.
import { html, nothing } from '/lib/lit-html/lit-html.js';
import { count, ms, moment, percent, plural, rate } from './format.js';
import { chip, empty, inBar, note } from './parts.js';
import { layout } from './sql.js';
import { table } from './table.js';

const COLOURS = { service: '--c1', database: '--c3', cache: '--c6', queue: '--c5', external: '--c4' };
const NAMES = { postgresql: 'PostgreSQL', redis: 'Redis' };
const SPANS = 'Services that send OpenTelemetry spans to OTEL_EXPORTER_OTLP_ENDPOINT explain themselves here; ';

const named = part => NAMES[part.name] ?? part.name;
const total = parts => parts.reduce((sum, p) => sum + p.ms, 0);

/** A line in the colours of its parts, and what each is. */
export function time(parts) {
  const all = total(parts) || 1;
  return html`
    <div class="strip" role="img" aria-label=${parts.map(p => `${named(p)} ${ms(p.ms)}`).join(', ')}>${parts.filter(p => p.ms > 0).map(p => html`<i style="flex:${p.ms};background:var(${COLOURS[p.kind] ?? '--c7'})"></i>`)}</div>
    <ul class="time-parts">${parts.map(p => html`<li><i style="background:var(${COLOURS[p.kind] ?? '--c7'})"></i><span>${named(p)}${p.kind === 'service' ? html` <span class="faint">own code</span>` : nothing}</span>
      <span class="n faint">${p.calls > 1 ? `${rate(p.calls)} calls` : ''}</span><span class="n">${percent(p.ms / all)}</span><b class="n">${ms(p.ms)}</b></li>`)}</ul>`;
}

/** The mean request. */
export const analysis = a => (a.requests
  ? html`${time(a.parts)}${a.bottleneck ? html`<p class="said-so">Without ${named(a.bottleneck)} a request would be ${ms(a.bottleneck.ms)} faster.</p>` : nothing}`
  : empty('No trace of it in this time.', SPANS + 'a sample of requests is kept.'));

/** statements, over so many requests. */
export const statements = ({ id, uses, requests, link, redraw }) => table({
  id, caption: 'Statements of a request', rows: uses, key: s => s.fingerprint, sort: 1, tall: true,
  empty: empty('No statement in these requests.', 'Statements are known where the service sends spans for them, or where the router sees its traceparent comment.'),
  columns: [
    { title: 'Statement', grow: true, value: s => s.text, cell: s => html`<a href=${link('/query/' + s.fingerprint)}><code class="sql" title=${s.text}>${s.text || s.fingerprint}</code></a>` },
    { title: 'Time', numeric: true, hint: 'Of one request, all its calls together', value: s => s.ms, cell: s => inBar(s.ms / Math.max(...uses.map(u => u.ms), 0.001), ms(s.ms / requests)) },
    { title: 'Calls', numeric: true, hint: 'In one request', value: s => s.count, cell: s => rate(s.count / requests), style: s => (s.count / requests >= 5 ? 't-warn' : '') },
    { title: 'Queued', numeric: true, wide: true, hint: 'Of its time, waiting in the router for a connection', value: s => s.queueMs, cell: s => (s.queueMs ? ms(s.queueMs / requests) : html`<span class="faint">0</span>`) },
    { title: 'Rows', numeric: true, wide: true, hint: 'Returned in one request', value: s => s.rows, cell: s => rate(s.rows / requests) },
  ],
}, redraw);

const HOW = { 'n-plus-one': 'once per row of another', pattern: 'as a sequence, again and again', http: 'once per item' };
const PROOF = {
  different: 'With different values each time: one call for all of them could do.',
  equal: 'With the same values each time: asking once would do.',
  unknown: 'Whether the values differ is not known.',
};

/** Calls that one request repeats. */
export const repeated = (calls, link) => (calls.length
  ? html`<ul class="repeats">${calls.map(r => html`<li>
      <div class="times-n"><b>${rate(r.meanCalls)} ×</b><span class="note">at most ${count(r.mostCalls)}</span></div>
      <div class="what"><code class="sql" title=${r.text}>${r.text}</code>
        <span class="note">${HOW[r.kind] ?? r.kind}, in ${r.parent} · ${PROOF[r.proof] ?? ''}</span>
        <span class="row note">${r.kind === 'http' ? nothing : html`<a href=${link('/query/' + r.fingerprint)}>The statement</a>`}${r.samples.slice(0, 3).map(t => html`<a href=${link('/trace/' + t)}>trace <code>${t.slice(0, 8)}</code></a>`)}</span></div>
      <div class="n"><b>${ms(r.meanMs)}</b><span class="note">of a request</span><span class="note">${plural(r.traces, 'trace')}</span></div></li>`)}</ul>`
  : empty('No call is repeated.', 'A statement that one request runs once per row (N+1), and its like, would be told here.'));

/** The slowest requests, each with its statements. */
export function slow({ requests, local, redraw, link }) {
  if (!requests.length) return empty('No slow request is known in this time.', SPANS + 'the slowest of those that were kept are listed.');
  const open = (local.open ??= new Set());
  const most = Math.max(...requests.map(r => r.durationMs), 0.001);
  return html`<ul class="groups slow">${requests.map(r => html`<li><details .open=${open.has(r.trace)} @toggle=${e => { e.target.open ? open.add(r.trace) : open.delete(r.trace); redraw(); }}>
    <summary><div class="what"><span class="row"><b>${moment(r.time)}</b>${r.status ? html`<span class="tag ${r.status >= 500 ? 'bad' : ''}">${r.status}</span>` : nothing}${r.error && !r.status ? chip('error', 'bad') : nothing}</span>
      <span class="note">${said(r)}</span></div>
      <div class="n">${inBar(r.durationMs / most, html`<b>${ms(r.durationMs)}</b>`)}</div></summary>
    ${open.has(r.trace) ? html`<div class="more">${time(r.parts)}
      ${r.statements.length ? html`<table class="plain"><thead><tr><th scope="col">Statement</th><th scope="col" class="n">Calls</th><th scope="col" class="n">Time</th><th scope="col" class="n wide-only">Queued</th><th scope="col" class="n">Rows</th></tr></thead><tbody>
        ${r.statements.slice(0, 12).map(s => html`<tr><td class="g"><a href=${link('/query/' + s.fingerprint)}><code title=${layout(s.text)}>${s.text}</code></a></td><td class="n">${count(s.count)}</td><td class="n">${ms(s.ms)}</td><td class="n wide-only">${ms(s.queueMs)}</td><td class="n">${count(s.rows)}</td></tr>`)}</tbody></table>` : note('No statement of it is known.')}
      <p><a href=${link('/trace/' + r.trace)}>Open the trace as a waterfall</a></p></div>` : nothing}
  </details></li>`)}</ul>`;
}

function said(r) {
  const calls = r.statements.reduce((sum, s) => sum + s.count, 0);
  const most = r.parts[0];
  return [
    most ? `${percent(most.ms / (total(r.parts) || 1))} ${named(most)}` : 'only the gateway tells of it',
    calls ? `${plural(calls, 'statement')}, ${ms(r.statements.reduce((sum, s) => sum + s.ms, 0))}` : '',
  ].filter(Boolean).join(' · ');
}
