import { expect, test } from 'vitest';
import type { CollectorReadings } from '../../../src/views/status.ts';
import { startAgent } from '../../helpers/agent.ts';
import { startMosquitto } from '../../helpers/mosquitto.ts';
import { observe } from '../../helpers/observer.ts';
import { freePort } from '../../helpers/ports.ts';
import { until } from '../../helpers/until.ts';
import { Rack, type Racked } from './rack.ts';

const is = (wanted: string) => (payload: string) => payload === wanted;
const tells = (expected: Record<string, unknown>) => (payload: string) =>
  Object.entries(expected).every(([key, value]) => (JSON.parse(payload) as Record<string, unknown>)[key] === value);
const topic = (drive: string) => `infra-monitor/testling/nvme/${drive}`;

/** The agent on a broker, with these drives, of which it reads one cycle a second. */
async function watching(drives: readonly Racked[]) {
  const rack = await Rack.build(drives);
  const { url } = await startMosquitto();
  const observer = await observe(url);
  const port = await freePort();
  const start = () =>
    startAgent({
      HTTP_PORT: String(port),
      MQTT_URL: url,
      HOST_SYS: rack.sys,
      PATH: `${rack.bin}:${process.env.PATH}`,
      NVME_SCHEDULE: '* * * * * *',
    });
  return { rack, observer, start, port };
}

const pidsOf = (rack: Rack, drive: string) =>
  [...rack.running()].flatMap(([pid, command]) => (command.includes(drive) ? [pid] : []));

test('a drive that hangs is ended after 10 s, never asked twice at a time, and ever more rarely; it takes nobody along', {
  timeout: 180_000,
}, async () => {
  const { rack, observer, start } = await watching([{ serial: 'GOOD' }, { serial: 'BAD' }]);
  start();
  for (const drive of ['good', 'bad'])
    await observer.see(topic(drive), tells({ temperature: 41, source: 'nvme_cli' }), 30);

  const hung = performance.now();
  const calls = () => rack.calls().filter((call) => call.includes('drive 1')).length;
  const before = calls();
  rack.answer(1, 'hangs', '1');
  await observer.see(`${topic('bad')}/availability`, is('offline'), 60);
  rack.tell(0, { kelvin: 334 });
  await observer.see(topic('good'), tells({ temperature: 61 }), 30);
  expect(observer.topics.get(`${topic('good')}/availability`)).toBe('online');

  const first = await until('it hangs', () => pidsOf(rack, 'drive 1')[0], 30);
  await until(
    'it is ended',
    () => {
      expect(pidsOf(rack, 'drive 1').length).toBeLessThan(2);
      return !pidsOf(rack, 'drive 1').includes(first);
    },
    60,
  );
  expect(performance.now() - hung).toBeGreaterThan(9000);

  rack.unanswer(1, 'hangs');
  await observer.see(`${topic('bad')}/availability`, is('online'), 120);
  // One that hung from its first second, another at once, and then not for a minute of cycles.
  expect(calls() - before).toBeLessThan(10);
});

test('in a steady cycle one question a drive; what a drive is, once; its status has temperature and critical flag', async () => {
  const { rack, observer, start, port } = await watching([{ serial: 'A' }, { serial: 'B' }]);
  start();
  await observer.see(topic('a'), tells({ temperature: 41 }), 30);
  for (const kelvin of [320, 330, 340]) {
    rack.tell(0, { kelvin });
    await observer.see(topic('a'), tells({ temperature: kelvin - 273 }), 30);
  }
  const { devices } = (await (await fetch(`http://127.0.0.1:${port}/nvme/status`)).json()) as CollectorReadings;
  expect(
    devices.map(({ serialNumber, available, values }) => [
      serialNumber,
      available,
      values.temperature,
      values.critical_warning,
    ]),
  ).toEqual([
    ['A', true, { name: 'Temperature', value: 67, unit: '°C' }, { name: 'Critical warning', value: false }],
    ['B', true, { name: 'Temperature', value: 41, unit: '°C' }, { name: 'Critical warning', value: false }],
  ]);

  const count = (call: string) => rack.calls().filter((one) => one === call).length;
  expect(count('nvme smart-log drive 0 -o json')).toBeGreaterThan(3);
  expect(count('nvme id-ctrl drive 0 -o json')).toBe(1);
  expect(count('nvme id-ns drive 0 -n 1 -o json')).toBe(1);
  expect(count('nvme self-test-log drive 0 -o json')).toBe(1);
  expect(new Set(rack.calls().filter((call) => call.includes('drive 0')))).toEqual(
    new Set(
      ['smart-log drive 0', 'self-test-log drive 0', 'id-ctrl drive 0', 'id-ns drive 0 -n 1'].map(
        (question) => `nvme ${question} -o json`,
      ),
    ),
  );
});

test('media errors: old ones are none, new ones are a problem until they are acknowledged, whoever runs next', {
  timeout: 120_000,
}, async () => {
  const { rack, observer, start } = await watching([{ serial: 'A', health: { mediaErrors: 3n } }]);
  const agent = start();
  await observer.see(topic('a'), tells({ problem: 'OFF', media_errors: 3 }), 30);

  rack.tell(0, { mediaErrors: 5n });
  await observer.see(topic('a'), tells({ problem: 'ON', problem_reason: '2 new media errors (5 in all)' }), 30);
  const { components } = JSON.parse(
    observer.topics.get('homeassistant/device/infra-monitor_testling/a/config') ?? '',
  ) as {
    components: Record<string, { platform: string; command_topic: string; payload_press: string }>;
  };
  const button = Object.values(components).find(({ platform }) => platform === 'button');
  await observer.client.publishAsync(button?.command_topic ?? '', button?.payload_press ?? '', { qos: 1 });
  await observer.see(topic('a'), tells({ problem: 'OFF', problem_reason: 'none', media_errors: 5 }), 30);
  await observer.see(`${topic('a')}/memory`, tells({ media_errors_acknowledged: '5' }), 30);

  await agent.stop();
  rack.tell(0, { mediaErrors: 5n, kelvin: 330 });
  start();
  await observer.see(topic('a'), tells({ problem: 'OFF', temperature: 57 }), 30);
  rack.tell(0, { mediaErrors: 6n });
  await observer.see(topic('a'), tells({ problem: 'ON', problem_reason: '1 new media error (6 in all)' }), 30);
});
