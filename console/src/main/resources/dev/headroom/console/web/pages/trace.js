// One request as a waterfall, with the critical path.
import { html, nothing } from '/lib/lit-html/lit-html.js';
import { count, ms, moment, percent } from '../format.js';
import { card, chip, facts, figures, note } from '../parts.js';
import { kind, statement, summary, tree } from '../spans.js';

const MANY = 4;

export default {
  still: true,
  title: ({ data }) => data.trace?.spans.find(s => !s.parent)?.name ?? 'Trace',
  local: () => ({ chosen: undefined, closed: new Set() }),
  load: ({ get, id }) => ({ trace: get('trace/' + encodeURIComponent(id)) }),

  view: context => {
    const { data, local, link } = context;
    const { trace } = data;
    const rows = tree(trace, local.closed);
    const all = local.closed.size ? tree(trace) : rows;
    const chosen = trace.spans.find(s => s.id === local.chosen) ?? trace.spans.find(s => s.error) ?? rows[0]?.span;
    const shares = summary(all);
    const failed = trace.spans.filter(s => s.error).length;
    const repeated = all.filter(r => r.first && r.repeats >= MANY).sort((a, b) => b.repeats - a.repeats)[0];
    const colours = colour(all);
    return html`
      ${figures('This request', [
        { name: 'Time', value: ms(trace.durationMs), note: moment(trace.time) },
        { name: 'Spans', value: count(trace.spans.length), note: `${new Set(trace.spans.map(s => s.service)).size} services` },
        { name: 'Errors', value: count(failed), mood: failed ? 'bad' : '', note: failed ? 'spans failed' : 'none' },
        { name: 'Waited longest for', value: shares[0]?.name ?? '–', note: shares[0] ? `${ms(shares[0].ms)}, ${percent(shares[0].ms / trace.durationMs)} of the time` : '' },
        repeated ? { name: 'Repeated', value: `${repeated.repeats} ×`, mood: 'warn', note: html`<span title=${repeated.span.name}>${repeated.span.name}: one query for each row?</span>` } : undefined,
      ])}
      <section class="card w12"><header><h2>Where the time went</h2>${note('on the critical path: what had to end before the answer could')}</header>
        <div class="strip" role="img" aria-label=${shares.map(s => `${s.name} ${ms(s.ms)}`).join(', ')}>${shares.filter(s => s.ms > 0).map(s => html`<i style="flex:${s.ms};background:var(${colours.get(s.name)})"></i>`)}</div>
        <div class="row strip-legend">${shares.map(s => html`<span><i style="background:var(${colours.get(s.name)})"></i>${s.name} <b>${ms(s.ms)}</b> <span class="faint">${percent(s.ms / trace.durationMs)}, ${s.count} ${s.count === 1 ? 'span' : 'spans'}</span></span>`)}</div></section>
      ${card('Waterfall', waterfall(context, rows, chosen, colours), { width: 8, note: html`<code class="faint wide-only">${trace.id}</code>`, aside: html`<span class="note"><i class="sample"></i> critical path</span>` })}
      ${chosen ? card('Span', detail(chosen, all.find(r => r.span === chosen), colours, link), { width: 4, note: chosen.error ? chip('error', 'bad') : nothing }) : nothing}`;
  },
};

const PALETTE = ['--c1', '--c3', '--c4', '--c6', '--c5', '--c7'];

function colour(rows) {
  const names = [...new Set(rows.map(r => kind(r.span)))];
  return new Map(names.map((name, i) => [name, PALETTE[i % PALETTE.length]]));
}

function waterfall({ data, local, redraw }, rows, chosen, colours) {
  const all = data.trace.durationMs || 1;
  const choose = span => {
    local.chosen = span.id;
    redraw();
  };
  const toggle = span => {
    local.closed.has(span.id) ? local.closed.delete(span.id) : local.closed.add(span.id);
    redraw();
  };
  const keys = event => {
    const at = rows.findIndex(r => r.span === chosen);
    const row = rows[at];
    const moves = {
      ArrowDown: () => choose(rows[Math.min(rows.length - 1, at + 1)].span),
      ArrowUp: () => choose(rows[Math.max(0, at - 1)].span),
      ArrowLeft: () => row.children && !local.closed.has(row.span.id) && toggle(row.span),
      ArrowRight: () => local.closed.has(row.span.id) && toggle(row.span),
    };
    if (!moves[event.key] || !row) return;
    event.preventDefault();
    moves[event.key]();
    requestAnimationFrame(() => document.querySelector('.wf [aria-selected=true]')?.scrollIntoView({ block: 'nearest' }));
  };
  return html`
    <div class="wf" role="tree" tabindex="0" aria-label="Spans; arrow keys move" @keydown=${keys}>
      <div class="ruler" aria-hidden="true"><span></span><div>${[0, 0.25, 0.5, 0.75].map(x => html`<span style="left:${x * 100}%">${x ? ms(all * x) : '0'}</span>`)}<span class="last">${ms(all)}</span></div></div>
      ${rows.map(row => {
        const { span, depth } = row;
        const left = (100 * span.startMs) / all;
        const width = (100 * span.durationMs) / all;
        const place = left + width < 82 ? `left:calc(${left + width}% + 6px)` : left > 16 ? `right:calc(${100 - left}% + 6px)` : `left:calc(${left}% + 6px)`;
        const inside = left + width >= 82 && left <= 16;
        return html`
          <div class="line" role="treeitem" aria-level=${depth + 1} aria-selected=${span === chosen} aria-expanded=${row.children ? !local.closed.has(span.id) : nothing} @click=${() => choose(span)}>
            <div class="name" style="padding-left:${Math.min(depth, 10) * 13}px">
              ${row.children ? html`<button type="button" class="twist" tabindex="-1" aria-label="Open or close" @click=${e => { e.stopPropagation(); toggle(span); }}>${local.closed.has(span.id) ? '▸' : '▾'}</button>` : html`<span class="twist"></span>`}
              <span class="label" title=${span.name}>${span.name}</span>${row.first && row.repeats >= MANY ? html`<span class="tag" title="So many alike under one parent">× ${row.repeats}</span>` : nothing}
            </div>
            <div class="track"><i class="span ${row.critical > 0 ? 'critical' : ''} ${span.error ? 'error' : ''}" style="left:${left}%;width:${width}%;--own:var(${colours.get(kind(span))})"></i>
              <span class="len ${inside ? 'in' : ''}" style=${place}>${ms(span.durationMs)}${span.error ? ' ✕' : ''}</span></div>
          </div>`;
      })}
    </div>`;
}

function detail(span, row, colours, link) {
  const sql = statement(span);
  const rest = Object.entries(span.attributes).filter(([name]) => name !== 'db.query.text' && name !== 'db.statement');
  return html`
    <p class="span-name"><i style="background:var(${colours.get(kind(span))})"></i><b>${span.name}</b></p>
    ${span.message ? html`<p class="t-bad">${span.message}</p>` : nothing}
    ${facts([
      ['Service', span.service], ['Kind', span.kind], ['Begins after', ms(span.startMs)], ['Takes', ms(span.durationMs)],
      ['On the critical path', row?.critical ? ms(row.critical) : '–'],
    ])}
    ${sql ? html`<h3>Statement ${span.attributes['headroom.query'] ? html`<a href=${link('/query/' + span.attributes['headroom.query'])}>in all requests</a>` : nothing}</h3><pre>${sql}</pre>` : nothing}
    ${span.events.length ? html`<h3>Events</h3><ul>${span.events.map(e => html`<li>${e}</li>`)}</ul>` : nothing}
    <h3>Attributes</h3>
    ${rest.length ? html`<dl class="attributes">${rest.map(([name, value]) => html`<dt>${name}</dt><dd>${String(value)}</dd>`)}</dl>` : note('none')}`;
}

