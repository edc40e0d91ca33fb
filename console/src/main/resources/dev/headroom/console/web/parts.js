// Small pieces that several pages use.
import { html, nothing, svg } from '/lib/lit-html/lit-html.js';
import { DASH, moment, seconds } from './format.js';
import { icon } from './icons.js';

const GOOD = new Set(['up', 'ready', 'ok', 'online', 'connected', 'resolved', 'inactive', 'applied', 'closed']);
const BAD = new Set(['down', 'unhealthy', 'backing-off', 'unplaced', 'fail', 'failed', 'gone', 'firing', 'interrupted', 'rejected', 'open']);

/** The mood of a life-cycle word; told by colour and by shape. */
export const mood = state => (GOOD.has(state) ? 'good' : BAD.has(state) ? 'bad' : state === 'unknown' ? 'none' : 'warn');
const SHAPES = { good: 'good', warn: 'warn', bad: 'bad', none: 'wait' };

export const chip = (state, as = mood(state)) => html`<span class="chip ${as}">${icon(SHAPES[as])}${state}</span>`;

export const tag = (text, title) => html`<span class="tag" title=${title ?? nothing}>${text}</span>`;
export const simulated = html`<span class="tag sim" title="Real instance types and list prices; the machines do not exist">simulated</span>`;
export const modelled = why => html`<span class="tag sim" title=${why}>modelled</span>`;
export const sampled = html`<span class="tag" title="Spans are a sample; the figures of endpoints are exact">sampled</span>`;

/** Shown when the newest value of a source is older than it should be. */
export const age = milliseconds =>
  milliseconds > 15000 ? html`<span class="tag old" title="The newest value of this source">data ${seconds(milliseconds / 1000)} old</span>` : nothing;

/** Beside figures of the moment, while the range that is chosen is over. */
export const nowOnly = range => (range.live ? nothing : html`<span class="tag old" title="These figures are of now, not of the range above">now</span>`);

/** A card. aside stands at the right end of its head. */
export const card = (title, body, { width = 12, note = nothing, aside = nothing, id = nothing, flush = false } = {}) => html`
  <section class="card w${width} ${flush ? 'flush' : ''}" id=${id}>
    <header><h2>${title}</h2>${note}${aside === nothing ? nothing : html`<div class="aside">${aside}</div>`}</header>
    ${body}
  </section>`;

export const note = text => html`<span class="note">${text}</span>`;

/** items: [{name, value, unit, note, mood, spark, href}] */
export const figures = (label, items) => row(label, items.filter(Boolean));

/* As many to a row as leave no hole, or the smallest. */
const row = (label, items) => html`
  <dl class="figures w12" aria-label=${label} style="--n:${items.length};--half:${[0, 1, 2, 3, 4, 5, 3][items.length] ?? 4};--third:${[0, 1, 2, 3, 4, 3, 3][items.length] ?? 4}">${items.map(f => html`
    <div class="figure ${f.mood ?? ''}">
      <dt>${f.name}</dt>
      <dd><span class="value">${f.value}</span>${f.unit ? html`<span class="unit">${f.unit}</span>` : nothing}</dd>
      <div class="under">${f.note ?? nothing}</div>
      ${f.spark ? spark(f.spark) : nothing}
    </div>`)}</dl>`;

/** A line without axes, of the last values. */
export function spark(values) {
  const known = values.filter(v => v !== undefined && v !== null);
  if (known.length < 2) return html`<div class="spark"></div>`;
  const most = Math.max(...known) || 1;
  const x = i => (100 * i) / (values.length - 1);
  const y = v => 27 - (24 * v) / most;
  const line = values.map((v, i) => (v === undefined || v === null ? '' : `${x(i).toFixed(2)},${y(v).toFixed(2)}`)).filter(Boolean).join(' ');
  return html`<div class="spark"><svg viewBox="0 0 100 28" preserveAspectRatio="none" aria-hidden="true">
    ${svg`<polygon points="0,28 ${line} 100,28"></polygon><polyline points=${line}></polyline>`}</svg></div>`;
}

/** Of what there is: used, dark, over asked, pale. */
export function meter(label, { used, asked, all, text, mood: as = '' }) {
  const width = value => (all > 0 && value ? Math.min(100, (100 * value) / all) : 0) + '%';
  return html`
    <div class="meter ${as}"><div class="said"><span>${label}</span><span>${text}</span></div>
      <div class="bar" role="img" aria-label="${label}: ${text}">${asked === undefined ? nothing : html`<i style="width:${width(asked)}"></i>`}<b style="width:${width(used)}"></b></div></div>`;
}

/** A share as a bar behind its number. */
export const inBar = (share, text) => html`<span class="in-bar"><i style="width:${Math.max(0, Math.min(100, share * 100))}%"></i><span>${text}</span></span>`;

/** [[name, value], …] */
export const facts = pairs => html`<dl class="facts">${pairs.filter(Boolean).map(([name, value]) => html`<dt>${name}</dt><dd>${value ?? DASH}</dd>`)}</dl>`;

/** Says what is missing, why, and what would bring it. */
export const empty = (title, why = nothing) => html`<div class="empty"><b>${title}</b><p>${why}</p></div>`;

/** events: [{time, text, kind, mood}] */
export const timeline = (events, none) => events.length
  ? html`<ol class="timeline">${events.map(e => html`<li class=${e.mood ?? ''}>
      <time datetime=${new Date(e.time).toISOString()}>${moment(e.time)}</time>
      <div><p>${e.text}</p>${e.kind ? html`<span class="kind">${e.kind}</span>` : nothing}</div></li>`)}</ol>`
  : none;

/** A choice among few. */
export const choice = (label, names, chosen, choose) => html`
  <span class="choice" role="group" aria-label=${label}>${names.map(name => html`<button type="button" aria-pressed=${name === chosen} @click=${() => choose(name)}>${name}</button>`)}</span>`;

export const severity = number => (number >= 17 ? 'bad' : number >= 13 ? 'warn' : '');

export const method = (name, route) => html`<span class="method">${name}</span><code>${route}</code>`;
