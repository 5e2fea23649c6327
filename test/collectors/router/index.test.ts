import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { routerTextsInGerman } from '../../../src/collectors/router/german-texts.ts';
import { routerCollector } from '../../../src/collectors/router/index.ts';
import type { RouterReading, RouterReadingByTable } from '../../../src/collectors/router/reading.ts';
import type { CollectorComplaint, Observation } from '../../../src/model/collector.ts';
import { translatableTextOfError } from '../../../src/model/translatable-error.ts';
import { renderTranslatableText } from '../../../src/model/translation.ts';
import { parseSettings } from '../../../src/settings/index.ts';
import { stopClock, withoutLimits } from '../../helpers/clock.ts';
import { englishHint } from '../../helpers/english-hint.ts';
import { FritzBox } from '../../helpers/fritzbox/index.ts';
import type { ProfileName } from '../../helpers/fritzbox/profiles.ts';
import { memory } from '../../helpers/memory.ts';
import { agent, probe, stateOf } from '../../helpers/sample-collector.ts';
import { saying } from '../../helpers/saying.ts';
import { hostRoots, tree } from '../../helpers/tree.ts';
import { until } from '../../helpers/until.ts';

process.env.PATH = `${join(import.meta.dirname, '../../bin/pings')}:${process.env.PATH}`;

const never = new AbortController().signal;

async function boxOf(profile: ProfileName): Promise<FritzBox> {
  const box = await new FritzBox(profile).start();
  onTestFinished(() => box.stop());
  return box;
}

const addressList = (boxes: Record<string, FritzBox>) =>
  Object.entries(boxes)
    .map(([name, box]) => `${name}=http://${box.address}/igddesc.xml`)
    .join(',');
const login = { FRITZBOX_USERNAME: 'monitor', FRITZBOX_PASSWORD: 'gürkensalat$1' };

async function open(variables: Record<string, string>) {
  const env = parseSettings([routerCollector], variables).collectors[0]?.env as Parameters<
    typeof routerCollector.open
  >[0];
  const source = await routerCollector.open(env, {
    agent,
    hostRoots: hostRoots(),
    memory: memory({}),
    state: stateOf(probe(async () => [])),
  });
  if ('inactiveReason' in source) throw new Error(source.inactiveReason);
  onTestFinished(() => source.close?.());
  const read = async () => (await source.read(never)) as (Observation<RouterReadingByTable> | CollectorComplaint)[];
  /** The observations of routers and targets, by name. */
  const look = async () => {
    const found = (await read()).filter(
      (item): item is Observation<RouterReadingByTable> => 'table' in item && item.part === undefined,
    );
    return Object.fromEntries(
      found.map((one) => [
        one.device.id,
        {
          device: one.device,
          hint: englishHint(one.hint),
          error: one.error,
          events: one.events,
          ...(one.reading as Partial<RouterReading> | undefined),
        },
      ]),
    );
  };
  return { read, look, act: (device: string) => source.runAction?.(device, 'try_login') };
}

test('a router is read by ping, IGD and TR-064', async () => {
  withoutLimits();
  const box = await boxOf('dsl');
  const { look } = await open({ FRITZBOX_HOSTS: addressList({ hollow: box }), ...login });
  const { hollow } = await look();
  expect(hollow).toMatchObject({
    device: {
      id: 'hollow',
      name: 'nas hollow',
      manufacturer: 'AVM',
      model: 'FRITZ!Box 7599',
      softwareVersion: expect.any(String),
      serialNumber: expect.any(String),
      via: 'nas',
    },
    hint: undefined,
    reachable: true,
    problem: false,
    probe: { by: 'icmp', stats: { sent: 5, received: 4, meanMs: 2 } },
    wan: { status: 'connected' },
    tr064: { access: 'granted', dsl: { isUp: true } },
  });
  expect(hollow?.connectedSince).toBeInstanceOf(Date);
  expect((await look()).hollow).toMatchObject({ reachable: true, events: [] });
});

test('a router that is switched off loses its connection, keeps its identity, and is read again when it is back', async () => {
  withoutLimits();
  const box = await boxOf('dsl');
  const { look } = await open({
    FRITZBOX_HOSTS: `hollow=http://${box.address}/igddesc.xml`,
    ...login,
    PING_LOSS_LIMIT: '10',
  });
  expect((await look()).hollow).toMatchObject({ problem: true, reachable: true });
  await box.stop();
  const away = (await look()).hollow;
  expect(away).toMatchObject({
    device: { model: 'FRITZ!Box 7599' },
    wan: undefined,
    hint: expect.stringContaining('ECONNREFUSED'),
  });
  await box.boot();
  expect((await look()).hollow).toMatchObject({ wan: { status: 'connected' }, hint: undefined });
});

test('a router that hangs does not affect another one, and is read again when it answers', async () => {
  const boxes = { left: await boxOf('cable'), right: await boxOf('fibre') };
  const { look } = await open({ FRITZBOX_HOSTS: addressList(boxes), ...login });
  const accesses = async () =>
    Object.fromEntries(Object.entries(await look()).map(([name, { tr064 }]) => [name, tr064?.access]));
  await until(
    'both are read',
    async () => (await accesses()).left === 'granted' && (await accesses()).right === 'granted',
  );
  boxes.right.isHung = true;
  expect(await accesses()).toEqual({ left: 'granted', right: 'granted' });
  boxes.right.isHung = false;
  await until('it is back', async () => (await accesses()).right === 'granted');
});

test('a wrong login is reported with advice; the button retries it at its own router only', async () => {
  const boxes = { left: await boxOf('dsl'), right: await boxOf('dsl') };
  for (const box of Object.values(boxes)) box.guard.wait = 100;
  const { look, act } = await open({
    FRITZBOX_HOSTS: addressList(boxes),
    FRITZBOX_USERNAME: 'monitor',
    FRITZBOX_PASSWORD: 'wrong',
  });
  await look();
  expect((await look()).left).toMatchObject({
    hint: expect.stringContaining('check FRITZBOX_USERNAME'),
    tr064: { access: 'paused' },
    reachable: true,
  });
  act('left');
  await look();
  expect([boxes.left.logins, boxes.right.logins]).toEqual([2, 1]);
});

test('without an account, a FRITZ!Box is read as far as it allows, without a hint', async () => {
  withoutLimits();
  const { look } = await open({ FRITZBOX_HOSTS: addressList({ hollow: await boxOf('cable') }) });
  expect((await look()).hollow).toMatchObject({
    hint: undefined,
    tr064: { access: 'none' },
    wan: { status: 'connected' },
  });
});

test('targets are probed by their kinds, and have limits and outages', async () => {
  withoutLimits();
  const server = await boxOf('dsl');
  const { look } = await open({
    FRITZBOX_HOSTS: addressList({ hollow: server }),
    PING_TARGETS: `near=127.0.0.1,port=tcp://${server.address},nowhere=no-such-name.invalid`,
    PING_LATENCY_LIMIT_NEAR: '1.5',
  });
  const found = await look();
  expect(found.near).toMatchObject({
    device: { id: 'near', name: 'nas near', via: 'nas' },
    reachable: true,
    problem: true,
    probe: { by: 'icmp', stats: { meanMs: 2 } },
  });
  expect(found.port).toMatchObject({ reachable: true, problem: false, probe: { by: 'tcp' } });
  expect(found.nowhere).toMatchObject({
    error: expect.objectContaining({ message: expect.stringContaining('no-such-name.invalid') }),
  });
  await server.stop();
  // A port that refuses connections is unreachable.
  expect((await look()).port).toMatchObject({ reachable: false, problem: true });
  await server.start(Number(server.address.split(':')[1]));
  expect((await look()).port).toMatchObject({
    reachable: true,
    problem: false,
    events: [{ type: 'outage', seconds: expect.any(Number) }],
  });
});

test('the default gateway is watched if no router is named; its absence is reported', async () => {
  const route =
    'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\neth0\t00000000\t0200007F\t0003\t0\t0\t100\t00000000\n';
  const arp =
    'IP address       HW type     Flags       HW address            Mask     Device\n127.0.0.2        0x1         0x2         02:00:5e:00:53:07     *        eth0\n';
  const roots = tree({ 'proc/1/net/route': route, 'proc/1/net/arp': arp });
  const found = await (await open({ HOST_PROC: roots.proc() })).read();
  expect(found).toMatchObject([
    {
      table: 'router',
      device: { id: 'gateway', macAddress: '02:00:5E:00:53:07', configurationUrl: 'http://127.0.0.2/' },
    },
  ]);
  const none = await (await open({ HOST_PROC: tree({}).proc() })).read();
  expect(none).toEqual([{ complaint: saying('there is no default gateway, and FRITZBOX_HOSTS is not set') }]);
});

test('that a target has not answered yet is said in the language of the agent', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  onTestFinished(() => void silent.close());
  const { port } = silent.address() as AddressInfo;
  const clock = stopClock();
  const { look } = await open({
    FRITZBOX_HOSTS: 'hollow=127.0.0.1',
    PING_TARGETS: `silent=http://127.0.0.1:${port}/`,
  });
  let found: Awaited<ReturnType<typeof look>> | undefined;
  void look().then((seen) => {
    found = seen;
  });
  const { silent: target } = await clock.turnUntil('it is late', () => found);
  const wording = translatableTextOfError(target?.error);
  expect(renderTranslatableText(wording)).toBe('no answer yet');
  expect(renderTranslatableText(wording, routerTextsInGerman)).toBe('noch keine Antwort');
});

test('a name that is used twice is rejected', async () => {
  for (const settings of [
    { FRITZBOX_HOSTS: 'a=127.0.0.1,A=127.0.0.2' },
    { FRITZBOX_HOSTS: 'a=127.0.0.1', PING_TARGETS: 'a=127.0.0.2' },
    { FRITZBOX_HOSTS: 'nas=127.0.0.1' },
  ])
    await expect(open(settings)).rejects.toThrow(/is already in use/);
});
