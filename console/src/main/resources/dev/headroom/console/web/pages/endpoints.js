// Every endpoint: rate, errors, percentiles.
import { html } from '/lib/lit-html/lit-html.js';
import * as charts from '../charts.js';
import { count, ms, percent, rate } from '../format.js';
import { age, card, empty, inBar, method, note } from '../parts.js';
import { table } from '../table.js';

export const SLOW = 250;

export default {
  local: () => ({ search: '' }),
  load: ({ ranged }) => ({ endpoints: ranged('endpoints'), points: ranged('series') }),

  view: context => {
    const { data, overview, range, local, redraw, link } = context;
    const search = local.search.toLowerCase();
    const all = data.endpoints.endpoints;
    const rows = all.filter(e => `${e.method} ${e.route} ${e.service}`.toLowerCase().includes(search));
    const time = e => e.count * e.latency.meanMs;
    const whole = all.reduce((sum, e) => sum + time(e), 0);
    const services = new Set(all.map(e => e.service)).size > 1;
    const errors = key => ({
      numeric: true,
      value: e => e[key] / e.count,
      cell: e => (e[key] ? html`<span title=${count(e[key])}>${percent(e[key] / e.count)}</span>` : html`<span class="faint">0</span>`),
    });
    return html`
      ${card('Traffic', charts.traffic(range, data.points, { low: true }), { width: 6, aside: age(overview.ageMs.gateway) })}
      ${card('Latency', charts.latency(range, data.points, { low: true }), { width: 6 })}
      ${card('Endpoints', table({
        id: 'endpoints', caption: 'Endpoints', rows, key: e => `${e.service} ${e.method} ${e.route}`, sort: 1, tall: true,
        empty: search ? empty('No endpoint matches.', 'The search looks at method, path and service.') : empty('No requests in this time.', 'Every request through the gateway is counted here. Choose a longer time, or send some.'),
        columns: [
          { title: 'Endpoint', grow: true, value: e => e.route + e.method, cell: e => html`<a href=${link('/endpoint', { service: e.service, method: e.method, route: e.route })}>${method(e.method, e.route)}</a>${services ? html` <span class="faint wide-only">${e.service}</span>` : ''}` },
          { title: 'Requests/s', numeric: true, value: e => e.perSecond, cell: e => html`<span title="${count(e.count)} in all">${rate(e.perSecond)}</span>` },
          { title: 'Time', numeric: true, wide: true, hint: 'Share of the time that all requests took', value: time, cell: e => inBar(whole ? time(e) / whole : 0, percent(whole ? time(e) / whole : undefined)) },
          { title: '4xx', wide: true, ...errors('clientErrors') },
          { title: '5xx', ...errors('serverErrors'), style: e => (e.serverErrors / e.count > 0.01 ? 't-bad' : '') },
          { title: 'P50', numeric: true, wide: true, value: e => e.latency.p50Ms, cell: e => ms(e.latency.p50Ms) },
          { title: 'P95', numeric: true, value: e => e.latency.p95Ms, cell: e => ms(e.latency.p95Ms), style: e => (e.latency.p95Ms > 4 * SLOW ? 't-bad' : e.latency.p95Ms > SLOW ? 't-warn' : '') },
          { title: 'P99', numeric: true, wide: true, value: e => e.latency.p99Ms, cell: e => ms(e.latency.p99Ms) },
        ],
      }, redraw), {
        flush: true, note: note(`${all.length} asked, every request counted`),
        aside: html`<input type="search" placeholder="Search ( / )" aria-label="Search endpoints" .value=${local.search} @input=${e => { local.search = e.target.value; redraw(); }}>`,
      })}`;
  },
};
