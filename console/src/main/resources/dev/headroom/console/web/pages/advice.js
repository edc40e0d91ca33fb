// What to fix, best first, each with its evidence.
import { html, nothing } from '/lib/lit-html/lit-html.js';
import { action } from '../actions.js';
import { ago, count, DASH, duration, ms, plural } from '../format.js';
import { card, chip, choice, empty, figures, inBar, note, tag } from '../parts.js';
import { layout } from '../sql.js';

const KINDS = { sql: 'SQL, Headroom can apply it', document: 'a piece of the document', code: 'a change of the application' };

export default {
  local: () => ({ show: 'open', open: new Set() }),
  load: ({ get }) => ({ advice: get('advice'), actions: get('actions') }),

  view: context => {
    const { data, local, redraw } = context;
    const all = data.advice;
    if (!all.length) return html`<div class="card w12">${empty('No advice yet.', 'The advisor looks at pg_stat_statements, the router’s samples and traces some minutes after the start and then again and again. What it proposes was tried on a scratch copy before it is told here.')}</div>`;
    const open = all.filter(a => a.state === 'proposed');
    const applied = all.filter(a => a.state === 'applied');
    const shown = local.show === 'open' ? open : local.show === 'applied' ? applied : all;
    const best = Math.max(...all.map(a => a.secondsPerHour), 1);
    return html`
      ${figures('Advice', [
        { name: 'Open', value: count(open.length), note: 'proposed and not applied' },
        { name: 'Could save', value: duration(1000 * open.reduce((sum, a) => sum + a.secondsPerHour, 0)), unit: 'per hour', note: 'of execution, at the rate observed' },
        { name: 'Applied', value: count(applied.length), note: 'and seen to be there' },
        { name: 'Newest word', value: ago(Math.max(...all.map(a => a.time))), note: 'what still holds is told again' },
      ])}
      ${card('Advice', shown.length ? html`<ol class="advices">${shown.map((a, i) => piece(a, i, best, context))}</ol>` : empty(local.show === 'open' ? 'Nothing is open.' : 'Nothing here.', 'Choose another state above.'), {
        note: note('best first'), aside: choice('State', ['open', 'applied', 'all'], local.show, name => { local.show = name; redraw(); }),
      })}`;
  },
};

function piece(a, i, best, context) {
  const { local, redraw, data, link } = context;
  const { evidence } = a;
  const faster = evidence.before && evidence.after ? evidence.before.millis / Math.max(0.001, evidence.after.millis) : undefined;
  const toggle = event => {
    event.target.open ? local.open.add(a.id) : local.open.delete(a.id);
    redraw();
  };
  return html`<li><details .open=${local.open.has(a.id)} @toggle=${toggle}>
    <summary>
      <div class="what"><b>${a.title}</b> ${a.state === 'proposed' ? nothing : chip(a.state)}
        <span class="row note">${tag(a.kind.replaceAll('-', ' '))}${KINDS[a.actionType] ?? a.actionType}${faster ? html`<span>· ${ms(evidence.before.millis)} → ${ms(evidence.after.millis)} on a scratch copy</span>` : nothing}</span></div>
      <div class="n">${a.secondsPerHour > 0 ? inBar(a.secondsPerHour / best, html`<b>${duration(a.secondsPerHour * 1000)}</b>/h`) : note('saves no time')}</div>
    </summary>
    <div class="more">
      <p>${a.explanation}</p>
      ${evidence.statement ? html`<h3>Statement</h3><pre>${layout(evidence.statement)}</pre><p class="note">${plural(evidence.calls, 'call')} observed, ${ms(evidence.millisPerCall)} each in your database</p>` : nothing}
      ${evidence.before || evidence.after ? html`<div class="two">${measured('Before', evidence.before)}${measured('After', evidence.after)}</div>` : nothing}
      ${evidence.notes?.length ? html`<h3>Mind</h3><ul class="dots">${evidence.notes.map(n => html`<li>${n}</li>`)}</ul>` : nothing}
      <h3>${a.actionType === 'sql' ? 'What to run' : a.actionType === 'document' ? 'For the document' : 'Instead'}</h3><pre>${a.action}</pre>
      <p class="row">
        <button type="button" class="button" @click=${() => navigator.clipboard?.writeText(a.action)}>Copy</button>
        ${a.actionType === 'sql' && a.state === 'proposed' ? action({
          key: a.id, name: 'advice', label: 'Apply', main: true, local, redraw, reload: context.reload,
          available: data.actions.advice, missing: 'Applying is not available here: this process runs no advisor with a database.',
          confirm: () => 'Runs the statements above on the primary, indexes concurrently.', body: () => ({ id: a.id }), done: answer => answer.done,
        }) : nothing}
        <a href=${link('/queries')}>Queries</a></p>
    </div>
  </details></li>`;
}

const measured = (name, m) => html`<div><h3>${name}: ${m ? ms(m.millis) : DASH}${m?.buffers ? html` <span class="faint">${count(m.buffers)} buffers</span>` : nothing}</h3>${m?.plan ? html`<pre>${m.plan}</pre>` : note('not measured')}</div>`;
