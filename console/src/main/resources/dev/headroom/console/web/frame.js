// What stands around every page: the way about, the time, the state of the connection.
import { html, nothing } from '/lib/lit-html/lit-html.js';
import { icon } from './icons.js';
import { chip } from './parts.js';
import { PRESETS, Range } from './range.js';
import { routes } from './routes.js';

export function frame(app, context, actions) {
  const { route } = context;
  const { overview } = app;
  const lost = app.stream === 'lost';
  return html`
    <a class="skip" href="#main">Skip to the figures</a>
    ${app.menu ? html`<div class="veil" @click=${() => actions.menu(false)}></div>` : nothing}
    <aside class="side ${app.menu ? 'out' : ''}">
      <a class="brand" href=${context.link('/')}><img src="/web/icon.svg" alt=""><span><b>${overview?.app ?? 'Headroom'}</b><small>${overview ? 'on Headroom' : '\u00a0'}</small></span></a>
      <nav aria-label="Pages">${routes.filter(r => !r.under).map(r => (r.group ? html`<h2>${r.group}</h2>` : entry(r, app, context)))}</nav>
      <div class="foot">
        <span class="stream ${app.stream}" role="status" title="Figures come every two seconds">${app.stream === 'live' ? 'live' : app.stream === 'connecting' ? 'connecting' : app.stream === 'trouble' ? 'no figures' : 'reconnecting'}</span>
        <button type="button" class="quiet" title="Keyboard (?)" @click=${actions.help}>${icon('help')}<span class="unseen">Keyboard</span></button>
      </div>
    </aside>
    <div class="page">
      <header class="top">
        <button type="button" class="quiet menu" aria-label="Pages" aria-expanded=${app.menu} @click=${() => actions.menu(true)}>${icon('menu')}</button>
        <h1>${title(context)}</h1>
        ${overview && overview.health.state !== 'up' ? html`<a class="health" href=${context.link('/')} title=${overview.health.reasons.join('\n')}>${chip(overview.health.state)}</a>` : nothing}
        <div class="tools">${times(context, actions)}${themes(actions)}</div>
      </header>
      ${lost ? html`<div class="banner" role="alert">The connection broke ${app.received ? Math.round((Date.now() - app.received) / 1000) + ' s ago. What you see is from then' : 'before anything was shown'}; trying again.</div>` : nothing}
      ${context.error && context.loaded ? html`<div class="banner mild" role="status">Not refreshed: ${context.error.message}</div>` : nothing}
      <main id="main" class=${lost ? 'lost' : ''} data-page=${route?.path ?? 'none'} data-loaded=${String(context.loaded)} tabindex="-1">${content(context, actions)}</main>
    </div>`;
}

function entry(r, app, context) {
  const here = context.route === r || context.route?.under === r.path;
  const badge = r.badge?.(app.overview);
  return html`<a href=${context.link(r.path)} aria-current=${here ? 'page' : nothing} title="g ${r.key}">${icon(r.icon)}<span>${r.name}</span>${badge ? html`<em class="badge">${badge}</em>` : nothing}</a>`;
}

function title(context) {
  const { route } = context;
  if (!route) return 'No such page';
  const own = route.page.title?.(context);
  const over = route.under && routes.find(r => r.path === route.under);
  return html`${over ? html`<a class="over" href=${context.link(over.path)}>${over.name}</a><span class="sep" aria-hidden="true">/</span>` : nothing}<span class="own">${own ?? route.name}</span>`;
}

function content(context, actions) {
  const { route } = context;
  if (!route) return html`<div class="empty w12"><b>There is no page here.</b><p><a href=${context.link('/')}>Overview</a></p></div>`;
  if (!context.loaded && context.error) {
    return html`<div class="empty w12"><b>${context.error.message}</b><p><button type="button" class="button" @click=${actions.retry}>Try again</button></p></div>`;
  }
  if (!context.loaded || !context.overview) return html`<div class="card w12 skeleton"></div><div class="card w6 skeleton"></div><div class="card w6 skeleton"></div>`;
  return route.page.view(context);
}

/* The one time range of all pages: presets, free, a step back or forth. */
function times(context, actions) {
  const { range } = context;
  const close = event => event.target.closest('details').removeAttribute('open');
  const local = time => new Date(time - new Date().getTimezoneOffset() * 60000).toISOString().slice(0, 16);
  const [from, to] = range.bounds;
  const free = event => {
    event.preventDefault();
    const form = new FormData(event.target);
    const [since, until] = [Date.parse(form.get('since')), Date.parse(form.get('until'))];
    const wrong = since < until ? (until - since > 31 * 86400e3 ? 'At most 31 days.' : '') : 'From must be before to.';
    event.target.elements.until.setCustomValidity(wrong);
    if (wrong) return event.target.reportValidity();
    close(event);
    return actions.range(Range.between(since, until));
  };
  return html`<div class="times" role="group" aria-label="Time range">
    <button type="button" class="quiet step" title="Earlier ([)" aria-label="Earlier" @click=${() => actions.range(range.shifted(-1))}>${icon('earlier')}</button>
    <details class="pick" @toggle=${outside}>
      <summary title="Time range of all pages">${range.live ? html`<i class="dot"></i>` : nothing}${range.label}</summary>
      <div class="drop">
        <div class="presets">${PRESETS.map(p => html`<button type="button" aria-pressed=${range.window === p} @click=${e => { close(e); actions.range(new Range({ window: p })); }}>${p}</button>`)}</div>
        <form @submit=${free} @input=${e => e.currentTarget.elements.until.setCustomValidity('')}>
          <label>From <input type="datetime-local" name="since" required .value=${local(from)}></label>
          <label>To <input type="datetime-local" name="until" required .value=${local(to)}></label>
          <button type="submit" class="button">Show</button>
        </form>
        <p class="note">Or drag over a chart. Kept in the URL.</p>
      </div>
    </details>
    <button type="button" class="quiet step" title="Later (])" aria-label="Later" ?disabled=${range.live} @click=${() => actions.range(range.shifted(1))}>${icon('later')}</button>
    ${range.live ? nothing : html`<button type="button" class="button small" title="Back to now (.)" @click=${() => actions.range(new Range({ window: '15m' }))}>Now</button>`}
  </div>`;
}

/* A click elsewhere closes what is open. */
function outside(event) {
  const details = event.target;
  if (!details.open) return;
  const close = e => {
    if (e.type === 'keydown' ? e.key === 'Escape' : !details.contains(e.target)) {
      details.open = false;
      removeEventListener('pointerdown', close);
      removeEventListener('keydown', close);
    }
  };
  addEventListener('pointerdown', close);
  addEventListener('keydown', close);
}

const NEXT = { auto: 'light', light: 'dark', dark: 'auto' };

function themes(actions) {
  const wanted = theme.wanted();
  return html`<button type="button" class="quiet" title="Theme: ${wanted === 'auto' ? 'as the system' : wanted} (t)" aria-label="Theme: ${wanted}" @click=${() => actions.theme(NEXT[wanted])}>${icon(wanted)}</button>`;
}

export function help(all, close) {
  const keys = [
    ['/', 'search on the page'], ['[ ]', 'earlier, later'], ['.', 'back to now'], ['t', 'light or dark'], ['?', 'this list'], ['Esc', 'close'],
  ];
  return html`
    <header><h2 id="help-title">Keyboard</h2><button type="button" class="button small" @click=${close}>Close</button></header>
    <div class="keys">
      <dl>${keys.map(([k, text]) => html`<dt>${k.split(' ').map(x => html`<kbd>${x}</kbd>`)}</dt><dd>${text}</dd>`)}</dl>
      <dl>${all.filter(r => r.key).map(r => html`<dt><kbd>g</kbd><kbd>${r.key}</kbd></dt><dd>${r.name}</dd>`)}</dl>
    </div>`;
}

