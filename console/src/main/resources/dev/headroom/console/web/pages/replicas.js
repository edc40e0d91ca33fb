// The database: primary and replicas, how far behind, who reads where and why.
import { html } from '/lib/lit-html/lit-html.js';
import { chart } from '../charts.js';
import { bytes, count, ms, percent, rate, seconds } from '../format.js';
import { marks, words } from '../happenings.js';
import { age, card, chip, empty, facts, figures, inBar, mood, note, nowOnly, timeline } from '../parts.js';
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
        { name: 'Client connections', value: count(data.database.clients), note: `over ${members.reduce((s, m) => s + (m.poolActive ?? 0) + (m.poolIdle ?? 0), 0)} to the servers` },
        { name: 'P95 wait for a server', value: ms(data.database.queueP95Ms), note: data.database.queueP95Ms === undefined ? 'nobody waited' : 'of those who had to wait' },
      ])}
      <section class="w12 members" aria-label="Members">${members.map(m => html`
        <article class="tile ${mood(m.state) === 'good' ? '' : mood(m.state)} ${m.role}" aria-label="Member ${m.name}">
          <div class="head"><b>${m.name}</b><span class="role">${m.role}</span>${chip(m.state)}</div>
          <div class="share"><span class="value">${rate(m.perSecond)}</span><span class="unit">/s</span>${inBar(all ? (m.perSecond ?? 0) / all : 0, all ? percent((m.perSecond ?? 0) / all) : '–')}</div>
          ${facts([
            ['P95', ms(m.p95Ms)],
            ['Lag', m.role === 'primary' ? html`<span class="faint">writes here</span>` : `${m.lagSeconds === undefined ? '–' : seconds(m.lagSeconds)} · ${bytes(m.lagBytes)}`],
            ['Connections', `${m.poolActive ?? '–'} busy, ${m.poolIdle ?? '–'} idle`],
            ...usage(m),
          ])}
        </article>`)}${age(overview.ageMs.database)}${nowOnly(range)}</section>
      ${card('Where statements go', chart('Statements', range, [
        { label: 'replicas/s', key: 'replicaPerSecond', color: '--c1', fill: true },
        { label: 'primary/s', key: 'primaryPerSecond', color: '--c2', dash: [6, 3] },
      ], data.splits, rate, { marks: marks(failovers, () => true) }), { width: 6 })}
      ${card('Replication lag', lags(range, sorted, failovers), { width: 6, note: note('replay, behind the primary') })}
      ${card('Why there', table({
        id: 'routes', caption: 'Reasons of the router', rows: routes, key: r => r.role + r.reason, sort: 2, empty: empty('No statement in the last minute.', 'The router tells for each statement where it went, and why.'),
        columns: [
          { title: 'To', value: r => r.role, cell: r => r.role },
          { title: 'Because', grow: true, value: r => r.reason, cell: r => r.reason },
          { title: 'Statements/s', numeric: true, value: r => r.perSecond, cell: r => rate(r.perSecond) },
        ],
      }, redraw), { width: 6, flush: true, note: note('last minute') })}
      ${card('Failovers and rejoins', html`<div class="scroll" tabindex="0" role="region" aria-label="Failovers">${timeline(failovers.map(words), empty('No failover in this time.', 'When a primary is lost, the replica that received most is promoted, the others follow it, and the old one is cloned anew.'))}</div>`, { width: 6 })}`;
  },
};

/* Against limits, where the runtime measures the servers. */
function usage(m) {
  return [
    m.cpuCores === undefined ? undefined : ['CPU', `${m.cpuCores.toFixed(2)}${m.cpuLimit ? ` of ${m.cpuLimit}` : ''} cores`],
    m.memoryBytes === undefined ? undefined : ['Memory', `${bytes(m.memoryBytes)}${m.memoryLimit ? ` of ${bytes(m.memoryLimit)}` : ''}`],
  ];
}

const COLOURS = ['--c2', '--c1', '--c3', '--c4', '--c6', '--c5'];
const DASHES = [undefined, undefined, [6, 3], [2, 3], [8, 3, 2, 3], [4, 2]];

function lags(range, members, failovers) {
  const byTime = new Map();
  const shown = members.filter(s => s.points.some(p => p.lagSeconds !== undefined));
  for (const { member, points } of shown) {
    for (const p of points) if (p.lagSeconds !== undefined) byTime.set(p.time, { ...byTime.get(p.time), time: p.time, [member]: p.lagSeconds });
  }
  if (!shown.length) return empty('No lag was measured in this time.', 'Replicas are asked for their replay position every few seconds.');
  const points = [...byTime.values()].sort((a, b) => a.time - b.time);
  return chart('Replication lag', range, shown.slice(0, 8).map((s, i) => ({ label: s.member, key: s.member, color: COLOURS[(i + 1) % 6], dash: DASHES[(i + 1) % 6] })), points, v => (v === undefined ? '–' : seconds(v)), { marks: marks(failovers, () => true) });
}

