// How it is: health, the figures, the four dashboards in small, what happened.
import { html, nothing } from '/lib/lit-html/lit-html.js';
import * as charts from '../charts.js';
import { bytes, count, dollars, ms, percent, perSecond, rate, seconds } from '../format.js';
import { icon } from '../icons.js';
import { age, card, chip, empty, figures, method, note, nowOnly, simulated, timeline } from '../parts.js';
import { gathered, marks, words } from '../happenings.js';

export default {
  load: ({ get, ranged }) => ({
    points: ranged('series'),
    endpoints: ranged('endpoints'),
    autoscaler: ranged('autoscaler'),
    nodes: ranged('nodes/series'),
    database: get('database'),
    redis: get('redis'),
    events: ranged('events', 'limit=200'),
  }),

  view: context => {
    const { data, overview, range, link } = context;
    const service = charts.byReplicas(data.autoscaler.services)[0];
    return html`
      ${health(overview)}
      ${now(context)}
      ${card('Traffic', charts.traffic(range, data.points, { marks: marks(data.events) }), { width: 6, aside: age(overview.ageMs.gateway) })}
      ${card('Latency', charts.latency(range, data.points, { marks: marks(data.events) }), { width: 6, aside: note('at the gateway, every request') })}
      ${card(html`<a href=${link('/scaling')}>Scaling</a>`, html`
        ${service ? charts.replicas(range, service, { low: true }) : empty('No service is scaled.', 'A service with replicas.min below replicas.max appears here.')}`,
      { width: 6, note: service ? note(service.service) : nothing, aside: age(overview.ageMs.autoscaler) })}
      ${card(html`<a href=${link('/endpoints')}>Slowest endpoints</a>`, slowest(context), { width: 6, aside: note('by P95') })}
      ${card(html`<a href=${link('/replicas')}>Database replicas</a>`, database(context), { width: 6, aside: html`${age(overview.ageMs.database)}${nowOnly(range)}` })}
      ${card(html`<a href=${link('/shards')}>Redis shards</a>`, redis(context), { width: 6, aside: html`${age(overview.ageMs.redis)}${nowOnly(range)}` })}
      ${card('What happened', html`<div class="scroll" tabindex="0" role="region" aria-label="Events">${timeline(gathered(data.events).slice(0, 60).map(words), empty('Nothing happened in this time.', 'Decisions of the autoscaler, failovers, and replicas and nodes that came or went are told here.'))}</div>`, { width: 12, id: 'events' })}`;
  },
};

function health({ health }) {
  const as = { up: '', degraded: 'warn', down: 'bad', unknown: 'warn' }[health.state];
  const words = { up: 'All is well: every replica, database member and shard is up, requests succeed, no alert fires.', unknown: 'Nothing has been measured yet.' };
  const text = words[health.state] ?? health.reasons.slice(0, 3).join(' · ') + (health.reasons.length > 3 ? ` · and ${health.reasons.length - 3} more` : '');
  return html`<div class="all-well w12 ${as}" role="status">${icon(as === '' ? 'good' : as)}<span>${text}</span></div>`;
}

function now({ overview, data }) {
  const t = overview.traffic;
  const share = errors => (t.count ? errors / t.count : undefined);
  const wanted = overview.replicasDesired;
  const tail = key => data.points.slice(-40).map(p => p[key]);
  return figures('Now, over the last minute', [
    { name: 'Requests', value: rate(t.perSecond), unit: '/s', note: `${count(t.count)} in the last minute`, spark: tail('perSecond') },
    { name: 'P95 latency', value: t.count ? ms(t.latency.p95Ms) : '–', note: t.count ? `P50 ${ms(t.latency.p50Ms)} · P99 ${ms(t.latency.p99Ms)}` : 'no request', spark: tail('p95Ms') },
    { name: 'Server errors', value: percent(share(t.serverErrors)), mood: share(t.serverErrors) > 0.01 ? 'bad' : '', note: `client errors ${percent(share(t.clientErrors))}`, spark: tail('serverErrorsPerSecond') },
    { name: 'Replicas ready', value: overview.replicasReady, unit: wanted === undefined ? '' : `of ${wanted}`, note: wanted === undefined ? 'ready now' : overview.replicasReady < wanted ? 'scaling up' : overview.replicasReady > wanted ? 'scaling down' : 'as many as wanted' },
    { name: 'Nodes', value: overview.nodes, note: overview.nodesSimulated ? simulated : nothing, spark: data.nodes.slice(-40).map(p => p.nodes) },
    { name: 'Cost', value: dollars(overview.costPerHour), unit: '/h', note: overview.costPerHour === undefined ? 'no node has a price' : 'of nodes, list prices' },
    { name: 'This machine', value: overview.machineCores === undefined ? '–' : overview.machineCores.toFixed(1), unit: overview.machineCoresTotal ? `of ${overview.machineCoresTotal} cores` : 'cores', note: 'busy' },
  ]);
}

function slowest({ data, link }) {
  const rows = [...data.endpoints.endpoints].sort((a, b) => b.latency.p95Ms - a.latency.p95Ms).slice(0, 5);
  if (!rows.length) return empty('No requests in this time.', 'Send some through the gateway.');
  const most = rows[0].latency.p95Ms;
  return html`<ul class="ranking">${rows.map(e => html`<li>
    <a href=${link('/endpoint', { service: e.service, method: e.method, route: e.route })}>${method(e.method, e.route)}</a>
    <span class="bar"><b style="width:${(100 * e.latency.p95Ms) / most}%"></b></span><span class="n">${ms(e.latency.p95Ms)}</span></li>`)}</ul>`;
}

function database({ data }) {
  const { members } = data.database;
  if (!members.length) return empty('No database has reported.', 'Members appear once the router watches them.');
  const total = members.reduce((sum, m) => sum + (m.perSecond ?? 0), 0);
  return html`<ul class="ranking">${members.map(m => html`<li>
    <span><b>${m.name}</b> <span class="faint">${m.role}</span></span>
    <span class="bar" title="Share of the statements"><b style="width:${total ? (100 * (m.perSecond ?? 0)) / total : 0}%"></b></span>
    <span class="n">${perSecond(m.perSecond)}</span><span class="n wide-only">${m.role === 'primary' ? nothing : html`lag ${m.lagSeconds === undefined ? '–' : seconds(m.lagSeconds)}`}</span>${chip(m.state)}</li>`)}</ul>`;
}

function redis({ data }) {
  const masters = data.redis.nodes.filter(n => n.role === 'master');
  if (!data.redis.nodes.length) return empty('No Redis has reported.', 'spec.redis.shards: 0 runs none.');
  return html`<ul class="ranking">${masters.map(n => {
    const asked = (n.hitsPerSecond ?? 0) + (n.missesPerSecond ?? 0);
    return html`<li><span><b>${n.name}</b> <span class="faint">${n.slots ?? 'no slots'}</span></span>
      <span class="bar" title="Hit rate"><b style="width:${asked ? (100 * n.hitsPerSecond) / asked : 0}%"></b></span>
      <span class="n">${asked ? percent(n.hitsPerSecond / asked) + ' hits' : 'no lookups'}</span><span class="n wide-only">${bytes(n.memoryBytes)}</span>${chip(n.state)}</li>`;
  })}</ul>`;
}
