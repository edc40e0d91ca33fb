// Single requests of all endpoints.
import { html } from '/lib/lit-html/lit-html.js';
import { card, choice, note, sampled } from '../parts.js';
import { traceTable } from '../tracelist.js';

export default {
  local: () => ({ order: 'newest', search: '', errors: false }),
  load: ({ ranged, local }) => ({ traces: ranged('traces', `order=${local.order}&limit=200`) }),

  view: context => {
    const { data, local, redraw, reload } = context;
    const search = local.search.toLowerCase();
    const traces = data.traces.filter(t => `${t.name} ${t.service} ${t.id}`.toLowerCase().includes(search) && (!local.errors || t.error));
    return card('Traces', traceTable({ ...context, traces }, local.order === 'slowest' ? 3 : 0), {
      flush: true, note: html`${sampled}${note(`the ${data.traces.length} ${local.order}`)}`,
      aside: html`
        <label class="note"><input type="checkbox" .checked=${local.errors} @change=${e => { local.errors = e.target.checked; redraw(); }}> only errors</label>
        ${choice('Order', ['newest', 'slowest'], local.order, name => { local.order = name; redraw(); reload(); })}
        <input type="search" placeholder="Search ( / )" aria-label="Search traces" .value=${local.search} @input=${e => { local.search = e.target.value; redraw(); }}>`,
    });
  },
};
