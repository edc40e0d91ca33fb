// Where the nodes of a map stand: a column for each step away from the entrance. A call that skips a column gets a
// lane through it, so that no line runs behind a node that it does not call.

const GAP_X = 72;
const GAP_Y = 24;
const LANE = 12;
const PAD = 14;

/**
 * {at: name → {x, y}, way: edge → [{x, y}, …], width, height}. Within a column, by where the callers stand, so that few
 * lines cross. A call back has no way.
 */
export function place(nodes, edges, width, height) {
  const level = levels(nodes, edges);
  const columns = [];
  const callers = new Map();
  const add = (item, from) => {
    callers.set(item, from);
    (columns[item.level] ??= []).push(item);
    return item;
  };
  const items = new Map(nodes.map(n => [n.name, add({ name: n.name, count: n.count, level: level.get(n.name), height }, [])]));
  const chains = new Map();
  for (const e of edges) {
    const [a, b] = [items.get(e.from), items.get(e.to)];
    if (!a || !b || b.level <= a.level) continue;
    const chain = [a];
    for (let i = a.level + 1; i < b.level; i++) chain.push(add({ name: e.from + '\n' + e.to, count: e.count, level: i, height: LANE }, [chain.at(-1)]));
    callers.get(b).push(chain.at(-1));
    chains.set(e, [...chain, b]);
  }
  const filled = columns.filter(Boolean);
  sort(filled, callers);
  const whole = column => column.reduce((sum, item) => sum + item.height + GAP_Y, -GAP_Y);
  const tallest = Math.max(...filled.map(whole));
  filled.forEach((column, i) => {
    let y = PAD + (tallest - whole(column)) / 2;
    for (const item of column) {
      Object.assign(item, { x: PAD + i * (width + GAP_X), y });
      y += item.height + GAP_Y;
    }
  });
  const way = new Map([...chains].map(([e, chain]) => [e, chain.flatMap((item, i) => {
    const y = item.y + item.height / 2;
    const [left, right] = [{ x: item.x, y }, { x: item.x + width, y }];
    return i === 0 ? [right] : i === chain.length - 1 ? [left] : [left, right];
  })]));
  return { at: items, way, width: 2 * PAD + filled.length * (width + GAP_X) - GAP_X, height: 2 * PAD + tallest };
}

/* How many steps each is away from the entrance, by the longest way. */
function levels(nodes, edges) {
  const into = new Map(nodes.map(n => [n.name, []]));
  for (const e of edges) if (into.has(e.to) && into.has(e.from) && e.from !== e.to) into.get(e.to).push(e.from);
  const level = new Map();
  const visit = (name, path) => {
    if (level.has(name)) return level.get(name);
    if (path.has(name)) return 0; // A circle: it begins here.
    path.add(name);
    const of = Math.max(-1, ...into.get(name).map(c => visit(c, path))) + 1;
    path.delete(name);
    level.set(name, of);
    return of;
  };
  nodes.forEach(n => visit(n.name, new Set()));
  return level;
}

function sort(columns, callers) {
  const rank = new Map();
  const middle = item => {
    const ranks = callers.get(item).map(c => rank.get(c)).filter(r => r !== undefined);
    return ranks.length ? ranks.reduce((a, b) => a + b, 0) / ranks.length : 0;
  };
  columns.forEach((column, i) => {
    column.sort((a, b) => (i ? middle(a) - middle(b) : 0) || b.count - a.count || a.name.localeCompare(b.name));
    column.forEach((item, r) => rank.set(item, r - (column.length - 1) / 2));
  });
}

/** Along the points in gentle curves. */
export function curve(points) {
  let d = `M${points[0].x} ${points[0].y}`;
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1], points[i]];
    const middle = (a.x + b.x) / 2;
    d += a.y === b.y ? `L${b.x} ${b.y}` : `C${middle} ${a.y} ${middle} ${b.y} ${b.x} ${b.y}`;
  }
  return d;
}
