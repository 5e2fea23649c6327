import { expect, test } from 'vitest';
import { until } from '../../helpers/until.ts';
import { stage } from './stage.ts';

/** What the component's template makes of the state topic, as Home Assistant would show it. */
function expected(payload: string | undefined, key: string): string {
  const value = (JSON.parse(payload ?? '{}') as Record<string, unknown>)[key.split('-')[2] ?? ''];
  if (value === null) return 'unknown';
  if (value === 'ON' || value === 'OFF') return value.toLowerCase();
  return String(value);
}

const same = (shown: string | undefined, wanted: string) =>
  shown === wanted || (shown !== undefined && wanted !== '' && Number(shown) === Number(wanted)) || (wanted.endsWith('Z') && Date.parse(shown ?? '') === Date.parse(wanted));

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
      original_name: component.name,
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
      friendly_name: `testling ${component.name}`,
      ...(component.unit_of_measurement === undefined ? {} : { unit_of_measurement: component.unit_of_measurement }),
      ...(component.device_class === undefined ? {} : { device_class: component.device_class }),
      ...(component.state_class === undefined ? {} : { state_class: component.state_class }),
    });
  }
  expect(await homeAssistant.complaints()).toEqual([]);
});

test('a part that can’t be read is unavailable alone, and a value that is missing is unknown', async () => {
  const { homeAssistant, untilAvailable } = await stage({ HOST_FILESYSTEMS: '/,/boot/gone', HOST_PROC: '/proc' });
  await untilAvailable();
  const states = await homeAssistant.states();
  expect(states.get('sensor.testling_filesystem_root_used')?.state).not.toBe('unavailable');
  expect([...states.values()].filter(({ entity_id: id, state }) => id.includes('testling') && state === 'unavailable')).toEqual([]);
  expect(await homeAssistant.complaints()).toEqual([]);
});
