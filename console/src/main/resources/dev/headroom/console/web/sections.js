// One function per section of the page: snapshot in, template out.
import { html, nothing } from '/lib/lit-html/lit-html.js';
import { bytes, clock, cores, count, dollars, ms, percent, rate, seconds } from './format.js';
import { age, chip, fact, measured, meter, mood, simulated } from './parts.js';
import { table } from './table.js';

export function kpis({ overview }) {
  const t = overview.traffic;
  const share = errors => (t.count ? errors / t.count : undefined);
  const wanted = overview.replicasDesired;
  const kpi = (name, value, note = nothing, style = '') => html`
    <div class="kpi"><dt>${name}</dt><dd class=${style}>${value}</dd>${note === nothing ? nothing : html`<div class="note">${note}</div>`}</div>`;
  return html`<dl class="kpis" aria-label="Now, over the last minute">
    ${kpi('Requests per second', rate(t.perSecond), html`${count(t.count)} last minute`)}
    ${kpi('P50', t.count ? ms(t.latency.p50Ms) : '–', 'half are faster')}
    ${kpi('P95', t.count ? ms(t.latency.p95Ms) : '–', '1 in 20 is slower')}
    ${kpi('P99', t.count ? ms(t.latency.p99Ms) : '–', '1 in 100 is slower')}
    ${kpi('Errors (5xx)', percent(share(t.serverErrors)), html`4xx: ${percent(share(t.clientErrors))}`, share(t.serverErrors) > 0.01 ? 't-red' : '')}
    ${kpi('Replicas', html`${overview.replicasReady}<small> / ${wanted === undefined ? '–' : wanted} wanted</small>`, wanted === undefined ? 'ready now' : overview.replicasReady < wanted ? 'scaling up' : overview.replicasReady > wanted ? 'scaling down' : 'as wanted')}
    ${kpi('Nodes', overview.nodes, overview.nodesSimulated ? simulated : nothing)}
    ${kpi('Cost per hour', dollars(overview.costPerHour), overview.nodesSimulated ? 'simulated nodes, real on-demand list prices' : 'on-demand list prices')}
    ${kpi('This machine', html`${overview.machineCores === undefined ? '–' : overview.machineCores.toFixed(1)}<small> / ${overview.machineCoresTotal ?? '–'} cores</small>`, 'busy, measured')}
  </dl>`;
}

export function endpoints({ endpoints, overview }, state, render, open) {
  const search = state.search.toLowerCase();
  const rows = endpoints.endpoints.filter(e => (e.method + ' ' + e.route + ' ' + e.service).toLowerCase().includes(search));
  const errors = key => ({
    numeric: true,
    value: e => e[key],
    cell: e => (e[key] ? html`${count(e[key])} <span class="t-faint">${percent(e[key] / e.count)}</span>` : html`<span class="t-faint">0</span>`),
  });
  const latency = key => ({ numeric: true, value: e => e.latency[key], cell: e => ms(e.latency[key]) });
  return html`<section id="endpoints" class="w8">
    <header><h2>Endpoints</h2>${measured}${age(overview.ageMs.gateway)}<span class="note hide-s">last minute, at the gateway, unsampled</span>
      <input class="push" type="search" placeholder="Search endpoints" aria-label="Search endpoints" .value=${state.search} @input=${e => { state.search = e.target.value; render(); }}></header>
    ${table({
      id: 'endpoints', caption: 'Endpoints of the last minute', rows, sort: 1,
      empty: search ? 'No endpoint matches.' : 'No requests in the last minute.',
      columns: [
        { title: 'Endpoint', value: e => e.route + e.method, cell: e => html`<button type="button" class="link" @click=${() => open(e)}><span class="method">${e.method}</span> <code>${e.route}</code></button>` },
        { title: 'req/s', numeric: true, value: e => e.perSecond, cell: e => rate(e.perSecond) },
        { title: '4xx', ...errors('clientErrors') },
        { title: '5xx', ...errors('serverErrors'), style: e => (e.serverErrors / e.count > 0.01 ? 't-red' : '') },
        { title: 'P50', ...latency('p50Ms') },
        { title: 'P95', ...latency('p95Ms'), style: e => (e.latency.p95Ms > 1000 ? 't-red' : e.latency.p95Ms > 250 ? 't-amber' : '') },
        { title: 'P99', ...latency('p99Ms') },
      ],
    }, render)}
  </section>`;
}

const EVENT_KINDS = { 'headroom.scale': 'autoscaler', 'headroom.failover': 'database', 'headroom.replica': 'replicas', 'headroom.redis': 'shards', 'headroom.node': 'nodes' };

export function events({ slow }) {
  return html`<section id="events" class="w4">
    <header><h2>Events</h2>${measured}<span class="note push">last hour</span></header>
    <div class="scroll" tabindex="0" role="region" aria-label="Events"><ol class="events">
      ${slow.events.map(e => html`<li class=${e.severity >= 17 ? 'bad' : e.severity >= 13 ? 'warn' : ''}>
        <time datetime=${new Date(e.time).toISOString()}>${clock(e.time)}</time>
        <div><p>${e.body}</p><span class="kind">${EVENT_KINDS[e.name] ?? e.name}${e.attributes['headroom.simulated'] ? ' · simulated' : ''}</span></div></li>`)}
      ${slow.events.length ? nothing : html`<li><span></span><p class="t-faint">Nothing happened.</p></li>`}
    </ol></div>
  </section>`;
}

export function replicas({ replicas, overview }) {
  const services = Map.groupBy(replicas, r => r.service);
  return html`<section id="replicas" class="w12">
    <header><h2>Service replicas</h2>${measured}${age(overview.ageMs.replicas)}
      <span class="note">${[...services].map(([name, all]) => `${name}: ${all.filter(r => r.state === 'ready').length} of ${all.length} ready`).join(' · ')}</span></header>
    ${replicas.length ? nothing : html`<p class="note">No replica has reported. Services whose endpoints someone else runs are not shown here.</p>`}
    <div class="grid">${replicas.map(r => html`
      <article class="tile ${mood(r.state)}" aria-label="Replica ${r.instance}">
        <div class="head"><b title=${r.service}>${r.instance}</b>${chip(r.state)}</div>
        <dl class="facts">
          ${fact('CPU', cores(r.cpuCores))}${fact('Mem', bytes(r.memoryBytes))}
          ${r.perSecond === undefined && r.inFlight === undefined ? nothing : html`
            ${fact('req/s', rate(r.perSecond))}${fact('P95', ms(r.p95Ms))}
            ${fact('In fl.', rate(r.inFlight))}`}
          ${fact('Rest.', r.restarts ? html`<span class="t-amber">${r.restarts}</span>` : r.restarts ?? '–')}
          ${fact('Node', r.node ?? '–')}${fact('pid', r.pid ?? '–')}
        </dl>
      </article>`)}</div>
  </section>`;
}

export function database({ database, overview, slow }, render) {
  const total = database.members.reduce((sum, m) => sum + (m.perSecond ?? 0), 0);
  const lag = m => (m.role === 'primary' ? nothing : html`${fact('Lag', html`${bytes(m.lagBytes)} · ${m.lagSeconds === undefined ? '–' : seconds(m.lagSeconds)}`)}`);
  return html`<section id="database" class="w12">
    <header><h2>Database</h2><span class="note">PostgreSQL behind the router</span>${measured}${age(overview.ageMs.database)}
      <span class="note push">${database.clients === undefined ? nothing : html`${count(database.clients)} client connections`}${database.queueP95Ms === undefined ? nothing : html` · P95 wait for a server ${ms(database.queueP95Ms)}`}</span></header>
    <div class="grid fit">${database.members.map(m => html`
      <article class="tile ${mood(m.state)}" aria-label="Member ${m.name}">
        <div class="head"><b>${m.name} <span class="note">${m.role}</span></b>${chip(m.state)}</div>
        <dl class="facts two">
          ${fact('Statements/s', html`${rate(m.perSecond)}${total ? html` <span class="t-faint">${percent((m.perSecond ?? 0) / total)}</span>` : nothing}`)}
          ${fact('P95', ms(m.p95Ms))}${lag(m)}
          ${fact('Pool', html`${m.poolActive ?? '–'} busy · ${m.poolIdle ?? '–'} idle`)}
        </dl>
      </article>`)}</div>
    ${database.members.length ? nothing : html`<p class="note">No database has reported.</p>`}
    <h3>Statements to the primary and to replicas</h3><div class="chart low" id="splits"></div>
    <p class="note">${database.routes.slice(0, 8).map(r => html`<span class="tag">${r.role}: ${r.reason} ${rate(r.perSecond)}/s</span> `)}</p>
    <h3>Statements by total time, last 5 minutes</h3>
    ${table({
      id: 'statements', caption: 'Statements by total time', rows: slow.statements, sort: 1, empty: 'No statement went through the router in the last 5 minutes.',
      columns: [
        { title: 'Statement', value: q => q.text, cell: q => html`<code class="sql" title=${q.text}>${q.text || q.fingerprint}</code>` },
        { title: 'Total', numeric: true, hint: 'Time the servers spent on it', value: q => q.totalMs, cell: q => ms(q.totalMs) },
        { title: 'per s', numeric: true, value: q => q.perSecond, cell: q => rate(q.perSecond) },
        { title: 'on replicas', numeric: true, value: q => q.onReplicas / q.count, cell: q => percent(q.onReplicas / q.count) },
        { title: 'Mean', numeric: true, value: q => q.latency.meanMs, cell: q => ms(q.latency.meanMs) },
        { title: 'P95', numeric: true, value: q => q.latency.p95Ms, cell: q => ms(q.latency.p95Ms) },
        { title: 'Max', numeric: true, value: q => q.latency.maxMs, cell: q => ms(q.latency.maxMs) },
      ],
    }, render)}
  </section>`;
}

export function redis({ redis, overview }) {
  const sum = key => redis.nodes.reduce((all, n) => all + (n[key] ?? 0), 0);
  const asked = sum('hitsPerSecond') + sum('missesPerSecond');
  return html`<section id="redis" class="w6">
    <header><h2>Shards</h2><span class="note">Redis Cluster</span>${measured}${age(overview.ageMs.redis)}
      <span class="note push">hit rate ${asked ? percent(sum('hitsPerSecond') / asked) : '–'} · ${rate(asked)} lookups/s</span></header>
    <div class="shard">${redis.nodes.map(n => {
      const lookups = (n.hitsPerSecond ?? 0) + (n.missesPerSecond ?? 0);
      return html`<article class="tile ${mood(n.state)}" aria-label="Redis ${n.name}">
        <div class="head"><b>${n.name} <span class="note">${n.role}</span></b>${chip(n.state)}</div>
        <dl class="facts two">
          ${n.role === 'master' ? html`${fact('Slots', n.slots ?? '–')}${fact('Hit rate', lookups ? percent(n.hitsPerSecond / lookups) : '–')}` : html`${fact('Of', n.master ?? '–')}`}
          ${fact('Keys', count(n.keys))}${fact('Memory', bytes(n.memoryBytes))}
        </dl></article>`;
    })}</div>
    ${redis.nodes.length ? nothing : html`<p class="note">No Redis has reported.</p>`}
  </section>`;
}

export function nodes({ nodes, replicas, overview }) {
  const placed = Map.groupBy(replicas, r => r.node);
  const sim = nodes.some(n => n.simulated);
  return html`<section id="nodes" class="w6">
    <header><h2>Nodes</h2>${sim ? simulated : measured}${age(overview.ageMs.nodes)}
      <span class="note push">${dollars(overview.costPerHour)} per hour${sim ? ', simulated nodes at real on-demand list prices' : ''}</span></header>
    <div class="grid wide">${nodes.map(n => html`
      <article class="tile ${n.state === 'empty' ? 'warn' : mood(n.state)}" aria-label="Node ${n.name}">
        <div class="head"><b>${n.name}</b><span class="note">${n.type ?? ''}</span></div>
        <p class="note" title=${n.capacityType ?? ''}>${n.zone ?? ''} · ${n.capacityType === 'spot' ? 'spot · ' : ''}${n.pricePerHour === undefined ? '–' : '$' + n.pricePerHour.toFixed(4)}/h</p>
        ${meter('CPU', n.cpuUsed, n.cpuRequested, n.cpuAllocatable, `${cores(n.cpuUsed)} used · ${cores(n.cpuRequested)} of ${cores(n.cpuAllocatable)}`)}
        ${meter('Mem', n.memoryUsed, n.memoryRequested, n.memoryAllocatable, `${bytes(n.memoryRequested)} of ${bytes(n.memoryAllocatable)}`)}
        <div class="pods">${(placed.get(n.name) ?? []).map(r => html`<span class="tag">${r.instance}</span>`)}</div>
      </article>`)}</div>
    ${nodes.length ? html`<p class="note">Dark: used by the processes, measured. Pale: asked for by the replicas placed here.</p>` : html`<p class="note">No node has reported.</p>`}
  </section>`;
}

export function decisions({ slow }) {
  return html`<section id="decisions" class="w5">
    <header><h2>Scaling decisions</h2>${measured}<span class="note push">last hour</span></header>
    <div class="scroll short" tabindex="0" role="region" aria-label="Scaling decisions"><ol class="events">
      ${slow.autoscaler.decisions.map(d => html`<li><time datetime=${new Date(d.time).toISOString()}>${clock(d.time)}</time>
        <div><p><b>${d.service} ${d.from ?? '?'} → ${d.to ?? '?'}</b> ${d.reason}</p>
        <span class="kind">${d.dataAgeSeconds === undefined ? nothing : html`on data ${seconds(d.dataAgeSeconds)} old`}</span></div></li>`)}
      ${slow.autoscaler.decisions.length ? nothing : html`<li><span></span><p class="t-faint">No change was needed.</p></li>`}
    </ol></div>
  </section>`;
}
