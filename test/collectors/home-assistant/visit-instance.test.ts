import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  hintBuilderByState,
  type InstanceState,
  instanceStates,
} from '../../../src/collectors/home-assistant/instance-state.ts';
import { visitInstance } from '../../../src/collectors/home-assistant/visit-instance.ts';
import { Secret } from '../../../src/model/secret.ts';
import { ownHeaders, type Script, startInstance } from '../../helpers/instance.ts';
import { freePort } from '../../helpers/ports.ts';
import { until } from '../../helpers/until.ts';

const token = new Secret('right');
const timeout = () => AbortSignal.timeout(5000);
const visit = (url: URL, sentToken: Secret | undefined = token, signal = timeout()) =>
  visitInstance(url, { token: sentToken, authorities: undefined }, signal);
const config = (more: object) => ({ results: { get_config: { state: 'RUNNING', ...more } } });

test('with a token', async () => {
  const { url } = await startInstance();
  const startedAt = performance.now();
  const result = await visit(url);
  const elapsedMs = performance.now() - startedAt;
  expect(result).toMatchObject({ state: 'running', reachable: true, version: '2026.11.0' });
  expect(result.latencySeconds).toBeGreaterThan(0);
  expect((result.latencySeconds ?? 0) * 1000).toBeLessThan(elapsedMs);
  expect(result.details).toEqual({
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
  expect(await visitInstance(url, { token: undefined, authorities: undefined }, timeout())).toMatchObject({
    state: 'answering',
    reachable: true,
    version: '2026.11.0',
  });
  expect(logins).toEqual([]);
});

test('with a wrong token', async () => {
  const { url, logins } = await startInstance();
  expect(await visit(url, new Secret('wrong'))).toMatchObject({ state: 'answering', refused: true, reachable: true });
  expect(logins).toEqual(['wrong']);
});

describe('with a token, the state and the details are read', () => {
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
    expect((await visit(url)).state).toBe(state);
  });

  test('missing answers are undefined', async () => {
    const { url } = await startInstance({ ...config({}), rendered: 'TemplateError' });
    expect((await visit(url)).details).toEqual({ state: 'running', updates: {} });
  });

  test('a skipped update is none', async () => {
    const updates = [
      ['Home Assistant Core', '2026.10.3', '2026.11.0', 'None'],
      ['Home Assistant Supervisor', '2026.10.0', '2026.11.1', '2026.11.1'],
      ['Home Assistant Operating System', 'None', '18.0', 'None'],
    ];
    const { url } = await startInstance({ rendered: { entities: 1, unavailable: 0, oldest: 1, newest: 2, updates } });
    expect((await visit(url)).details?.updates).toEqual({
      core: { installed: '2026.10.3', latest: '2026.11.0' },
      supervisor: { installed: '2026.10.0', latest: '2026.10.0' },
    });
  });
});

describe('something else answers', () => {
  test.each<[string, Script['insteadOfWebSocket']]>([
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
  ])('%s: %o', async (state, insteadOfWebSocket) => {
    const { url } = await startInstance(insteadOfWebSocket && { insteadOfWebSocket });
    expect(await visit(url)).toMatchObject({ state, reachable: false, status: insteadOfWebSocket?.status });
  });

  test.each([
    ['another WebSocket', '{"hello":"world"}'],
    ['no JSON', 'hello'],
  ])('%s', async (_, greeting) => {
    const { url } = await startInstance({ greeting });
    expect(await visit(url)).toMatchObject({ state: 'not_home_assistant', reachable: false });
  });

  test('no greeting', async () => {
    const { url } = await startInstance({ greeting: null });
    expect((await visit(url, token, AbortSignal.timeout(300))).state).toBe('timeout');
  });
});

describe('moved', () => {
  const redirect = (url: URL) => ({
    insteadOfWebSocket: { status: 307, headers: { Location: `${url.origin}/api/websocket` } },
  });

  test('the new address is reported, and the token is not sent to it', async () => {
    const there = await startInstance();
    const here = await startInstance(redirect(there.url));
    expect(await visit(here.url)).toMatchObject({
      state: 'moved',
      reachable: true,
      version: '2026.11.0',
      movedTo: there.url,
    });
    expect([...there.logins, ...here.logins]).toEqual([]);
  });

  test('a problem at the new address is reported', async () => {
    const here = await startInstance(redirect(new URL(`http://127.0.0.1:${await freePort()}`)));
    expect((await visit(here.url)).state).toBe('refused');
  });

  test('endless redirects', async () => {
    const here = await startInstance();
    here.script.insteadOfWebSocket = redirect(here.url).insteadOfWebSocket;
    expect((await visit(here.url)).state).toBe('not_home_assistant');
  });
});

describe('nothing answers', () => {
  test('no listener', async () => {
    expect((await visit(new URL(`http://127.0.0.1:${await freePort()}`))).state).toBe('refused');
  });

  test('no such name', async () => {
    expect((await visit(new URL('http://nowhere.invalid'))).state).toBe('unknown_address');
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
    expect((await visit(new URL(`${protocol}://127.0.0.1:${(server.address() as AddressInfo).port}`))).state).toBe(
      state,
    );
  });
});

test('before the first user', async () => {
  const { url, script } = await startInstance({ onboarding: [{ step: 'user', done: false }] });
  expect((await visit(url, new Secret('old'))).state).toBe('onboarding');
  script.onboarding = [{ step: 'user', done: true }];
  expect((await visitInstance(url, { token: undefined, authorities: undefined }, timeout())).state).toBe('answering');
});

describe('no connection is left open', () => {
  test('after twenty visits with a token, without one, with a wrong one and with a wrong greeting', async () => {
    const instance = await startInstance();
    for (let times = 0; times < 5; times += 1) {
      await visit(instance.url);
      await visit(instance.url, new Secret('wrong'));
      await visitInstance(instance.url, { token: undefined, authorities: undefined }, timeout());
      instance.script.greeting = 'hello';
      await visit(instance.url);
      delete instance.script.greeting;
    }
    await until('all connections are closed', () => instance.open() === 0);
  });

  test('if the server does not answer the close frame', async () => {
    const instance = await startInstance({ ignoresClose: true });
    await visitInstance(instance.url, { token: undefined, authorities: undefined }, timeout());
    expect(instance.open()).toBe(1);
    await until('it is closed', () => instance.open() === 0, 5);
  });

  test('if the server sends no greeting in time', async () => {
    const instance = await startInstance({ greeting: null });
    await visit(instance.url, token, AbortSignal.timeout(100));
    await until('it is closed', () => instance.open() === 0, 0.9);
  });
});

test('a connection that is closed during an answer ends the visit at once', async () => {
  const { url } = await startInstance({ hangsUpAt: 'get_config' });
  const signal = AbortSignal.timeout(60_000);
  expect(await visit(url, token, signal)).toMatchObject({ state: 'hung_up', reachable: true });
  expect(signal.aborted).toBe(false);
});

describe('every state', () => {
  const context = {
    url: new URL('http://there.example:8123'),
    movedTo: new URL('http://new.example:8123'),
    status: 418,
  };
  const healthy = ['running', 'starting', 'stopping', 'answering'];

  test('has a hint unless nothing is wrong', () => {
    for (const state of instanceStates)
      expect(hintBuilderByState[state]?.(context) === undefined, state).toBe(healthy.includes(state));
  });

  test.each<[InstanceState, RegExp]>([
    ['safe_mode', /restart it/],
    ['recovery_mode', /configuration is broken/],
    ['token_refused', /make a new one/],
    ['onboarding', /open http:\/\/there\.example:8123/],
    ['moved', /HA_BASE_URL=http:\/\/new\.example:8123\//],
    ['certificate_expired', /expired.*renew the certificate/],
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
    ['unreachable', /there is no route to there\.example:8123/],
  ])('%s', (state, text) => expect(hintBuilderByState[state]?.(context)).toMatch(text));
});
