import { lookup } from 'node:dns/promises';
import { hostname, networkInterfaces } from 'node:os';
import { expect, onTestFinished, test } from 'vitest';
import { findPageUrl } from '../../src/http/page-url.ts';
import { parsePeerList } from '../../src/http/peer-list.ts';
import { startStatusServer } from '../../src/http/server.ts';

const urlAt = (HTTP_HOST: string, peers?: string, listening = HTTP_HOST, isInContainerNetwork = false) =>
  findPageUrl(
    { HTTP_HOST, HTTP_PORT: 8000, HTTP_ALLOWED_PEERS: peers === undefined ? undefined : parsePeerList(peers) },
    listening,
    () => isInContainerNetwork,
  );

test.each([
  ['192.168.2.5', undefined, undefined, 'http://192.168.2.5:8000/'],
  ['192.168.2.5', '192.168.2.0/24', undefined, 'http://192.168.2.5:8000/'],
  ['fd00::5', undefined, undefined, 'http://[fd00::5]:8000/'],
  ['NAS.lan', undefined, '192.168.2.5', 'http://nas.lan:8000/'],
  ['nas.lan', '192.168.2.0/24', '192.168.2.5', 'http://nas.lan:8000/'],
])('a page at %s for %s, which is %s, is at %s', async (host, peers, listening, url) =>
  expect(await urlAt(host, peers, listening)).toBe(url),
);

test.each([
  ['127.0.0.1', undefined, '127.0.0.1'],
  ['::1', undefined, '::1'],
  ['::ffff:127.0.0.1', undefined, '::ffff:127.0.0.1'],
  ['localhost.', undefined, '127.0.0.1'],
  ['ip6-localhost', undefined, '::1'],
  // Debian's /etc/hosts.
  ['nas.lan', undefined, '127.0.1.1'],
  ['fe80::1%eth0', undefined, 'fe80::1'],
  ['172.30.32.1', '172.30.32.2', '172.30.32.1'],
  ['192.168.2.5', '10.0.0.0/8', '192.168.2.5'],
  ['nas.lan', '192.168.2.0/24', '10.0.0.5'],
  ['0.0.0.0', '127.0.0.1', '0.0.0.0'],
])('other machines do not reach a page at %s for %s, which is %s', async (host, peers, listening) =>
  expect(await urlAt(host, peers, listening)).toBeUndefined(),
);

test('the machine’s own name is where the server listens', async () => {
  for (const HTTP_HOST of ['localhost', hostname()]) {
    const server = await startStatusServer({ HTTP_HOST, HTTP_PORT: 0 }, new Map(), { agent: 'nas', site: null });
    onTestFinished(() => server.close());
    expect(server.address).toBe((await lookup(HTTP_HOST)).address);
  }
});

test('in the network of a container, only an address in the settings can be one of the network outside', async () => {
  expect(await urlAt('0.0.0.0', undefined, '0.0.0.0', true)).toBeUndefined();
  expect(await urlAt('nas', undefined, '172.17.0.2', true)).toBeUndefined();
  expect(await urlAt('192.168.2.5', undefined, '192.168.2.5', true)).toBe('http://192.168.2.5:8000/');
});

test.each(['0.0.0.0', '::'])(
  'at %s the page is at an address of this machine, if it is in a network',
  async (listening) => {
    const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
    const urls = own.filter(({ internal }) => !internal).map(({ address }) => `http://${address}:8000/`);
    expect([...urls, undefined]).toContain(await urlAt('0', undefined, listening));
  },
);
