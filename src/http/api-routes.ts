import type { CollectorMetadata } from '../model/collector.ts';
import type { AgentIdentity, AgentState } from '../model/state.ts';
import { briefAgentHealth, buildAgentHealth } from '../views/health.ts';
import { english, type Language } from '../views/language.ts';
import { prometheusFamilies } from '../views/prometheus.ts';
import { buildCollectorReadings, statusEndpointPath } from '../views/status.ts';
import { createPrometheusHandler } from './prometheus-handler.ts';
import type { RouteHandler } from './route.ts';

/** The handlers of the API, by path. `guarded`: most paths require a token. */
export function createApiRoutes(
  catalogue: readonly CollectorMetadata[],
  agent: AgentIdentity,
  state: AgentState,
  guarded = false,
  language: Language = english,
): Map<string, RouteHandler> {
  // The schemas are loaded at the first request.
  const openApiDocument = async () =>
    (await import('../views/openapi.ts')).buildOpenApiDocument(catalogue, agent, state, guarded);
  const routes = new Map<string, RouteHandler>([
    [
      '/health/',
      (_, trusted) => {
        const health = buildAgentHealth(catalogue, agent, state, new Date(), performance.now(), language);
        return { status: health.status === 'ok' ? 200 : 503, body: trusted ? health : briefAgentHealth(health) };
      },
    ],
    ['/metrics', createPrometheusHandler(() => prometheusFamilies(catalogue, agent, state, language))],
    ['/openapi.json', async () => ({ status: 200, body: await openApiDocument() })],
    ['/api', () => ({ status: 302, headers: { location: 'openapi.json' }, body: {} })],
  ]);
  for (const declaration of catalogue) {
    if (state.collectors.has(declaration.id))
      routes.set(statusEndpointPath(declaration), () => ({
        status: 200,
        body: buildCollectorReadings(declaration, agent, state),
      }));
  }
  return routes;
}
