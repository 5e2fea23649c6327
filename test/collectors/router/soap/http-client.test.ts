import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { callAction, HttpStatusError, SoapFaultError } from '../../../../src/collectors/router/soap/action.ts';
import { HttpClient, NoReplyError } from '../../../../src/collectors/router/soap/http-client.ts';
import { SupportedActions } from '../../../../src/collectors/router/soap/supported-actions.ts';
import { freePort } from '../../../helpers/ports.ts';

const never = new AbortController().signal;

/** A box that answers so, and the way to it. */
async function box(answer: RequestListener): Promise<{ server: Server; url: URL; line: HttpClient }> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const line = new HttpClient(1);
  onTestFinished(() => {
    line.close();
    server.closeAllConnections();
    server.close();
  });
  return { server, url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/control?sid=123`), line };
}

const service = (control: URL) => ({
  type: 'urn:schemas-upnp-org:service:WANIPConnection:1',
  id: 'WANIPConn1',
  controlUrl: control,
});
const envelope = (body: string) =>
  `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>${body}</s:Body></s:Envelope>`;
const fault = (code: number) =>
  envelope(`<s:Fault><detail><UPnPError><errorCode>${code}</errorCode></UPnPError></detail></s:Fault>`);

test('a call on one line, in pieces back', async () => {
  let asked = '';
  const { url, line } = await box((request, response) => {
    request
      .on('data', (chunk) => (asked += chunk))
      .on('end', () => {
        response.write('<s:Envelope><s:Body><u:GetXResponse><NewA>1 &lt; ');
        response.end('2</NewA></u:GetXResponse></s:Body></s:Envelope>');
      });
  });
  expect((await callAction(line.send, service(url), 'GetX', { NewIndex: '<1>' }, never)).text('A')).toBe('1 < 2');
  expect(asked).not.toContain('\n');
  expect(asked).toContain(
    '<u:GetX xmlns:u="urn:schemas-upnp-org:service:WANIPConnection:1"><NewIndex>&lt;1&gt;</NewIndex></u:GetX>',
  );
});

test('requests share one connection, one after the other; closed by the box meanwhile, it is opened once more', async () => {
  let busy = 0;
  let most = 0;
  const sockets = new Set<unknown>();
  const { server, url, line } = await box((request, response) => {
    busy += 1;
    most = Math.max(most, busy);
    sockets.add(request.socket);
    setTimeout(() => {
      busy -= 1;
      response.end('x');
    }, 20);
  });
  await Promise.all([1, 2, 3].map(() => line.send({ url }, never)));
  expect({ most, sockets: sockets.size }).toEqual({ most: 1, sockets: 1 });
  server.closeIdleConnections();
  expect((await line.send({ url }, never)).body).toBe('x');
});

test('a box that drops a waiting connection at the next request is asked anew', async () => {
  const seen = new Map<unknown, number>();
  const { url, line } = await box((request, response) => {
    const count = (seen.get(request.socket) ?? 0) + 1;
    seen.set(request.socket, count);
    if (count === 2) request.socket.destroy();
    else response.end('x');
  });
  expect([(await line.send({ url }, never)).status, (await line.send({ url }, never)).status]).toEqual([200, 200]);
  expect(seen.size).toBe(2);
});

test('whatever does not come has an end, and says of whom without the query', async () => {
  const hung = await box(() => undefined);
  await expect(hung.line.send({ url: hung.url }, never)).rejects.toThrow(
    /^http:\/\/127\.0\.0\.1:\d+\/control: no answer in 1 s$/,
  );
  await expect(hung.line.send({ url: hung.url }, AbortSignal.timeout(20))).rejects.toThrow('not asked to the end');
  const slow = await box((_, response) => void response.write('<a>'));
  await expect(slow.line.send({ url: slow.url }, never)).rejects.toThrow('no answer in 1 s');
  const long = await box((_, response) => void response.end('x'.repeat(2_100_000)));
  await expect(long.line.send({ url: long.url }, never)).rejects.toThrow('longer than 2 MB');
  const none = new URL(`http://127.0.0.1:${await freePort()}/`);
  await expect(hung.line.send({ url: none }, never)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('what is written in the wrong letters is read', async () => {
  const { url, line } = await box((_, response) => void response.end(Buffer.from('K\u00fcche', 'latin1')));
  expect((await line.send({ url }, never)).body).toBe('Küche');
});

test('what a box can’t do is asked once; what it can’t do now, again', async () => {
  const codes = [401, 501, 501, 606, 820];
  let count = 0;
  const { url, line } = await box((_, response) => void response.writeHead(500).end(fault(codes[count++] ?? 0)));
  const repertoire = new SupportedActions(line.send);
  const ask = (action: string) => repertoire.callIfSupported(service(url), action, never);
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
  expect([...repertoire.refused.values()]).toEqual([401, 606]);
  repertoire.forget();
  await ask('A');
  expect(count).toBe(6);
});

test('two kinds of 401: a login is wanted; there is no such action', async () => {
  const login = await box(
    (_, response) =>
      void response.writeHead(401).end('<HTML><HEAD><TITLE>401 Unauthorized (ERR_NONE)</TITLE></HEAD></HTML>'),
  );
  await expect(callAction(login.line.send, service(login.url), 'A', {}, never)).rejects.toBeInstanceOf(HttpStatusError);
  await expect(
    new SupportedActions(login.line.send).callIfSupported(service(login.url), 'A', never),
  ).rejects.toMatchObject({ status: 401 });
  const action = await box((_, response) => void response.writeHead(500).end(fault(401)));
  await expect(callAction(action.line.send, service(action.url), 'A', {}, never)).rejects.toBeInstanceOf(
    SoapFaultError,
  );
});

test('a box that is not there is an error of its own', async () => {
  const { line } = await box(() => undefined);
  const none = new URL(`http://127.0.0.1:${await freePort()}/`);
  await expect(new SupportedActions(line.send).callIfSupported(service(none), 'A', never)).rejects.toBeInstanceOf(
    NoReplyError,
  );
});
