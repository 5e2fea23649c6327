import { expect, onTestFinished, test } from 'vitest';
import { routerCollector } from '../../../src/collectors/router/index.ts';
import type { RouterReading } from '../../../src/collectors/router/reading.ts';
import { DeviceMemoryStore } from '../../../src/loop/device-memory-store.ts';
import { MutableAgentState } from '../../../src/loop/mutable-agent-state.ts';
import type { CollectorContext, Observation } from '../../../src/model/collector.ts';
import { parseSettings } from '../../../src/settings/index.ts';
import { startAgent } from '../../helpers/agent.ts';
import { FritzBox } from '../../helpers/fritzbox/index.ts';
import type { ProfileName } from '../../helpers/fritzbox/profiles.ts';
import { startMosquitto } from '../../helpers/mosquitto.ts';
import { observe } from '../../helpers/observer.ts';
import { freePort } from '../../helpers/ports.ts';
import { until } from '../../helpers/until.ts';

async function boxOf(profile: ProfileName): Promise<FritzBox> {
  const box = await new FritzBox(profile).start();
  onTestFinished(() => box.stop());
  return box;
}

const namedBy = (boxes: Record<string, FritzBox>) =>
  Object.entries(boxes)
    .map(([name, box]) => `${name}=http://${box.address}/igddesc.xml`)
    .join(',');

const login = { FRITZBOX_USERNAME: 'monitor', FRITZBOX_PASSWORD: 'gürkensalat$1' };

test('of three boxes one hangs: the others are told each time, and it is back in the cycle after', async () => {
  const boxes = { left: await boxOf('dsl'), middle: await boxOf('cable'), right: await boxOf('fibre') };
  const settings = parseSettings([routerCollector], { FRITZBOX_HOSTS: namedBy(boxes), PING_COUNT: '1', ...login });
  const env = settings.collectors[0]?.env as Parameters<typeof routerCollector.open>[0];
  const memories = new DeviceMemoryStore();
  const memory = memories.forCollector(routerCollector);
  memories.load(new Map(), ['router']);
  const source = await routerCollector.open(env, {
    agent: settings.agent,
    memory,
    state: new MutableAgentState(''),
  } as unknown as CollectorContext);
  if ('inactiveReason' in source) throw new Error(source.inactiveReason);
  onTestFinished(() => source.close?.());
  const round = async () => {
    const began = performance.now();
    const found = (await source.read(new AbortController().signal)) as Observation<{ router: RouterReading }>[];
    const accesses = Object.fromEntries(
      found.filter(({ table }) => table === 'router').map(({ device, reading }) => [device.id, reading?.tr064?.access]),
    );
    return { accesses, seconds: (performance.now() - began) / 1000 };
  };
  expect((await round()).accesses).toEqual({ left: 'granted', middle: 'granted', right: 'granted' });
  boxes.middle.isHung = true;
  for (let time = 0; time < 5; time += 1) {
    const { accesses, seconds } = await round();
    expect(accesses).toMatchObject({ left: 'granted', right: 'granted' });
    // A reading may take ten.
    expect(seconds).toBeLessThan(routerCollector.timeoutSeconds ?? 10);
  }
  await until('the middle one is missed', async () => (await round()).accesses.middle === 'unreachable', 60);
  boxes.middle.isHung = false;
  await until('the middle one is back', async () => (await round()).accesses.middle === 'granted', 60);
});

test('what is private reaches no topic, no log and no endpoint', async () => {
  const boxes = { hollow: await boxOf('dsl'), meadow: await boxOf('mobile'), glass: await boxOf('fibre') };
  const mosquitto = await startMosquitto(['allow_anonymous true']);
  const observer = await observe(mosquitto.url);
  const port = await freePort();
  const agent = startAgent({
    MQTT_URL: mosquitto.url,
    HTTP_PORT: String(port),
    LOG_LEVEL: 'trace',
    HOST_SCHEDULE: 'off',
    ROUTER_SCHEDULE: '*/2 * * * * *',
    FRITZBOX_HOSTS: namedBy(boxes),
    FRITZBOX_CLIENTS: 'Phone of Ada=02-00-5e-00-53-11',
    ...login,
  });
  await observer.see(
    'infra-monitor/testling/router/hollow',
    (payload) => JSON.parse(payload).account === 'granted',
    60,
  );
  expect(JSON.parse(await observer.see('infra-monitor/testling/router/hollow/client_02_00_5e_00_53_11'))).toMatchObject(
    { present: 'ON' },
  );
  await observer.see(
    'infra-monitor/testling/router/meadow',
    (payload) => JSON.parse(payload).mobile_signal === -97,
    30,
  );
  boxes.hollow.guard.account = { username: 'monitor', password: 'another' };
  await observer.see(
    'infra-monitor/testling/router/hollow',
    (payload) => JSON.parse(payload).account_problem === 'ON',
    60,
  );
  const pages = await Promise.all(
    ['/health/', '/fritz/status', '/metrics'].map(async (path) =>
      (await fetch(`http://127.0.0.1:${port}${path}`)).text(),
    ),
  );
  const all = [agent.output(), ...pages, ...observer.messages.map(({ payload }) => payload)].join('\n');
  expect(all).toContain('check FRITZBOX_USERNAME');
  expect(
    all.match(
      /.{20}(?:secret-person|secret-1|(?:account|serial)-4711|fritz4711|gürkensalat|192\.0\.2\.|[?&]sid=|phone-of-ada|001010123456789)/,
    ),
  ).toBe(null);
  expect(
    boxes.hollow.asked.filter(({ action }) => action !== undefined && !/#(?:X_AVM[-_]DE_)?Get/.test(action)),
  ).toEqual([]);
});

test('a wrong password costs one login, however often the agent starts; the button costs another', async () => {
  const box = await boxOf('dsl');
  const mosquitto = await startMosquitto(['allow_anonymous true']);
  const observer = await observe(mosquitto.url);
  const topic = 'infra-monitor/testling/router/hollow';
  const settings = {
    MQTT_URL: mosquitto.url,
    HOST_SCHEDULE: 'off',
    ROUTER_SCHEDULE: '*/2 * * * * *',
    FRITZBOX_HOSTS: namedBy({ hollow: box }),
    ...login,
    FRITZBOX_PASSWORD: 'wrong',
  };
  for (let time = 0; time < 3; time += 1) {
    const agent = startAgent(settings);
    await until(
      'it has looked, or been told by the broker',
      () => agent.output().includes('check FRITZBOX_USERNAME'),
      60,
    );
    await observer.see(topic, (payload) => JSON.parse(payload).account === 'paused', 60);
    await observer.see(`${topic}/memory`, (payload) => payload.includes('refused_login'), 30);
    await agent.stop();
  }
  expect(box.logins).toBe(1);
  const last = startAgent(settings);
  await until('it has been told by the broker', () => last.output().includes('check FRITZBOX_USERNAME'), 60);
  await observer.see('infra-monitor/testling/status', (status) => status === 'online', 60);
  await observer.client.publishAsync('infra-monitor/testling/router/hollow/command', 'try_login', { qos: 1 });
  await until('one more login', () => box.guard.wrongTries === 2, 60);
  expect(box.logins).toBe(2);
});
