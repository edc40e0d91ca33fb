// Who calls whom: columns from the gateway to the data, lines as thick as they are busy.
import { html, nothing, svg } from '/lib/lit-html/lit-html.js';
import { count, ms, percent, perSecond } from '../format.js';
import { age, card, empty, facts, note } from '../parts.js';
import { table } from '../table.js';
import { curve, place } from '../layout.js';

const KINDS = { gateway: 'gateway', router: 'router', service: 'service', database: 'database', cache: 'cache', queue: 'queue', external: 'outside' };
const WIDTH = 188;
const HEIGHT = 70;

export default {
  title: () => 'Service map',
  local: () => ({ chosen: undefined }),
  load: ({ ranged }) => ({ map: ranged('map') }),

  view: context => {
    const { data, overview, local, redraw } = context;
    const { nodes, edges } = data.map;
    if (!nodes.length) return html`<div class="card w12">${empty('No calls were seen in this time.', 'The map is made from spans: of the gateway, the router, and every service that sends OpenTelemetry to OTEL_EXPORTER_OTLP_ENDPOINT.')}</div>`;
    const chosen = nodes.find(n => n.name === local.chosen);
    const choose = name => {
      local.chosen = local.chosen === name ? undefined : name;
      redraw();
    };
    return html`
      ${card('Calls', drawing(nodes, edges, chosen, choose), { width: 12, note: note('from the spans that were sent, as callers measured them; a sample where traces are sampled'), aside: html`${age(overview.ageMs.gateway)}<span class="note">choose a node to see its calls<span class="narrow-only">; the map scrolls sideways</span></span>` })}
      ${chosen ? card(chosen.name, html`${facts([
        ['Kind', KINDS[chosen.kind] ?? chosen.kind], ['Called', perSecond(chosen.perSecond)], ['Calls', count(chosen.count)],
        ['Errors', percent(chosen.count ? chosen.errors / chosen.count : undefined)], ['P50', ms(chosen.latency.p50Ms)], ['P95', ms(chosen.latency.p95Ms)], ['P99', ms(chosen.latency.p99Ms)],
      ])}`, { width: 4 }) : nothing}
      ${card('Edges', table({
        id: 'edges', caption: 'Calls between nodes', rows: edges.filter(e => !chosen || e.from === chosen.name || e.to === chosen.name), key: e => e.from + '\n' + e.to, sort: 2, empty: empty('No call to or from it.'),
        columns: [
          { title: 'From', value: e => e.from, cell: e => e.from },
          { title: 'To', grow: true, value: e => e.to, cell: e => e.to },
          { title: 'Calls/s', numeric: true, value: e => e.perSecond, cell: e => html`<span title="${count(e.count)} in all">${perSecond(e.perSecond)}</span>` },
          { title: 'Errors', numeric: true, value: e => e.errors / e.count, cell: e => percent(e.errors / e.count), style: e => (e.errors / e.count > 0.01 ? 't-bad' : '') },
          { title: 'P50', numeric: true, wide: true, value: e => e.latency.p50Ms, cell: e => ms(e.latency.p50Ms) },
          { title: 'P95', numeric: true, value: e => e.latency.p95Ms, cell: e => ms(e.latency.p95Ms) },
        ],
      }, redraw), { width: chosen ? 8 : 12, flush: true })}`;
  },
};

function drawing(nodes, edges, chosen, choose) {
  const { at, way, width, height } = place(nodes, edges, WIDTH, HEIGHT);
  const most = Math.max(...edges.map(e => e.perSecond), 0.001);
  const near = chosen && new Set([chosen.name, ...edges.flatMap(e => (e.from === chosen.name ? [e.to] : e.to === chosen.name ? [e.from] : []))]);
  return html`<div class="map" tabindex="0" role="region" aria-label="Service map"><svg viewBox="0 0 ${width} ${height}" style="min-width:${Math.min(width, 900)}px;max-width:${width}px">
    ${edges.map(e => {
      const [a, b] = [at.get(e.from), at.get(e.to)];
      if (!a || !b) return nothing;
      const path = way.has(e) ? curve(way.get(e)) : `M${a.x + WIDTH / 2} ${a.y}C${a.x + WIDTH / 2} ${a.y - 46} ${b.x + WIDTH / 2} ${b.y - 46} ${b.x + WIDTH / 2} ${b.y}`;
      const faint = near && e.from !== chosen.name && e.to !== chosen.name;
      return svg`<path class="edge ${e.errors / e.count > 0.01 ? 'bad' : ''} ${faint ? 'pale' : ''}" d=${path} stroke-width=${(1.2 + 5 * Math.sqrt(e.perSecond / most)).toFixed(1)}><title>${e.from} → ${e.to}: ${perSecond(e.perSecond)}, P95 ${ms(e.latency.p95Ms)}, ${percent(e.errors / e.count)} errors</title></path>`;
    })}
    ${nodes.map(n => {
      const p = at.get(n.name);
      const bad = n.count && n.errors / n.count > 0.01;
      return svg`<g class="node-box ${n.kind} ${bad ? 'bad' : ''} ${near && !near.has(n.name) ? 'pale' : ''} ${chosen === n ? 'chosen' : ''}" transform="translate(${p.x} ${p.y})" tabindex="0" role="button" aria-pressed=${chosen === n} aria-label="${n.name}, ${KINDS[n.kind] ?? n.kind}, ${n.count ? `${perSecond(n.perSecond)}, P95 ${ms(n.latency.p95Ms)}` : 'calls others only'}" @click=${() => choose(n.name)} @keydown=${e => (e.key === 'Enter' || e.key === ' ') && (e.preventDefault(), choose(n.name))}>
        <rect width=${WIDTH} height=${HEIGHT} rx="9"></rect><rect class="stripe" width="4" height=${HEIGHT - 20} x="0" y="10" rx="2"></rect>
        <text class="name" x="16" y="24">${n.name.length > 22 ? n.name.slice(0, 21) + '…' : n.name}</text>
        <text class="kind" x="16" y="41">${KINDS[n.kind] ?? n.kind}</text>
        <text class="figures-line" x="16" y="59">${n.count ? `${perSecond(n.perSecond)} · P95 ${ms(n.latency.p95Ms)}` : 'calls others only'}${bad ? ` · ✕ ${percent(n.errors / n.count)}` : ''}</text>
      </g>`;
    })}</svg></div>`;
}

