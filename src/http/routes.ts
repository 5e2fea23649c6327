import type { Declaration } from '../model/collector.ts';
import type { Agent, State } from '../model/state.ts';
import { health } from '../views/health.ts';
import { prometheus } from '../views/prometheus.ts';
import { status } from '../views/status.ts';
import { metricsRoute } from './metrics.ts';
import type { Route } from './route.ts';

/** Paths and what each answers; the catalogue makes them. */
export function routes(catalogue: readonly Declaration[], agent: Agent, state: State): Map<string, Route> {
  const found = new Map<string, Route>();
  found.set('/', () => ({ status: 200, body: { agent: agent.name, site: agent.site ?? null, version: agent.version, endpoints: [...found.keys()] } }));
  found.set('/health/', () => {
    const body = health(agent, state, new Date());
    return { status: body.status === 'ok' ? 200 : 503, body };
  });
  found.set(
    '/metrics',
    metricsRoute(() => prometheus(catalogue, agent, state)),
  );
  for (const declaration of catalogue) {
    if (!state.collectors.has(declaration.id)) continue;
    found.set(`/${declaration.endpoint ?? declaration.id}/status`, () => ({ status: 200, body: status(declaration, agent, state) }));
  }
  return found;
}
