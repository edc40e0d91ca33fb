// What the server says: answers of the API, and the stream that tells how it is now.

const SILENCE = 9000;

/**
 * Calls back with each overview, and with 'live', 'trouble' or 'lost'. Mends itself. Only a page that is seen holds a
 * stream: a browser gives all its tabs together six connections to one server.
 */
export function listen(onOverview, onState) {
  let source;
  let last;
  let retry;

  function open() {
    shut();
    last = Date.now();
    source = new EventSource('/api/v1/live');
    source.addEventListener('overview', event => {
      last = Date.now();
      onState('live');
      onOverview(JSON.parse(event.data));
    });
    source.addEventListener('trouble', () => {
      last = Date.now();
      onState('trouble');
    });
    source.onerror = event => {
      if (event.target !== source) return;
      onState('lost');
      if (source.readyState === EventSource.CLOSED) retry = setTimeout(open, 2000);
    };
  }

  function shut() {
    clearTimeout(retry);
    source?.close();
    source = undefined;
  }

  // A stream can also fall silent without an error, as after a laptop slept.
  setInterval(() => {
    if (!source || Date.now() - last <= SILENCE) return;
    onState('lost');
    open();
  }, 3000);
  addEventListener('visibilitychange', () => (document.hidden ? shut() : source || open()));
  addEventListener('pagehide', shut);
  addEventListener('pageshow', event => event.persisted && open());
  open();
}

export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export async function get(path) {
  return answer(await fetch('/api/v1/' + path));
}

export async function post(path, body) {
  return answer(await fetch('/api/v1/' + path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }));
}

async function answer(response) {
  const body = await response.json().catch(() => ({}));
  if (response.status === 401) location.reload();
  if (!response.ok) throw new ApiError(response.status, body.error || response.statusText);
  return body;
}
