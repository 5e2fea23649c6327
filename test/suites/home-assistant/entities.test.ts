import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { stateAndMemoryPayloadsByTopic } from '../../../src/views/state-and-event-payloads.ts';
import { discoveryPayloads } from '../../helpers/discovery.ts';
import { agent, device, type Probe, probe, stateOf } from '../../helpers/sample-collector.ts';
import { until } from '../../helpers/until.ts';
import { type Component, stage } from './stage.ts';

/** What the component's template makes of the state topic, as Home Assistant would show it. */
function expected(payload: string | undefined, key: string): string {
  if (payload === 'online') return 'on';
  if (key.startsWith('problems-')) {
    const { worst, reason, count } = JSON.parse(payload ?? '{}');
    if (key.endsWith('-problem')) return worst === null || worst === 'notice' ? 'off' : 'on';
    return key.endsWith('-problems') ? String(count) : (reason ?? 'none');
  }
  const value = (JSON.parse(payload ?? '{}') as Record<string, unknown>)[key.split('-')[2] ?? ''];
  if (value === null) return 'unknown';
  if (value === 'ON' || value === 'OFF') return value.toLowerCase();
  return String(value);
}

/** Home Assistant's name of the device class, where the agent sends none. */
const nameOf = ({ name = 'Problem' }: Component) => name;

const same = (shown: string | undefined, wanted: string) =>
  shown === wanted ||
  (shown !== undefined && wanted !== '' && Number(shown) === Number(wanted)) ||
  (wanted.endsWith('Z') && Date.parse(shown ?? '') === Date.parse(wanted));

test('every declared entity is there: name, id, unit, class, category and value', async () => {
  const { homeAssistant, observer, components, untilAvailable } = await stage();
  await untilAvailable();
  console.log(`Home Assistant ${homeAssistant.version}: ${components().size} components`);
  const registry = await until('all entities in the registry', async () => {
    const entries = await homeAssistant.registry();
    return entries.size === components().size && entries;
  });
  const device = await homeAssistant.device();
  expect(device).toMatchObject({ name: 'testling', sw_version: expect.stringContaining('Linux'), area_id: 'berlin' });

  for (const [key, component] of components()) {
    const entry = registry.get(component.unique_id);
    expect(entry, key).toMatchObject({
      entity_id: component.default_entity_id,
      device_id: device?.id,
      original_name: nameOf(component),
      entity_category: component.entity_category ?? null,
      disabled_by: component.enabled_by_default === false ? 'integration' : null,
      platform: 'mqtt',
    });
  }
  for (const [key, component] of components()) {
    if (component.enabled_by_default === false) continue;
    const state = await until(`the value of ${key}`, async () => {
      const shown = (await homeAssistant.states()).get(component.default_entity_id);
      return same(shown?.state, expected(observer.topics.get(component.state_topic), key)) && shown;
    });
    expect(state.attributes, key).toMatchObject({
      friendly_name: `testling ${nameOf(component)}`,
      ...(component.unit_of_measurement === undefined ? {} : { unit_of_measurement: component.unit_of_measurement }),
      ...(component.device_class === undefined ? {} : { device_class: component.device_class }),
      ...(component.state_class === undefined ? {} : { state_class: component.state_class }),
    });
  }
  expect(await homeAssistant.complaints()).toEqual([]);
});

test('a part that can’t be read is unavailable alone', async () => {
  const point = mkdtempSync(join(tmpdir(), 'part-'));
  const umount = () => spawnSync('umount', [point]);
  onTestFinished(() => {
    umount();
    rmSync(point, { recursive: true });
  });
  expect(spawnSync('mount', ['-t', 'tmpfs', 'part', point]).status).toBe(0);
  const { homeAssistant, untilAvailable } = await stage({ HOST_FILESYSTEMS: `/,${point}` });
  await untilAvailable();
  umount();
  const unavailable = async () =>
    [...(await homeAssistant.states()).values()]
      .filter(({ entity_id: id, state }) => id.includes('testling') && state === 'unavailable')
      .map(({ entity_id: id }) => id);
  const gone = await until('the part is unavailable', async () => {
    const ids = await unavailable();
    return ids.length > 0 && ids;
  });
  expect(gone.length).toBe(3);
  expect(gone.every((id) => id.includes('_filesystem_tmp_part_'))).toBe(true);
  expect(await homeAssistant.complaints()).toEqual([]);
});

test('every kind of metric, with a value and without', async () => {
  const { homeAssistant, observer } = await stage();
  const collector = probe(async () => []);
  const full: Probe = {
    level: 1.5,
    total: 2,
    on: true,
    mood: 'good',
    note: 'hello',
    since: new Date('2026-01-02T03:04:05Z'),
    firmware: { installed: '1.0', latest: '1.1' },
    rare: 3,
  };
  const publish = async (reading: Probe) => {
    const state = stateOf(
      collector,
      [{ table: 'thing', device, reading: full }],
      [{ table: 'thing', device, reading }],
    );
    const topics = [
      ...stateAndMemoryPayloadsByTopic([collector], agent, state),
      ...discoveryPayloads([collector], agent, state),
      ['infra-monitor/nas/status', 'online'],
    ] as [string, string][];
    for (const [topic, payload] of topics) await observer.client.publishAsync(topic, payload, { retain: true, qos: 1 });
  };
  const shown = async () =>
    Object.fromEntries(
      [...(await homeAssistant.states()).values()]
        .filter(({ entity_id: id }) => id.includes('.thing_'))
        .map(({ entity_id: id, state }) => [id, state]),
    );

  await publish(full);
  const values = {
    'sensor.thing_level': '1.5',
    'sensor.thing_total': '2',
    'binary_sensor.thing_on': 'on',
    'sensor.thing_mood': 'good',
    'sensor.thing_rare': '3',
    'update.thing_firmware': 'on',
  };
  await until('all values', async () => {
    const states = await shown();
    return Object.entries(values).every(([id, state]) => states[id] === state);
  });
  expect(await shown()).toMatchObject({
    ...values,
    'sensor.thing_since': expect.stringMatching(/^2026-01-02T03:04:05/),
  });
  await publish({});
  await until('all unknown', async () => (await shown())['sensor.thing_level'] === 'unknown');
  const unknown = await shown();
  for (const id of Object.keys(values)) if (id !== 'update.thing_firmware') expect(unknown[id], id).toBe('unknown');
  expect(await homeAssistant.complaints()).toEqual([]);
});
