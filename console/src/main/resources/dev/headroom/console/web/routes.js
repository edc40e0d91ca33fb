// Every page: where it is, what it is called, how the keyboard reaches it.
import alerts from './pages/alerts.js';
import advice from './pages/advice.js';
import edge from './pages/edge.js';
import endpoint from './pages/endpoint.js';
import endpoints from './pages/endpoints.js';
import errors from './pages/errors.js';
import map from './pages/map.js';
import overview from './pages/overview.js';
import queries from './pages/queries.js';
import query from './pages/query.js';
import replicas from './pages/replicas.js';
import scaling from './pages/scaling.js';
import shards from './pages/shards.js';
import sizing from './pages/sizing.js';
import system from './pages/system.js';
import trace from './pages/trace.js';
import traces from './pages/traces.js';

/** key: after g. A page without a key is reached through another. */
export const routes = [
  { path: '/', name: 'Overview', key: 'o', icon: 'overview', page: overview },
  { group: 'Application' },
  { path: '/endpoints', name: 'Endpoints', key: 'e', icon: 'endpoints', page: endpoints },
  { path: '/traces', name: 'Traces', key: 't', icon: 'traces', page: traces },
  { path: '/map', name: 'Service map', key: 'm', icon: 'map', page: map },
  { path: '/errors', name: 'Errors', key: 'x', icon: 'errors', page: errors },
  { group: 'Data' },
  { path: '/replicas', name: 'Database replicas', key: 'r', icon: 'replicas', page: replicas },
  { path: '/queries', name: 'Queries', key: 'q', icon: 'queries', page: queries },
  { path: '/advice', name: 'Advice', key: 'd', icon: 'advice', page: advice },
  { path: '/shards', name: 'Redis shards', key: 's', icon: 'shards', page: shards },
  { group: 'Capacity' },
  { path: '/scaling', name: 'Scaling', key: 'c', icon: 'scaling', page: scaling },
  { path: '/sizing', name: 'Right-sizing & cost', key: 'z', icon: 'sizing', page: sizing },
  { group: 'Traffic control' },
  { path: '/edge', name: 'Limits & cache', key: 'l', icon: 'edge', page: edge },
  { path: '/alerts', name: 'Alerts', key: 'a', icon: 'alerts', page: alerts },
  { group: 'Headroom' },
  { path: '/system', name: 'System', key: 'y', icon: 'system', page: system },
  { path: '/endpoint', name: 'Endpoint', under: '/endpoints', page: endpoint },
  { path: '/trace/', name: 'Trace', under: '/traces', page: trace },
  { path: '/query/', name: 'Query', under: '/queries', page: query },
];

/** The route of a path, and what follows it. */
export function find(path) {
  for (const route of routes) {
    if (route.path === path) return { route, id: '' };
    if (route.path?.length > 1 && route.path.endsWith('/') && path.startsWith(route.path)) return { route, id: decodeURIComponent(path.slice(route.path.length)) };
  }
  return { route: undefined, id: '' };
}
