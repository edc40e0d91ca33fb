// Redis Cluster: who holds which slots, how full, how often it knows the answer.
import { html, nothing } from '/lib/lit-html/lit-html.js';
import { chart } from '../charts.js';
import { ago, bytes, count, percent, rate } from '../format.js';
import { marks, words } from '../happenings.js';
import { age, card, chip, empty, facts, figures, inBar, meter, mood, note, nowOnly, timeline } from '../parts.js';

const SLOTS = 16384;
const COLOURS = ['--c1', '--c3', '--c4', '--c6', '--c5', '--c2', '--c7'];

export default {
  title: () => 'Redis shards',
  load: ({ get, ranged }) => ({ redis: get('redis'), series: ranged('redis/series'), events: ranged('events', 'limit=1000') }),

  view: ({ data, overview, range }) => {
    const { nodes } = data.redis;
    if (!nodes.length) return html`<div class="card w12">${empty('No Redis has reported.', 'The cluster that Headroom runs, or that spec.redis.nodes names, is watched every few seconds. spec.redis.shards: 0 runs none.')}</div>`;
    const changes = data.events.filter(e => e.name === 'headroom.redis');
    const failovers = changes.filter(e => e.attributes['headroom.state'] === 'failover');
    const lastOf = name => failovers.find(e => e.attributes['headroom.redis.node'] === name);
    const masters = nodes.filter(n => n.role === 'master');
    const shards = masters.map((master, i) => ({ master, replicas: nodes.filter(n => n.master === master.name), ranges: ranges(master.slots), colour: COLOURS[i % COLOURS.length] }));
    const stray = nodes.filter(n => n.role !== 'master' && !masters.some(m => m.name === n.master));
    const sum = (list, key) => list.reduce((all, n) => all + (n[key] ?? 0), 0);
    const lookups = sum(masters, 'hitsPerSecond') + sum(masters, 'missesPerSecond');
    const covered = shards.reduce((all, s) => all + s.ranges.reduce((a, [from, to]) => a + to - from + 1, 0), 0);
    const points = together(data.series);
    return html`
      ${figures('Now', [
        { name: 'Hit rate', value: lookups ? percent(sum(masters, 'hitsPerSecond') / lookups) : '–', note: lookups ? 'of lookups, last minute' : 'no lookup in the last minute', spark: points.map(p => p.hitRate) },
        { name: 'Lookups', value: rate(lookups), unit: '/s', note: `${rate(sum(masters, 'missesPerSecond'))} misses/s`, spark: points.map(p => p.lookups) },
        { name: 'Keys', value: count(sum(masters, 'keys')), note: 'on masters' },
        { name: 'Memory', value: bytes(sum(masters, 'memoryBytes')), note: `${bytes(sum(nodes, 'memoryBytes'))} with replicas` },
        { name: 'Slots covered', value: percent(covered / SLOTS), mood: covered === SLOTS ? '' : 'bad', note: `${covered.toLocaleString('en-US')} of ${SLOTS.toLocaleString('en-US')}` },
        { name: 'Nodes', value: nodes.filter(n => mood(n.state) === 'good').length, unit: `of ${nodes.length}`, mood: nodes.every(n => mood(n.state) === 'good') ? '' : 'warn', note: `${masters.length} masters` },
        { name: 'Failovers', value: count(failovers.length), mood: failovers.length ? 'warn' : '', note: failovers.length ? `last ${ago(failovers[0].time)}` : 'none in this time' },
      ])}
      ${card('Slots', html`
        <div class="slots" role="img" aria-label=${shards.map(s => `${s.master.name}: ${s.master.slots ?? 'none'}`).join('; ')}>
          ${shards.flatMap(s => s.ranges.map(([from, to]) => html`<i title="${s.master.name}: ${from}–${to}" style="left:${(100 * from) / SLOTS}%;width:${(100 * (to - from + 1)) / SLOTS}%;background:var(${s.colour})"><span>${s.master.name}</span></i>`))}
        </div><div class="slot-scale" aria-hidden="true"><span>0</span><span>4096</span><span>8192</span><span>12288</span><span>16383</span></div>`,
      { aside: html`${age(overview.ageMs.redis)}${nowOnly(range)}` })}
      <section class="w12 shards" aria-label="Shards">${shards.map(s => shard(s, lastOf(s.master.name)))}${stray.length ? html`<article class="tile warn"><div class="head"><b>Without a master</b></div>${stray.map(n => html`<div class="row">${n.name} ${chip(n.state)}</div>`)}</article>` : nothing}</section>
      ${card('Hit rate', chart('Hit rate', range, [{ label: 'hits', key: 'hitRate', color: '--c1', fill: true }], points, percent, { most: 1, marks: marks(changes, () => true) }), { width: 6 })}
      ${card('Lookups', chart('Lookups', range, [{ label: 'hits/s', key: 'hits', color: '--c1', fill: true }, { label: 'misses/s', key: 'misses', color: '--c2', dash: [6, 3] }], points, rate), { width: 6 })}
      ${card('Memory', chart('Memory', range, [{ label: 'all nodes', key: 'memory', color: '--c4', fill: true }], points, bytes), { width: 6 })}
      ${card('Failovers and changes', html`<div class="scroll" tabindex="0" role="region" aria-label="Redis events">${timeline(changes.map(words), empty('No failover in this time.', 'When a master dies its replica is promoted; that, and who came back, is told here.'))}</div>`, { width: 6 })}`;
  },
};

function shard({ master, replicas, ranges, colour }, failover) {
  const lookups = (master.hitsPerSecond ?? 0) + (master.missesPerSecond ?? 0);
  const held = ranges.reduce((all, [from, to]) => all + to - from + 1, 0);
  return html`<article class="tile ${mood(master.state) === 'good' ? '' : mood(master.state)}" aria-label="Shard of ${master.name}" style="border-top:3px solid var(${colour})">
    <div class="head"><b>${master.name}</b><span class="role">master</span>${chip(master.state)}</div>
    <div class="share"><span class="value">${lookups ? percent(master.hitsPerSecond / lookups) : '–'}</span><span class="unit">hits</span>${inBar(lookups ? master.hitsPerSecond / lookups : 0, `${rate(lookups)}/s`)}</div>
    ${facts([['Slots', `${master.slots ?? 'none'} (${count(held)})`], ['Keys', count(master.keys)], failover ? ['Took over', html`<span title=${failover.body}>${ago(failover.time)}</span>`] : undefined])}
    ${room(master)}
    ${replicas.map(r => html`<div class="under-shard"><b>${r.name}</b><span class="role">replica</span><span class="faint" title=${memory(r)}>${count(r.keys)} keys · ${bytes(r.memoryBytes)}</span>${chip(r.state)}</div>`)}
    ${replicas.length ? nothing : note('no replica: if it dies, its slots are gone')}
  </article>`;
}

const memory = n => bytes(n.memoryBytes) + (n.memoryLimit ? ` of ${bytes(n.memoryLimit)}` : '');

/* maxmemory 0 is no limit: then there is nothing to fill. */
const room = n => (n.memoryLimit
  ? meter('Memory', { used: n.memoryBytes, all: n.memoryLimit, text: `${memory(n)}, ${percent(n.memoryBytes / n.memoryLimit)}`, mood: n.memoryBytes > 0.9 * n.memoryLimit ? 'warn' : '' })
  : facts([['Memory', html`${memory(n)} <span class="faint" title="maxmemory is 0: keys are never evicted">${n.memoryLimit === 0 ? 'no limit' : ''}</span>`]]));

/* "0-5460,6000" */
const ranges = text => (text ?? '').split(/[,\s]+/).filter(r => /^\d+(-\d+)?$/.test(r)).map(r => {
  const [from, to] = r.split('-').map(Number);
  return [from, to ?? from];
});

function together(series) {
  const byTime = new Map();
  for (const { points } of series) {
    for (const p of points) {
      const at = byTime.get(p.time) ?? { time: p.time };
      const add = (key, value) => value !== undefined && (at[key] = (at[key] ?? 0) + value);
      add('hits', p.hitsPerSecond);
      add('misses', p.missesPerSecond);
      add('memory', p.memoryBytes);
      byTime.set(p.time, at);
    }
  }
  const points = [...byTime.values()].sort((a, b) => a.time - b.time);
  for (const p of points) {
    p.lookups = (p.hits ?? 0) + (p.misses ?? 0);
    if (p.lookups) p.hitRate = (p.hits ?? 0) / p.lookups;
  }
  return points;
}
