import { networkInterfaces } from 'node:os';
import { expect, test } from 'vitest';
import { findPageUrl } from '../../src/http/page-url.ts';
import { parsePeerList } from '../../src/http/peer-list.ts';

const urlAt = (HTTP_HOST: string, peers?: string, HTTP_PORT = 8000) =>
  findPageUrl({ HTTP_HOST, HTTP_PORT, HTTP_ALLOWED_PEERS: peers === undefined ? undefined : parsePeerList(peers) });

test.each([
  ['192.168.2.5', undefined, 'http://192.168.2.5:8000/'],
  ['192.168.2.5', '192.168.2.0/24', 'http://192.168.2.5:8000/'],
  ['fd00::5', undefined, 'http://[fd00::5]:8000/'],
  ['nas.lan', undefined, 'http://nas.lan:8000/'],
  ['NAS.lan', undefined, 'http://nas.lan:8000/'],
])('a page at %s for %s is at %s', async (host, peers, url) => expect(await urlAt(host, peers)).toBe(url));

test.each([
  ['127.0.0.1', undefined],
  ['::1', undefined],
  ['localhost', undefined],
  ['0:0:0:0:0:0:0:1', undefined],
  ['127.1', undefined],
  ['::ffff:127.0.0.1', undefined],
  ['LOCALHOST', undefined],
  ['nas.localhost', undefined],
  ['fe80::1%eth0', undefined],
  ['a b', undefined],
  ['172.30.32.1', '172.30.32.2'],
  ['192.168.2.5', '10.0.0.0/8'],
  ['nas.lan', '192.168.2.0/24'],
  ['0.0.0.0', '127.0.0.1'],
])('other machines do not reach a page at %s for %s', async (host, peers) =>
  expect(await urlAt(host, peers)).toBeUndefined(),
);

test('without a port there is no page', async () => expect(await urlAt('192.168.2.5', undefined, 0)).toBeUndefined());

test.each(['0.0.0.0', '::', '0:0:0:0:0:0:0:0', '0'])(
  'at %s the page is at an address of this machine, if it is in a network',
  async (host) => {
    const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
    const urls = own.filter(({ internal }) => !internal).map(({ address }) => `http://${address}:8000/`);
    expect([...urls, undefined]).toContain(await urlAt(host));
  },
);
