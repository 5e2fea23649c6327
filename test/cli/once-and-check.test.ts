import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startBroker } from '../helpers/broker.ts';
import { embedded, run, running } from '../helpers/cli.ts';
import { startNotificationServer } from '../helpers/notification-server.ts';
import { observe } from '../helpers/observer.ts';
import { freePort } from '../helpers/ports.ts';
import { startStrictBroker } from '../helpers/strict-broker.ts';
import { tree } from '../helpers/tree.ts';
import { until } from '../helpers/until.ts';

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

test('check sends a test notification', async () => {
  const { url, received } = await startNotificationServer();
  const { output } = await run(
    { NOTIFY_URL: `${url}/secret-topic`, NOTIFY_TOKEN: 'sesame', NOTIFY_FORMAT: 'json' },
    'check',
  );
  expect(output).toContain(`✓ Notifications: ${url} accepted a test message`);
  expect(received).toMatchObject([
    {
      path: '/secret-topic',
      headers: { authorization: 'Bearer sesame' },
      body: { text: 'testling: Test message from infra-monitor check.' },
    },
  ]);
  const refusing = await startNotificationServer([403]);
  const refused = await run({ NOTIFY_URL: `${refusing.url}/secret-topic` }, 'check');
  expect(refused).toMatchObject({
    status: 1,
    output: expect.stringContaining(`✗ Notifications: ${refusing.url}: HTTP status 403; check NOTIFY_TOKEN`),
  });
  expect(output + refused.output).not.toMatch(/secret-topic|sesame/);
});

test('credentials in NOTIFY_URL are sent as Basic authentication, and never printed', async () => {
  const { url, received } = await startNotificationServer();
  const { status, output } = await run(
    {
      NOTIFY_URL: `${url.replace('//', '//me:open%20sesame@')}/secret-topic`,
      NOTIFY_FORMAT: 'json',
      HOST_SCHEDULE: 'off',
    },
    'check',
  );
  expect({ status, output }).toMatchObject({
    status: 0,
    output: expect.stringContaining(`✓ Notifications: ${url} accepted a test message`),
  });
  expect(received).toMatchObject([
    { path: '/secret-topic', headers: { authorization: `Basic ${Buffer.from('me:open sesame').toString('base64')}` } },
  ]);
  expect(output).not.toMatch(/secret-topic|sesame/);
});

test('once prints a table', async () => {
  const { status, output } = await run({}, 'once');
  expect(status).toBe(0);
  expect(output).toMatch(/^host\n {2}testling\n {4}CPU +\d+ %/);
  expect(output).not.toContain('\u001b[');
});

test('once and check list what is wrong', async () => {
  const settings = {
    HOST_ROOT: tree({ 'root/var/lib/dpkg/': '', 'root/run/reboot-required': '' }).host('/'),
    NVME_SCHEDULE: 'off',
    STORAGE_SCHEDULE: 'off',
  };
  expect((await run(settings, 'once')).output).toMatch(
    /^problems$[\s\S]*^ {2}notice: testling: a reboot is required$/m,
  );
  expect((await run(settings, 'check')).output).toMatch(/^! notice: testling: a reboot is required$/m);
});

test('once and check start from what the agent has published', async () => {
  const { url } = await startBroker();
  const settings = {
    MQTT_URL: url,
    HOST_ROOT: tree({ 'root/var/lib/dpkg/': '', 'root/run/reboot-required': '' }).host('/'),
    HOST_SYS: '/none',
  };
  const oneLook = 'without an earlier list on the broker, this is what one look shows';
  expect((await run(settings, 'once')).output).toContain(oneLook);
  expect(JSON.parse((await run(settings, 'once', '--json')).output)[0]).toMatchObject({ comparedWithEarlier: false });
  const problem = (id: string, more: object) => ({
    id,
    cause: id,
    place: 'device',
    certain: true,
    since: '2026-01-02T03:04:05.000Z',
    ...more,
  });
  const reboot = problem('host/testling/reboot_required', {
    subject: 'testling',
    severity: 'notice',
    text: 'a reboot was required',
  });
  const gone = problem('nvme/s4ev/missing', {
    subject: 'testling Samsung',
    severity: 'outage',
    text: 'no longer present',
    serial_number: 'S4EV',
  });
  const observer = await observe(url, { protocolVersion: 4 });
  await observer.client.publishAsync(
    'infra-monitor/testling/problems',
    JSON.stringify({ worst: 'outage', count: 1, reason: null, problems: [gone, reboot] }),
    { retain: true },
  );
  const { output } = await run(settings, 'once');
  expect(output).toMatch(
    /^problems\n {2}outage: testling Samsung \(S4EV\): no longer present\n[\s\S]*^ {2}notice: testling: a reboot was required$/m,
  );
  expect(output).not.toContain(oneLook);
  const statuses = JSON.parse((await run(settings, 'once', '--json')).output) as { collector: string }[];
  const of = (id: string) => statuses.find(({ collector }) => collector === id);
  expect(of('nvme')).toMatchObject({ problems: [{ id: gone.id, since: gone.since }], comparedWithEarlier: true });
  expect(of('host')).toMatchObject({ problems: expect.arrayContaining([expect.objectContaining({ id: reboot.id })]) });
  const checked = (await run(settings, 'check')).output;
  expect(checked).toContain('! outage: testling Samsung (S4EV): no longer present');
  expect(checked).not.toContain(oneLook);
});

test('once --json prints every collector, with rates', async () => {
  const { status, output } = await run(
    { ROUTER_SCHEDULE: '0 0 0 1 1 *', FRITZBOX_HOSTS: 'home=127.0.0.1' },
    'once',
    '--json',
  );
  const [host, ...others] = JSON.parse(output);
  expect(status).toBe(0);
  expect([host, ...others].map(({ collector }) => collector)).toEqual(['host', 'nvme', 'storage', 'router', 'agent']);
  expect(host.devices[0].values.cpu_used.value).toBeGreaterThanOrEqual(0);
});

test('once exits with 1 if something can’t be read', async () => {
  const { status, output } = await run({ HOST_PROC: '/nowhere', HOST_FILESYSTEMS: '/none' }, 'once');
  expect(status).toBe(1);
  expect(output).toContain('/nowhere');
});

test('check prints what works', async () => {
  const { status, output } = await run({ AGENT_SCHEDULE: 'off', SITE: 'Berlin', MQTT_HOST: 'x' }, 'check');
  expect(status).toBe(0);
  expect(output).toContain('✓ Settings: valid (agent testling, site Berlin)');
  expect(output).toContain('! Settings: MQTT_HOST is not a setting of this program; did you mean MQTT_URL?');
  expect(output).toContain('! Broker: embedded');
  expect(output).toContain('– Agent itself: off (AGENT_SCHEDULE=off)');
  expect(output).toMatch(/✓ Host: works \(\d+ of \d+ read/);
});

test('check names a device once, and says when a collector finds nothing', async () => {
  const port = await freePort();
  const HA_BASE_URL = `http://127.0.0.1:${port}`;
  const { status, output } = await run(
    { HA_BASE_URL, HOME_ASSISTANT_SCHEDULE: '* * * * * *', HOST_SYS: '/none' },
    'check',
  );
  expect(output).toContain(`✗ Home Assistant: nothing listens at 127.0.0.1:${port}`);
  expect(output).toContain('✓ NVMe drives: works (nothing found)');
  expect(output).not.toContain('Home Assistant: works');
  expect(status).toBe(1);
});

test('check of a broker: connected with all permissions; unreachable', async () => {
  const { MQTT_URL } = await embedded();
  await running({ MQTT_URL });
  const broker = MQTT_URL.replace('embedded', 'mqtt');
  expect((await run({ MQTT_URL: broker }, 'check')).output).toMatch(
    /✓ Broker: connected to mqtt:\/\/127.0.0.1:\d+ \(MQTT 3.1.1\)\n✓ Broker: all required topics can be read and written/,
  );
  const { status, output } = await run({ MQTT_URL: `mqtt://127.0.0.1:${await freePort()}` }, 'check');
  expect(status).toBe(1);
  expect(output).toMatch(/✗ Broker: mqtt:\/\/127.0.0.1:\d+: .*ECONNREFUSED.*\(is the broker running\? /);
});

test('check fails for what the settings name and does not work, and gives advice for the rest', async () => {
  const web = createServer((_request, response) => response.writeHead(404, { server: 'nginx' }).end('not found'));
  const port = await listen(web);
  const closed = await freePort();
  const settings = { AGENT_SCHEDULE: 'off', HOST_SYS: '/none', HOST_FILESYSTEMS: '/none' };
  const check = (more: Record<string, string>) => run({ ...settings, ...more }, 'check');
  const home = await check({ HA_BASE_URL: `house=http://127.0.0.1:${port},cellar=http://127.0.0.1:${closed}` });
  expect(home.output).toMatch(/^✗ Home Assistant: Home Assistant house: .*HA_BASE_URL/m);
  expect(home.output).toMatch(/^✗ Home Assistant: Home Assistant cellar: nothing listens/m);
  expect(home.status).toBe(1);
  const targets = await check({
    PING_TARGETS: `gone=tcp://127.0.0.1:${closed},here=tcp://127.0.0.1:${port}`,
    FRITZBOX_HOSTS: 'home=127.0.0.1',
    ROUTER_SCHEDULE: '* * * * * *',
  });
  expect(targets.output).toMatch(/^✓ Routers: works \(2 of 3 read/m);
  expect(targets.output).toMatch(/^✗ Routers: testling gone: does not answer$/m);
  expect(targets.output).not.toMatch(/^! .*gone/m);
  expect(targets.status).toBe(1);
});

test('check sends what the agent would send: a message that is too large for the broker is found', async () => {
  const broker = await startStrictBroker({ connack: { maximumPacketSize: 4000, receiveMaximum: 2 } });
  const check = () => run({ MQTT_URL: broker.url, HOST_SYS: '/none' }, 'check');
  const { status, output } = await check();
  expect(output).toMatch(/^✓ Broker: all required topics can be read and written$/m);
  expect(output).toMatch(/^✗ Broker: homeassistant\/device\/infra-monitor_testling\/testling\/config .* at most 4000/m);
  expect(status).toBe(1);
  expect(broker.violations).toEqual([]);
  broker.connack = { receiveMaximum: 2 };
  const other = await check();
  expect(other.output).toMatch(/^✓ Broker: the largest announcement \(\d+ KiB\) can be sent$/m);
  expect(broker.violations).toEqual([]);
  // Neither the probes nor the will stay.
  expect(broker.retained).toEqual(new Map());
  broker.retainsByNameOnly = true;
  const byNameOnly = /this broker sends retained messages only for full topic names/;
  expect((await check()).output).toMatch(byNameOnly);
  expect(await run({ MQTT_URL: broker.url }, 'dashboard')).toMatchObject({
    status: 2,
    output: expect.stringMatching(byNameOnly),
  });
  broker.retainsByNameOnly = false;
  broker.connack = { wildcardSubscriptionAvailable: false };
  expect((await check()).output).toMatch(byNameOnly);
  expect(await run({ MQTT_URL: broker.url }, 'recorder')).toMatchObject({
    status: 2,
    output: expect.stringMatching(byNameOnly),
  });
  expect(broker.violations).toEqual([]);
});

test('a limit for a file system that there is not is told of, with the names that there are', async () => {
  const settings = { HOST_FILESYSTEM_LIMIT_ROOT: '90', HOST_FILESYSTEM_LIMIT_MNT_TNAK: '90' };
  const notice = /HOST_FILESYSTEM_LIMIT_MNT_TNAK: no file system has this name; possible: .*HOST_FILESYSTEM_LIMIT_ROOT/;
  expect((await run({ ...settings }, 'check')).output).toMatch(notice);
  const agent = await running({ ...(await embedded()), ...settings });
  await until('the notice', () => notice.test(agent.output()));
  expect(agent.output()).not.toContain('HOST_FILESYSTEM_LIMIT_ROOT: no');
});

test('check comes to its end where a collector waits for the other agents', async () => {
  const { status, output } = await run({ ...(await embedded()), SITES: 'true', HOST_SCHEDULE: 'off' }, 'check');
  expect({ status, output }).toMatchObject({ status: 1, output: expect.stringContaining('✓ Agent itself: works') });
});

test('check warns when Home Assistant soon takes no more entities of this broker', async () => {
  const { url, port } = await startBroker();
  const { client } = await observe(`mqtt://127.0.0.1:${port}`, { protocolVersion: 4 });
  const check = async (count: number) => {
    const components = Object.fromEntries(
      Array.from({ length: count }, (_, index) => [`e${index}`, { p: 'sensor', name: `${index}` }]),
    );
    await client.publishAsync('homeassistant/device/bridge/config', JSON.stringify({ cmps: components }), {
      retain: true,
      qos: 1,
    });
    return (await run({ MQTT_URL: url, HOST_SCHEDULE: 'off', NVME_SCHEDULE: 'off' }, 'check')).output;
  };
  expect(await check(7990)).not.toMatch(/enabled entities/);
  expect(await check(8000)).toMatch(/^! Home Assistant: .* announce 8000 enabled entities, .* takes 10000:/m);
});
