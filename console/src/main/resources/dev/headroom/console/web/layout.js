// Where the nodes of a map stand: a column for each step away from the entrance.

const GAP_X = 110;
const GAP_Y = 26;
const PAD = 14;

/** {at: name → {x, y}, width, height}. Within a column, by where the callers stand, so that few lines cross. */
export function place(nodes, edges, width, height) {
  const level = new Map();
  const into = new Map(nodes.map(n => [n.name, []]));
  for (const e of edges) if (into.has(e.to) && e.from !== e.to) into.get(e.to).push(e.from);
  const visit = (name, path) => {
    if (level.has(name)) return level.get(name);
    if (path.has(name)) return 0; // A circle: it begins here.
    path.add(name);
    const callers = into.get(name) ?? [];
    const of = callers.length ? 1 + Math.max(...callers.map(c => (into.has(c) ? visit(c, path) : -1))) : 0;
    path.delete(name);
    level.set(name, of);
    return of;
  };
  nodes.forEach(n => visit(n.name, new Set()));
  const columns = [];
  for (const n of nodes) (columns[level.get(n.name)] ??= []).push(n);
  const rank = new Map();
  columns.forEach((column, i) => {
    const middle = n => {
      const ranks = into.get(n.name).map(c => rank.get(c)).filter(r => r !== undefined);
      return ranks.length ? ranks.reduce((a, b) => a + b, 0) / ranks.length : 0;
    };
    column.sort((a, b) => (i ? middle(a) - middle(b) : 0) || b.count - a.count || a.name.localeCompare(b.name));
    column.forEach((n, r) => rank.set(n.name, r - (column.length - 1) / 2));
  });
  const filled = columns.filter(Boolean);
  const most = Math.max(...filled.map(c => c.length));
  const whole = most * (height + GAP_Y) - GAP_Y;
  const at = new Map();
  filled.forEach((column, i) => {
    const top = PAD + (whole - (column.length * (height + GAP_Y) - GAP_Y)) / 2;
    column.forEach((n, r) => at.set(n.name, { x: PAD + i * (width + GAP_X), y: top + r * (height + GAP_Y) }));
  });
  return { at, width: 2 * PAD + filled.length * (width + GAP_X) - GAP_X, height: 2 * PAD + whole };
}
