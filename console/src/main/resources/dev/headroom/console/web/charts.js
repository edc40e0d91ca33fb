// The charts that several pages show.
import { html } from '/lib/lit-html/lit-html.js';
import './chart.js';
import { ms, rate } from './format.js';

export const chart = (name, range, series, points, format, more = {}) =>
  html`<time-chart class=${more.low ? 'low' : ''} .state=${{ name, range, series, points: points ?? [], format, marks: more.marks ?? [], most: more.most }}></time-chart>`;

export const traffic = (range, points, more) => chart('Traffic', range, [
  { label: 'requests/s', key: 'perSecond', color: '--c1', fill: true },
  { label: '4xx/s', key: 'clientErrorsPerSecond', color: '--c6', dash: [6, 3] },
  { label: '5xx/s', key: 'serverErrorsPerSecond', color: '--c2', width: 2 },
], points, rate, more);

/* A step without a request has no percentile. */
const asked = points => (points ?? []).map(p => (p.perSecond > 0 ? p : { ...p, p50Ms: undefined, p95Ms: undefined, p99Ms: undefined }));

export const latency = (range, points, more) => chart('Latency', range, [
  { label: 'P50', key: 'p50Ms', color: '--c5' },
  { label: 'P95', key: 'p95Ms', color: '--c1', width: 2.25 },
  { label: 'P99', key: 'p99Ms', color: '--c2', dash: [6, 3] },
], asked(points), ms, more);

/** Wanted and ready of one service, put together by time. */
export function replicasOverTime(service) {
  const byTime = new Map();
  const add = (key, points) => points.forEach(p => byTime.set(p.time, { ...byTime.get(p.time), time: p.time, [key]: p.replicas }));
  add('desired', service?.desired ?? []);
  add('ready', service?.ready ?? []);
  return [...byTime.values()].sort((a, b) => a.time - b.time);
}

export const replicas = (range, service, more) => chart('Replicas', range, [
  { label: 'ready', key: 'ready', color: '--c1', fill: true, stepped: true },
  { label: 'wanted', key: 'desired', color: '--c2', dash: [5, 4], stepped: true },
], replicasOverTime(service), v => (v === undefined ? '–' : Number.isInteger(v) ? String(v) : v.toFixed(1)), more);

/** The busiest service first: workers rarely scale. */
export const byReplicas = services => [...services].sort((a, b) => (b.desired.at(-1)?.replicas ?? 0) - (a.desired.at(-1)?.replicas ?? 0));
