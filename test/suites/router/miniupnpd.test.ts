import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { until } from '../../helpers/until.ts';
import { Home } from './home.ts';

const { router, wan, world } = Home.addresses;
const state = 'infra-monitor/testling/router/gateway';

interface Happened {
  event_type: string;
  from?: string;
  to?: string;
  seconds?: number;
  [attribute: string]: unknown;
}

/** A home whose agent has its broker beyond the router, and somebody in the world who listens there. */
async function listeningHome(port?: number, settings: Record<string, string> = {}) {
  const home = new Home();
  const configuration = join(home.folder, 'mosquitto.conf');
  writeFileSync(configuration, 'user root\nlistener 1883\nallow_anonymous true\n');
  const broker = home.start('world', {}, 'mosquitto', '-c', configuration);
  const miniupnpd = await home.miniupnpd(port);
  home.start('router', {}, '/usr/bin/python3', join(import.meta.dirname, 'dns-stand-in.py'), router);
  await until(`mosquitto: ${broker.output()}`, () => broker.output().includes('running'), 20);
  const listener = home.start('world', {}, 'mosquitto_sub', '-h', '127.0.0.1', '-t', `${state}/#`, '-F', '%t %p');
  const agent = home.agent({ MQTT_URL: `mqtt://${world}:1883`, ROUTER_SCHEDULE: '*/3 * * * * *', ...settings });
  const lines = (topic: string) =>
    listener
      .output()
      .split('\n')
      .filter((line) => line.startsWith(`${topic} `))
      .map((line) => JSON.parse(line.slice(topic.length + 1)));
  /** What the agent itself says; the broker may be away. */
  const values = (): Record<string, { value: unknown }> | undefined => {
    try {
      return JSON.parse(home.run('home', 'curl', '-s', '-m', '5', 'http://127.0.0.1:8099/fritz/status')).devices[0]
        ?.values;
    } catch {
      return undefined;
    }
  };
  const settled = (what: string, right: (value: (key: string) => unknown) => boolean, seconds = 60) =>
    until(`${what}: ${agent.output()}`, () => right((key) => values()?.[key]?.value), seconds);
  const happened = (what: string, right: (event: Happened) => boolean): Promise<Happened> =>
    until(what, () => (lines(`${state}/event`) as Happened[]).find(right), 90);
  return { home, miniupnpd, agent, lines, settled, happened };
}

test('a real router is found as the default gateway and read without a login', async () => {
  const { lines, agent } = await listeningHome();
  const told = await until(
    `a whole reading: ${agent.output()}`,
    () => lines(state).find(({ receive_rate: rate }) => rate !== null),
    60,
  );
  expect(told).toMatchObject({
    reachable: 'ON',
    problem: 'OFF',
    packet_loss: 0,
    reached_by: 'icmp',
    dns: 'ON',
    wan: 'ON',
    wan_link: 'ON',
    wan_status: 'connected',
    ipv4: wan,
  });
  expect(told.latency).toBeGreaterThanOrEqual(0);
  expect(Date.parse(told.connected_since)).toBeGreaterThan(Date.now() - 120_000);
  // What its configuration says of the line is no measurement.
  expect([told.downstream, told.upstream, told.access, told.ipv6, told.ds_lite]).toEqual([
    null,
    null,
    null,
    null,
    null,
  ]);
});

test('link down while the broker is beyond it: told afterwards, from and to; then another address', async () => {
  const { home, settled, happened, lines } = await listeningHome();
  await settled('connected', (value) => value('wan') === true);
  await until('published', () => lines(state).length > 0, 30);

  const before = Date.now();
  home.ip('router', 'link', 'set', 'wan0', 'down');
  await settled(
    'the line is down',
    (value) => value('wan') === false && value('wan_link') === false && value('reachable') === true,
  );
  home.ip('router', 'link', 'set', 'wan0', 'up');
  home.routeBack(wan);
  const { from, to, seconds } = await happened('an outage', ({ event_type: type }) => type === 'wan_outage');
  expect(Date.parse(from ?? '')).toBeGreaterThanOrEqual(before);
  expect(Date.parse(to ?? '')).toBeGreaterThan(Date.parse(from ?? ''));
  expect(seconds).toBe(Math.round((Date.parse(to ?? '') - Date.parse(from ?? '')) / 1000));
  expect(await happened('a reconnection', ({ event_type: type }) => type === 'reconnect')).toMatchObject({
    reason: 'uptime_fell',
  });

  home.ip('router', 'addr', 'del', `${wan}/24`, 'dev', 'wan0');
  await settled('no address', (value) => value('ipv4') === null);
  home.ip('router', 'addr', 'add', '11.22.33.55/24', 'dev', 'wan0');
  home.routeBack('11.22.33.55');
  // miniupnpd is disconnected without an address.
  expect(await happened('another address', ({ ipv4_before: before }) => before !== undefined)).toMatchObject({
    event_type: 'reconnect',
    ipv4: '11.22.33.55',
    ipv4_before: wan,
  });
  await settled('another address', (value) => value('ipv4') === '11.22.33.55' && value('wan') === true);
});

test('a daemon that dies leaves the router reachable and the connection unknown, and is back when it is back', async () => {
  const { home, miniupnpd, settled } = await listeningHome();
  await settled('connected', (value) => value('wan') === true);
  await home.kill(miniupnpd);
  await settled(
    'nobody tells',
    (value) => value('wan') === null && value('received') === null && value('reachable') === true,
  );
  await home.miniupnpd();
  await settled('back', (value) => value('wan') === true && value('ipv4') === wan);
});

test('a router that is off is not reachable, all else of it unknown, and how long is told afterwards', async () => {
  const { home, settled, happened } = await listeningHome();
  await settled('connected', (value) => value('wan') === true);
  home.ip('router', 'link', 'set', 'lan0', 'down');
  await settled(
    'off',
    (value) =>
      value('reachable') === false &&
      value('problem') === true &&
      value('packet_loss') === 100 &&
      value('wan') === null &&
      value('dns') === false,
  );
  home.ip('router', 'link', 'set', 'lan0', 'up');
  await settled('on', (value) => value('reachable') === true && value('wan') === true);
  expect((await happened('an outage', ({ event_type: type }) => type === 'outage')).seconds).toBeGreaterThan(0);
});

test('counters beyond 32 bits', async () => {
  const { home, settled } = await listeningHome();
  const taker = home.start(
    'router',
    {},
    '/usr/bin/python3',
    join(import.meta.dirname, 'flood.py'),
    'take',
    wan,
    '9999',
  );
  await until('taker', () => taker.output().includes('ready'), 20);
  const sender = home.start(
    'world',
    {},
    '/usr/bin/python3',
    join(import.meta.dirname, 'flood.py'),
    'send',
    wan,
    '9999',
    String(9 * 2 ** 29),
  );
  await until('4.5 GiB through the cable', () => sender.child.exitCode !== null, 120);
  expect(sender.child.exitCode).toBe(0);
  await settled('more than 2^32 bytes', (value) => Number(value('received')) > 2 ** 32 / 1e9, 30);
});

test('in no usual place: by its description’s address, or by SSDP when that is asked for', async () => {
  const named = await listeningHome(5431, { FRITZBOX_HOSTS: `gateway=http://${router}:5431/rootDesc.xml` });
  await named.settled('found by its address', (value) => value('ipv4') === wan);
  const searched = await listeningHome(5432, { ROUTER_SSDP: 'on' });
  await searched.settled('found by SSDP', (value) => value('ipv4') === wan);
});
