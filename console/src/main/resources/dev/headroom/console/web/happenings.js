// Events of the store, in words and as marks on charts.

/** What the store calls an event, as people call what it is about. */
const SUBJECTS = {
  'headroom.scale': 'autoscaler', 'headroom.failover': 'database', 'headroom.replica': 'service replica', 'headroom.redis': 'Redis', 'headroom.node': 'node',
  'headroom.gateway.ejection': 'gateway: replica taken out', 'headroom.gateway.purge': 'gateway: cache purged', 'headroom.router.pool': 'router: connection pool',
  'headroom.resize': 'right-sizing', 'headroom.oom': 'out of memory', 'headroom.consolidation': 'nodes: consolidation', 'headroom.interruption': 'nodes: spot interruption',
  'headroom.alert': 'alert', 'headroom.notification': 'message', 'headroom.silence': 'silence', 'headroom.advice': 'advice',
};

const STATES = { added: 'node added', removed: 'node removed', firing: 'alert fires', resolved: 'alert resolved', failover: 'Redis failover', noticed: 'spot interruption announced', over: 'spot interruption over', started: 'consolidation began', done: 'consolidation done', abandoned: 'consolidation given up', delivered: 'message sent', failed: 'message not delivered', suppressed: 'message held back' };

const mood = severity => (severity >= 17 ? 'bad' : severity >= 13 ? 'warn' : '');

/** What kind of thing happened. A name that nobody has given words to is read out. */
export function kind(event) {
  const words = event.attributes;
  const state = STATES[words['headroom.state']];
  const subject = SUBJECTS[event.name] ?? event.name.replace(/^headroom\./, '').replaceAll(/[._]/g, ' ');
  return (state ?? subject) + (String(words['headroom.simulated']) === 'true' ? ' · simulated' : '');
}

/** As a line of a timeline. */
export const words = event => ({ time: event.time, text: event.body, kind: kind(event), mood: mood(event.severity) });

/** A pool that changes step by step is told once: from where to where, and why at last. newest first, as they come. */
export function gathered(events, within = 60e3) {
  const told = [];
  const open = new Map();
  for (const event of events) {
    const { 'headroom.db.member': member, 'headroom.from': from, 'headroom.to': to, 'headroom.reason': reason } = event.attributes;
    if (event.name !== 'headroom.router.pool' || from === undefined || to === undefined) {
      told.push(event);
      continue;
    }
    const last = open.get(member);
    const grew = to > from;
    if (last && last.grew === grew && last.first === to && last.oldest - event.time <= within) {
      Object.assign(last, { first: from, oldest: event.time });
      last.event.body = `pool of ${member} ${grew ? 'grew' : 'shrank'} ${from} → ${last.to}: ${last.reason}`;
    } else {
      const copy = { ...event, body: `pool of ${member} ${grew ? 'grew' : 'shrank'} ${from} → ${to}: ${reason}` };
      open.set(member, { event: copy, grew, first: from, to, reason, oldest: event.time });
      told.push(copy);
    }
  }
  return told;
}

/** As marks of a chart: what went wrong, and the changes of scale. */
export const marks = (events, name = event => event.severity >= 13 || event.name === 'headroom.failover') =>
  events.filter(name).slice(0, 60).map(e => ({ time: e.time, label: e.body, mood: mood(e.severity) }));
