import type { CollectorDeclaration } from '../model/collector.ts';
import type { AgentIdentity, AgentState } from '../model/state.ts';
import { agentHealth, agentHealthBrief } from '../views/health.ts';
import { prometheusFamilies } from '../views/prometheus.ts';
import { collectorStatus, statusEndpointPath } from '../views/status.ts';
import { createMetricsRoute } from './metrics-route.ts';
import type { RouteHandler } from './route.ts';

/** The handlers of the API, by path. `guarded`: most paths require a token. */
export function createApiRoutes(
  catalogue: readonly CollectorDeclaration[],
  agent: AgentIdentity,
  state: AgentState,
  guarded = false,
): Map<string, RouteHandler> {
  // The schemas are loaded at the first request.
  const openApiDocument = async () =>
    (await import('../views/openapi.ts')).buildOpenApiDocument(catalogue, agent, state, guarded);
  const routes = new Map<string, RouteHandler>([
    [
      '/health/',
      (_, trusted) => {
        const health = agentHealth(agent, state, new Date());
        return { status: health.status === 'ok' ? 200 : 503, body: trusted ? health : agentHealthBrief(health) };
      },
    ],
    ['/metrics', createMetricsRoute(() => prometheusFamilies(catalogue, agent, state))],
    ['/openapi.json', async () => ({ status: 200, body: await openApiDocument() })],
    ['/api', () => ({ status: 302, headers: { location: 'openapi.json' }, body: {} })],
  ]);
  for (const declaration of catalogue) {
    if (state.collectors.has(declaration.id))
      routes.set(statusEndpointPath(declaration), () => ({
        status: 200,
        body: collectorStatus(declaration, agent, state),
      }));
  }
  return routes;
}
