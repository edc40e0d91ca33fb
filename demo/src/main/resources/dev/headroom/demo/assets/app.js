// The tracker's page: projects on the left, the board in the middle, live changes on the right.

const byId = (id) => document.getElementById(id);
const state = { token: sessionStorage.getItem('token'), project: null };

class Problem extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Calls the API; asks for a login when the token is missing or too old, waits when told to. */
async function api(path, options = {}) {
  const response = await fetch(path, {
    ...options,
    headers: { Authorization: `Bearer ${state.token}`, ...options.headers },
  });
  if (response.status === 401 && path !== '/api/login') {
    await login();
    return api(path, options);
  }
  if (response.status === 429 || response.status === 503) {
    const seconds = Number(response.headers.get('Retry-After') ?? 1);
    notice(`Busy: trying again in ${seconds} s`);
    await new Promise((done) => setTimeout(done, seconds * 1000));
    if ((options.method ?? 'GET') === 'GET') {
      return api(path, options);
    }
  }
  if (!response.ok) {
    const body = await response.json().catch(() => ({}));
    throw new Problem(response.status, body.error ?? response.statusText);
  }
  return response.status === 204 ? null : response.json();
}

function login() {
  return new Promise((done) => {
    const dialog = element('dialog', {}, element('form', { method: 'dialog' },
      element('h2', {}, 'Log in'),
      element('label', {}, 'E-mail ', element('input', { name: 'email', value: 'user-1@demo.example' })),
      element('label', {}, 'Password ', element('input', { name: 'password', type: 'password', value: 'demo' })),
      element('button', {}, 'Log in')));
    dialog.addEventListener('close', async () => {
      const form = new FormData(dialog.querySelector('form'));
      dialog.remove();
      try {
        const answer = await api('/api/login', {
          method: 'POST',
          body: JSON.stringify(Object.fromEntries(form)),
        });
        state.token = answer.token;
        sessionStorage.setItem('token', answer.token);
        done();
      } catch (problem) {
        notice(problem.message);
        login().then(done);
      }
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

function element(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'function') {
      node.addEventListener(key, value);
    } else {
      node.setAttribute(key, value);
    }
  }
  node.append(...children);
  return node;
}

function notice(text) {
  const node = element('p', { class: 'notice', role: 'status' }, text);
  byId('board').prepend(node);
  setTimeout(() => node.remove(), 4000);
}

async function showProjects() {
  const { items } = await api('/api/projects');
  byId('projects').replaceChildren(...items.map((project) => element('button', {
    click: () => showBoard(project.id),
    ...(project.id === state.project ? { 'aria-current': 'true' } : {}),
  }, project.name, element('span', { class: 'count' }, String(project.openIssues ?? '')))));
  if (state.project === null && items.length > 0) {
    await showBoard(items[0].id);
  }
}

const COLUMNS = { open: 'Open', in_progress: 'In progress', review: 'Review' };

async function showBoard(project) {
  state.project = project;
  const { columns } = await api(`/api/boards/${project}`);
  byId('board').replaceChildren(element('div', { class: 'columns' },
    ...Object.entries(COLUMNS).map(([status, title]) => element('div', { class: 'column' },
      element('h2', {}, title),
      ...(columns[status] ?? []).map((issue) => card(issue))))));
}

function card(issue) {
  return element('article', { class: 'card', 'data-priority': issue.priority ?? 'normal', click: () => open(issue.id) },
    element('div', {}, issue.title),
    element('small', {}, `#${issue.id} ${issue.assignee ?? ''}`));
}

async function open(id) {
  const [issue, comments] = await Promise.all([
    api(`/api/issues/${id}`),
    api(`/api/issues/${id}/comments`),
  ]);
  const dialog = element('dialog', {},
    element('h2', {}, `#${issue.id} ${issue.title}`),
    element('p', {}, issue.body),
    ...comments.items.map((comment) => element('p', {}, element('strong', {}, `${comment.author}: `), comment.body)),
    element('button', { click: () => close(issue.id, dialog) }, 'Close the issue'));
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

async function close(id, dialog) {
  await api(`/api/issues/${id}`, { method: 'PATCH', body: JSON.stringify({ status: 'closed' }) });
  dialog.close();
  await showBoard(state.project);
}

async function search(event) {
  event.preventDefault();
  const query = new FormData(event.target).get('q');
  const { items } = await api(`/api/search?q=${encodeURIComponent(query)}`);
  byId('board').replaceChildren(...items.map((issue) => card(issue)));
}

/** Shows changes as they happen; reconnects with a growing pause. */
function listen(pause = 1000) {
  const list = element('ul', {});
  byId('live').replaceChildren(element('h2', {}, 'Live'), list);
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  const socket = new WebSocket(`${scheme}://${location.host}/ws/live?token=${encodeURIComponent(state.token)}`);
  let next = Math.min(pause * 2, 30000);
  socket.addEventListener('message', (message) => {
    next = 1000;
    const change = JSON.parse(message.data);
    if (change.issueId) {
      list.prepend(element('li', {}, `#${change.issueId} ${change.kind} ${change.detail ?? ''}`));
      while (list.children.length > 20) {
        list.lastChild.remove();
      }
    }
  });
  socket.addEventListener('close', () => setTimeout(() => listen(next), pause));
}

async function start() {
  const me = await api('/api/me');
  byId('who').textContent = me.name;
  byId('search').addEventListener('submit', search);
  await showProjects();
  listen();
}

start().catch((problem) => notice(problem.message));
