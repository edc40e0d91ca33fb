// How numbers are written. What was not measured is a dash, never a zero.

const DASH = '–';
const missing = value => value === undefined || value === null || Number.isNaN(value);

export function count(value) {
  if (missing(value)) return DASH;
  if (value >= 1e9) return (value / 1e9).toFixed(1) + ' G';
  if (value >= 1e6) return (value / 1e6).toFixed(1) + ' M';
  if (value >= 1e4) return (value / 1e3).toFixed(1) + ' k';
  return Math.round(value).toLocaleString('en-US');
}

export function rate(value) {
  if (missing(value)) return DASH;
  if (value === 0) return '0';
  if (value < 10) return value.toFixed(value < 1 ? 2 : 1);
  return count(value);
}

export function ms(value) {
  if (missing(value)) return DASH;
  if (value >= 10000) return (value / 1000).toFixed(1) + ' s';
  if (value >= 1000) return (value / 1000).toFixed(2) + ' s';
  if (value >= 100) return Math.round(value) + ' ms';
  return value.toFixed(value < 10 ? 1 : 0) + ' ms';
}

export function percent(share) {
  if (missing(share)) return DASH;
  const value = share * 100;
  return (value === 0 ? '0' : value < 0.1 ? value.toFixed(2) : value < 10 ? value.toFixed(1) : Math.round(value)) + ' %';
}

export function bytes(value) {
  if (missing(value)) return DASH;
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return (value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)) + ' ' + units[unit];
}

export function cores(value) {
  return missing(value) ? DASH : value.toFixed(2);
}

export function dollars(value) {
  return missing(value) ? DASH : '$' + value.toFixed(2);
}

export function seconds(value) {
  if (missing(value)) return DASH;
  if (value < 60) return value.toFixed(value < 10 ? 1 : 0) + ' s';
  if (value < 3600) return Math.round(value / 60) + ' min';
  return (value / 3600).toFixed(1) + ' h';
}

export function clock(time) {
  return new Date(time).toLocaleTimeString('en-GB');
}
