// Headroom itself: the document, the store, the API.
import { html } from '/lib/lit-html/lit-html.js';
import { bytes, count, duration } from '../format.js';
import { card, empty, figures, note } from '../parts.js';
import { table } from '../table.js';

const API = ['overview', 'endpoints?window=15m', 'series?window=15m', 'queries?window=15m', 'replicas', 'nodes', 'database', 'redis', 'autoscaler', 'events', 'traces', 'slow', 'repeated', 'map', 'errors', 'alerts', 'advice', 'sizing', 'edge', 'actions', 'store'];
const NAMES = { gateway: 'Gateway', router: 'Router', replicas: 'Service replicas', database: 'Database', redis: 'Redis', nodes: 'Nodes', autoscaler: 'Autoscaler' };

export default {
  load: ({ get }) => ({ store: get('store'), document: fetch('/api/v1/document.yaml').then(r => r.text()) }),

  view: ({ data, overview, redraw }) => html`
    ${figures('Telemetry store', [
      { name: 'On disk', value: bytes(data.store.bytesOnDisk), note: 'all telemetry that is kept' },
      { name: 'Spans', value: count(data.store.spans), note: 'of a sample of requests' },
      { name: 'Metric points', value: count(data.store.metricPoints), note: 'one per series and 5 s' },
      { name: 'Log records', value: count(data.store.logs), note: 'events of Headroom with them' },
      { name: 'Not taken', value: count(data.store.dropped.reduce((sum, d) => sum + d.count, 0)), mood: data.store.dropped.length ? 'warn' : '', note: data.store.dropped.length ? data.store.dropped.map(d => `${count(d.count)} ${d.signal}: ${d.reason}`).join(', ') : 'nothing was lost' },
    ])}
    ${card('Document', html`<pre class="document">${data.document}</pre>`, { width: 7, note: note('as it counts; secrets are left out'), aside: html`<a href="/api/v1/document.yaml" target="_blank">as YAML</a>` })}
    <div class="w5 stack">
      ${card('Sources', table({
        id: 'sources', caption: 'Age of the newest value', rows: Object.entries(overview.ageMs), key: r => r[0], sort: 0, descending: false, empty: empty('No source has reported.'),
        columns: [
          { title: 'Source', grow: true, value: r => r[0], cell: r => NAMES[r[0]] ?? r[0] },
          { title: 'Newest value', numeric: true, value: r => r[1], cell: r => duration(r[1]) + ' old', style: r => (r[1] > 15000 ? 't-warn' : '') },
        ],
      }, redraw), { flush: true })}
      ${card('API', html`<p class="note">Everything here comes from these, as JSON. Percentiles are exact to 0.6 %.</p><ul class="apis">${API.map(p => html`<li><a href="/api/v1/${p}" target="_blank"><code>/api/v1/${p}</code></a></li>`)}</ul>`)}
    </div>`,
};
