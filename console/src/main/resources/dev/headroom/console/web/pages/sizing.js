// What replicas should ask for, and what it costs.
import { html, nothing } from '/lib/lit-html/lit-html.js';
import { chart } from '../charts.js';
import { bytes, cores, DASH, dollars, percent } from '../format.js';
import { marks, words } from '../happenings.js';
import { age, card, empty, facts, figures, modelled, note, nowOnly, simulated, timeline } from '../parts.js';

export default {
  title: () => 'Right-sizing & cost',
  load: ({ ranged, get }) => ({ sizing: ranged('sizing'), nodes: get('nodes') }),

  view: ({ data, overview, range }) => {
    const { services, cost, costs, events } = data.sizing;
    const kinds = Object.entries(cost.byCapacityType);
    const whole = kinds.length ? kinds.reduce((sum, [, v]) => sum + v, 0) : overview.costPerHour;
    const saving = cost.baseline && whole !== undefined ? 1 - whole / cost.baseline : undefined;
    const sum = when => {
      const known = services.map(s => s.costPerHour[when]).filter(v => v !== undefined);
      return known.length ? known.reduce((a, b) => a + b, 0) : undefined;
    };
    const [now, recommended] = [sum('now'), sum('recommended')];
    const sim = cost.simulated || data.nodes.some(n => n.simulated) ? simulated : nothing;
    const spot = data.nodes.filter(n => n.capacityType === 'spot').length;
    return html`
      ${figures('Cost', [
        { name: 'Nodes cost', value: dollars(whole), unit: '/h', note: html`${sim} ${whole === undefined ? 'no node has a price' : `${dollars(whole * 730, 0)} a month at this rate`}` },
        { name: 'A fixed fleet would', value: dollars(cost.baseline), unit: '/h', note: cost.baselineFleet ? `${cost.baselineFleet}, on demand, for replicas.max` : 'is told once the node plan knows' },
        { name: 'Less than fixed', value: percent(saving), mood: saving < 0 ? 'warn' : '', note: cost.baseline ? `${dollars(cost.baseline - whole)}/h` : '' },
        { name: 'Spot', value: data.nodes.length ? percent(spot / data.nodes.length) : DASH, note: kinds.some(([k]) => k === 'spot') ? html`of nodes ${modelled('Spot prices are modelled; list prices are real')}` : 'of nodes' },
        { name: 'Right-sized', value: now !== undefined && recommended !== undefined ? dollars(recommended) : DASH, unit: '/h', note: now !== undefined ? `instead of ${dollars(now)}/h by share of nodes` : 'no recommendation yet' },
      ])}
      ${card('Recommendations', services.length ? html`<div class="sizes">${services.map(size)}</div>
        <p class="note legend-line"><i class="swatch range"></i> recommended range <i class="mark-now"></i> requested now <i class="mark-target"></i> recommended <i class="mark-used"></i> used by the busiest replica now</p>`
        : empty('No recommendation yet.', 'The recommender needs some minutes of measured usage of each service. It keeps histograms that forget by half a day, as Kubernetes’ VerticalPodAutoscaler does.'), { aside: html`${age(overview.ageMs.autoscaler)}${nowOnly(range)}` })}
      ${card('Cost over time', costs.length ? chart('Cost', range, [
        { label: 'fixed fleet', key: 'baseline', color: '--c7', dash: [2, 3] },
        { label: 'on demand', key: 'onDemand', color: '--c1', fill: true },
        { label: 'spot', key: 'spot', color: '--c3', width: 2.25, dash: [6, 3] },
      ], costs, v => (v === undefined ? DASH : dollars(v)), { marks: marks(events, () => true) }) : empty('No cost was measured in this time.', 'Nodes tell their price every few seconds once there are some.'), { width: 7, note: html`${note('USD per hour')} ${sim}` })}
      ${card('What was changed', html`<div class="scroll" tabindex="0" role="region" aria-label="Changes">${timeline(events.map(words), empty('Nothing was changed in this time.', 'Recommendations that were applied, replicas killed for memory, nodes that were given back, and spot interruptions.'))}</div>`, { width: 5 })}`;
  },
};

function size(s) {
  const saving = s.costPerHour.now !== undefined && s.costPerHour.recommended !== undefined ? s.costPerHour.now - s.costPerHour.recommended : undefined;
  return html`<article class="tile" aria-label="Size of ${s.service}">
    <div class="head"><b>${s.service}</b>${saving === undefined ? nothing : html`<span class=${saving > 0 ? 't-good' : saving < 0 ? 't-warn' : 'faint'}>${saving > 0 ? 'saves ' : saving < 0 ? 'costs ' : ''}${dollars(Math.abs(saving), 3)}/h</span>`}</div>
    ${scale('CPU', s.cpu, s.used.cpu, v => (v === undefined ? DASH : `${cores(v)}\u202fcores`))}
    ${scale('Memory', s.memory, s.used.memory, bytes)}
    ${facts([['Confidence', s.confidence === undefined ? DASH : s.confidence >= 1 ? `${s.confidence.toFixed(1)} days of history` : `${(s.confidence * 24).toFixed(1)} h of history`]])}
  </article>`;
}

/* Request, range and target on one line, so that too much and too little are seen. */
function scale(name, bounds, used, format) {
  const values = [bounds.request, bounds.target, bounds.lower, bounds.upper, used].filter(v => v !== undefined);
  if (!values.length) return facts([[name, html`<span class="faint">no usage measured yet</span>`]]);
  // An upper bound far off, of a young recommendation, would squeeze the rest.
  const core = Math.max(...[bounds.request, bounds.target, used].filter(v => v !== undefined));
  const most = Math.min(Math.max(...values), core * 3) * 1.08;
  const at = v => Math.max(0, Math.min(100, (100 * v) / most));
  return html`<div class="scale"><div class="said"><span class="note">${name}</span><span>${format(bounds.request)} → <b>${format(bounds.target)}</b></span></div>
    <div class="line" role="img" aria-label="${name}: requested ${format(bounds.request)}, recommended ${format(bounds.target)}, between ${format(bounds.lower)} and ${format(bounds.upper)}, used ${format(used)}">
      ${bounds.lower !== undefined && bounds.upper !== undefined ? html`<i class="span" style="left:${at(bounds.lower)}%;right:${100 - at(bounds.upper)}%"></i>` : nothing}
      ${bounds.request === undefined ? nothing : html`<i class="now" style="left:${at(bounds.request)}%"></i>`}
      ${bounds.target === undefined ? nothing : html`<i class="target" style="left:${at(bounds.target)}%"></i>`}
      ${used === undefined ? nothing : html`<i class="used" style="left:${at(used)}%"></i>`}
    </div></div>`;
}
