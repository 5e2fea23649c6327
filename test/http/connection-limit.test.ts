import { once } from 'node:events';
import { createServer, get } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { addressOrIpv6Network, limitConnections } from '../../src/http/connection-limit.ts';
import { until } from '../helpers/until.ts';

/** A server with room for so many connections; `/stream` is answered for ever. */
async function serve(most: number) {
  const server = createServer((request, response) => {
    if (request.url === '/stream') response.writeHead(200).write('.');
    else if (request.url === '/large') response.end('x'.repeat(16 * 1024 ** 2));
    else response.end('page');
  });
  limitConnections(server, most);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const silent = async (localAddress = '127.0.0.1') => {
    const socket = connect({ port, host: '127.0.0.1', localAddress }).on('error', () => undefined);
    await once(socket, 'connect');
    socket.write('GET / HTTP/1.1\r\nslow: ');
    return socket;
  };
  const ask = (path: string, localAddress = '127.0.0.1') =>
    new Promise<number | undefined>((resolve) =>
      get({ port, host: '127.0.0.1', path, localAddress, agent: false }, (answer) => {
        answer.on('error', () => undefined);
        answer.once('data', () => resolve(answer.statusCode));
      }).on('error', () => resolve(undefined)),
    );
  return { silent, ask };
}

test('the connection that has been silent for longest makes room for one that asks', async () => {
  const { silent, ask } = await serve(3);
  const first = await silent();
  await silent();
  await silent('127.0.0.2');
  expect(await ask('/', '127.0.0.3')).toBe(200);
  await until('the first one is closed', () => first.destroyed);
});

test('while every connection is being answered, none makes room', async () => {
  const { ask } = await serve(3);
  for (let index = 0; index < 3; index += 1) expect(await ask('/stream')).toBe(200);
  expect(await ask('/')).toBeUndefined();
});

test('while every connection is being answered, one that reads no response makes room', async () => {
  const { silent, ask } = await serve(3);
  const unread = await silent();
  unread.pause();
  unread.write('\r\n\r\nGET /large HTTP/1.1\r\nhost: x\r\n\r\n');
  const closed = once(unread, 'close');
  for (let index = 0; index < 2; index += 1) expect(await ask('/stream')).toBe(200);
  await until('room', async () => (await ask('/')) === 200);
  unread.resume();
  await closed;
});

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  [undefined, ''],
])('%s is %s', (address, peer) => expect(addressOrIpv6Network(address)).toBe(peer));
