import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { embedded, run, running } from '../helpers/cli.ts';
import { startNotificationServer } from '../helpers/notification-server.ts';
import { freePort } from '../helpers/ports.ts';
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
