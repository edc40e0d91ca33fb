// One endpoint: how it does over time, why it takes as long as it does, and single requests to it.
import { html } from '/lib/lit-html/lit-html.js';
import * as charts from '../charts.js';
import { count, ms, percent, rate } from '../format.js';
import * as explain from '../explain.js';
import { card, choice, empty, figures, method, note, sampled } from '../parts.js';
import { traceTable } from '../tracelist.js';

const of = parameters => ({ service: parameters.get('service') ?? '', method: parameters.get('method') ?? '', route: parameters.get('route') ?? '' });

export default {
  title: ({ parameters }) => {
    const e = of(parameters);
    return `${e.method} ${e.route}`;
  },
  local: () => ({ order: 'slowest' }),
  load: ({ ranged, parameters, local }) => {
    const e = of(parameters);
    const where = `service=${encodeURIComponent(e.service)}&route=${encodeURIComponent(e.route)}`;
    return {
      endpoints: ranged('endpoints'),
      points: ranged('series', where),
      traces: ranged('traces', `${where}&order=${local.order}&limit=50`),
      analysis: ranged('analysis', `${where}&method=${encodeURIComponent(e.method)}`),
      slow: ranged('slow', `${where}&limit=20`),
      repeated: ranged('repeated', 'limit=200'),
    };
  },

  view: context => {
    const { data, range, parameters, local, reload, redraw, link } = context;
    const asked = of(parameters);
    const stats = data.endpoints.endpoints.find(e => e.service === asked.service && e.method === asked.method && e.route === asked.route);
    const several = data.endpoints.endpoints.filter(e => e.service === asked.service && e.route === asked.route).length > 1;
    const traces = data.traces.filter(t => !asked.method || !several || t.name.startsWith(asked.method + ' ') || !/^[A-Z]+ /.test(t.name));
    const same = e => e.service === asked.service && e.method === asked.method && e.route === asked.route;
    const repeated = data.repeated.filter(r => same(r.entry) || same(r.endpoint));
    const slow = data.slow.filter(r => !several || r.endpoint.method === asked.method);
    const { analysis } = data;
    return html`
      ${stats ? figures('In this time', [
        { name: 'Requests', value: rate(stats.perSecond), unit: '/s', note: `${count(stats.count)} in all` },
        { name: 'P50', value: ms(stats.latency.p50Ms), note: 'half are faster' },
        { name: 'P95', value: ms(stats.latency.p95Ms), note: '1 in 20 is slower' },
        { name: 'P99', value: ms(stats.latency.p99Ms), note: '1 in 100 is slower' },
        { name: 'Slowest', value: ms(stats.latency.maxMs), note: `mean ${ms(stats.latency.meanMs)}` },
        { name: 'Client errors', value: percent(stats.clientErrors / stats.count), note: `${count(stats.clientErrors)} with 4xx` },
        { name: 'Server errors', value: percent(stats.serverErrors / stats.count), mood: stats.serverErrors / stats.count > 0.01 ? 'bad' : '', note: `${count(stats.serverErrors)} with 5xx` },
      ]) : html`<div class="card w12">${empty('Not asked in this time.', html`${method(asked.method, asked.route)} had no request in the chosen time.`)}</div>`}
      ${card('Traffic', charts.traffic(range, data.points), { width: 6, aside: several ? note('all methods of the path') : '' })}
      ${card('Latency', charts.latency(range, data.points), { width: 6, aside: several ? note('all methods of the path') : '' })}
      ${card('Where the time goes', explain.analysis(analysis), { width: 5, id: 'analysis', note: analysis.requests ? note(`of a request, mean of ${count(analysis.requests)} traces`) : '' })}
      ${card('Statements of a request', explain.statements({ id: 'statements', uses: analysis.statements ?? [], requests: analysis.requests || 1, link, redraw }), { width: 7, flush: true })}
      ${card('Repeated calls', explain.repeated(repeated, link), { id: 'repeated', note: repeated.length ? note('by one request') : '' })}
      ${card('Slowest requests', explain.slow({ requests: slow, local, redraw, link }), { id: 'slow', note: slow.length ? html`${sampled}${note('with their statements')}` : '' })}
      ${card('Requests', traceTable({ ...context, traces }, local.order === 'slowest' ? 3 : 0), {
        flush: true, note: sampled, id: 'requests',
        aside: choice('Order', ['slowest', 'newest'], local.order, name => { local.order = name; redraw(); reload(); }),
      })}`;
  },
};
