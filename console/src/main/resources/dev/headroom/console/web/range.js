// The time that all pages show. It lives in the URL, so that a link shows the same.

const UNITS = { s: 1000, m: 60e3, h: 3600e3, d: 86400e3 };
export const PRESETS = ['5m', '15m', '1h', '6h', '24h', '7d', '30d'];
const USUAL = '15m';
const LONGEST = 31 * UNITS.d;

const length = text => Number.parseInt(text, 10) * UNITS[text.at(-1)];
const valid = text => /^\d{1,6}[smhd]$/.test(text ?? '') && length(text) >= 1000 && length(text) <= LONGEST;
const iso = time => new Date(time).toISOString().replace('.000Z', 'Z');

/** window: '15m' up to now, or since and until in milliseconds. */
export class Range {
  constructor({ window, since, until }) {
    this.window = window;
    this.since = since;
    this.until = until;
  }

  static of(parameters) {
    const since = Date.parse(parameters.get('since') ?? '');
    const until = Date.parse(parameters.get('until') ?? '');
    if (since < until && until - since <= LONGEST) return new Range({ since, until });
    return new Range({ window: valid(parameters.get('window')) ? parameters.get('window') : USUAL });
  }

  static between(since, until) {
    const from = Math.floor(since / 1000) * 1000;
    return new Range({ since: from, until: Math.max(from + 10000, Math.ceil(until / 1000) * 1000) });
  }

  get live() {
    return this.window !== undefined;
  }

  get length() {
    return this.live ? length(this.window) : this.until - this.since;
  }

  /** Milliseconds since 1970, for an axis. */
  get bounds() {
    const end = this.live ? Date.now() : this.until;
    return [end - this.length, end];
  }

  /** How often a page asks anew. A cell of the store is 5 s. */
  get refresh() {
    return this.length <= 15 * UNITS.m ? 5000 : this.length <= UNITS.h ? 10000 : this.length <= 6 * UNITS.h ? 30000 : 60000;
  }

  /** As the API wants it. */
  get query() {
    return this.live ? 'window=' + this.window : `since=${iso(this.since)}&until=${iso(this.until)}`;
  }

  /** As the URL of a page has it: nothing for the usual one. */
  get link() {
    return this.window === USUAL ? '' : this.query;
  }

  get label() {
    if (this.live) return 'last ' + words(this.window);
    const [a, b] = [new Date(this.since), new Date(this.until)];
    const time = d => d.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
    const day = d => d.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' });
    const today = day(new Date());
    return day(a) === day(b) ? `${day(a) === today ? '' : day(a) + ' '}${time(a)} – ${time(b)}` : `${day(a)} ${time(a)} – ${day(b)} ${time(b)}`;
  }

  /** Half of its length earlier or later; never into the future. */
  shifted(direction) {
    const [from, to] = this.bounds;
    const end = Math.min(Date.now(), to + (direction * this.length) / 2);
    return Range.between(end - this.length, end);
  }
}

const NAMES = { s: 'second', m: 'minute', h: 'hour', d: 'day' };
function words(text) {
  const number = Number.parseInt(text, 10);
  const name = NAMES[text.at(-1)];
  return number === 1 ? name : `${number} ${name}s`;
}
