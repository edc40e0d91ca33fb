// A list of single requests.
import { html } from '/lib/lit-html/lit-html.js';
import { ms, moment } from './format.js';
import { chip, empty } from './parts.js';
import { table } from './table.js';

export const traceTable = ({ traces, link, redraw }, sort) => {
  const most = Math.max(...traces.map(t => t.durationMs), 0.001);
  return table({
    id: 'traces-' + sort, caption: 'Traces', rows: traces, key: t => t.id, sort, tall: true,
    empty: empty('No trace in this time.', 'Traces come from the gateway and from applications that send OpenTelemetry spans; a sample of requests is kept.'),
    columns: [
      { title: 'Start', numeric: false, value: t => t.time, cell: t => html`<span class="faint">${moment(t.time)}</span>` },
      { title: 'Request', grow: true, value: t => t.name, cell: t => html`<a href=${link('/trace/' + t.id)}><code>${t.name}</code></a>${t.error ? html` ${chip('error', 'bad')}` : ''}` },
      { title: 'Service', wide: true, value: t => t.service, cell: t => html`<span class="faint">${t.service}</span>` },
      { title: 'Time', numeric: true, value: t => t.durationMs, cell: t => html`<span class="in-bar"><i style="width:${(100 * t.durationMs) / most}%"></i><span>${ms(t.durationMs)}</span></span>` },
      { title: 'Spans', numeric: true, wide: true, value: t => t.spans, cell: t => t.spans },
    ],
  }, redraw);
};
