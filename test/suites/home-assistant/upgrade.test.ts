import { expect, test } from 'vitest';
import { type Json, parsed, stable } from '../../contract/capture.ts';
import { differences } from '../../contract/differences.ts';
import { unexplained, unused } from '../../contract/intended.ts';
import { stages } from '../../contract/stages.ts';
import { program, startAgent } from '../../helpers/agent.ts';
import { startMosquitto } from '../../helpers/mosquitto.ts';
import { type Observer, observe } from '../../helpers/observer.ts';
import { buildReleased } from '../../helpers/released.ts';
import { until } from '../../helpers/until.ts';
import { HomeAssistant } from './home-assistant.ts';

interface Payload {
  components: Record<string, { state_topic: string }>;
}

/** Unique ids that the retained announcements hold. */
function announced({ topics }: Observer): string[] {
  const payloads = [...topics]
    .filter(([topic]) => topic.startsWith('homeassistant/device/'))
    .map(([, payload]) => JSON.parse(payload) as Payload);
  return payloads.flatMap(({ components }) =>
    Object.values(components).flatMap((component) => ('unique_id' in component ? [String(component.unique_id)] : [])),
  );
}

const byKey = <T extends object>(list: readonly T[], key: keyof T, members: readonly (keyof T)[]): Json =>
  Object.fromEntries(
    list.map((one) => [String(one[key]), Object.fromEntries(members.map((member) => [member, one[member]]))]),
  ) as Json;

/** What a user of this lab has: entities and devices as Home Assistant registered them, long-term statistics, and
 * retained topics. */
async function lab(
  homeAssistant: HomeAssistant,
  observer: Observer,
): Promise<Record<'entities' | 'devices' | 'statistics' | 'topics', Json>> {
  const registry = [...(await homeAssistant.registry('infra-monitor_')).values()];
  const devices = await homeAssistant.ask<Record<string, unknown>[]>('config/device_registry/list');
  const statistics = await homeAssistant.ask<Record<string, unknown>[]>('recorder/list_statistic_ids');
  const topics = [...observer.topics].filter(([topic]) => !/\/echo$|^homeassistant\/status$/.test(topic));
  return {
    entities: byKey(registry, 'unique_id', [
      'entity_id',
      'original_name',
      'disabled_by',
      'entity_category',
      'device_id',
    ]),
    devices: byKey(
      devices.map((device) => ({ ...device, key: JSON.stringify(device.identifiers) })),
      'key' as never,
      ['id', 'name', 'manufacturer', 'model', 'serial_number', 'area_id', 'via_device_id'] as never[],
    ),
    statistics: byKey(statistics, 'statistic_id', [
      'has_mean',
      'mean_type',
      'has_sum',
      'unit_class',
      'statistics_unit_of_measurement',
    ]),
    topics: Object.fromEntries(topics.map(([topic, payload]) => [topic, stable(parsed(payload))])),
  };
}

test('a lab that takes this version keeps its entities, devices, statistics and topics', {
  timeout: 300_000,
}, async () => {
  const before = buildReleased();
  const stage = await stages.get('everything-on')?.();
  const mosquitto = await startMosquitto();
  const observer = await observe(mosquitto.url);
  const homeAssistant = await HomeAssistant.start(mosquitto.port);

  /** Until this topic is there, too, and states that were published after it. */
  const run = async (built: string, lastTopic = 'testling/status') => {
    const agent = startAgent({ ...stage?.settings, MQTT_URL: mosquitto.url }, [], built);
    await until(
      'online',
      () => ['testling', 'sites'].every((name) => observer.topics.get(`infra-monitor/${name}/status`) === 'online'),
      60,
    );
    await until('the last topic', () => observer.topics.has(`infra-monitor/${lastTopic}`), 60);
    const registered = async () => {
      const registry = await homeAssistant.registry('infra-monitor_');
      const wanted = announced(observer);
      return wanted.length > 0 && wanted.every((id) => registry.has(id)) && wanted.length;
    };
    // Whole once an announcement has had the time to grow, and Home Assistant has it all.
    let count = 0;
    await until(
      'every announced entity in the registry',
      async () => {
        const [earlier, now] = [count, await registered()];
        count = Number(now);
        await new Promise((resolve) => setTimeout(resolve, 3000));
        return now !== false && now === earlier;
      },
      90,
    );
    const seen = await lab(homeAssistant, observer);
    await agent.stop();
    return seen;
  };

  const was = await run(before);
  // The first login at the router waits until the broker has told what it remembers of it.
  const now = await run(program, 'testling/router/home/memory');
  for (const part of Object.values(was)) expect(Object.keys(part as object).length).toBeGreaterThan(5);
  expect(unexplained(differences('upgrade', was, now))).toEqual([]);
  expect(unused(/^upgrade /)).toEqual([]);
  expect(await homeAssistant.complaints()).toEqual([]);
});
