import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { hintOfVisit } from '../../../src/collectors/home-assistant/instance-details-cache.ts';
import { type InstanceState, instanceStates } from '../../../src/collectors/home-assistant/instance-state.ts';
import { homeAssistantTexts } from '../../../src/collectors/home-assistant/texts.ts';
import { visitInstance } from '../../../src/collectors/home-assistant/visit-instance.ts';
import { HaRest } from '../../../src/lib/ha-rest.ts';
import { Secret } from '../../../src/model/secret.ts';
import { aiohttpPage, ownHeaders, proxyPage, type StandInAnswer, startInstance } from '../../helpers/instance.ts';
import { freePort } from '../../helpers/ports.ts';
import { until } from '../../helpers/until.ts';

const token = new Secret('right');
const timeout = () => AbortSignal.timeout(5000);
const visitOnce = (url: URL, sentToken: Secret | undefined, signal = timeout(), areDetailsDue = true) => {
  const rest = new HaRest(url);
  onTestFinished(() => rest.close());
  return visitInstance(rest, url, { token: sentToken, authorities: undefined }, () => areDetailsDue, signal);
};
const visit = (url: URL, sentToken = token, signal = timeout()) => visitOnce(url, sentToken, signal);
const visitWithoutToken = (url: URL) => visitOnce(url, undefined);
const config = (more: object) => ({ state: 'RUNNING', version: '2026.11.0', ...more });
const rest = (more: object) => ({ rest: { '/api/': {}, '/api/config': config(more) } });
const webSocket = (more: object) => ({ insteadOfRest: proxyPage(404), results: { get_config: config(more) } });

test('with a token', async () => {
  const { url, script } = await startInstance();
  script.rendered = {
    ...(script.rendered as object),
    backups: {
      'sensor.letzte_sicherung': '2026-11-24T05:45:12.123456+01:00',
      'sensor.letzter_versuch': '2026-11-24T04:40:00+00:00',
      'sensor.naechste_sicherung': '2026-11-25T04:45:00+00:00',
      'sensor.zustand': 'idle',
    },
  };
  const startedAt = performance.now();
  const result = await visit(url);
  const elapsedMs = performance.now() - startedAt;
  expect(result).toMatchObject({ state: 'running', reachable: true, version: '2026.11.0' });
  expect(result.latencySeconds).toBeGreaterThan(0);
  expect((result.latencySeconds ?? 0) * 1000).toBeLessThan(elapsedMs);
  expect(result).toMatchObject({ migrating: false, login: 'accepted' });
  expect(result.details).toEqual({
    entities: 120,
    unavailable: 3,
    repairs: 2,
    backups: {
      completed: new Date('2026-11-24T04:45:12.123Z'),
      attempted: new Date('2026-11-24T04:40:00Z'),
      next: new Date('2026-11-25T04:45:00Z'),
    },
    updates: {},
    oldest: new Date('2026-11-20T08:00:00Z'),
    newest: new Date('2026-11-24T08:00:00Z'),
  });
});

test('without a token', async () => {
  const { url, logins } = await startInstance();
  expect(await visitWithoutToken(url)).toMatchObject({
    state: 'answering',
    reachable: true,
    version: '2026.11.0',
  });
  expect(logins).toEqual([]);
});

test('with a wrong token', async () => {
  const { url, logins } = await startInstance();
  expect(await visit(url, new Secret('wrong'))).toMatchObject({
    state: 'answering',
    login: 'refused',
    reachable: true,
  });
  expect(logins).toEqual(['wrong']);
});

describe('with a token, the state and the details are read', () => {
  test.each<[string, object]>([
    ['starting', { state: 'NOT_RUNNING' }],
    ['starting', { state: 'STARTING' }],
    ['stopping', { state: 'FINAL_WRITE' }],
    ['recovery_mode', { recovery_mode: true }],
    ['safe_mode', { safe_mode: true, recovery_mode: 'odd' }],
    ['running', {}],
    ['answering', { state: 'FUTURE' }],
  ])('%s', async (state, config) => {
    for (const script of [rest(config), webSocket(config)]) {
      const { url } = await startInstance(script);
      expect(await visit(url)).toMatchObject({ state, login: 'accepted', reachable: true, version: '2026.11.0' });
    }
  });

  test('missing answers are undefined', async () => {
    const { url } = await startInstance({ results: {}, rendered: 'TemplateError' });
    expect((await visit(url)).details).toEqual({ updates: {} });
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
  const page = proxyPage;
  const redirect = (location: string, status = 302) => page(status, { Location: location });
  const goText = { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' };
  const text = (status: number, body: string, headers = {}) => ({
    status,
    headers: { 'Content-Type': 'text/plain', ...headers },
    body,
  });
  test.each<[string, StandInAnswer]>([
    ['starting', aiohttpPage(404, 'Not Found')],
    ['starting', aiohttpPage(404, 'Not Found', { 'Referrer-Policy': 'same-origin, no-referrer' })],
    ['stopping', { status: 503, headers: ownHeaders }],
    [
      'proxy_without_websocket',
      text(400, 'No WebSocket UPGRADE hdr: None\n Can "Upgrade" only to "WebSocket".', ownHeaders),
    ],
    ['proxy_not_trusted', aiohttpPage(400, 'Bad Request', {})],
    ['not_home_assistant', page(400)],
    ['banned', aiohttpPage(403, 'Forbidden', {})],
    ['proxy_refused', page(403)],
    ['proxy_refused', page(403, { Server: 'cloudflare', 'CF-RAY': '8a1-FRA' })],
    ['proxy_refused', page(403, ownHeaders)],
    ['proxy_refused', text(403, 'Forbidden')],
    ['proxy_refused', text(403, 'error code: 1020', { 'CF-RAY': '8a1-FRA' })],
    ['proxy_refused', page(421)],
    ['proxy_refused', page(429)],
    ['proxy_error', page(502)],
    ['proxy_error', page(503, ownHeaders)],
    ['proxy_error', page(503)],
    ['proxy_error', text(530, 'error code: 1033', { Server: 'cloudflare' })],
    ['proxy_error', text(404, '404 page not found\n', goText)],
    ['proxy_error', text(404, '404 page not found\n', { ...goText, ...ownHeaders })],
    ['not_home_assistant', page(404)],
    ['not_home_assistant', page(200)],
    ['not_home_assistant', { status: 200, headers: { Server: 'Caddy' } }],
    ['proxy_login', page(401, { 'WWW-Authenticate': 'Basic realm="Restricted"' })],
    ['proxy_login', text(401, '401 Unauthorized')],
    ['proxy_login', page(511)],
    ['proxy_login', { ...page(400), body: '<center>No required SSL certificate was sent</center>' }],
    ['proxy_login', redirect('https://auth.example.org/?rd=https%3A%2F%2Fha.example%2Fapi%2Fwebsocket&rm=GET')],
    ['proxy_login', redirect('https://team.cloudflareaccess.com/cdn-cgi/access/login/ha.example?redirect_url=%2Fapi')],
    ['proxy_login', redirect('/outpost.goauthentik.io/start?rd=http%3A%2F%2Fha.example%2Fapi%2Fwebsocket', 303)],
    ['proxy_login', redirect('/oauth2/sign_in')],
    ['not_home_assistant', redirect('nonsense://')],
    ['wrong_protocol', { ...page(400), body: '<center>The plain HTTP request was sent to HTTPS port</center>' }],
    ['wrong_protocol', text(400, 'Client sent an HTTP request to an HTTPS server.\n')],
    [
      'wrong_protocol',
      { ...page(400), body: "Reason: You're speaking plain HTTP to an SSL-enabled server port.<br />" },
    ],
  ])('%s: %o', async (state, insteadOfAll) => {
    const { url } = await startInstance({ insteadOfAll });
    expect(await visit(url)).toMatchObject({ state, reachable: false, status: insteadOfAll.status });
    expect(await visitWithoutToken(url)).toMatchObject({ state, reachable: false, status: insteadOfAll.status });
  });

  test('a proxy and a login are named', async () => {
    const { url, script } = await startInstance({ insteadOfAll: page(403, { 'CF-RAY': '8a1' }) });
    expect(hintOfVisit(await visit(url))).toMatch(/\(Cloudflare\) refuses this machine \(HTTP 403\)/);
    script.insteadOfAll = redirect('https://auth.example.org/?rd=x');
    expect(hintOfVisit(await visit(url))).toContain('requires a login of its own (auth.example.org)');
  });

  test('a page that never ends is told by its beginning', async () => {
    const server = createHttpServer((_, response) => response.writeHead(502, { Server: 'nginx' }).write('<html>'));
    server.on('upgrade', (_, socket) => socket.write('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 900\r\n\r\n<html>'));
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    expect(await visit(url, token, AbortSignal.timeout(30_000))).toMatchObject({ state: 'proxy_error', status: 502 });
  });

  test.each([
    ['another WebSocket', '{"hello":"world"}'],
    ['no JSON', 'hello'],
    ['a version with a token', '{"type":"auth_required","ha_version":"open-sesame"}'],
    ['a version with an escape', '{"type":"auth_required","ha_version":"2026.1\\u001b[31m"}'],
  ])('%s', async (_, greeting) => {
    const { url } = await startInstance({ greeting });
    expect(await visitWithoutToken(url)).toMatchObject({ state: 'not_home_assistant', reachable: false });
  });

  test('no greeting', async () => {
    const { url } = await startInstance({ greeting: null });
    expect(await visitOnce(url, undefined, AbortSignal.timeout(300))).toMatchObject({
      state: 'frozen',
      reachable: false,
    });
  });
});

describe('moved', () => {
  const redirect = (url: URL) => ({
    insteadOfAll: { status: 307, headers: { Location: `${url.origin}/api/websocket` } },
  });

  test.each(['localhost', '127.0.0.2', 'ha.example.org'])('another host, %s, is told and not visited', async (host) => {
    const there = await startInstance();
    const { url, logins } = await startInstance(redirect(new URL(`http://${host}:${there.port}`)));
    for (const result of [await visit(url), await visitWithoutToken(url)]) {
      expect(result).toMatchObject({ state: 'moved', reachable: undefined });
      expect(hintOfVisit(result)).toContain(`set HA_BASE_URL=http://${host}:${there.port}/`);
    }
    expect([there.connections(), ...logins]).toEqual([0]);
  });

  test.each(['/api', '/api/', '/lovelace/0', '/api/websocket'])('an address with the path %s', async (path) => {
    const { url, logins } = await startInstance();
    const result = await visit(new URL(path, url));
    expect(result).toMatchObject({ state: 'moved', reachable: true, version: '2026.11.0' });
    expect(hintOfVisit(result)).toContain(`without the path in HA_BASE_URL: set HA_BASE_URL=${url.href}`);
    expect(logins).toEqual([]);
  });

  test('a redirect that has lost the path is followed on the same host', async () => {
    const there = await startInstance();
    const { url } = await startInstance({ insteadOfAll: proxyPage(301, { Location: there.url.href }) });
    expect(await visit(url)).toMatchObject({ state: 'moved', reachable: true, movedTo: there.url });
    expect(there.logins).toEqual([]);
  });

  test('a proxy that redirects in a loop', async () => {
    const { url, script } = await startInstance();
    script.insteadOfAll = proxyPage(301, { Location: new URL('/api/websocket', url).href, Server: 'cloudflare' });
    const result = await visitWithoutToken(url);
    expect(result).toMatchObject({ state: 'proxy_error', reachable: false });
    expect(hintOfVisit(result)).toContain('(cloudflare) redirects in a loop (HTTP 301)');
  });

  test('an address with a path at which nothing answers', async () => {
    const { url } = await startInstance({ insteadOfAll: proxyPage(502) });
    expect((await visit(new URL('/lovelace', url))).state).toBe('proxy_error');
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
    here.script.insteadOfAll = redirect(here.url).insteadOfAll;
    expect((await visit(here.url)).state).toBe('proxy_error');
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
    ['wrong_protocol', 'http', '\x15\x03\x01\x00\x02\x02\x46'],
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

describe('over the REST API', () => {
  test('a wrong token is sent once', async () => {
    const { url, logins } = await startInstance({ insteadOfWebSocket: proxyPage(400) });
    expect(await visit(url, new Secret('wrong'))).toMatchObject({
      state: 'answering',
      reachable: true,
      login: 'refused',
    });
    expect(logins).toEqual(['wrong']);
  });

  test.each([undefined, 'Bearer realm="x"'])(
    'a refusal behind a page of the proxy counts as one: %s',
    async (challenge) => {
      const insteadOfRest = proxyPage(401, challenge === undefined ? {} : { 'WWW-Authenticate': challenge });
      const { url, logins } = await startInstance({ insteadOfRest });
      expect(await visit(url)).toMatchObject({ state: 'answering', reachable: true, login: 'refused' });
      expect(logins).toEqual([]);
    },
  );

  test('a proxy that requires a login of its own for the REST API alone', async () => {
    const insteadOfRest = proxyPage(401, { 'WWW-Authenticate': 'Basic realm="Restricted"' });
    const { url, logins } = await startInstance({ insteadOfRest });
    expect(await visit(url)).toMatchObject({ state: 'running', login: 'accepted' });
    expect(logins).toEqual(['right']);
  });

  test('a token that is deleted between two requests is refused once', async () => {
    const { url, logins } = await startInstance({ refusesAt: '/api/config' });
    expect(await visit(url)).toMatchObject({ state: 'answering', reachable: true, login: 'refused' });
    expect(logins).toEqual(['right', 'right']);
  });

  test.each<[string, StandInAnswer]>([
    ['proxy_without_websocket', aiohttpPage(400, 'Bad Request')],
    ['proxy_without_websocket', proxyPage(426)],
    ['proxy_without_websocket', proxyPage(200)],
    ['proxy_login', proxyPage(401)],
    ['proxy_refused', proxyPage(403)],
  ])('a proxy in front of the WebSocket: %s', async (state, insteadOfWebSocket) => {
    const { url, logins } = await startInstance({ insteadOfWebSocket });
    const result = await visit(url);
    expect(result).toMatchObject({ state: 'running', reachable: true, version: '2026.11.0', migrating: false });
    expect(result).toMatchObject({ withoutWebSocket: { state }, login: 'accepted' });
    expect(result.details).toBeUndefined();
    expect(hintOfVisit(result)).toMatch(/^without its WebSocket, entities, repairs, updates and backups are unknown: /);
    expect(logins).toEqual(['right', 'right', 'right']);
  });

  test.each<[string, unknown]>([
    ['no JSON', 'API running.'],
    ['half of it', '{"state": "RUNN'],
    ['deeply nested', '['.repeat(500_000)],
    ['too long', JSON.stringify({ state: 'RUNNING', components: 'x'.repeat(2 * 1024 ** 2) })],
    ['of another kind', [1, 2, 3]],
  ])('an answer that is %s counts as none', async (_, content) => {
    const { url, script } = await startInstance();
    script.rest['/api/config'] = content;
    expect(await visit(url)).toMatchObject({ state: 'running', login: 'accepted', version: '2026.11.0' });
  });

  test.each<[string, object, object]>([
    ['/api/config', { state: 'RUNNING', version: 'x'.repeat(1000) }, { version: undefined, migrating: false }],
    ['/api/core/state', { recorder_state: { migration_in_progress: 'odd' } }, { migrating: undefined }],
    ['/api/core/state', [], { migrating: undefined }],
  ])('an odd field of %s costs that field', async (path, content, expected) => {
    const { url, script } = await startInstance();
    script.rest[path] = content;
    expect(await visit(url)).toMatchObject({ state: 'running', ...expected });
  });

  test('without the details the WebSocket is left alone', async () => {
    const { url, connections } = await startInstance();
    expect((await visitOnce(url, token, timeout(), false)).details).toBeUndefined();
    expect(connections()).toBe(1);
  });

  test('a server that hangs is frozen', async () => {
    const { url } = await startInstance({ isFrozen: true });
    expect(await visit(url, token, AbortSignal.timeout(300))).toMatchObject({ state: 'frozen', reachable: false });
    expect(await visitOnce(url, undefined, AbortSignal.timeout(300))).toMatchObject({ state: 'frozen' });
  });
});

describe('what the template tells', () => {
  test.each<[string, object, object]>([
    ['a time that is none', { oldest: 1e300, newest: -1 }, { oldest: undefined, newest: undefined, entities: 120 }],
    ['a time beyond the century', { newest: 9_999_999_999 }, { newest: undefined, entities: 120 }],
    ['a count that is none', { entities: -3 }, { entities: undefined, unavailable: 3 }],
    ['updates that are none', { updates: 7 }, { updates: {}, entities: 120 }],
    ['backups that are none', { backups: [] }, { backups: undefined, entities: 120 }],
    [
      'a backup without a time',
      { backups: { 'sensor.letzte_sicherung': 'unknown' } },
      { backups: { completed: null } },
    ],
    [
      'a backup of which nothing is known',
      { backups: { 'sensor.letzte_sicherung': 'unavailable' } },
      { backups: undefined },
    ],
  ])('%s costs that field', async (_, odd, expected) => {
    const { url, script } = await startInstance();
    script.rendered = { ...(script.rendered as object), ...odd };
    expect((await visit(url)).details).toMatchObject(expected);
  });
});

test('before the first user', async () => {
  const { url, script } = await startInstance({ onboarding: [{ step: 'user', done: false }] });
  expect((await visit(url, new Secret('old'))).state).toBe('onboarding');
  script.onboarding = [{ step: 'user', done: true }];
  expect((await visitWithoutToken(url)).state).toBe('answering');
});

describe('no connection is left open', () => {
  test('after twenty visits with a token, without one, with a wrong one and with a wrong greeting', async () => {
    const instance = await startInstance();
    for (let times = 0; times < 5; times += 1) {
      await visit(instance.url);
      await visit(instance.url, new Secret('wrong'));
      await visitWithoutToken(instance.url);
      instance.script.greeting = 'hello';
      await visit(instance.url);
      delete instance.script.greeting;
    }
    await until('all connections are closed', () => instance.open() === 0);
  });

  test('if the server does not answer the close frame', async () => {
    const instance = await startInstance({ ignoresClose: true });
    await visitWithoutToken(instance.url);
    expect(instance.open()).toBe(1);
    await until('it is closed', () => instance.open() === 0, 5);
  });

  test('if the server sends no greeting in time', async () => {
    const instance = await startInstance({ greeting: null });
    await visitOnce(instance.url, undefined, AbortSignal.timeout(100));
    await until('it is closed', () => instance.open() === 0, 0.9);
  });
});

test('a connection that is closed during an answer ends the visit at once', async () => {
  const { url } = await startInstance({ insteadOfRest: proxyPage(404), hangsUpAt: 'get_config' });
  const signal = AbortSignal.timeout(60_000);
  expect(await visit(url, token, signal)).toMatchObject({ state: 'hung_up', reachable: true });
  expect(signal.aborted).toBe(false);
});

describe('every state', () => {
  const context = {
    url: new URL('http://there.example:8123'),
    movedTo: new URL('http://new.example:8123'),
    status: 418,
    certificate: {
      validFrom: new Date('2030-01-01T00:00:00Z'),
      validTo: new Date('2040-01-01T00:00:00Z'),
      problem: 'CERT_NOT_YET_VALID',
    },
    tlsRefusal: 'internal error',
    proxyName: 'Caddy',
    loginHost: 'auth.example',
  };
  const healthy = ['running', 'starting', 'stopping', 'answering'];

  test('has a hint unless nothing is wrong', () => {
    for (const state of instanceStates)
      expect(homeAssistantTexts.hints[state]?.(context) === undefined, state).toBe(healthy.includes(state));
  });

  test.each<[InstanceState, RegExp]>([
    ['safe_mode', /restart it/],
    ['recovery_mode', /configuration is broken/],
    ['token_refused', /create a new one/],
    ['onboarding', /open http:\/\/there\.example:8123/],
    ['moved', /HA_BASE_URL=http:\/\/new\.example:8123\//],
    ['certificate_expired', /expired.*renew the certificate/],
    ['certificate_wrong_name', /not for there\.example/],
    ['certificate_untrusted', /HA_CA_FILE/],
    ['certificate_not_yet_valid', /valid only from 2030-01-01.*clocks/],
    ['banned', /ip_bans\.yaml/],
    ['proxy_login', /\(Caddy\) requires a login.*auth\.example/],
    ['proxy_refused', /\(Caddy\) refuses this machine \(HTTP 418\)/],
    ['tls_refused', /internal error.*certificate for there\.example/],
    ['frozen', /there\.example:8123 accepts connections/],
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
  ])('%s', (state, text) => expect(homeAssistantTexts.hints[state]?.(context)).toMatch(text));
});
