// How numbers are written. What was not measured is a dash, never a zero.

export const DASH = '–';
const THIN = '\u202f';
const missing = value => value === undefined || value === null || Number.isNaN(value);

const three = value => (value >= 100 ? Math.round(value).toString() : value >= 10 ? value.toFixed(1) : value.toFixed(2)).replace(/\.0+$/, '');

export function count(value) {
  if (missing(value)) return DASH;
  if (Math.abs(value) >= 1e9) return three(value / 1e9) + THIN + 'G';
  if (Math.abs(value) >= 1e6) return three(value / 1e6) + THIN + 'M';
  if (Math.abs(value) >= 1e4) return three(value / 1e3) + THIN + 'k';
  return Math.round(value).toLocaleString('en-US');
}

/** Of events per second, without the unit. */
export function rate(value) {
  if (missing(value)) return DASH;
  if (value === 0) return '0';
  if (value < 0.01) return '<' + THIN + '0.01';
  if (value < 10) return value.toFixed(value < 1 ? 2 : 1);
  return count(value);
}

export const perSecond = value => (missing(value) ? DASH : rate(value) + '/s');

export function ms(value) {
  if (missing(value)) return DASH;
  if (value >= 60000) return duration(value);
  if (value >= 10000) return (value / 1000).toFixed(1) + THIN + 's';
  if (value >= 1000) return (value / 1000).toFixed(2) + THIN + 's';
  if (value >= 100) return Math.round(value) + THIN + 'ms';
  if (value >= 10) return value.toFixed(0) + THIN + 'ms';
  return (value >= 1 ? value.toFixed(1) : value.toFixed(2)) + THIN + 'ms';
}

export function percent(share) {
  if (missing(share)) return DASH;
  const value = share * 100;
  if (value > 0 && value < 0.01) return '<' + THIN + '0.01' + THIN + '%';
  const text = value === 0 || value === 100 ? String(value) : value < 1 ? value.toFixed(2) : value < 10 || (value > 90 && value < 100) ? value.toFixed(1) : String(Math.round(value));
  return text + THIN + '%';
}

export function bytes(value) {
  if (missing(value)) return DASH;
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return (unit > 0 && value < 10 ? value.toFixed(1) : Math.round(value)) + THIN + units[unit];
}

export const cores = value => (missing(value) ? DASH : value > 0 && value < 0.005 ? '<' + THIN + '0.01' : value.toFixed(value >= 10 ? 1 : 2));

export function dollars(value, digits = 2) {
  return missing(value) ? DASH : (value < 0 ? '−' : '') + '$' + Math.abs(value).toFixed(digits);
}

export function duration(milliseconds) {
  if (missing(milliseconds)) return DASH;
  const value = milliseconds / 1000;
  if (value < 10) return value.toFixed(1) + THIN + 's';
  if (value < 60) return Math.round(value) + THIN + 's';
  if (value < 3600) return Math.round(value / 60) + THIN + 'min';
  if (value < 86400) return three(value / 3600) + THIN + 'h';
  return three(value / 86400) + THIN + 'd';
}

export const seconds = value => (missing(value) ? DASH : duration(value * 1000));

const TIME = { hour: '2-digit', minute: '2-digit', second: '2-digit' };

export const clock = time => new Date(time).toLocaleTimeString('en-GB', TIME);

/** With the day where it is not today. */
export function moment(time) {
  const date = new Date(time);
  const today = date.toDateString() === new Date().toDateString();
  return today ? clock(time) : date.toLocaleDateString('en-GB', { day: '2-digit', month: 'short' }) + ' ' + clock(time).slice(0, 5);
}

export const ago = time => duration(Math.max(0, Date.now() - time)) + ' ago';

export const plural = (number, word, words = word + 's') => `${count(number)} ${number === 1 ? word : words}`;
