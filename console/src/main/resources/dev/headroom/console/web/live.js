// The stream of snapshots. Says when it is broken, and mends itself.

const SILENCE = 9000;

export function listen(onSnapshot, onState) {
  let source;
  let last = Date.now();
  let retry;

  function open() {
    clearTimeout(retry);
    source = new EventSource('/api/v1/live');
    source.addEventListener('snapshot', event => {
      last = Date.now();
      onState('live');
      onSnapshot(JSON.parse(event.data));
    });
    source.addEventListener('trouble', () => {
      last = Date.now();
      onState('trouble');
    });
    source.onerror = () => {
      onState('lost');
      if (source.readyState === EventSource.CLOSED) {
        retry = setTimeout(open, 2000);
      }
    };
  }

  // A stream can also fall silent without an error, as after a laptop slept.
  setInterval(() => {
    if (Date.now() - last > SILENCE) {
      onState('lost');
      last = Date.now();
      source.close();
      open();
    }
  }, 3000);
  open();
}

export async function get(path) {
  const response = await fetch('/api/v1/' + path);
  const body = await response.json();
  if (!response.ok) throw new Error(body.error || response.statusText);
  return body;
}
