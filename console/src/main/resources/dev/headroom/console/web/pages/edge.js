// What the gateway does before the application is asked: limits, and the cache.
import { html, nothing } from '/lib/lit-html/lit-html.js';
import { action } from '../actions.js';
import { chart } from '../charts.js';
import { bytes, count, DASH, percent, rate } from '../format.js';
import { age, card, empty, figures, inBar, note, tag } from '../parts.js';
import { table } from '../table.js';

const answered = o => (o.hit ?? 0) + (o.stale ?? 0) + (o.collapsed ?? 0) + (o.revalidated ?? 0);
const asked = o => answered(o) + (o.miss ?? 0);
const known = o => Object.values(o).reduce((sum, v) => sum + v, 0);

export default {
  title: () => 'Limits & cache',
  local: () => ({ paths: '', tags: '' }),
  load: ({ ranged, get }) => ({ edge: ranged('edge'), actions: get('actions') }),

  view: context => {
    const { data, overview, range, local, redraw, reload } = context;
    const { limits, offenders, limitPoints, cache } = data.edge;
    const total = key => limits.reduce((sum, l) => sum + (l.outcomes[key] ?? 0), 0);
    const outcomes = cache.routes.reduce((sum, r) => {
      for (const [k, v] of Object.entries(r.outcomes)) sum[k] = (sum[k] ?? 0) + v;
      return sum;
    }, {});
    const points = cache.points.map(p => ({ ...p, hitRate: asked(p) ? answered(p) / asked(p) : undefined }));
    const evicted = Object.entries(cache.evictions).filter(([, v]) => v > 0);
    const shared = known(cache.shared);
    return html`
      ${figures('In this time', [
        { name: 'Refused (429)', value: count(total('limited')), mood: total('limited') ? 'warn' : '', note: limits.length ? `of ${count(total('limited') + total('allowed') + total('observed'))} checked` : 'no rule in the document' },
        { name: 'Would be refused', value: count(total('observed')), note: 'by rules that only observe' },
        { name: 'Cache hit rate', value: asked(outcomes) ? percent(answered(outcomes) / asked(outcomes)) : DASH, note: asked(outcomes) ? `of ${count(asked(outcomes))} that may be cached` : 'nothing may be cached yet', spark: points.map(p => p.hitRate) },
        { name: 'From the cache', value: bytes(cache.servedBytes || undefined), note: 'of content' },
        { name: 'In memory', value: count(cache.entries), unit: cache.entries === undefined ? '' : 'responses', note: cache.memoryBytes === undefined ? 'the cache is off' : `${bytes(cache.memoryBytes)}${cache.memoryLimit ? ` of ${bytes(cache.memoryLimit)}` : ''}` },
        { name: 'Redis answered', value: shared ? percent(((cache.shared.hit ?? 0) + (cache.shared.miss ?? 0)) / shared) : DASH, mood: (cache.shared.timeout ?? 0) + (cache.shared.error ?? 0) > 0 ? 'warn' : '', note: shared ? `${count(cache.shared.timeout ?? 0)} too late, ${count(cache.shared.error ?? 0)} errors` : 'second level not asked' },
      ])}
      ${card('Requests at the limits', limitPoints.length ? chart('Limits', range, [
        { label: 'allowed/s', key: 'allowed', color: '--c1', fill: true },
        { label: 'refused/s', key: 'limited', color: '--c2', width: 2.25 },
        { label: 'would be refused/s', key: 'observed', color: '--c6', dash: [6, 3] },
      ], limitPoints, rate) : empty(limits.length ? 'No request met a limit in this time.' : 'No rate limit.', limits.length ? 'Every request under a rule is counted here.' : 'spec.gateway.rateLimits sets them, for example {key: user, requests: 100/min, burst: 20}.'), { width: 6, aside: age(overview.ageMs.gateway) })}
      ${card('Cache', points.length ? chart('Cache', range, [
        { label: 'hit rate', key: 'hitRate', color: '--c3', fill: true },
      ], points, percent, { most: 1 }) : empty('Nothing went through the cache in this time.', 'spec.gateway.cache names the paths that may be cached, for example {path: /api/reports/**, ttl: 30s, vary: [tenant]}.'), { width: 6, note: note('hits, stale, collapsed and revalidated, of all but bypassed') })}
      ${card('Rules', table({
        id: 'limits', caption: 'Rate limits', rows: limits, key: l => l.rule, sort: 3, empty: empty('No rule.', 'spec.gateway.rateLimits is empty.'),
        columns: [
          { title: 'Rule', grow: true, value: l => l.rule, cell: l => html`${l.rule} ${l.observe ? tag('observes') : nothing}` },
          { title: 'Callers', numeric: true, wide: true, value: l => l.callers, cell: l => count(l.callers) },
          { title: 'Allowed', numeric: true, value: l => l.outcomes.allowed, cell: l => count(l.outcomes.allowed ?? 0) },
          { title: 'Refused', numeric: true, value: l => (l.outcomes.limited ?? 0) + (l.outcomes.observed ?? 0), cell: l => count((l.outcomes.limited ?? 0) + (l.outcomes.observed ?? 0)), style: l => (l.outcomes.limited ? 't-warn' : '') },
        ],
      }, redraw), { width: 6, flush: true })}
      ${card('Refused most', table({
        id: 'offenders', caption: 'Callers who were refused most', rows: offenders, key: o => o.rule + o.caller, sort: 2, empty: empty('Nobody was refused in this time.', 'The ten of each rule who were refused most are told here.'),
        columns: [
          { title: 'Caller', value: o => o.caller, cell: o => html`<code>${o.caller}</code>` },
          { title: 'Rule', grow: true, wide: true, value: o => o.rule, cell: o => html`<span class="faint">${o.rule}</span>` },
          { title: 'Refused', numeric: true, value: o => o.refused, cell: o => count(o.refused) },
        ],
      }, redraw), { width: 6, flush: true })}
      ${card('Cached endpoints', table({
        id: 'cached', caption: 'Endpoints at the cache', rows: cache.routes, key: r => r.service + r.route, sort: 1, empty: empty('No endpoint may be cached.', 'What spec.gateway.cache names, or whose responses say so, appears here. The advisor finds endpoints worth it.'),
        columns: [
          { title: 'Endpoint', grow: true, value: r => r.route, cell: r => html`<code>${r.route}</code>` },
          { title: 'Asked', numeric: true, value: r => known(r.outcomes), cell: r => count(known(r.outcomes)) },
          { title: 'Hit rate', numeric: true, value: r => (asked(r.outcomes) ? answered(r.outcomes) / asked(r.outcomes) : -1), cell: r => (asked(r.outcomes) ? inBar(answered(r.outcomes) / asked(r.outcomes), percent(answered(r.outcomes) / asked(r.outcomes))) : html`<span class="faint">bypassed</span>`) },
          { title: 'Hits', numeric: true, wide: true, value: r => r.outcomes.hit, cell: r => count(r.outcomes.hit ?? 0) },
          { title: 'Stale', numeric: true, wide: true, hint: 'Answered with what was there while a new one was fetched', value: r => r.outcomes.stale, cell: r => count(r.outcomes.stale ?? 0) },
          { title: 'Collapsed', numeric: true, wide: true, hint: 'Waited for another’s fill', value: r => r.outcomes.collapsed, cell: r => count(r.outcomes.collapsed ?? 0) },
          { title: 'Revalidated', numeric: true, wide: true, value: r => r.outcomes.revalidated, cell: r => count(r.outcomes.revalidated ?? 0) },
          { title: 'Misses', numeric: true, wide: true, value: r => r.outcomes.miss, cell: r => count(r.outcomes.miss ?? 0) },
          { title: 'Bypassed', numeric: true, wide: true, hint: 'May not be answered from the cache', value: r => r.outcomes.bypass, cell: r => count(r.outcomes.bypass ?? 0) },
        ],
      }, redraw), { flush: true, aside: evicted.length ? note('no longer kept: ' + evicted.map(([k, v]) => `${count(v)} ${k}`).join(', ')) : nothing })}
      ${card('Purge', html`<form class="form wide" @submit=${e => e.preventDefault()}>
        <label>Paths <input type="text" placeholder="/api/reports/**, /logo.png" .value=${local.paths} @input=${e => { local.paths = e.target.value; redraw(); }}></label>
        <label>Tags <input type="text" placeholder="reports" .value=${local.tags} @input=${e => { local.tags = e.target.value; redraw(); }}></label>
        ${action({
          key: 'purge', name: 'purge', label: 'Purge', local, redraw, reload, main: true,
          available: data.actions.purge, missing: 'Purging is not available here: this process runs no gateway with a cache.',
          ready: () => named(local),
          confirm: () => named(local) ? `Removes what is at ${[...split(local.paths), ...split(local.tags).map(t => 'tag ' + t)].join(', ')}.` : 'Name a path or a tag first.',
          body: () => ({ paths: split(local.paths), tags: split(local.tags) }), done: a => `${count(a.removed)} removed`,
        })}</form>`, { note: note('removes responses from the cache, by path or by tag') })}`;
  },
};

const named = local => split(local.paths).length + split(local.tags).length > 0;
const split = text => text.split(/[\s,]+/).filter(Boolean);
