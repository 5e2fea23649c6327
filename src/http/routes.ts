import type { Declaration } from '../model/collector.ts';
import type { Agent, State } from '../model/state.ts';
import { briefHealth, health } from '../views/health.ts';
import { prometheus } from '../views/prometheus.ts';
import { status, statusPath } from '../views/status.ts';
import { metricsRoute } from './metrics.ts';
import type { Route } from './route.ts';

/** Paths and what each answers; the catalogue makes them. `guarded`: most want a token. */
export function routes(catalogue: readonly Declaration[], agent: Agent, state: State, guarded = false): Map<string, Route> {
  // Its schemas are loaded when somebody wants them.
  const document = async () => (await import('../views/openapi.ts')).openapi(catalogue, agent, state, guarded);
  const found = new Map<string, Route>([
    [
      '/health/',
      (_, trusted) => {
        const whole = health(agent, state, new Date());
        return { status: whole.status === 'ok' ? 200 : 503, body: trusted ? whole : briefHealth(whole) };
      },
    ],
    ['/metrics', metricsRoute(() => prometheus(catalogue, agent, state))],
    ['/openapi.json', async () => ({ status: 200, body: await document() })],
    [
      '/api',
      async () => {
        const { apiPage, apiPageHeaders } = await import('../views/api-page.ts');
        return { status: 200, headers: apiPageHeaders, body: apiPage(await document()) };
      },
    ],
  ]);
  for (const declaration of catalogue) {
    if (state.collectors.has(declaration.id)) found.set(statusPath(declaration), () => ({ status: 200, body: status(declaration, agent, state) }));
  }
  return found;
}
