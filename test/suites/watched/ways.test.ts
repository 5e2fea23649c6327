import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { homeAssistantCollector } from '../../../src/collectors/home-assistant/index.ts';
import { InstanceMonitor } from '../../../src/collectors/home-assistant/instance-monitor.ts';
import { DeviceMemoryStore } from '../../../src/loop/device-memory-store.ts';
import { Secret } from '../../../src/model/secret.ts';
import { authority } from '../../helpers/certificates.ts';
import { startNginx } from '../../helpers/nginx.ts';
import { agent } from '../../helpers/sample-collector.ts';
import { until } from '../../helpers/until.ts';
import type { HomeAssistant } from '../home-assistant/home-assistant.ts';
import { stage } from './stage.ts';

const refusedLogins = (homeAssistant: HomeAssistant) =>
  homeAssistant.log().split('invalid authentication from').length - 1;

/** A long-lived token of its own, as a user makes one. */
const makeToken = (homeAssistant: HomeAssistant, as?: string) =>
  homeAssistant.ask<string>('auth/long_lived_access_token', { client_name: 'infra-monitor', lifespan: 30 }, as);

interface Step {
  flow_id: string;
  result: string;
  access_token: string;
}

/** A token as docs/home-assistant.md has it made: by a user who is no administrator, in his own profile. */
async function makeUsersToken(homeAssistant: HomeAssistant): Promise<string> {
  const { user } = await homeAssistant.ask<{ user: { id: string } }>('config/auth/create', {
    name: 'infra-monitor',
    group_ids: ['system-users'],
    local_only: true,
  });
  const login = { username: 'infra-monitor', password: 'secret' };
  await homeAssistant.ask('config/auth_provider/homeassistant/create', { user_id: user.id, ...login });
  const url = `http://127.0.0.1:${homeAssistant.port}`;
  const post = async (path: string, body: object | URLSearchParams) => {
    const answer = await fetch(url + path, {
      method: 'POST',
      body: body instanceof URLSearchParams ? body : JSON.stringify(body),
    });
    return (await answer.json()) as Step;
  };
  const { flow_id: flow } = await post('/auth/login_flow', {
    client_id: url,
    handler: ['homeassistant', null],
    redirect_uri: url,
  });
  const { result: code } = await post(`/auth/login_flow/${flow}`, { client_id: url, ...login });
  const { access_token: token } = await post(
    '/auth/token',
    new URLSearchParams({ grant_type: 'authorization_code', code, client_id: url }),
  );
  return makeToken(homeAssistant, token);
}

/** Home Assistant OS answers so at its old port. */
async function startMoved(port: number): Promise<number> {
  const server = createServer(({ url }, response) =>
    response.writeHead(307, { Location: `http://127.0.0.1:${port}${url}` }).end(),
  );
  server.on('upgrade', ({ url }, socket) =>
    socket.end(
      `HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:${port}${url}\r\nContent-Length: 0\r\n\r\n`,
    ),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

test('a token that is wrong, and one that is deleted, are refused once', async () => {
  const { homeAssistant, observer, startAgent, see } = await stage();
  const HA_BASE_URL = `http://127.0.0.1:${homeAssistant.port}`;
  const wrong = startAgent({ HA_BASE_URL, HA_TOKEN: 'wrong' });
  expect(await see('token_refused')).toMatchObject({
    reachable: 'ON',
    version: homeAssistant.version,
    entities: null,
    hint: expect.stringContaining('create a new one'),
  });
  // What is remembered is published ten seconds after the connection, when no broker delivers anything late any more.
  await observer.see('infra-monitor/testling/home_assistant/home_assistant/memory', undefined, 30);
  await wrong.stop();
  const again = startAgent({ HA_BASE_URL, HA_TOKEN: 'wrong' });
  await until('it watches again', () => again.output().includes('refuses HA_TOKEN'));
  await pause(3000);
  await again.stop();
  expect(refusedLogins(homeAssistant)).toBe(1);

  const HA_TOKEN = await makeUsersToken(homeAssistant);
  const right = startAgent({ HA_BASE_URL, HA_TOKEN });
  expect(await see('running')).toMatchObject({
    entities: expect.any(Number),
    unavailable_entities: expect.any(Number),
    repairs: expect.any(Number),
    migration: 'OFF',
    started: expect.any(String),
  });
  const { iss } = JSON.parse(Buffer.from(HA_TOKEN.split('.')[1] ?? '', 'base64url').toString()) as { iss: string };
  // Home Assistant hangs up on who is logged in by it.
  await homeAssistant.ask('auth/delete_refresh_token', { refresh_token_id: iss }, HA_TOKEN).catch(() => undefined);
  await see('token_refused');
  await pause(3000);
  await right.stop();
  expect(refusedLogins(homeAssistant)).toBe(2);

  const check = startAgent({ HA_BASE_URL, HA_TOKEN }, ['check']);
  await check.ended;
  expect(check.output()).toContain('Create token');
  for (const agent of [wrong, again, right, check])
    for (const secret of ['wrong', HA_TOKEN]) expect(agent.output()).not.toContain(secret);
});

test('every way to it that is not right has a state of its own', async () => {
  const { homeAssistant, startAgent, see, observer } = await stage((folder) => {
    writeFileSync(join(folder, 'ip_bans.yaml'), '127.0.0.9:\n  banned_at: "2026-01-01T00:00:00+00:00"\n');
  });
  const own = authority();
  own.issue('good', 'IP:127.0.0.1');
  own.issue('expired', 'IP:127.0.0.1', -1);
  own.issue('elsewhere', 'DNS:elsewhere.example');
  const other = authority();
  other.issue('foreign', 'IP:127.0.0.1');

  const proxy = (port: number, ...more: string[]) =>
    `location / { proxy_pass http://127.0.0.1:${port}; proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade"; ${more.join(' ')} }`;
  const tls = (folder: string, name: string) => [
    `ssl_certificate ${folder}/${name}.pem; ssl_certificate_key ${folder}/${name}.key;`,
    proxy(homeAssistant.port),
  ];
  const ports = await startNginx({
    good: { tls: true, lines: tls(own.folder, 'good') },
    expired: { tls: true, lines: tls(own.folder, 'expired') },
    elsewhere: { tls: true, lines: tls(own.folder, 'elsewhere') },
    foreign: { tls: true, lines: tls(other.folder, 'foreign') },
    banned: { lines: [proxy(homeAssistant.port, 'proxy_bind 127.0.0.9;')] },
    forwarded: { lines: [proxy(homeAssistant.port, 'proxy_set_header X-Forwarded-For $remote_addr;')] },
    stripped: { lines: [`location / { proxy_pass http://127.0.0.1:${homeAssistant.port}; }`] },
    login: { lines: [`auth_basic "Restricted"; auth_basic_user_file /dev/null; ${proxy(homeAssistant.port)}`] },
    denied: { lines: [`deny all; ${proxy(homeAssistant.port)}`] },
    client: {
      tls: true,
      lines: [...tls(own.folder, 'good'), `ssl_client_certificate ${own.folder}/ca.pem; ssl_verify_client on;`],
    },
    unknown: { tls: true, lines: [...tls(own.folder, 'good'), 'ssl_reject_handshake on;'] },
    // Nothing listens on the first port.
    broken: { lines: [proxy(1)] },
    page: { lines: ['location / { return 200 "<html>Hello</html>"; }'] },
  });
  const moved = await startMoved(homeAssistant.port);

  const ways: [name: string, url: string, state: string, values?: object][] = [
    ['direct', `http://127.0.0.1:${homeAssistant.port}`, 'running', { reachable: 'ON' }],
    ['good', `https://127.0.0.1:${ports.good}`, 'running', { reachable: 'ON', certificate_left: 1 }],
    [
      'expired',
      `https://127.0.0.1:${ports.expired}`,
      'certificate_expired',
      { reachable: 'ON', version: homeAssistant.version, certificate_left: -2 },
    ],
    ['elsewhere', `https://127.0.0.1:${ports.elsewhere}`, 'certificate_wrong_name', { reachable: 'ON' }],
    [
      'foreign',
      `https://127.0.0.1:${ports.foreign}`,
      'certificate_untrusted',
      { reachable: 'ON', certificate_left: 1 },
    ],
    [
      'moved',
      `http://127.0.0.1:${moved}`,
      'moved',
      { reachable: 'ON', hint: expect.stringContaining(`HA_BASE_URL=http://127.0.0.1:${homeAssistant.port}/`) },
    ],
    [
      'banned',
      `http://127.0.0.1:${ports.banned}`,
      'banned',
      { reachable: 'OFF', hint: expect.stringContaining('ip_bans.yaml') },
    ],
    ['forwarded', `http://127.0.0.1:${ports.forwarded}`, 'proxy_not_trusted', { reachable: 'OFF' }],
    [
      'stripped',
      `http://127.0.0.1:${ports.stripped}`,
      'running',
      {
        reachable: 'ON',
        version: homeAssistant.version,
        migration: 'OFF',
        entities: null,
        hint: expect.stringContaining('does not pass WebSockets on'),
      },
    ],
    [
      'login',
      `http://127.0.0.1:${ports.login}`,
      'proxy_login',
      { reachable: 'OFF', hint: expect.stringContaining('(nginx) requires a login of its own') },
    ],
    ['denied', `http://127.0.0.1:${ports.denied}`, 'proxy_refused', { reachable: 'OFF' }],
    ['client', `https://127.0.0.1:${ports.client}`, 'proxy_login', { reachable: 'OFF' }],
    ['unknown', `https://localhost:${ports.unknown}`, 'tls_refused', { reachable: 'OFF' }],
    [
      'panel',
      `http://127.0.0.1:${homeAssistant.port}/lovelace/0`,
      'moved',
      { reachable: 'ON', hint: expect.stringContaining('without the path') },
    ],
    [
      'broken',
      `http://127.0.0.1:${ports.broken}`,
      'proxy_error',
      { reachable: 'OFF', hint: expect.stringContaining('502') },
    ],
    ['page', `http://127.0.0.1:${ports.page}`, 'not_home_assistant', { reachable: 'OFF' }],
    ['plain', `http://127.0.0.1:${ports.good}`, 'wrong_protocol', { hint: expect.stringContaining('use https://') }],
    ['cipher', `https://127.0.0.1:${homeAssistant.port}`, 'wrong_protocol', { reachable: 'OFF' }],
  ];
  const agent = startAgent({
    HA_BASE_URL: ways.map(([name, url]) => `${name}=${url}`).join(','),
    HA_TOKEN: homeAssistant.token,
    HA_CA_FILE: join(own.folder, 'ca.pem'),
  });
  for (const [name, , state, values = {}] of ways)
    expect(await see(state, `home_assistant_${name}`, 30), name).toMatchObject(values);
  await pause(3000);
  expect(refusedLogins(homeAssistant)).toBe(0);
  const told = [agent.output(), ...observer.topics.values()].join('\n');
  expect(told).not.toContain(homeAssistant.token);
  for (const name of ways.map(([name]) => name))
    await until(`its device ${name}`, async () =>
      (await homeAssistant.states()).has(`binary_sensor.home_assistant_${name}_reachable`),
    );
  expect(await homeAssistant.complaints()).toEqual([]);
});

test('an hour of readings with the token of a user without rights is no failed login', async () => {
  const { homeAssistant } = await stage();
  const token = await makeUsersToken(homeAssistant);
  const url = new URL(`http://127.0.0.1:${homeAssistant.port}`);
  const memories = new DeviceMemoryStore();
  memories.load(new Map(), ['home_assistant']);
  // The readings follow each other at once; only the collector's clock goes on by half a minute.
  const clock = { wall: Date.now(), monotonic: 0 };
  const monitor = new InstanceMonitor(
    { title: 'Home Assistant', name: '', url },
    new Secret(token),
    agent,
    memories.forCollector(homeAssistantCollector),
    () => ({ ...clock }),
  );
  onTestFinished(() => monitor.close());
  for (let elapsedSeconds = 0; elapsedSeconds <= 3600; elapsedSeconds += 30) {
    const { reading, hint } = await monitor.read(undefined, AbortSignal.timeout(10_000));
    expect(reading?.visit).toMatchObject({ state: 'running', version: homeAssistant.version, migrating: false });
    expect(reading?.visit.details).toMatchObject({ entities: expect.any(Number), repairs: expect.any(Number) });
    expect(hint).toBeUndefined();
    clock.wall += 30_000;
    clock.monotonic += 30_000;
  }
  expect(refusedLogins(homeAssistant)).toBe(0);
  const entries = await homeAssistant.ask<{ name: string }[]>('system_log/list');
  expect(entries.filter(({ name }) => /http|websocket_api|auth/.test(name))).toEqual([]);
  expect((await homeAssistant.states()).has('persistent_notification.http_login')).toBe(false);
});
