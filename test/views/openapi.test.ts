import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { allCollectors } from '../../src/collectors/index.ts';
import { agentHealthSchema, buildAgentHealth } from '../../src/views/health.ts';
import { buildOpenApiDocument } from '../../src/views/openapi.ts';
import { createCollectorReadingsSchema } from '../../src/views/response-schemas.ts';
import { buildCollectorReadings } from '../../src/views/status.ts';
import { everything } from '../helpers/everything.ts';
import { agent, device, probe, stateOf } from '../helpers/sample-collector.ts';

const collector = probe(async () => []);
const since = new Date('2026-01-01T00:00:00.5Z');
const firmware = { installed: '1', latest: '2' };
const part = { id: '/mnt', name: 'Part /mnt' };

const states = {
  empty: stateOf(collector),
  nothing: stateOf(collector, [{ table: 'thing', device, reading: {} }]),
  everything: stateOf(collector, [
    {
      table: 'thing',
      device: { ...device, manufacturer: 'A', model: 'B', serialNumber: 'C', softwareVersion: 'D' },
      reading: { level: 1, total: 2, on: true, mood: 'good', note: 'x', since, firmware, rare: 1 },
      hint: 'more',
    },
    { table: 'part', device, part, reading: { level: 1 } },
  ]),
  broken: stateOf(collector, [
    { table: 'thing', device, error: new Error('gone') },
    { table: 'part', device, part, error: new Error('gone') },
    { complaint: 'nobody there' },
  ]),
};
states.broken.record(collector, { ok: false, error: 'broken', at: since, seconds: 1 });
Object.assign(states.broken.broker, { error: 'refused' });

test.each(Object.entries(states))('responses match their schemas: %s', (_, state) => {
  const answer = JSON.parse(JSON.stringify(buildCollectorReadings(collector, agent, state)));
  expect(z.safeParse(createCollectorReadingsSchema(collector), answer).error).toBeUndefined();
  // Parsing drops properties that the schema lacks: there must be none.
  expect(z.parse(createCollectorReadingsSchema(collector), answer)).toEqual(answer);
  const well = JSON.parse(JSON.stringify(buildAgentHealth([collector], agent, state, since)));
  expect(z.parse(agentHealthSchema, well)).toEqual(well);
});

test.each(allCollectors)('$id: a response with every metric matches its schema', (declaration) => {
  const answer = JSON.parse(JSON.stringify(buildCollectorReadings(declaration, agent, everything(allCollectors))));
  expect(z.parse(createCollectorReadingsSchema(declaration), answer)).toEqual(answer);
});

test('the schema of a status has every metric with its unit and type', () => {
  const { components } = buildOpenApiDocument([collector], agent, states.empty, false) as {
    components: { schemas: Record<string, unknown> };
  };
  expect(components.schemas.ProbeStatus).toMatchSnapshot();
});

test('every active collector has its path, and every reference its schema', () => {
  const state = stateOf(collector);
  for (const one of allCollectors) state.add(one);
  const document = buildOpenApiDocument(
    [...allCollectors, collector, probe(async () => [], 'off')],
    agent,
    state,
    true,
  );
  const { paths, components } = document as { paths: object; components: { schemas: object } };
  expect(Object.keys(paths)).toEqual(
    expect.arrayContaining(['/health/', '/host/status', '/nvme/status', '/agent/status', '/probe/status']),
  );
  expect(paths).not.toHaveProperty(['/off/status']);
  for (const [, name] of JSON.stringify(document).matchAll(/#\/components\/schemas\/(\w+)/g))
    expect(components.schemas).toHaveProperty(String(name));
});
