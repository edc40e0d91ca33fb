// One statement.
import { html } from '/lib/lit-html/lit-html.js';
import { chart } from '../charts.js';
import { count, ms, percent, rate } from '../format.js';
import { card, figures } from '../parts.js';
import { layout } from '../sql.js';

export default {
  title: ({ id }) => html`<code>${id}</code>`,
  load: ({ ranged, id }) => ({ query: ranged('query/' + encodeURIComponent(id)) }),

  view: ({ data, range }) => {
    const { statement: q, points } = data.query;
    return html`
      ${figures('In this time', [
        { name: 'Total time', value: ms(q.totalMs), note: 'that servers spent on it' },
        { name: 'Calls', value: rate(q.perSecond), unit: '/s', note: `${count(q.count)} in all` },
        { name: 'Mean', value: ms(q.latency.meanMs), note: `P50 ${ms(q.latency.p50Ms)}` },
        { name: 'P95', value: ms(q.latency.p95Ms), note: `P99 ${ms(q.latency.p99Ms)}` },
        { name: 'Slowest', value: ms(q.latency.maxMs), note: 'of all calls' },
        { name: 'On replicas', value: percent(q.onReplicas / q.count), note: `${count(q.count - q.onReplicas)} on the primary` },
      ])}
      ${card('Statement', html`<pre>${layout(q.text || q.fingerprint)}</pre>`)}
      ${card('Calls', chart('Calls', range, [{ label: 'calls/s', key: 'perSecond', color: '--c1', fill: true }], points, rate), { width: 6 })}
      ${card('Latency', chart('Latency', range, [
        { label: 'P50', key: 'p50Ms', color: '--c5' },
        { label: 'P95', key: 'p95Ms', color: '--c1', width: 2.25 },
        { label: 'P99', key: 'p99Ms', color: '--c2', dash: [6, 3] },
      ], points, ms), { width: 6 })}`;
  },
};
