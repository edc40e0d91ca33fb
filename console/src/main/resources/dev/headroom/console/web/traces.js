// Single requests: a list, and one of them as a waterfall.
import { html, nothing } from '/lib/lit-html/lit-html.js';
import { clock, ms } from './format.js';
import { get } from './live.js';
import { table } from './table.js';

/** The spans in the order of the tree, each with its depth. */
function ordered(spans) {
  const known = new Set(spans.map(s => s.id));
  const children = Map.groupBy(spans, s => (known.has(s.parent) ? s.parent : ''));
  const out = [];
  const visit = (id, depth) => {
    for (const span of (children.get(id) ?? []).sort((a, b) => a.startMs - b.startMs)) {
      out.push({ span, depth });
      if (depth < 60) visit(span.id, depth + 1);
    }
  };
  visit('', 0);
  return out;
}

export function waterfall(trace) {
  const all = trace.durationMs || 1;
  return html`
    <p class="note">${clock(trace.time)} · ${ms(trace.durationMs)} · ${trace.spans.length} spans · <code>${trace.id}</code></p>
    <div class="wf" role="list">${ordered(trace.spans).map(({ span, depth }) => {
      const left = (100 * span.startMs) / all;
      const words = Object.entries(span.attributes).map(([k, v]) => `${k}: ${v}`).join('\n');
      const width = (100 * span.durationMs) / all;
      const end = Math.max(0, 100 - left - width);
      // The length stands behind its bar, before it near the right edge, inside it when there is no room.
      const [inside, place] = width > 60 ? ['in', `right:${end}%`] : left > 70 ? ['', `right:${100 - left}%`] : ['', `left:${left + width}%`];
      return html`
        <div class="name" role="listitem" style="padding-left:${Math.min(depth, 12) * 12}px" title=${span.name + '\n' + words}><span class="t-faint">${span.service}</span> ${span.name}</div>
        <div class="track" title=${(span.message ? span.message + '\n' : '') + words}>
          <span class="span ${span.kind} ${span.error ? 'error' : ''}" style="left:${left}%;width:${width}%"></span>
          <span class="len ${inside}" style=${place}>${ms(span.durationMs)}${span.error ? ' · error' : ''}</span>
        </div>`;
    })}</div>`;
}

export function traces(state, render) {
  const order = name => html`<button type="button" aria-pressed=${state.order === name} @click=${() => { state.order = name; refresh(state, render); }}>${name}</button>`;
  return html`
    <section id="traces" class="w7">
      <header><h2>Traces</h2><span class="tag" title="Spans are a sample; the figures of endpoints are exact">measured, sampled</span>
        <span class="seg push" role="group" aria-label="Order">${order('newest')}${order('slowest')}</span></header>
      ${state.error ? html`<p class="t-red">${state.error}</p>` : nothing}
      ${table({
        id: 'traces', caption: 'Traces of the last 10 minutes', rows: state.list, sort: state.order === 'slowest' ? 2 : 0, empty: 'No trace in the last 10 minutes.',
        columns: [
          { title: 'Start', numeric: false, value: t => t.time, cell: t => clock(t.time) },
          { title: 'Request', value: t => t.name, cell: t => html`<button type="button" class="link" @click=${() => show(state, t.id, render)}>${t.error ? html`<span class="t-red">error </span>` : nothing}<code>${t.name}</code></button>` },
          { title: 'Time', numeric: true, value: t => t.durationMs, cell: t => ms(t.durationMs) },
          { title: 'Spans', numeric: true, value: t => t.spans, cell: t => t.spans },
        ],
      }, render)}
    </section>
    <section id="trace" class="w5"><header><h2>Waterfall</h2></header>
      <div class="scroll" tabindex="0" role="region" aria-label="Waterfall">${state.trace ? waterfall(state.trace) : html`<p class="note">Choose a trace.</p>`}</div></section>`;
}

export async function show(state, id, render) {
  try {
    state.trace = await get('trace/' + id);
    state.error = undefined;
  } catch (e) {
    state.error = e.message;
  }
  render();
}

export async function refresh(state, render) {
  try {
    state.list = await get(`traces?order=${state.order}&limit=60`);
    state.error = undefined;
    if (!state.trace && state.list.length) await show(state, state.list[0].id, render);
  } catch (e) {
    state.error = e.message;
  }
  render();
}
