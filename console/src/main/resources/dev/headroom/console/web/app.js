// The page: state in, sections out. A snapshot comes every two seconds; charts keep what they have seen.
import { html, nothing, render as draw } from '/lib/lit-html/lit-html.js';
import { Points, TimeChart } from './chart.js';
import { bytes, count, ms, rate } from './format.js';
import { get, listen } from './live.js';
import { age, chip, measured } from './parts.js';
import * as sections from './sections.js';
import { refresh, traces, waterfall } from './traces.js';

const MINUTE = 60000;
const RANGES = { '15m': 15 * MINUTE, '1h': 60 * MINUTE, '6h': 360 * MINUTE };
const page = document.getElementById('page');
const dialog = document.getElementById('detail');

const state = {
  snapshot: undefined,
  stream: 'connecting',
  received: 0,
  range: '15m',
  service: undefined,
  endpoints: { search: '' },
  traces: { order: 'newest', list: [], trace: undefined, error: undefined },
};
const history = { traffic: new Points(RANGES['15m']), splits: new Points(RANGES['15m']), replicas: new Map() };
let charts;

function render() {
  const { snapshot } = state;
  draw(snapshot ? whole(snapshot) : waiting(), page);
  if (snapshot && !charts) startCharts();
  if (charts) drawCharts();
}

const waiting = () => html`<main><section class="w12"><p class="note">${state.stream === 'lost' ? 'No connection. Trying again…' : 'Waiting for the first figures…'}</p></section></main>`;

function whole(snapshot) {
  const { overview } = snapshot;
  const lost = state.stream !== 'live';
  const since = Math.round((Date.now() - state.received) / 1000);
  document.title = `${overview.app} · ${rate(overview.traffic.perSecond)}/s · Headroom`;
  const redraw = render;
  return html`
    <header class="top">
      <div class="bar">
        <div class="brand"><img src="/web/icon.svg" alt=""><h1>${overview.app} <span class="of hide-s">on Headroom</span></h1></div>
        <span title=${overview.health.reasons.join('\n') || 'all is well'}>${chip(overview.health.state)}</span>
        <span class="note hide-s">${overview.health.reasons.slice(0, 2).join(' · ')}</span>
        <nav aria-label="Sections">${['endpoints', 'replicas', 'database', 'redis', 'nodes', 'traces'].map(id => html`<a href="#${id}">${id[0].toUpperCase() + id.slice(1)}</a>`)}</nav>
        <span class="stream ${lost ? 'lost' : ''}" role="status">${lost ? 'reconnecting' : 'live'}</span>
      </div>
      ${lost ? html`<div class="banner" role="alert">The connection broke ${since} s ago. What you see is from then; trying again.</div>` : nothing}
    </header>
    <main class=${lost ? 'lost' : ''}>
      ${sections.kpis(snapshot)}
      <section class="w4"><header><h2>Traffic</h2>${measured}${age(overview.ageMs.gateway)}
        <span class="seg push" role="group" aria-label="Range">${Object.keys(RANGES).map(r => html`<button type="button" aria-pressed=${r === state.range} @click=${() => choose(r)}>${r}</button>`)}</span></header>
        <div class="chart" id="traffic"></div></section>
      <section class="w4"><header><h2>Latency</h2>${measured}<span class="note push">at the gateway</span></header><div class="chart" id="latency"></div></section>
      <section class="w4" id="autoscaler"><header><h2>Replicas</h2>${measured}${age(overview.ageMs.autoscaler)}
        <select class="push" aria-label="Service" @change=${e => { state.service = e.target.value; redraw(); }}>${[...history.replicas.keys()].map(s => html`<option ?selected=${s === state.service}>${s}</option>`)}</select></header>
        <div class="chart" id="scaling"></div></section>
      ${sections.endpoints(snapshot, state.endpoints, redraw, openEndpoint)}
      ${sections.events(snapshot)}
      ${sections.replicas(snapshot)}
      ${sections.database(snapshot, redraw)}
      ${sections.redis(snapshot)}
      ${sections.nodes(snapshot)}
      ${traces(state.traces, redraw)}
      ${sections.decisions(snapshot)}
      <section class="w7"><header><h2>Document</h2><span class="note">as it counts, secrets left out</span></header>
        <p class="note"><a href="/api/v1/document.yaml">effective document</a> · API: <a href="/api/v1/overview">overview</a>, <a href="/api/v1/endpoints?window=5m">endpoints</a>, <a href="/api/v1/queries">queries</a>, <a href="/api/v1/replicas">replicas</a>, <a href="/api/v1/events">events</a></p></section>
    </main>
    <footer><span>Store: ${bytes(snapshot.slow.store.bytesOnDisk)} on disk, ${count(snapshot.slow.store.spans)} spans, ${count(snapshot.slow.store.metricPoints)} points</span>
      ${snapshot.slow.store.dropped.map(d => html`<span class="t-amber">${count(d.count)} ${d.signal} not taken: ${d.reason}</span>`)}
      <span>Percentiles are exact to 0.6 %.</span></footer>`;
}

function startCharts() {
  const at = id => document.getElementById(id);
  charts = {
    traffic: new TimeChart(at('traffic'), [
      { label: 'requests/s', key: 'perSecond', color: '--blue', fill: '--blue-fill' },
      { label: '4xx/s', key: 'clientErrorsPerSecond', color: '--amber' },
      { label: '5xx/s', key: 'serverErrorsPerSecond', color: '--red' },
    ], { format: rate }),
    latency: new TimeChart(at('latency'), [
      { label: 'P50', key: 'p50Ms', color: '--teal' },
      { label: 'P95', key: 'p95Ms', color: '--blue' },
      { label: 'P99', key: 'p99Ms', color: '--violet' },
    ], { format: ms }),
    scaling: new TimeChart(at('scaling'), [
      { label: 'wanted', key: 'desired', color: '--violet', dash: [5, 4] },
      { label: 'ready', key: 'ready', color: '--blue', fill: '--blue-fill' },
    ], { format: v => (Number.isInteger(v) ? String(v) : v.toFixed(1)), stepped: true }),
    splits: new TimeChart(at('splits'), [
      { label: 'replicas/s', key: 'replicaPerSecond', color: '--teal' },
      { label: 'primary/s', key: 'primaryPerSecond', color: '--violet' },
    ], { format: rate, height: 120 }),
  };
}

function drawCharts() {
  charts.traffic.set(history.traffic.points);
  charts.latency.set(history.traffic.points);
  charts.splits.set(history.splits.points);
  const names = [...history.replicas.keys()];
  // Workers rarely scale: begin with the service that wants most.
  state.service ??= names.sort((a, b) => last(b) - last(a))[0];
  charts.scaling.set(history.replicas.get(state.service)?.points ?? []);
}

const last = name => history.replicas.get(name).points.at(-1)?.desired ?? 0;

function remember(autoscaler) {
  for (const service of autoscaler.services) {
    if (!history.replicas.has(service.service)) history.replicas.set(service.service, new Points(RANGES[state.range]));
    const points = history.replicas.get(service.service);
    points.merge(service.desired.map(p => ({ time: p.time, desired: p.replicas })));
    points.merge(service.ready.map(p => ({ time: p.time, ready: p.replicas })));
  }
}

/** What was before the page was opened. Longer ranges have longer steps and are asked for again. */
async function loadHistory() {
  const range = state.range;
  const [traffic, splits, autoscaler] = await Promise.all([get('series?window=' + range), get('database/series?window=' + range), get('autoscaler?window=' + range)]);
  if (range !== state.range) return;
  history.traffic = new Points(RANGES[range]);
  history.traffic.merge(traffic);
  history.splits = new Points(RANGES[range]);
  history.splits.merge(splits);
  history.replicas.clear();
  remember(autoscaler);
  render();
}

async function choose(range) {
  state.range = range;
  render();
  await loadHistory().catch(() => {});
}

async function openEndpoint(endpoint) {
  const query = `service=${encodeURIComponent(endpoint.service)}&route=${encodeURIComponent(endpoint.route)}`;
  const detail = { trace: undefined, list: [], error: undefined };
  const show = () => draw(html`
    <header><h2 id="detail-title"><span class="method">${endpoint.method}</span> <code>${endpoint.route}</code> <span class="note">${endpoint.service}</span></h2>${measured}
      <button type="button" class="close" @click=${() => dialog.close()}>Close</button></header>
    <h3>P50, P95, P99, last 15 minutes (all methods of the route)</h3><div class="chart" id="detail-chart"></div>
    <h3>Slowest traces of the last 10 minutes</h3>
    ${detail.error ? html`<p class="t-red">${detail.error}</p>` : nothing}
    <p>${detail.list.map(t => html`<button type="button" class="link" @click=${() => load(t.id)}><span class="tag">${ms(t.durationMs)}${t.error ? ' error' : ''}</span></button> `)}${detail.list.length ? nothing : html`<span class="note">None was sampled.</span>`}</p>
    ${detail.trace ? waterfall(detail.trace) : nothing}`, dialog);
  const load = async id => {
    detail.trace = await get('trace/' + id);
    show();
  };
  show();
  dialog.showModal();
  const chart = new TimeChart(document.getElementById('detail-chart'), [
    { label: 'P50', key: 'p50Ms', color: '--teal' },
    { label: 'P95', key: 'p95Ms', color: '--blue' },
    { label: 'P99', key: 'p99Ms', color: '--violet' },
  ], { format: ms });
  dialog.addEventListener('close', () => {
    chart.destroy();
    draw(nothing, dialog);
  }, { once: true });
  try {
    const [points, list] = await Promise.all([get('series?window=15m&' + query), get(`traces?order=slowest&limit=12&route=${encodeURIComponent(endpoint.route)}`)]);
    chart.set(points);
    detail.list = list;
    if (list.length) await load(list[0].id);
  } catch (e) {
    detail.error = e.message;
  }
  show();
}

listen(
  snapshot => {
    const first = !state.snapshot;
    state.snapshot = snapshot;
    state.received = Date.now();
    if (state.range === '15m') {
      history.traffic.merge(snapshot.points);
      history.splits.merge(snapshot.splits);
      remember(snapshot.slow.autoscaler);
    }
    render();
    if (first) {
      loadHistory().catch(() => {});
      refresh(state.traces, render);
    }
  },
  stream => {
    const back = stream === 'live' && state.stream === 'lost' && state.snapshot;
    const changed = stream !== state.stream;
    state.stream = stream;
    if (back) loadHistory().catch(() => {});
    if (changed) render();
  },
);
setInterval(() => {
  if (document.hidden || !state.snapshot || state.stream !== 'live') return;
  refresh(state.traces, render);
  if (state.range !== '15m') loadHistory().catch(() => {});
}, 10000);
// The age of what is shown goes on while the stream is broken.
setInterval(() => state.stream !== 'live' && state.snapshot && render(), 1000);
