// Statements by the time that the servers spent on them.
import { html } from '/lib/lit-html/lit-html.js';
import { count, ms, percent, rate } from '../format.js';
import { age, card, empty, inBar, note } from '../parts.js';
import { table } from '../table.js';

export default {
  local: () => ({ search: '' }),
  load: ({ ranged }) => ({ queries: ranged('queries', 'limit=500') }),

  view: context => {
    const { data, overview, local, redraw, link } = context;
    const search = local.search.toLowerCase();
    const all = data.queries;
    const whole = all.reduce((sum, q) => sum + q.totalMs, 0);
    const rows = all.filter(q => (q.text + q.fingerprint).toLowerCase().includes(search));
    return card('Queries', table({
      id: 'queries', caption: 'Statements by total time', rows, key: q => q.fingerprint, sort: 1, tall: true,
      empty: search ? empty('No statement matches.', '') : empty('No statement in this time.', 'Statements are seen where they go through the router: DATABASE_URL of the services points there.'),
      columns: [
        { title: 'Statement', grow: true, value: q => q.text, cell: q => html`<a href=${link('/query/' + q.fingerprint)}><code class="sql" title=${q.text}>${q.text || q.fingerprint}</code></a>` },
        { title: 'Time', numeric: true, hint: 'That the servers spent on it, and its share of all', value: q => q.totalMs, cell: q => inBar(whole ? q.totalMs / whole : 0, percent(whole ? q.totalMs / whole : undefined)) },
        { title: 'Per s', numeric: true, value: q => q.perSecond, cell: q => html`<span title="${count(q.count)} in all">${rate(q.perSecond)}</span>` },
        { title: 'Mean', numeric: true, value: q => q.latency.meanMs, cell: q => ms(q.latency.meanMs) },
        { title: 'P95', numeric: true, wide: true, value: q => q.latency.p95Ms, cell: q => ms(q.latency.p95Ms) },
        { title: 'Slowest', numeric: true, wide: true, value: q => q.latency.maxMs, cell: q => ms(q.latency.maxMs) },
        { title: 'On replicas', numeric: true, wide: true, value: q => q.onReplicas / q.count, cell: q => percent(q.onReplicas / q.count) },
      ],
    }, redraw), {
      flush: true, note: note(`${all.length} statements, constants taken out`),
      aside: html`${age(overview.ageMs.router)}<input type="search" placeholder="Search ( / )" aria-label="Search statements" .value=${local.search} @input=${e => { local.search = e.target.value; redraw(); }}>`,
    });
  },
};
