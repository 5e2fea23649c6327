import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, onTestFinished, test } from 'vitest';
import { createLog } from '../../../src/log.ts';
import { ReconnectingPublisher } from '../../../src/mqtt/reconnecting-publisher.ts';
import { parseSettings } from '../../../src/settings/index.ts';
import { startMosquitto } from '../../helpers/mosquitto.ts';
import { observe } from '../../helpers/observer.ts';
import { agent, device, probe, stateOf } from '../../helpers/sample-collector.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const heap = () => {
  collect();
  return process.memoryUsage().heapUsed / 1e6;
};

test('a thousand cycles while the broker is away: the heap stays flat, and the newest is what arrives', async () => {
  const mosquitto = await startMosquitto();
  await mosquitto.kill();
  const collector = probe(async () => []);
  const state = stateOf(collector);
  const { mqtt } = parseSettings([], { MQTT_URL: mosquitto.url });
  const session = new ReconnectingPublisher({
    agent,
    catalogue: [collector],
    state,
    settings: mqtt,
    log: createLog({ LOG_LEVEL: 'error', LOG_FORMAT: 'text' }),
    ready: Promise.resolve(),
    eventDelivered: () => undefined,
    deviceDismissed: () => {},
    memoriesLoaded: () => {},
    problemsLoaded: () => {},
    devicesAnnounced: () => undefined,
    ownerKnown: () => undefined,
    commandReceived: () => {},
  });
  session.start();
  onTestFinished(() => session.stop());
  const cycle = async (number: number) => {
    const observations = [
      { table: 'thing' as const, device, reading: { level: 2 * number, note: `reading ${number}` } },
    ];
    state.record(collector, { ok: true, observations, at: new Date(), seconds: 0 });
    session.update();
    await new Promise(setImmediate);
  };
  for (let number = 0; number < 200; number += 1) await cycle(number);
  const before = heap();
  for (let number = 200; number < 1200; number += 1) await cycle(number);
  const grown = heap() - before;
  console.log(`heap grew by ${grown.toFixed(2)} MB in 1,000 cycles`);
  expect(grown).toBeLessThan(1);

  await mosquitto.start();
  const { see, messages } = await observe(mosquitto.url);
  await see('infra-monitor/nas/status', (payload) => payload === 'online', 70);
  const states = messages.filter(({ topic }) => topic === 'infra-monitor/nas/probe/thing_1');
  expect(states.map(({ payload }) => JSON.parse(payload).note)).toEqual(['reading 1199']);
});
