// The database: primary and replicas, how far behind, who reads where and why.
import { html, nothing } from '/lib/lit-html/lit-html.js';
import { chart } from '../charts.js';
import { ago, bytes, cores, count, moment, ms, percent, rate, seconds } from '../format.js';
import { gathered, marks, words } from '../happenings.js';
import { age, card, chip, empty, facts, figures, inBar, meter, mood, note, nowOnly, timeline } from '../parts.js';
import { table } from '../table.js';

export default {
  title: () => 'Database replicas',
  load: ({ get, ranged }) => ({
    database: get('database'),
    splits: ranged('database/series'),
    members: ranged('database/members'),
    events: ranged('events', 'limit=1000'),
  }),

  view: context => {
    const { data, overview, range, redraw } = context;
    const { members, routes } = data.database;
    if (!members.length) return html`<div class="card w12">${empty('No database has reported.', 'The router tells of every member that it watches. Without spec.database or a router there is none.')}</div>`;
    const failovers = data.events.filter(e => e.name === 'headroom.failover');
    const taken = failovers.filter(e => e.attributes['headroom.to'] !== undefined);
    const happened = gathered(data.events.filter(e => ['headroom.failover', 'headroom.router.pool'].includes(e.name)));
    const pooled = key => members.reduce((sum, m) => sum + (m.pool?.[key] ?? 0), 0);
    const measured = members.filter(m => m.usage);
    const all = members.reduce((sum, m) => sum + (m.perSecond ?? 0), 0);
    const replicas = members.filter(m => m.role !== 'primary');
    const behind = replicas.filter(m => m.lagSeconds !== undefined).sort((a, b) => b.lagSeconds - a.lagSeconds)[0];
    const onReplicas = replicas.reduce((sum, m) => sum + (m.perSecond ?? 0), 0);
    const order = members.map(m => m.name);
    const sorted = [...data.members].filter(s => order.includes(s.member)).sort((a, b) => order.indexOf(a.member) - order.indexOf(b.member));
    return html`
      ${figures('Now', [
        { name: 'Members up', value: members.filter(m => m.state === 'up').length, unit: `of ${members.length}`, mood: members.every(m => m.state === 'up') ? '' : 'warn', note: `1 primary, ${replicas.length} replicas` },
        { name: 'Statements', value: rate(all), unit: '/s', note: 'through the router', spark: data.splits.map(p => (p.primaryPerSecond ?? 0) + (p.replicaPerSecond ?? 0)) },
        { name: 'Off the primary', value: percent(all ? onReplicas / all : undefined), note: 'of statements went to replicas' },
        { name: 'Furthest behind', value: behind ? seconds(behind.lagSeconds) : '–', mood: behind?.lagSeconds > 10 ? 'warn' : '', note: behind ? `${behind.name}, ${bytes(behind.lagBytes)}` : 'no replica' },
        { name: 'Client connections', value: count(data.database.clients), note: `over ${pooled('inUse') + pooled('idle')} to the servers, ${pooled('waiting')} waiting` },
        { name: 'Failovers', value: count(taken.length), mood: taken.length ? 'warn' : '', note: taken.length ? `last to ${taken[0].attributes['headroom.to']}` : 'none in this time' },
        { name: 'P95 wait for a server', value: ms(data.database.queueP95Ms), note: data.database.queueP95Ms === undefined ? 'nobody waited' : 'of those who had to wait' },
      ])}
      <section class="w12 members" aria-label="Members">${members.map(m => html`
        <article class="tile ${mood(m.state) === 'good' ? '' : mood(m.state)} ${m.role}" aria-label="Member ${m.name}">
          <div class="head"><b>${m.name}</b><span class="role">${m.role}</span>${chip(m.state)}</div>
          <div class="share"><span class="value">${rate(m.perSecond)}</span><span class="unit">/s</span>${inBar(all ? (m.perSecond ?? 0) / all : 0, all ? percent((m.perSecond ?? 0) / all) : '–')}</div>
          ${facts([
            ['P95', ms(m.p95Ms)],
            ['Lag', m.role === 'primary' ? html`<span class="faint">writes here</span>` : `${m.lagSeconds === undefined ? '–' : seconds(m.lagSeconds)} · ${bytes(m.lagBytes)}`],
            ['Address', m.address],
          ])}
          ${pool(m.pool)}
          ${usage(m.usage)}
        </article>`)}${age(overview.ageMs.database)}${nowOnly(range)}</section>
      ${card('Where statements go', chart('Statements', range, [
        { label: 'replicas/s', key: 'replicaPerSecond', color: '--c1', fill: true },
        { label: 'primary/s', key: 'primaryPerSecond', color: '--c2', dash: [6, 3] },
      ], data.splits, rate, { marks: marks(failovers, () => true) }), { width: 6 })}
      ${card('Replication lag', lags(range, sorted, failovers), { width: 6, note: note('replay, behind the primary') })}
      ${measured.length ? html`${card('CPU of the servers', lines(range, sorted, 'cpuCores', cores, 'CPU of the servers'), { width: 6, note: note('cores, all processes of each') })}
      ${card('Memory of the servers', lines(range, sorted, 'memoryBytes', bytes, 'Memory of the servers'), { width: 6, note: note('resident, what they share counted once') })}` : nothing}
      ${card('Connection pools of the router', table({
        id: 'pools', caption: 'Connection pools', rows: members.filter(m => m.pool), key: m => m.name, sort: 0, descending: false, empty: empty('No pool yet.', 'The router opens connections when the first client asks.'),
        columns: [
          { title: 'Member', value: m => m.name, cell: m => html`<b>${m.name}</b>` },
          { title: 'Size', numeric: true, hint: 'Connections that there may be', value: m => m.pool.limit, cell: m => count(m.pool.limit) },
          { title: 'In use', numeric: true, value: m => m.pool.inUse, cell: m => count(m.pool.inUse) },
          { title: 'Idle', numeric: true, wide: true, value: m => m.pool.idle, cell: m => count(m.pool.idle) },
          { title: 'Waiting', numeric: true, hint: 'Clients in the queue now', value: m => m.pool.waiting, cell: m => count(m.pool.waiting), style: m => (m.pool.waiting > 0 ? 't-warn' : '') },
          { title: 'Why this size', grow: true, value: m => m.pool.why ?? '', cell: m => (m.pool.why ? html`${m.pool.why} <span class="faint" title=${moment(m.pool.since)}>since ${ago(m.pool.since).replace(' ago', '')}</span>` : html`<span class="faint">unchanged since the start</span>`) },
        ],
      }, redraw), { width: 12, flush: true, id: 'pools-card', aside: nowOnly(range) })}
      ${card('Why there', table({
        id: 'routes', caption: 'Reasons of the router', rows: routes, key: r => r.role + r.reason, sort: 2, empty: empty('No statement in the last minute.', 'The router tells for each statement where it went, and why.'),
        columns: [
          { title: 'To', value: r => r.role, cell: r => r.role },
          { title: 'Because', grow: true, value: r => r.reason, cell: r => r.reason },
          { title: 'Statements/s', numeric: true, value: r => r.perSecond, cell: r => rate(r.perSecond) },
        ],
      }, redraw), { width: 6, flush: true, note: note('last minute') })}
      ${card('Failovers, rejoins, pools', html`<div class="scroll" tabindex="0" role="region" aria-label="Failovers">${timeline(happened.map(words), empty('No failover in this time.', 'When a primary is lost, the replica that received most is promoted, the others follow it, and the old one is cloned anew. Pools that change their size are told here too.'))}</div>`, { width: 6 })}`;
  },
};

/* In use and idle, of how many there may be. */
function pool(p) {
  if (!p) return html`<p class="note">No connection to it yet.</p>`;
  return meter('Pool', {
    used: p.inUse, asked: (p.inUse ?? 0) + (p.idle ?? 0), all: p.limit ?? 0, mood: p.waiting > 0 ? 'warn' : '',
    text: `${count(p.inUse)} of ${count(p.limit)} in use${p.waiting > 0 ? `, ${count(p.waiting)} wait` : ''}`,
  });
}

/* Where the runtime measures the servers. */
function usage(u) {
  if (!u) return nothing;
  return html`
    ${meter('CPU', { used: u.cpuCores, all: u.cpuLimit ?? 0, text: `${cores(u.cpuCores)}${u.cpuLimit ? ` of ${count(u.cpuLimit)}` : ''} cores` })}
    ${meter('Memory', { used: u.memoryBytes, all: u.memoryLimit ?? 0, text: `${bytes(u.memoryBytes)}${u.memoryLimit ? ` of ${bytes(u.memoryLimit)}` : ''}` })}`;
}

const COLOURS = ['--c2', '--c1', '--c3', '--c4', '--c6', '--c5'];
const DASHES = [undefined, undefined, [6, 3], [2, 3], [8, 3, 2, 3], [4, 2]];

function lags(range, members, failovers) {
  if (!members.some(s => s.points.some(p => p.lagSeconds !== undefined))) return empty('No lag was measured in this time.', 'Replicas are asked for their replay position every few seconds.');
  return lines(range, members, 'lagSeconds', v => (v === undefined ? '–' : seconds(v)), 'Replication lag', marks(failovers, () => true));
}

/* A line for each member that has the figure; a member keeps its colour on all charts. */
function lines(range, members, figure, format, name, marked = []) {
  const byTime = new Map();
  const shown = members.map((s, i) => [s, i]).filter(([s]) => s.points.some(p => p[figure] !== undefined)).slice(0, 8);
  for (const [{ member, points }] of shown) {
    for (const p of points) if (p[figure] !== undefined) byTime.set(p.time, { ...byTime.get(p.time), time: p.time, [member]: p[figure] });
  }
  const points = [...byTime.values()].sort((a, b) => a.time - b.time);
  return chart(name, range, shown.map(([s, i]) => ({ label: s.member, key: s.member, color: COLOURS[i % 6], dash: DASHES[i % 6] })), points, format, { marks: marked });
}
