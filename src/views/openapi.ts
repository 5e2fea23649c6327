import * as z from 'zod/mini';
import type { CollectorDeclaration } from '../model/collector.ts';
import type { AgentIdentity, AgentState } from '../model/state.ts';
import { agentHealthBriefSchema, agentHealthSchema } from './health.ts';
import { expositionContentTypes } from './prometheus-text.ts';
import { collectorStatusSchema, errorSchema } from './response-schemas.ts';
import { statusEndpointPath } from './status.ts';

type Json = Record<string, unknown>;

/** The schema of what is sent; a form that `date-time` says already is left out. */
const schemaOf = (schema: z.core.$ZodType): Json => {
  const { $schema, ...rest } = z.toJSONSchema(schema, {
    io: 'output',
    override({ jsonSchema }) {
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
    },
  });
  return rest;
};

const reference = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const json = (description: string, schema: Json) => ({ description, content: { 'application/json': { schema } } });
const text = { schema: { type: 'string' } };

const page = (description: string) => ({ description, content: { 'text/html': text } });

const securitySchemes = {
  bearer: { type: 'http', scheme: 'bearer', description: 'HTTP_TOKEN.' },
  basic: { type: 'http', scheme: 'basic', description: 'Any user name, with HTTP_TOKEN as the password.' },
};

const nameOf = (id: string) => `${id.replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase())}Status`;

/** `/openapi.json`: what this agent's server answers, whose schemas follow from the catalogue. `guarded`: it wants the token. */
export function buildOpenApiDocument(
  catalogue: readonly CollectorDeclaration[],
  agent: AgentIdentity,
  state: AgentState,
  guarded: boolean,
): Json {
  const running = catalogue.filter(({ id }) => state.collectors.has(id));
  const refusal = guarded ? { 401: json('HTTP_TOKEN was not shown.', reference('Error')) } : {};
  const security = guarded ? { security: [{ bearer: [] }, { basic: [] }] } : {};
  const endpoint = (summary: string, operationId: string, responses: Json) => ({
    get: { summary, operationId, responses: { ...responses, ...refusal }, ...security },
  });
  return {
    openapi: '3.1.0',
    info: {
      title: 'Home Lab Infra Monitor',
      version: agent.version,
      description: `What the agent ${agent.name} last read. Everything is for reading only.`,
      license: { name: 'MIT' },
    },
    servers: [{ url: '.' }],
    paths: {
      '/': endpoint('All of it as a page', 'page', { 200: page('What is wrong first, then all that was read.') }),
      '/events': endpoint('What changes on that page', 'events', {
        200: {
          description: 'Server-sent events with the sections that changed, for as long as the client listens.',
          content: { 'text/event-stream': text },
        },
        503: json('As many listen as can.', reference('Error')),
      }),
      '/health/': {
        get: {
          summary: 'How the agent is',
          operationId: 'health',
          responses: {
            200: json('All is well.', reference('Health')),
            503: json('Something fails, and this is what.', reference('Health')),
          },
        },
      },
      '/metrics': endpoint('All readings for Prometheus', 'metrics', {
        200: {
          description: 'The text format of Prometheus, or OpenMetrics for whoever accepts it.',
          content: Object.fromEntries(
            Object.values(expositionContentTypes).map((type) => [type.replace(/;.*/, ''), text]),
          ),
        },
      }),
      '/openapi.json': endpoint('This document', 'openapi', { 200: json('OpenAPI 3.1.', { type: 'object' }) }),
      '/api': endpoint('This document', 'api', {
        302: {
          description: 'Redirects to openapi.json.',
          headers: { location: { schema: { type: 'string', format: 'uri-reference' } } },
        },
      }),
      ...Object.fromEntries(
        running.map((declaration) => [
          statusEndpointPath(declaration),
          endpoint(`${declaration.title}: the last readings`, `${declaration.id}Status`, {
            200: json('Each device with its parts.', reference(nameOf(declaration.id))),
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
                { ...schemaOf(agentHealthBriefSchema), description: 'What those hear who have not shown the token.' },
              ],
            }
          : schemaOf(agentHealthSchema),
        Error: schemaOf(errorSchema),
        ...Object.fromEntries(
          running.map((declaration) => [nameOf(declaration.id), schemaOf(collectorStatusSchema(declaration))]),
        ),
      },
    },
  };
}
