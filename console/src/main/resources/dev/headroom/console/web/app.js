// Where it begins: the place in the URL chooses a page, the page says what it needs, and is drawn anew when that comes.
import { render } from '/lib/lit-html/lit-html.js';
import { frame, help } from './frame.js';
import { get, listen } from './live.js';
import { Range } from './range.js';
import { find, routes } from './routes.js';

const root = document.getElementById('root');
const dialog = document.getElementById('help');

const app = {
  overview: undefined,
  stream: 'connecting',
  received: 0,
  visit: undefined,
  menu: false,
};
let timer;

/** A page while it is open. local is what the page itself remembers. */
function visitOf(url) {
  const { route, id } = find(url.pathname);
  return { route, id, parameters: url.searchParams, range: Range.of(url.searchParams), data: {}, error: undefined, loaded: false, loadedAt: 0, local: route?.page.local?.() ?? {} };
}

/** The same place with other parameters; undefined takes one away. */
function url(path, parameters = {}, range = app.visit.range) {
  const query = new URLSearchParams(range.link);
  for (const [key, value] of Object.entries(parameters)) if (value !== undefined && value !== '') query.set(key, value);
  const text = query.toString().replaceAll('%3A', ':').replaceAll('%2F', '/');
  return path + (text ? '?' + text : '');
}

function own(parameters) {
  return Object.fromEntries([...parameters].filter(([key]) => !['window', 'since', 'until'].includes(key)));
}

function go(to, { replace = false } = {}) {
  history[replace ? 'replaceState' : 'pushState']({}, '', to);
  arrive();
}

function arrive() {
  const before = app.visit;
  const next = visitOf(new URL(location.href));
  // The same page at another time keeps what it shows until the new figures are there.
  if (before?.route === next.route && before?.id === next.id) {
    next.local = before.local;
    if (samePlace(before, next)) Object.assign(next, { data: before.data, loaded: before.loaded });
  } else {
    scrollTo(0, 0);
  }
  app.visit = next;
  app.menu = false;
  draw();
  load();
}

const samePlace = (a, b) => JSON.stringify(own(a.parameters)) === JSON.stringify(own(b.parameters));

const context = visit => ({
  ...visit,
  overview: app.overview,
  redraw: draw,
  reload: load,
  link: (path, parameters) => url(path, parameters, visit.range),
  set: parameters => go(url(location.pathname, { ...own(visit.parameters), ...parameters }), { replace: true }),
  get,
  ranged: (path, more = '') => get(path + '?' + visit.range.query + (more ? '&' + more : '')),
});

async function load() {
  clearTimeout(timer);
  const visit = app.visit;
  if (visit.route) {
    const wanted = Object.entries(visit.route.page.load(context(visit)));
    const answers = await Promise.allSettled(wanted.map(([, promise]) => promise));
    if (visit !== app.visit) return;
    const failed = answers.find(a => a.status === 'rejected');
    answers.forEach((answer, i) => {
      if (answer.status === 'fulfilled') visit.data[wanted[i][0]] = answer.value;
    });
    visit.error = failed?.reason;
    visit.loaded ||= !failed;
    if (!failed) visit.loadedAt = Date.now();
    draw();
  }
  schedule();
}

function schedule() {
  clearTimeout(timer);
  const { visit } = app;
  if (visit.range.live && visit.route?.page.still !== true) {
    timer = setTimeout(() => (document.hidden ? schedule() : load()), visit.range.refresh);
  }
}

function draw() {
  const { visit } = app;
  document.title = [visit.route?.page.title?.(context(visit)) ?? visit.route?.name, app.overview?.app, 'Headroom'].filter(Boolean).join(' · ');
  render(frame(app, context(visit), actions), root);
}

const actions = {
  go,
  range: range => go(url(location.pathname, own(app.visit.parameters), range)),
  menu: open => {
    app.menu = open;
    draw();
  },
  theme: name => {
    theme.choose(name);
    draw();
  },
  help: () => {
    render(help(routes, () => dialog.close()), dialog);
    dialog.showModal();
  },
  retry: load,
};

addEventListener('popstate', arrive);
addEventListener('range', event => actions.range(Range.between(event.detail.since, event.detail.until)));
addEventListener('visibilitychange', () => !document.hidden && app.visit?.range.live && load());

// Links to our own pages are followed without a new document.
addEventListener('click', event => {
  const link = event.target.closest?.('a[href]');
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || link.target) return;
  const to = new URL(link.href);
  if (to.origin !== location.origin || !find(to.pathname).route) return;
  event.preventDefault();
  go(to.pathname + to.search);
});

let waiting;
addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) {
    if (event.key === 'Escape') event.target.blur?.();
    return;
  }
  if (waiting) {
    clearTimeout(waiting);
    waiting = undefined;
    const route = routes.find(r => r.key === event.key);
    if (route) {
      event.preventDefault();
      go(url(route.path));
    }
    return;
  }
  const keys = {
    g: () => (waiting = setTimeout(() => (waiting = undefined), 1200)),
    '/': () => document.querySelector('main input[type=search]')?.focus(),
    '?': actions.help,
    t: () => actions.theme(document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark'),
    '[': () => actions.range(app.visit.range.shifted(-1)),
    ']': () => !app.visit.range.live && actions.range(app.visit.range.shifted(1)),
    '.': () => actions.range(new Range({ window: '15m' })),
    Escape: () => app.menu && actions.menu(false),
  };
  if (keys[event.key]) {
    event.preventDefault();
    keys[event.key]();
  }
});

arrive();
listen(
  overview => {
    app.overview = overview;
    app.received = Date.now();
    draw();
  },
  stream => {
    const back = stream === 'live' && app.stream === 'lost';
    const changed = stream !== app.stream;
    app.stream = stream;
    if (back) load();
    if (changed) draw();
  },
);
// The age of what is shown goes on while the stream is broken.
setInterval(() => app.stream !== 'live' && draw(), 1000);
