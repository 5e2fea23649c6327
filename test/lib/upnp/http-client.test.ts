import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { RefusalCachingActionCaller } from '../../../src/lib/upnp/action-caller.ts';
import { HttpClient, HttpStatusError, NoReplyError } from '../../../src/lib/upnp/http-client.ts';
import { buildSoapRequest, parseSoapHttpReply, SoapFaultError } from '../../../src/lib/upnp/soap.ts';
import { freePort } from '../../helpers/ports.ts';

const never = new AbortController().signal;

/** A router that answers in this way, and a client for it. */
async function startRouter(answer: RequestListener): Promise<{ server: Server; url: URL; client: HttpClient }> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const client = new HttpClient(1);
  onTestFinished(() => {
    client.close();
    server.closeAllConnections();
    server.close();
  });
  return { server, url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/control?sid=123`), client };
}

const service = (control: URL) => ({
  type: 'urn:schemas-upnp-org:service:WANIPConnection:1',
  id: 'WANIPConn1',
  controlUrl: control,
  wanDevice: 0,
});
const call = async ({ client, url }: { client: HttpClient; url: URL }, args: Record<string, string> = {}) =>
  parseSoapHttpReply(await client.send(buildSoapRequest(service(url), 'GetX', args), never), 'GetX');
const envelope = (body: string) =>
  `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>${body}</s:Body></s:Envelope>`;
const fault = (code: number) =>
  envelope(`<s:Fault><detail><UPnPError><errorCode>${code}</errorCode></UPnPError></detail></s:Fault>`);

test('a request is on one line; a response may come in pieces', async () => {
  let received = '';
  const { url, client } = await startRouter((request, response) => {
    request
      .on('data', (chunk) => (received += chunk))
      .on('end', () => {
        response.write('<s:Envelope><s:Body><u:GetXResponse><NewA>1 &lt; ');
        response.end('2</NewA></u:GetXResponse></s:Body></s:Envelope>');
      });
  });
  expect((await call({ client, url }, { NewIndex: '<1>' })).text('A')).toBe('1 < 2');
  expect(received).not.toContain('\n');
  expect(received).toContain(
    '<u:GetX xmlns:u="urn:schemas-upnp-org:service:WANIPConnection:1"><NewIndex>&lt;1&gt;</NewIndex></u:GetX>',
  );
});

test('requests share one connection, one at a time; it is reopened after the router has closed it', async () => {
  let current = 0;
  let maxConcurrent = 0;
  const sockets = new Set<unknown>();
  const { server, url, client } = await startRouter((request, response) => {
    current += 1;
    maxConcurrent = Math.max(maxConcurrent, current);
    sockets.add(request.socket);
    setTimeout(() => {
      current -= 1;
      response.end('x');
    }, 20);
  });
  await Promise.all([1, 2, 3].map(() => client.send({ url }, never)));
  expect({ maxConcurrent, sockets: sockets.size }).toEqual({ maxConcurrent: 1, sockets: 1 });
  server.closeIdleConnections();
  expect((await client.send({ url }, never)).body).toBe('x');
});

test('a request is repeated if the router drops the idle connection', async () => {
  const seen = new Map<unknown, number>();
  const { url, client } = await startRouter((request, response) => {
    const count = (seen.get(request.socket) ?? 0) + 1;
    seen.set(request.socket, count);
    if (count === 2) request.socket.destroy();
    else response.end('x');
  });
  expect([(await client.send({ url }, never)).status, (await client.send({ url }, never)).status]).toEqual([200, 200]);
  expect(seen.size).toBe(2);
});

test('a missing reply is an error that names the URL without its query', async () => {
  const hung = await startRouter(() => undefined);
  await expect(hung.client.send({ url: hung.url }, never)).rejects.toThrow(
    /^http:\/\/127\.0\.0\.1:\d+\/control: no answer in 1 s$/,
  );
  await expect(hung.client.send({ url: hung.url }, AbortSignal.timeout(20))).rejects.toThrow('request aborted');
  const slow = await startRouter((_, response) => void response.write('<a>'));
  await expect(slow.client.send({ url: slow.url }, never)).rejects.toThrow('no answer in 1 s');
  const long = await startRouter((_, response) => void response.end('x'.repeat(2_100_000)));
  await expect(long.client.send({ url: long.url }, never)).rejects.toThrow('longer than 2 MB');
  const none = new URL(`http://127.0.0.1:${await freePort()}/`);
  await expect(hung.client.send({ url: none }, never)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('a reply in the wrong encoding is decoded', async () => {
  const { url, client } = await startRouter((_, response) => void response.end(Buffer.from('K\u00fcche', 'latin1')));
  expect((await client.send({ url }, never)).body).toBe('Küche');
});

test('a permanent error stops further calls; a temporary one does not', async () => {
  const codes = [401, 501, 501, 606, 820];
  let count = 0;
  const { url, client } = await startRouter(
    (_, response) => void response.writeHead(500).end(fault(codes[count++] ?? 0)),
  );
  const actions = new RefusalCachingActionCaller(client.send);
  const ask = (action: string) => actions.callIfSupported(service(url), action, never);
  expect([
    await ask('A'),
    await ask('A'),
    await ask('B'),
    await ask('B'),
    await ask('C'),
    await ask('C'),
    await ask('D'),
  ]).toEqual(Array(7).fill(undefined));
  expect(count).toBe(5);
  expect([...actions.refused.values()]).toEqual([401, 606]);
  actions.forget();
  await ask('A');
  expect(count).toBe(6);
});

test('401 as an HTTP status requires a login; 401 as a fault means that there is no such action', async () => {
  const login = await startRouter(
    (_, response) =>
      void response.writeHead(401).end('<HTML><HEAD><TITLE>401 Unauthorized (ERR_NONE)</TITLE></HEAD></HTML>'),
  );
  await expect(call(login)).rejects.toBeInstanceOf(HttpStatusError);
  await expect(
    new RefusalCachingActionCaller(login.client.send).callIfSupported(service(login.url), 'A', never),
  ).rejects.toMatchObject({ status: 401 });
  const action = await startRouter((_, response) => void response.writeHead(500).end(fault(401)));
  await expect(call(action)).rejects.toBeInstanceOf(SoapFaultError);
});

test('no listener is an error of its own kind', async () => {
  const { client } = await startRouter(() => undefined);
  const none = new URL(`http://127.0.0.1:${await freePort()}/`);
  await expect(
    new RefusalCachingActionCaller(client.send).callIfSupported(service(none), 'A', never),
  ).rejects.toBeInstanceOf(NoReplyError);
});
