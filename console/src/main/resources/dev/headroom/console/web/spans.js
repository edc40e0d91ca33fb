// What a trace says when it is read as a whole.

/** The spans in the order of the tree: [{span, depth, children, critical, repeats}]. */
export function tree(trace, closed = new Set()) {
  const known = new Set(trace.spans.map(s => s.id));
  const byParent = Map.groupBy(trace.spans, s => (known.has(s.parent) && s.parent !== s.id ? s.parent : ''));
  const critical = criticalPath(trace, byParent);
  const rows = [];
  const visit = (id, depth) => {
    const children = (byParent.get(id) ?? []).sort((a, b) => a.startMs - b.startMs || a.id.localeCompare(b.id));
    const alike = Map.groupBy(children, c => c.name + '\n' + c.service);
    for (const span of children) {
      const under = byParent.get(span.id)?.length ?? 0;
      const group = alike.get(span.name + '\n' + span.service);
      rows.push({ span, depth, children: under, critical: critical.get(span.id) ?? 0, repeats: group.length, first: group[0] === span });
      if (depth < 60 && !closed.has(span.id)) visit(span.id, depth + 1);
    }
  };
  visit('', 0);
  return rows;
}

/**
 * How many milliseconds of each span nobody else can be blamed for on the longest way through: from the end of a span
 * backwards, the child that ended last is what was waited for; what is between children is the span's own.
 */
function criticalPath(trace, byParent) {
  const own = new Map();
  const end = s => s.startMs + s.durationMs;
  const walk = (span, until, depth) => {
    let at = Math.min(until, end(span));
    let mine = 0;
    const children = (byParent.get(span.id) ?? []).filter(c => c.startMs < at).sort((a, b) => end(b) - end(a));
    for (const child of depth < 60 ? children : []) {
      const to = Math.min(end(child), at);
      if (child.startMs >= at || to <= span.startMs) continue;
      mine += at - to;
      walk(child, to, depth + 1);
      at = Math.max(span.startMs, child.startMs);
    }
    mine += Math.max(0, at - span.startMs);
    own.set(span.id, (own.get(span.id) ?? 0) + mine);
  };
  const roots = byParent.get('') ?? [];
  const root = roots.reduce((a, b) => (!a || b.durationMs > a.durationMs ? b : a), undefined);
  if (root) walk(root, end(root), 0);
  return own;
}

/** Where the time of the critical path went: [{name, ms, count}], most first. */
export function summary(rows) {
  const kinds = new Map();
  for (const { span, critical } of rows) {
    const name = kind(span);
    const sum = kinds.get(name) ?? { name, ms: 0, count: 0 };
    sum.ms += critical;
    sum.count++;
    kinds.set(name, sum);
  }
  return [...kinds.values()].sort((a, b) => b.ms - a.ms);
}

export function kind(span) {
  const system = span.attributes['db.system.name'] ?? span.attributes['db.system'];
  if (system) return system === 'postgresql' ? 'PostgreSQL' : system === 'redis' ? 'Redis' : String(system);
  if (span.kind === 'client') return 'other services';
  return span.service || 'unknown service';
}

export const statement = span => span.attributes['db.query.text'] ?? span.attributes['db.statement'];
