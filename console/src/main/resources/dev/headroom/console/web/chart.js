// <time-chart>: lines over time, drawn by uPlot. Colours come from the style sheet and follow the theme.
import uPlot from '/lib/uplot/uPlot.esm.js';
import { bytes, clock, moment } from './format.js';

const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const DAY = 86400;
const BINARY = Array.from({ length: 45 }, (_, i) => 2 ** i);

/**
 * Properties: series [{label, key, color: '--c1', fill, dash, stepped, width}], points [{time, …}] in the order of time,
 * range, format: value => text, marks [{time, label, mood}], most (the axis reaches at least there), name.
 * Dragging over it chooses that time: event "range" with {since, until}.
 */
class TimeChart extends HTMLElement {
  #plot;
  #legend;
  #shape = '';
  #theme = () => this.#draw();
  #size = new ResizeObserver(() => this.#fit());
  points = [];
  series = [];
  marks = [];

  connectedCallback() {
    this.innerHTML = '<div class="legend"></div><div class="plot"></div>';
    this.#legend = this.firstElementChild;
    addEventListener('themechange', this.#theme);
    this.#size.observe(this);
    this.#shape = '';
    this.update();
  }

  disconnectedCallback() {
    removeEventListener('themechange', this.#theme);
    this.#size.disconnect();
    this.#plot?.destroy();
    this.#plot = undefined;
  }

  /** Set last by a template: everything of one state at once. */
  set state(state) {
    Object.assign(this, state);
    if (this.isConnected) this.update();
  }

  update() {
    const shape = JSON.stringify(this.series);
    if (shape !== this.#shape) {
      this.#shape = shape;
      this.#draw();
    } else {
      this.#plot?.setData(this.#data());
      this.#tell();
    }
    this.setAttribute('role', 'img');
    this.setAttribute('aria-label', `${this.name ?? 'Chart'}, ${this.range?.label ?? ''}: ` + this.series.map(s => `${s.label} ${this.format(this.#last(s.key))}`).join(', '));
  }

  #last(key) {
    return this.points.at(-1)?.[key];
  }

  /* A hole in the measurements is a hole in the line. */
  #data() {
    const points = [];
    const gaps = this.points.slice(1).map((p, i) => p.time - this.points[i].time).sort((a, b) => a - b);
    const usual = gaps[gaps.length >> 1] ?? 0;
    for (const point of this.points) {
      const before = points.at(-1);
      if (before && usual && point.time - before.time > 2.5 * usual) points.push({ time: before.time + usual });
      points.push(point);
    }
    return [points.map(p => p.time / 1000), ...this.series.map(s => points.map(p => p[s.key] ?? null))];
  }

  #draw() {
    const box = this.lastElementChild;
    if (!box) return;
    this.#plot?.destroy();
    const { format } = this;
    const axis = { stroke: css('--faint'), grid: { stroke: css('--grid'), width: 1 }, ticks: { show: false }, font: '11px ' + css('--sans'), gap: 6 };
    this.#plot = new uPlot({
      width: Math.max(120, box.clientWidth),
      height: Math.max(80, box.clientHeight),
      cursor: { sync: { key: 'time' }, points: { size: 7, width: 2 }, y: false, drag: { setScale: false, x: true, y: false } },
      legend: { show: false },
      padding: [8, 12, 0, 0],
      scales: {
        x: { time: true, range: () => this.#bounds() },
        y: { range: (u, min, max) => [0, Math.max(this.most ?? 0, max > 0 ? max * 1.1 : 1)] },
      },
      axes: [
        { ...axis, size: 24, space: 72, values: (u, ticks) => ticks.map(t => tick(t, u.scales.x.max - u.scales.x.min)) },
        { ...axis, size: 58, space: 30, values: (u, ticks) => ticks.map(t => (t === 0 ? '0' : format(t).replace(/\.0+(?=\D|$)/, ''))), ...(format === bytes ? { incrs: BINARY } : {}) },
      ],
      series: [{}, ...this.series.map(s => ({
        stroke: css(s.color),
        fill: s.fill ? css(s.color) + '1f' : undefined,
        width: s.width ?? 1.75,
        dash: s.dash,
        points: { show: false },
        spanGaps: false,
        paths: s.stepped ? uPlot.paths.stepped({ align: 1 }) : undefined,
      }))],
      hooks: {
        setCursor: [() => this.#tell()],
        draw: [plot => this.#mark(plot)],
        setSelect: [plot => this.#selected(plot)],
      },
    }, this.#data(), box);
    this.#legend.replaceChildren(...this.series.map(s => {
      const item = document.createElement('span');
      item.className = 'key';
      item.innerHTML = '<svg viewBox="0 0 18 8" aria-hidden="true"><line x1="1" x2="17" y1="4" y2="4"></line></svg><span></span><b></b>';
      item.querySelector('line').style.stroke = `var(${s.color})`;
      if (s.dash) item.querySelector('line').style.strokeDasharray = '4 3';
      item.querySelector('span').textContent = s.label;
      return item;
    }));
    const time = document.createElement('time');
    this.#legend.append(time);
    this.#tell();
  }

  #bounds() {
    const [from, to] = this.range?.bounds ?? [Date.now() - 9e5, Date.now()];
    return [from / 1000, to / 1000];
  }

  #fit() {
    const box = this.lastElementChild;
    const [width, height] = [Math.floor(box.clientWidth), Math.floor(box.clientHeight)];
    if (this.#plot && width > 0 && (width !== this.#plot.width || height !== this.#plot.height)) this.#plot.setSize({ width, height });
  }

  /* The legend tells the values under the pointer, else the newest. */
  #tell() {
    const plot = this.#plot;
    if (!plot) return;
    const pointed = plot.cursor.left >= 0 ? plot.cursor.idx : undefined;
    const at = pointed ?? plot.data[0].length - 1;
    this.series.forEach((s, i) => {
      const value = plot.data[i + 1]?.[at];
      this.#legend.children[i].querySelector('b').textContent = this.format(value === null ? undefined : value);
    });
    const mark = pointed === undefined ? undefined : this.#near(plot);
    this.#legend.lastElementChild.textContent = pointed === undefined || pointed === null ? '' : moment(plot.data[0][at] * 1000) + (mark ? ' · ' + mark.label : '');
  }

  #near(plot) {
    return this.marks.find(m => Math.abs(plot.valToPos(m.time / 1000, 'x') - plot.cursor.left) < 5);
  }

  #mark(plot) {
    const { ctx, bbox } = plot;
    ctx.save();
    for (const mark of this.marks) {
      const x = plot.valToPos(mark.time / 1000, 'x', true);
      if (!(x >= bbox.left && x <= bbox.left + bbox.width)) continue;
      const y = bbox.top + bbox.height;
      const size = 4.5 * devicePixelRatio;
      ctx.strokeStyle = ctx.fillStyle = css(mark.mood === 'bad' ? '--bad' : mark.mood === 'warn' ? '--warn' : '--muted');
      ctx.globalAlpha = 0.35;
      ctx.lineWidth = devicePixelRatio;
      ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, y);
      ctx.stroke();
      ctx.globalAlpha = 1;
      ctx.beginPath();
      ctx.moveTo(x, y - size * 1.5);
      ctx.lineTo(x + size, y);
      ctx.lineTo(x - size, y);
      ctx.fill();
    }
    ctx.restore();
  }

  #selected(plot) {
    const { left, width } = plot.select;
    if (width < 6) return;
    const time = x => plot.posToVal(x, 'x') * 1000;
    const [since, until] = [time(left), time(left + width)];
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.dispatchEvent(new CustomEvent('range', { bubbles: true, detail: { since, until } }));
  }
}

function tick(time, span) {
  const date = new Date(time * 1000);
  if (span > 2 * DAY) return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' });
  return span < 180 ? clock(time * 1000) : date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
}

customElements.define('time-chart', TimeChart);
