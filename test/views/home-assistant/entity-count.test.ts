import { expect, test } from 'vitest';
import { countEnabledEntitiesInDiscoveryPayloads } from '../../../src/views/home-assistant/entity-count.ts';

const count = (topic: string, payload: unknown) =>
  countEnabledEntitiesInDiscoveryPayloads(
    'ha/x',
    new Map([[`ha/x/${topic}`, typeof payload === 'string' ? payload : JSON.stringify(payload)]]),
  );

test.each([
  [
    'device/n/o/config',
    { device: {}, components: { a: { platform: 'sensor', name: 'A' }, b: { p: 'sensor', name: 'B' } } },
    2,
  ],
  [
    'device/o/config',
    { cmps: { a: { p: 'sensor', en: false }, b: { platform: 'sensor' }, c: { p: 'tag', t: 'x' } } },
    0,
  ],
  ['sensor/n/o/config', { name: 'A', state_topic: 'x' }, 1],
  ['sensor/o/config', { name: 'A', stat_t: 'x', en: false }, 0],
  ['device_automation/n/o/config', { automation_type: 'trigger', topic: 'x' }, 0],
  ['sensor/o/config', 'no JSON', 0],
  ['sensor/o/config', '', 0],
  ['sensor/o/config', [1, 2], 0],
  ['device/o/config', { components: 7 }, 0],
  [
    'device/o/config',
    { components: { a: { platform: 7, name: 'A', en: 'x' }, b: 7, c: { p: 'sensor', name: 'C' } } },
    2,
  ],
])('%s with %j: %i', (topic, payload, entities) => expect(count(topic, payload)).toBe(entities));
