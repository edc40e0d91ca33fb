// The document's alerts: which hold, what was told, and making one silent.
import { html, nothing } from '/lib/lit-html/lit-html.js';
import { action } from '../actions.js';
import { ago, count, moment, plural } from '../format.js';
import { kind, words } from '../happenings.js';
import { card, chip, empty, figures, note, tag, timeline } from '../parts.js';
import { table } from '../table.js';

const LENGTHS = ['15m', '1h', '4h', '1d'];

export default {
  local: () => ({ length: '1h' }),
  load: ({ ranged, get }) => ({ alerts: ranged('alerts'), actions: get('actions') }),

  view: context => {
    const { data, local, redraw, reload } = context;
    const { rules, active, history } = data.alerts;
    const firing = active.filter(a => a.state === 'firing');
    const notices = history.filter(e => e.name === 'headroom.notification');
    const said = event => ({ ...words(event), kind: [kind(event), event.name === 'headroom.notification' ? event.attributes['headroom.channel'] : event.attributes['headroom.severity']].filter(Boolean).join(' · '), mood: event.attributes['headroom.state'] === 'firing' ? 'bad' : event.attributes['headroom.state'] === 'failed' ? 'warn' : '' });
    return html`
      ${figures('Alerts', [
        { name: 'Firing', value: count(firing.length), mood: firing.length ? 'bad' : '', note: firing.length ? firing.map(a => a.alert).slice(0, 2).join(', ') : 'nothing to be told of' },
        { name: 'Pending', value: count(active.filter(a => a.state === 'pending').length), mood: active.some(a => a.state === 'pending') ? 'warn' : '', note: 'hold, not yet for long enough' },
        { name: 'Rules', value: count(rules.length), note: 'in the document' },
        { name: 'Silent', value: count(rules.filter(r => r.silentUntil).length), note: 'evaluated, told to nobody' },
        { name: 'Messages', value: count(notices.filter(e => e.attributes['headroom.state'] === 'delivered').length), mood: notices.some(e => e.attributes['headroom.state'] === 'failed') ? 'warn' : '', note: `${count(notices.filter(e => e.attributes['headroom.state'] === 'failed').length)} could not be delivered` },
      ])}
      ${active.length ? card('Now', table({
        id: 'active', caption: 'Alerts that hold', rows: active, key: a => a.alert + a.subject, sort: 0, descending: false, empty: nothing,
        columns: [
          { title: 'State', value: a => (a.state === 'firing' ? 0 : 1), cell: a => chip(a.state) },
          { title: 'Alert', value: a => a.alert, cell: a => html`<b>${a.alert}</b>` },
          { title: 'Value', numeric: true, value: a => a.value, cell: a => value(a) },
          { title: 'About', grow: true, value: a => a.subject, cell: a => a.subject || 'all requests' },
          { title: 'Condition', wide: true, value: a => a.condition, cell: a => html`<code>${a.condition}</code>` },
          { title: 'Since', wide: true, value: a => a.since, cell: a => (a.since ? html`<span title=${moment(a.since)}>${ago(a.since)}</span>` : '–') },
          { title: 'Told', wide: true, value: a => a.channel, cell: a => a.channel || html`<span class="faint">here only</span>` },
        ],
      }, redraw), { flush: true }) : nothing}
      ${card('Rules', rules.length ? html`<ul class="rules">${rules.map(r => html`<li>
        <div class="what"><div class="row">${chip(r.state === 'inactive' ? 'ok' : r.state)}<b>${r.name}</b>${r.silentUntil ? tag(`silent until ${moment(r.silentUntil)}`) : nothing}</div>
          <span class="note"><code>${r.condition}</code>${r.route ? html` on <code>${r.route}</code>` : nothing}${r.service ? ` of ${r.service}` : ''} · ${r.channel ? `tells ${r.channel}` : 'told here only'} · decides from ${plural(r.minRequests, 'request')}</span></div>
        ${r.silentUntil ? action({ key: 'loud ' + r.name, name: 'silence', label: 'End silence', local, redraw, reload, available: data.actions.silence, missing: 'not available in this process', confirm: () => 'Its channel is told again.', body: () => ({ alert: r.name, length: '0', reason: 'ended in the console' }), done: () => 'told again' })
          : action({ key: r.name, name: 'silence', label: 'Silence', local, redraw, reload, available: data.actions.silence, missing: 'not available in this process',
            confirm: () => html`Tell nobody for <select aria-label="How long" @change=${e => { local.length = e.target.value; }}>${LENGTHS.map(l => html`<option ?selected=${l === local.length}>${l}</option>`)}</select>`,
            body: () => ({ alert: r.name, length: local.length, reason: 'silenced in the console' }), done: () => 'silent' })}
      </li>`)}</ul>` : empty('No alert in the document.', html`Add one, for example<br><code>alerts: [{when: p95 &gt; 250ms for 5m, route: GET /api/**, notify: ops}]</code>`), { width: 7 })}
      ${card('History', html`<div class="scroll" tabindex="0" role="region" aria-label="History">${timeline(history.map(said), empty('Nothing was told in this time.', 'Alerts that fired or were resolved, messages and silences.'))}</div>`, { width: 5, note: note(history.length ? 'newest first' : '') })}`;
  },
};

function value(a) {
  if (a.value === undefined) return '–';
  const unit = /p\d|latency|mean/i.test(a.condition) ? v => (v < 1 ? `${Math.round(v * 1000)}\u202fms` : `${v.toFixed(2)}\u202fs`) : /error|slo|burn/i.test(a.condition) ? v => `${(100 * v).toFixed(2)}\u202f%` : v => v.toFixed(2);
  return unit(a.value);
}
