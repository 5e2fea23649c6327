import type { CollectorDeclaration } from '../model/collector.ts';
import type { AgentIdentity, AgentState } from '../model/state.ts';
import { agentHealth, agentHealthBrief } from '../views/health.ts';
import { prometheusFamilies } from '../views/prometheus.ts';
import { collectorStatus, statusEndpointPath } from '../views/status.ts';
import { createMetricsRoute } from './metrics-route.ts';
import type { RouteHandler } from './route.ts';

/** Paths and what each answers; the catalogue makes them. `guarded`: most want a token. */
export function createApiRoutes(
  catalogue: readonly CollectorDeclaration[],
  agent: AgentIdentity,
  state: AgentState,
  guarded = false,
): Map<string, RouteHandler> {
  // Its schemas are loaded when somebody wants them.
  const document = async () =>
    (await import('../views/openapi.ts')).buildOpenApiDocument(catalogue, agent, state, guarded);
  const found = new Map<string, RouteHandler>([
    [
      '/health/',
      (_, trusted) => {
        const whole = agentHealth(agent, state, new Date());
        return { status: whole.status === 'ok' ? 200 : 503, body: trusted ? whole : agentHealthBrief(whole) };
      },
    ],
    ['/metrics', createMetricsRoute(() => prometheusFamilies(catalogue, agent, state))],
    ['/openapi.json', async () => ({ status: 200, body: await document() })],
    ['/api', () => ({ status: 302, headers: { location: 'openapi.json' }, body: {} })],
  ]);
  for (const declaration of catalogue) {
    if (state.collectors.has(declaration.id))
      found.set(statusEndpointPath(declaration), () => ({
        status: 200,
        body: collectorStatus(declaration, agent, state),
      }));
  }
  return found;
}
