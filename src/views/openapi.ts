import * as z from 'zod/mini';
import type { CollectorMetadata } from '../model/collector.ts';
import type { AgentIdentity, AgentState } from '../model/state.ts';
import { agentHealthSchema, briefAgentHealthSchema } from './health.ts';
import { expositionContentTypes } from './prometheus-text.ts';
import { createCollectorReadingsSchema, errorResponseSchema } from './response-schemas.ts';
import { statusEndpointPath } from './status.ts';

type Json = Record<string, unknown>;

/** JSON schema of a response, without the pattern that zod adds to `date-time`. */
const schemaOf = (schema: z.core.$ZodType): Json => {
  const { $schema, ...rest } = z.toJSONSchema(schema, {
    io: 'output',
    override({ jsonSchema }) {
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
    },
  });
  return rest;
};

const schemaReference = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const jsonResponse = (description: string, schema: Json) => ({
  description,
  content: { 'application/json': { schema } },
});
const text = { schema: { type: 'string' } };

const pageResponse = (description: string) => ({ description, content: { 'text/html': text } });

const securitySchemes = {
  bearer: { type: 'http', scheme: 'bearer', description: 'The value of HTTP_TOKEN.' },
  basic: { type: 'http', scheme: 'basic', description: 'Any user name, with HTTP_TOKEN as the password.' },
};

const schemaName = (id: string) => `${id.replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase())}Status`;

/** OpenAPI document of this agent's server; the schemas follow from the catalogue. `guarded`: most paths require the
 * token. */
export function buildOpenApiDocument(
  catalogue: readonly CollectorMetadata[],
  agent: AgentIdentity,
  state: AgentState,
  guarded: boolean,
): Json {
  const running = catalogue.filter(({ id }) => state.collectors.has(id));
  const refusal = guarded
    ? { 401: jsonResponse('The token (HTTP_TOKEN) is missing or wrong.', schemaReference('Error')) }
    : {};
  const security = guarded ? { security: [{ bearer: [] }, { basic: [] }] } : {};
  const endpoint = (summary: string, operationId: string, responses: Json) => ({
    get: { summary, operationId, responses: { ...responses, ...refusal }, ...security },
  });
  return {
    openapi: '3.1.0',
    info: {
      title: 'Home Lab Infra Monitor',
      version: agent.version,
      description: `The last readings of the agent ${agent.name}. All paths are read-only.`,
      license: { name: 'MIT' },
    },
    servers: [{ url: '.' }],
    paths: {
      '/': endpoint('The status page', 'page', { 200: pageResponse('Problems first, then all readings.') }),
      '/events': endpoint('Changes of the status page', 'events', {
        200: {
          description: 'Server-sent events with the sections that changed.',
          content: { 'text/event-stream': text },
        },
        503: jsonResponse('Too many clients are listening.', schemaReference('Error')),
      }),
      '/health/': {
        get: {
          summary: 'Health of the agent',
          operationId: 'health',
          responses: {
            200: jsonResponse('The agent is healthy.', schemaReference('Health')),
            503: jsonResponse('Something fails; `reasons` says what.', schemaReference('Health')),
          },
        },
      },
      '/metrics': endpoint('All readings for Prometheus', 'metrics', {
        200: {
          description: 'Prometheus’s text format, or OpenMetrics where the client accepts it.',
          content: Object.fromEntries(
            Object.values(expositionContentTypes).map((type) => [type.replace(/;.*/, ''), text]),
          ),
        },
      }),
      '/openapi.json': endpoint('This document', 'openapi', { 200: jsonResponse('OpenAPI 3.1.', { type: 'object' }) }),
      '/api': endpoint('This document', 'api', {
        302: {
          description: 'Redirects to openapi.json.',
          headers: { location: { schema: { type: 'string', format: 'uri-reference' } } },
        },
      }),
      ...Object.fromEntries(
        running.map((declaration) => [
          statusEndpointPath(declaration),
          endpoint(`${declaration.title}: last readings`, `${declaration.id}Status`, {
            200: jsonResponse('Each device with its parts.', schemaReference(schemaName(declaration.id))),
          }),
        ]),
      ),
    },
    components: {
      ...(guarded ? { securitySchemes } : {}),
      schemas: {
        Health: guarded
          ? {
              anyOf: [
                schemaOf(agentHealthSchema),
                { ...schemaOf(briefAgentHealthSchema), description: 'The response to a client without the token.' },
              ],
            }
          : schemaOf(agentHealthSchema),
        Error: schemaOf(errorResponseSchema),
        ...Object.fromEntries(
          running.map((declaration) => [
            schemaName(declaration.id),
            schemaOf(createCollectorReadingsSchema(declaration)),
          ]),
        ),
      },
    },
  };
}
