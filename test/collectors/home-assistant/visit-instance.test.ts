import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  hintTextByState,
  type InstanceState,
  instanceStates,
} from '../../../src/collectors/home-assistant/instance-state.ts';
import { visitInstance } from '../../../src/collectors/home-assistant/visit-instance.ts';
import { Secret } from '../../../src/model/secret.ts';
import { ownHeaders, type Script, startInstance } from '../../helpers/instance.ts';
import { freePort } from '../../helpers/ports.ts';
import { until } from '../../helpers/until.ts';

const token = new Secret('right');
const soon = () => AbortSignal.timeout(5000);
const look = (url: URL, told: Secret | undefined = token, signal = soon()) =>
  visitInstance(url, { token: told, authorities: undefined }, signal);
const config = (more: object) => ({ results: { get_config: { state: 'RUNNING', ...more } } });

test('with a token', async () => {
  const { url } = await startInstance();
  const sight = await look(url);
  expect(sight).toMatchObject({ state: 'running', reachable: true, version: '2026.11.0', latency: expect.any(Number) });
  expect(sight.details).toEqual({
    state: 'running',
    entities: 120,
    unavailable: 3,
    repairs: 2,
    migrating: false,
    updates: {},
    oldest: new Date('2026-11-20T08:00:00Z'),
    newest: new Date('2026-11-24T08:00:00Z'),
  });
});

test('without a token', async () => {
  const { url, logins } = await startInstance();
  expect(await visitInstance(url, { token: undefined, authorities: undefined }, soon())).toMatchObject({
    state: 'answering',
    reachable: true,
    version: '2026.11.0',
  });
  expect(logins).toEqual([]);
});

test('with a wrong token', async () => {
  const { url, logins } = await startInstance();
  expect(await look(url, new Secret('wrong'))).toMatchObject({ state: 'answering', refused: true, reachable: true });
  expect(logins).toEqual(['wrong']);
});

describe('what it tells of itself', () => {
  test.each<[string, Partial<Script>]>([
    ['starting', config({ state: 'NOT_RUNNING' })],
    ['starting', config({ state: 'STARTING' })],
    ['stopping', config({ state: 'FINAL_WRITE' })],
    ['recovery_mode', config({ recovery_mode: true })],
    ['safe_mode', config({ safe_mode: true })],
    ['running', config({})],
    ['answering', { results: {} }],
  ])('%s', async (state, script) => {
    const { url } = await startInstance(script);
    expect((await look(url)).state).toBe(state);
  });

  test('what is not told is not known', async () => {
    const { url } = await startInstance({ ...config({}), rendered: 'TemplateError' });
    expect((await look(url)).details).toEqual({ state: 'running', updates: {} });
  });

  test('updates, of which one that is skipped is none', async () => {
    const updates = [
      ['Home Assistant Core', '2026.10.3', '2026.11.0', 'None'],
      ['Home Assistant Supervisor', '2026.10.0', '2026.11.1', '2026.11.1'],
      ['Home Assistant Operating System', 'None', '18.0', 'None'],
    ];
    const { url } = await startInstance({ rendered: { entities: 1, unavailable: 0, oldest: 1, newest: 2, updates } });
    expect((await look(url)).details?.updates).toEqual({
      core: { installed: '2026.10.3', latest: '2026.11.0' },
      supervisor: { installed: '2026.10.0', latest: '2026.10.0' },
    });
  });
});

describe('what answers in its place', () => {
  test.each<[string, Script['instead']]>([
    ['starting', { status: 404, headers: ownHeaders }],
    ['stopping', { status: 503, headers: ownHeaders }],
    ['proxy_without_websocket', { status: 400, headers: ownHeaders }],
    ['proxy_not_trusted', { status: 400, headers: { 'Content-Type': 'text/plain; charset=utf-8' } }],
    ['not_home_assistant', { status: 400, headers: { 'Content-Type': 'text/html' } }],
    ['banned', { status: 403, headers: ownHeaders }],
    ['proxy_error', { status: 502 }],
    ['proxy_error', { status: 503 }],
    ['not_home_assistant', { status: 404 }],
    ['not_home_assistant', { status: 200 }],
    ['not_home_assistant', { status: 401 }],
    ['not_home_assistant', { status: 302, headers: { Location: 'https://login.example/?to=/api/websocket' } }],
    ['not_home_assistant', { status: 302, headers: { Location: 'nonsense://' } }],
  ])('%s: %o', async (state, instead) => {
    const { url } = await startInstance(instead && { instead });
    expect(await look(url)).toMatchObject({ state, reachable: false, status: instead?.status });
  });

  test.each([
    ['another WebSocket', '{"hello":"world"}'],
    ['no JSON', 'hello'],
  ])('%s', async (_, greeting) => {
    const { url } = await startInstance({ greeting });
    expect(await look(url)).toMatchObject({ state: 'not_home_assistant', reachable: false });
  });

  test('no word', async () => {
    const { url } = await startInstance({ greeting: null });
    expect((await look(url, token, AbortSignal.timeout(300))).state).toBe('timeout');
  });
});

describe('moved', () => {
  const redirect = (url: URL) => ({ instead: { status: 307, headers: { Location: `${url.origin}/api/websocket` } } });

  test('the new address is found and said, and not told the token', async () => {
    const there = await startInstance();
    const here = await startInstance(redirect(there.url));
    expect(await look(here.url)).toMatchObject({
      state: 'moved',
      reachable: true,
      version: '2026.11.0',
      movedTo: there.url,
    });
    expect([...there.logins, ...here.logins]).toEqual([]);
  });

  test('what is wrong there is told', async () => {
    const here = await startInstance(redirect(new URL(`http://127.0.0.1:${await freePort()}`)));
    expect((await look(here.url)).state).toBe('refused');
  });

  test('no end of redirects', async () => {
    const here = await startInstance();
    here.script.instead = redirect(here.url).instead;
    expect((await look(here.url)).state).toBe('not_home_assistant');
  });
});

describe('nothing answers', () => {
  test('no listener', async () => {
    expect((await look(new URL(`http://127.0.0.1:${await freePort()}`))).state).toBe('refused');
  });

  test('no such name', async () => {
    expect((await look(new URL('http://nowhere.invalid'))).state).toBe('unknown_address');
  });

  test.each([
    ['hung_up', 'http', ''],
    ['not_home_assistant', 'http', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['wrong_protocol', 'https', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
  ])('%s', async (state, protocol, words) => {
    const server = createServer((socket) => socket.on('error', () => undefined).once('data', () => socket.end(words)));
    onTestFinished(() => void server.close());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    expect((await look(new URL(`${protocol}://127.0.0.1:${(server.address() as AddressInfo).port}`))).state).toBe(
      state,
    );
  });
});

test('before the first user', async () => {
  const { url, script } = await startInstance({ onboarding: [{ step: 'user', done: false }] });
  expect((await look(url, new Secret('old'))).state).toBe('onboarding');
  script.onboarding = [{ step: 'user', done: true }];
  expect((await visitInstance(url, { token: undefined, authorities: undefined }, soon())).state).toBe('answering');
});

describe('it leaves no connection behind', () => {
  test('twenty looks, with a token and without, refused and not understood', async () => {
    const instance = await startInstance();
    for (let times = 0; times < 5; times += 1) {
      await look(instance.url);
      await look(instance.url, new Secret('wrong'));
      await visitInstance(instance.url, { token: undefined, authorities: undefined }, soon());
      instance.script.greeting = 'hello';
      await look(instance.url);
      delete instance.script.greeting;
    }
    await until('all are closed', () => instance.open() === 0);
  });

  test('one that does not say goodbye in turn is left', async () => {
    const instance = await startInstance({ isRude: true });
    await visitInstance(instance.url, { token: undefined, authorities: undefined }, soon());
    expect(instance.open()).toBe(1);
    await until('it is closed', () => instance.open() === 0, 5);
  });

  test('one that gives no word within the limit', async () => {
    const instance = await startInstance({ greeting: null });
    await look(instance.url, token, AbortSignal.timeout(100));
    await until('it is closed', () => instance.open() === 0, 0.9);
  });
});

test('closed in the midst of an answer it has hung up, and is not waited for', async () => {
  const { url } = await startInstance({ hangsUpAt: 'get_config' });
  const signal = AbortSignal.timeout(60_000);
  expect(await look(url, token, signal)).toMatchObject({ state: 'hung_up', reachable: true });
  expect(signal.aborted).toBe(false);
});

describe('every state', () => {
  const circumstances = {
    url: new URL('http://there.example:8123'),
    movedTo: new URL('http://new.example:8123'),
    status: 418,
  };
  const fine = ['running', 'starting', 'stopping', 'answering'];

  test('either needs nothing or says what to do', () => {
    for (const state of instanceStates)
      expect(hintTextByState[state]?.(circumstances) === undefined, state).toBe(fine.includes(state));
  });

  test.each<[InstanceState, RegExp]>([
    ['safe_mode', /restart it/],
    ['recovery_mode', /configuration is broken/],
    ['token_refused', /make a new one/],
    ['onboarding', /open http:\/\/there\.example:8123/],
    ['moved', /HA_BASE_URL=http:\/\/new\.example:8123\//],
    ['certificate_expired', /expired.*renew it/],
    ['certificate_wrong_name', /not for there\.example/],
    ['certificate_untrusted', /HA_CA_FILE/],
    ['banned', /ip_bans\.yaml/],
    ['proxy_not_trusted', /trusted_proxies/],
    ['proxy_without_websocket', /WebSocket/i],
    ['proxy_error', /418/],
    ['not_home_assistant', /HA_BASE_URL/],
    ['wrong_protocol', /https?/],
    ['hung_up', /./],
    ['refused', /there\.example:8123/],
    ['timeout', /./],
    ['unknown_address', /there\.example/],
    ['unreachable', /there is no way to there\.example:8123/],
  ])('%s', (state, words) => expect(hintTextByState[state]?.(circumstances)).toMatch(words));
});
