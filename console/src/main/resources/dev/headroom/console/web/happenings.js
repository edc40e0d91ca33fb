// Events of the store, in words and as marks on charts.

const KINDS = {
  'headroom.scale': 'autoscaler', 'headroom.failover': 'database', 'headroom.replica': 'service replicas', 'headroom.redis': 'Redis', 'headroom.node': 'nodes',
};

const mood = severity => (severity >= 17 ? 'bad' : severity >= 13 ? 'warn' : '');

/** As a line of a timeline. */
export const words = event => ({
  time: event.time,
  text: event.body,
  kind: (KINDS[event.name] ?? event.name) + (String(event.attributes['headroom.simulated']) === 'true' ? ' · simulated' : ''),
  mood: mood(event.severity),
});

/** As marks of a chart: what went wrong, and the changes of scale. */
export const marks = (events, name = event => event.severity >= 13 || event.name === 'headroom.failover') =>
  events.filter(name).slice(0, 60).map(e => ({ time: e.time, label: e.body, mood: mood(e.severity) }));
