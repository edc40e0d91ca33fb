// Replicas of services on nodes: how many, why, and what they hold.
import { html, nothing } from '/lib/lit-html/lit-html.js';
import * as charts from '../charts.js';
import { bytes, cores, dollars, ms, percent, plural, rate, seconds } from '../format.js';
import { words } from '../happenings.js';
import { age, card, chip, empty, figures, meter, mood, note, nowOnly, simulated, tag, timeline } from '../parts.js';
import { table } from '../table.js';

const { chart } = charts;

export default {
  load: ({ get, ranged }) => ({
    autoscaler: ranged('autoscaler'),
    nodes: get('nodes'),
    nodeSeries: ranged('nodes/series'),
    replicas: get('replicas'),
    events: ranged('events', 'limit=1000'),
  }),

  view: context => {
    const { data, overview, range, parameters, set, redraw } = context;
    const services = charts.byReplicas(data.autoscaler.services);
    const service = services.find(s => s.service === parameters.get('service')) ?? services[0];
    const decisions = data.autoscaler.decisions.filter(d => !service || d.service === service.service);
    const { nodes, replicas } = data;
    const sum = key => nodes.reduce((all, n) => all + (n[key] ?? 0), 0);
    const sim = nodes.some(n => n.simulated);
    const share = (a, b) => (b ? percent(a / b) : '–');
    const nodeEvents = data.events.filter(e => ['headroom.node', 'headroom.replica'].includes(e.name));
    return html`
      ${figures('Now', [
        { name: 'Replicas ready', value: overview.replicasReady, unit: overview.replicasDesired === undefined ? '' : `of ${overview.replicasDesired}`, note: services.length ? services.map(s => `${s.service} ${s.ready.at(-1)?.replicas ?? '–'}`).join(' · ') : 'no service is scaled' },
        { name: 'Nodes', value: nodes.length, note: sim ? simulated : nothing, spark: data.nodeSeries.map(p => p.nodes) },
        { name: 'CPU allocated', value: share(sum('cpuRequested'), sum('cpuAllocatable')), note: `${cores(sum('cpuRequested'))} of ${cores(sum('cpuAllocatable'))} cores` },
        { name: 'CPU used', value: share(sum('cpuUsed'), sum('cpuAllocatable')), note: `${cores(sum('cpuUsed'))} cores, measured` },
        { name: 'Memory allocated', value: share(sum('memoryRequested'), sum('memoryAllocatable')), note: `${bytes(sum('memoryRequested'))} of ${bytes(sum('memoryAllocatable'))}` },
        { name: 'Memory used', value: share(sum('memoryUsed'), sum('memoryAllocatable')), note: `${bytes(sum('memoryUsed'))}, measured` },
        { name: 'Cost', value: dollars(overview.costPerHour), unit: '/h', note: overview.costPerHour === undefined ? 'no node has a price' : 'on-demand list prices' },
      ])}
      ${card('Replicas', service ? charts.replicas(range, service, { marks: decisions.map(d => ({ time: d.time, label: `${d.from ?? '?'} → ${d.to ?? '?'}: ${d.reason}` })) }) : empty('No service is scaled.', 'A service with replicas.min below replicas.max appears here.'), {
        width: 7, id: 'replicas', note: age(overview.ageMs.autoscaler),
        aside: services.length > 1 ? html`<select aria-label="Service" @change=${e => set({ service: e.target.value })}>${services.map(s => html`<option ?selected=${s === service}>${s.service}</option>`)}</select>` : note(service?.service ?? ''),
      })}
      ${card('Why', html`<div class="scroll" tabindex="0" role="region" aria-label="Decisions">${timeline(decisions.map(d => ({
        time: d.time,
        text: html`<b class="step">${d.from ?? '?'} → ${d.to ?? '?'}</b> ${d.reason}`,
        kind: d.dataAgeSeconds === undefined ? undefined : `on figures ${seconds(d.dataAgeSeconds)} old`,
      })), empty('No change was needed.', 'Each change of the number of replicas is told here with the figures that it rests on.'))}</div>`, { width: 5, id: 'decisions', note: note(plural(decisions.length, 'decision')) })}
      ${card('CPU of all nodes', growth(range, data.nodeSeries, 'cpu', cores), { width: 6, note: note('cores') })}
      ${card('Memory of all nodes', growth(range, data.nodeSeries, 'memory', bytes), { width: 6 })}
      ${card('Nodes', nodes.length ? html`<div class="nodes">${nodes.map(n => node(n, replicas.filter(r => r.node === n.name)))}</div>
        <p class="note legend-line"><i class="swatch used"></i> used by the processes, measured <i class="swatch asked"></i> asked for by what is placed there</p>` : empty('No node has reported.', 'Where services run as processes of this machine, their (simulated) nodes appear here.'), {
        id: 'nodes', note: html`${sim ? simulated : nothing}${note(`${plural(nodes.length, 'node')} hold ${plural(replicas.filter(r => r.node).length, 'pod')}`)}`, aside: html`${age(overview.ageMs.nodes)}${nowOnly(range)}`,
      })}
      ${card('Service replicas', table({
        id: 'service-replicas', caption: 'Replicas of services', rows: replicas, key: r => r.instance, sort: 0, descending: false, tall: true,
        empty: empty('No replica has reported.', 'Services whose endpoints someone else runs are not shown here.'),
        columns: [
          { title: 'Replica', value: r => r.service + String(r.instance.length).padStart(3) + r.instance, cell: r => html`<b>${r.instance}</b>` },
          { title: 'State', value: r => r.state, cell: r => chip(r.state) },
          { title: 'Node', wide: true, grow: true, value: r => r.node ?? '', cell: r => html`<span class="nowrap">${r.node ?? '–'}</span>` },
          { title: 'CPU, cores', numeric: true, hint: 'Cores in use', value: r => r.cpuCores, cell: r => cores(r.cpuCores) },
          { title: 'Memory', numeric: true, value: r => r.memoryBytes, cell: r => bytes(r.memoryBytes) },
          { title: 'Requests/s', numeric: true, value: r => r.perSecond, cell: r => rate(r.perSecond) },
          { title: 'P95', numeric: true, wide: true, value: r => r.p95Ms, cell: r => ms(r.p95Ms) },
          { title: 'In flight', numeric: true, wide: true, hint: 'Requests in progress, mean', value: r => r.inFlight, cell: r => rate(r.inFlight) },
          { title: 'Restarts', numeric: true, wide: true, value: r => r.restarts, cell: r => (r.restarts ? html`<span class="t-warn">${r.restarts}</span>` : r.restarts ?? '–') },
          { title: 'Process', numeric: true, wide: true, value: r => r.pid, cell: r => html`<span class="faint">${r.pid ?? '–'}</span>` },
        ],
      }, redraw), { width: 12, flush: true, id: 'service-replicas-card', aside: html`${age(overview.ageMs.replicas)}${nowOnly(range)}` })}
      ${card('Nodes and replicas, what happened', html`<div class="scroll" tabindex="0" role="region" aria-label="Events of nodes">${timeline(nodeEvents.map(words), empty('Nothing happened in this time.', 'Nodes that were added or given back, replicas that ended by themselves.'))}</div>`, { width: 12 })}`;
  },
};

const growth = (range, points, what, format) => chart(what, range, [
  { label: 'allocatable', key: what + 'Allocatable', color: '--c7', dash: [2, 3] },
  { label: 'allocated', key: what + 'Requested', color: '--c1', fill: true },
  { label: 'used', key: what + 'Used', color: '--c2', width: 2.25 },
], points, format);

function node(n, pods) {
  const empties = pods.length === 0;
  return html`<article class="tile node ${mood(n.state) === 'bad' ? 'bad' : ''}" aria-label="Node ${n.name}">
    <div class="head"><b>${n.name}</b>${n.state === 'ready' ? nothing : chip(n.state)}${n.capacityType === 'spot' ? tag('spot', 'Can be taken away at two minutes’ notice') : nothing}</div>
    <p class="note">${[n.type, n.zone, n.pricePerHour === undefined ? undefined : dollars(n.pricePerHour, 4) + '/h'].filter(Boolean).join(' · ')}</p>
    ${meter('CPU', { used: n.cpuUsed, asked: n.cpuRequested, all: n.cpuAllocatable, text: `${cores(n.cpuUsed)} used · ${cores(n.cpuRequested)} of ${cores(n.cpuAllocatable)} cores` })}
    ${meter('Memory', { used: n.memoryUsed, asked: n.memoryRequested, all: n.memoryAllocatable, text: `${bytes(n.memoryUsed)} used · ${bytes(n.memoryRequested)} of ${bytes(n.memoryAllocatable)}` })}
    <ul class="pods" aria-label="Pods">${pods.map(r => html`<li class=${mood(r.state)} title="${r.instance}: ${r.state}, ${cores(r.cpuCores)} cores, ${bytes(r.memoryBytes)}, ${r.perSecond === undefined ? 'no requests' : rate(r.perSecond) + ' requests/s'}">${r.instance}</li>`)}${empties ? html`<li class="none">no pods</li>` : nothing}</ul>
  </article>`;
}

