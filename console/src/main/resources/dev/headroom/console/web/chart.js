// Lines over time, drawn by uPlot; colours come from the style sheet and follow the theme.
import uPlot from '/lib/uplot/uPlot.esm.js';

const sync = uPlot.sync('time');
const charts = new Set();

const points = data => data[0].length;
const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export class TimeChart {
  /** series: [{label, color: '--name', key, fill, dash}]; format: value => text. */
  constructor(element, series, { format, height = 150, stepped = false, area = false }) {
    this.element = element;
    this.series = series;
    this.options = { format, height, stepped, area };
    this.data = [[], ...series.map(() => [])];
    this.draw();
    new ResizeObserver(() => {
      const width = Math.floor(element.clientWidth);
      if (width > 0 && width !== this.plot.width) this.plot.setSize({ width, height });
    }).observe(element);
    charts.add(this);
  }

  draw() {
    this.plot?.destroy();
    const { format, height, stepped } = this.options;
    const axis = { stroke: css('--muted'), grid: { stroke: css('--grid'), width: 1 }, ticks: { show: false }, font: '11px system-ui, sans-serif' };
    this.plot = new uPlot({
      width: Math.max(120, Math.floor(this.element.clientWidth)),
      height,
      cursor: { sync: { key: sync.key }, points: { size: 6 } },
      legend: { live: true },
      hooks: { draw: [plot => this.now(plot)] },
      padding: [10, 10, 0, 0],
      scales: { x: { time: true }, y: { range: (u, min, max) => [0, max > 0 ? max * 1.12 : 1] } },
      axes: [
        { ...axis, size: 26, space: 70, values: (u, ticks) => ticks.map(t => new Date(t * 1000).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })) },
        { ...axis, size: 54, space: 28, values: (u, ticks) => ticks.map(t => format(t)) },
      ],
      series: [
        { label: 'time', value: (u, t) => (t ? new Date(t * 1000).toLocaleTimeString('en-GB') : '') },
        ...this.series.map(s => ({
          label: s.label,
          stroke: css(s.color),
          fill: s.fill ? css(s.fill) : undefined,
          width: s.width ?? 1.6,
          dash: s.dash,
          points: { show: false },
          paths: stepped ? uPlot.paths.stepped({ align: 1 }) : undefined,
          value: (u, v) => (v == null ? '' : format(v)),
        })),
      ],
    }, this.data, this.element);
    this.plot.over.addEventListener('mouseleave', () => setTimeout(() => this.now()));
  }

  /** points: [{time, …}] in the order of time. */
  set(points) {
    this.data = [points.map(p => p.time / 1000), ...this.series.map(s => points.map(p => p[s.key] ?? null))];
    this.plot.setData(this.data);
  }

  /** Without a pointer the legend tells the newest values. */
  now(plot = this.plot) {
    if (!(plot.cursor.left >= 0) && points(this.data)) plot.setLegend({ idx: points(this.data) - 1 });
  }

  destroy() {
    this.plot.destroy();
    charts.delete(this);
  }
}

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => charts.forEach(chart => chart.draw()));

/** Points kept by time: later ones replace, old ones leave. */
export class Points {
  constructor(span) {
    this.span = span;
    this.points = [];
  }

  merge(points) {
    if (!points.length) return this.points;
    const byTime = new Map(this.points.map(p => [p.time, p]));
    for (const p of points) byTime.set(p.time, { ...byTime.get(p.time), ...p });
    const end = Math.max(...byTime.keys());
    this.points = [...byTime.values()].filter(p => p.time > end - this.span).sort((a, b) => a.time - b.time);
    return this.points;
  }
}
