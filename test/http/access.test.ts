import { type IncomingMessage, request } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { decideAccess } from '../../src/http/access.ts';
import { createApiRoutes } from '../../src/http/api-routes.ts';
import { parsePeerList } from '../../src/http/peer-list.ts';
import { startStatusServer } from '../../src/http/server.ts';
import { type HttpSettings, httpAccessWarnings } from '../../src/http/settings.ts';
import { WrongTokenPauses } from '../../src/http/wrong-token-pauses.ts';
import { Secret } from '../../src/model/secret.ts';
import { agent, device, probe, stateOf } from '../helpers/sample-collector.ts';

const pauses = new WrongTokenPauses(() => undefined);
const collector = probe(async () => []);
const token = 'open sesame'.replace(' ', '-');

interface Heard {
  status: number | undefined;
  headers: NodeJS.Dict<string | string[]>;
  body: Record<string, unknown>;
}

async function serve(settings: Partial<HttpSettings> = {}) {
  const state = stateOf(collector, [{ table: 'thing', device, reading: { level: 1 } }]);
  const server = await startStatusServer(
    { HTTP_HOST: '127.0.0.1', HTTP_PORT: 0, ...settings },
    createApiRoutes([collector], agent, state),
    { agent: 'nas', site: null },
  );
  onTestFinished(() => server.close());
  /** `fetch` does not allow to set the Host header. */
  return (path: string, headers: Record<string, string> = {}) =>
    new Promise<Heard>((resolve, reject) => {
      request(server.url + path, { headers }, async (answer) => {
        const text = (await answer.toArray()).join('');
        resolve({
          status: answer.statusCode,
          headers: answer.headers,
          body: text.startsWith('{') ? JSON.parse(text) : { text },
        });
      })
        .on('error', reject)
        .end();
    });
}

const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

test.each([`Bearer ${token}`, `bearer  ${token}`, basic('', token), basic('me', token)])(
  'the token opens: %s',
  async (authorization) => {
    const ask = await serve({ HTTP_TOKEN: new Secret(token) });
    expect((await ask('/probe/status', { authorization })).status).toBe(200);
    expect((await ask('/health/', { authorization })).body).toHaveProperty('reasons');
  },
);

test.each([
  '',
  'Bearer',
  'Bearer wrong',
  `Bearer ${token}x`,
  `Token ${token}`,
  basic(token, ''),
  basic('me', 'wrong'),
  'Basic %%%',
])('without the token access is refused: %s', async (authorization) => {
  const ask = await serve({ HTTP_TOKEN: new Secret(token) });
  for (const path of ['/', '/probe/status', '/metrics', '/openapi.json', '/api', '/nowhere']) {
    const { status, headers, body } = await ask(path, { authorization });
    expect(status).toBe(401);
    expect(headers['www-authenticate']).toMatch(/^Bearer .*Basic /);
    expect(Object.keys(body)).toEqual(['error']);
    expect(JSON.stringify(body)).not.toContain(token);
  }
});

test('health needs no token and says less', async () => {
  const ask = await serve({ HTTP_TOKEN: new Secret(token) });
  expect(await ask('/health/')).toMatchObject({ status: 503, body: { status: 'failing' } });
  expect(Object.keys((await ask('/health')).body)).toEqual(['status']);
});

test.each([
  '127.0.0.1',
  '192.168.1.7:8000',
  '[::1]:8000',
  'localhost:8000',
  'nas',
  'NAS.local',
  'nas.lan',
  'nas.home.arpa',
  'agent.localhost',
  'monitor.example.org',
])('a browser may use the host name %s', async (host) => {
  const ask = await serve({ HTTP_ALLOWED_HOSTS: ['Monitor.example.org'] });
  expect((await ask('/probe/status', { host })).status).toBe(200);
});

test.each([
  'evil.example.com',
  'evil.example.com:8000',
  'local.evil.com',
  '127.0.0.1.evil.com',
  'nas.local.evil.com',
  'a b',
  'monitor.example.org.',
  'evil.com%2elocal',
  'evil.com/.local',
  'me@nas.lan',
  'http://localhost',
  '.local',
])('but not %s, which anybody may point at this machine', async (host) => {
  const ask = await serve({ HTTP_ALLOWED_HOSTS: ['monitor.example.org'] });
  for (const path of ['/probe/status', '/health/', '/']) {
    const { status, body } = await ask(path, { host });
    expect(status).toBe(421);
    expect(Object.keys(body)).toEqual(['error']);
  }
});

test('* allows any host name', async () => {
  const ask = await serve({ HTTP_ALLOWED_HOSTS: ['*'] });
  expect((await ask('/probe/status', { host: 'evil.example.com' })).status).toBe(200);
});

/** A request from this address. */
const from = (remoteAddress: string | undefined) =>
  ({ headers: { host: 'nas' }, socket: { remoteAddress } }) as unknown as IncomingMessage;

test.each([
  ['172.30.32.2', '172.30.32.2', true],
  ['172.30.32.2', '::ffff:172.30.32.2', true],
  ['::ffff:172.30.32.2', '172.30.32.2', true],
  ['172.30.32.2', '127.0.0.1', true],
  ['172.30.32.2', '::1', true],
  ['172.30.32.2', '::ffff:127.0.0.1', true],
  ['172.30.32.2', '172.30.32.1', false],
  ['172.30.32.2', '172.30.32.20', false],
  ['172.30.32.2', '::ffff:192.168.1.5', false],
  ['172.30.32.2', '::172.30.32.2', false],
  ['172.30.32.2', undefined, false],
  ['192.168.1.0/24, fd00::/8,10.0.0.7', '::ffff:192.168.1.200', true],
  ['192.168.1.0/24, fd00::/8,10.0.0.7', 'fd12::7', true],
  ['192.168.1.0/24, fd00::/8,10.0.0.7', '10.0.0.7', true],
  ['192.168.1.0/24, fd00::/8,10.0.0.7', '10.0.0.8', false],
  ['fe80::5', 'fe80::5%eth0', true],
])('peers %s: is %s allowed? %s', (list, peer, may) => {
  const { trusted, refusal } = decideAccess(from(peer), { allowed: [], peers: parsePeerList(list), pauses });
  expect({ trusted, status: refusal?.status }).toEqual(
    may ? { trusted: true, status: undefined } : { trusted: false, status: 403 },
  );
});

test.each([
  ['192.168.77.10', '192.168.77.10', undefined],
  ['::ffff:192.168.77.10', '::ffff:192.168.77.10', undefined],
  ['192.168.77.11', '192.168.77.10', 403],
  [undefined, undefined, 403],
])(
  'a client at %s of a server at %s: this machine itself may always connect',
  (remoteAddress, localAddress, status) => {
    const request = { headers: {}, socket: { remoteAddress, localAddress } } as IncomingMessage;
    expect(decideAccess(request, { allowed: [], peers: parsePeerList('192.168.77.5'), pauses }).refusal?.status).toBe(
      status,
    );
  },
);

test('other peers are refused, whatever token they send, on /health/ too', async () => {
  const rules = { allowed: ['*'], peers: parsePeerList('172.30.32.2'), token: new Secret(token), pauses };
  const { trusted, refusal } = decideAccess(
    { ...from('192.168.1.5'), headers: { authorization: `Bearer ${token}` } } as IncomingMessage,
    rules,
  );
  expect({ trusted, status: refusal?.status }).toEqual({ trusted: false, status: 403 });
  const ask = await serve({ HTTP_ALLOWED_PEERS: parsePeerList('172.30.32.2') });
  expect((await ask('/probe/status')).status).toBe(200);
});

test.each(['', ',', 'nas.local', '192.168.1', '192.168.1.0/33', '192.168.1.0/', 'fd00::/129', 'fe80::1%eth0', '*'])(
  '%j is not a list of peers',
  (list) => expect(parsePeerList(list)).toBeUndefined(),
);

test('pages of other origins can read nothing', async () => {
  const ask = await serve();
  const { headers } = await ask('/probe/status', { origin: 'https://example.org' });
  expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  expect(headers['cross-origin-resource-policy']).toBe('same-origin');
});

test('a server that other machines can reach without a token is warned of, and a short token', () => {
  const warned = (host: string, more = {}) =>
    httpAccessWarnings({ HTTP_HOST: host, HTTP_PORT: 8000, ...more } as never).length === 1;
  expect(['127.0.0.1', '127.1.2.3', '::1', 'localhost'].filter((host) => warned(host))).toEqual([]);
  expect(['0.0.0.0', '::', '192.168.1.7', '127.example.org'].filter((host) => warned(host))).toHaveLength(4);
  expect(warned('0.0.0.0', { HTTP_TOKEN: new Secret('sixteen-letters!') })).toBe(false);
  expect(warned('127.0.0.1', { HTTP_TOKEN: new Secret('fifteen-letters') })).toBe(true);
  expect(warned('127.0.0.1', { HTTP_TOKEN: new Secret('sixteen-letters!') })).toBe(false);
  expect(warned('0.0.0.0', { HTTP_PORT: 0 })).toBe(false);
  expect(warned('0.0.0.0', { HTTP_ALLOWED_PEERS: parsePeerList('192.168.1.5') })).toBe(false);
});
