// Exceptions, alike ones together, with the stack trace of the newest.
import { html, nothing } from '/lib/lit-html/lit-html.js';
import { ago, count, moment, plural } from '../format.js';
import { card, empty, figures, note, tag } from '../parts.js';

const NEW = 3600e3;

export default {
  local: () => ({ open: new Set(), search: '' }),
  load: ({ ranged }) => ({ errors: ranged('errors') }),

  view: context => {
    const { data, local, redraw, range, link } = context;
    const search = local.search.toLowerCase();
    const all = data.errors;
    const rows = all.filter(e => `${e.type} ${e.message} ${e.service} ${e.location}`.toLowerCase().includes(search));
    const fresh = all.filter(e => e.firstSeen > range.bounds[0] || Date.now() - e.firstSeen < NEW);
    if (!all.length) return html`<div class="card w12">${empty('No exception in this time.', 'Exceptions come with spans and log records that the services send by OpenTelemetry; those with the same type and the same frames of your code are one group.')}</div>`;
    return html`
      ${figures('In this time', [
        { name: 'Groups', value: count(all.length), note: 'by type and stack' },
        { name: 'Exceptions', value: count(all.reduce((sum, e) => sum + e.count, 0)), note: 'one per trace' },
        { name: 'New groups', value: count(fresh.length), mood: fresh.length ? 'warn' : '', note: 'first seen in this time or the last hour' },
        { name: 'Services', value: count(new Set(all.map(e => e.service)).size), note: [...new Set(all.map(e => e.service))].slice(0, 3).join(', ') },
      ])}
      ${card('Error groups', rows.length ? html`<ul class="groups">${rows.map(e => group(e, fresh.includes(e), local, redraw, link))}</ul>` : empty('No group matches.'), {
        aside: html`<input type="search" placeholder="Search ( / )" aria-label="Search errors" .value=${local.search} @input=${e => { local.search = e.target.value; redraw(); }}>`,
      })}`;
  },
};

function group(e, fresh, local, redraw, link) {
  const toggle = event => {
    event.target.open ? local.open.add(e.id) : local.open.delete(e.id);
    redraw();
  };
  const short = e.type.split('.').at(-1);
  return html`<li><details .open=${local.open.has(e.id)} @toggle=${toggle}>
    <summary>
      <div class="what"><span class="row"><b title=${e.type}>${short}</b>${fresh ? html`<span class="tag old">new</span>` : nothing}</span><span class="message">${e.message}</span>
        <span class="note">${e.service}${e.location ? html` · <code>${e.location}</code>` : nothing}</span></div>
      <div class="n"><span class="value">${count(e.count)}</span><span class="note">${ago(e.lastSeen)}</span></div>
    </summary>
    <div class="more">
      <p class="row note">first seen ${moment(e.firstSeen)}, last ${moment(e.lastSeen)}${Object.keys(e.releases).filter(Boolean).map(r => tag(`${r}: ${count(e.releases[r])}`, 'Release'))}</p>
      ${e.stackTrace ? html`<pre>${e.stackTrace}</pre>` : note('It was sent without a stack trace.')}
      ${e.traces.length ? html`<p class="row"><span class="note">${plural(e.traces.length, 'newest trace', 'newest traces')}:</span>${e.traces.map(t => html`<a href=${link('/trace/' + t)}><code>${t.slice(0, 8)}</code></a>`)}</p>` : nothing}
    </div>
  </details></li>`;
}
