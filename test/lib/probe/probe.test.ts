import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parseProbeTarget } from '../../../src/collectors/router/configured-hosts.ts';
import { AddressResolver } from '../../../src/lib/probe/dns.ts';
import { ProbeUnavailableError } from '../../../src/lib/probe/ping.ts';
import { ReachabilityProbe } from '../../../src/lib/probe/reachability-probe.ts';
import { freePort } from '../../helpers/ports.ts';

process.env.PATH = `${join(import.meta.dirname, '../../bin/pings')}:${process.env.PATH}`;

const never = new AbortController().signal;

function measure(text: string) {
  const target = parseProbeTarget(text);
  if (target === undefined) throw new Error(text);
  return new ReachabilityProbe(target, 5, new AddressResolver()).measure(never);
}

async function listening(status?: number): Promise<number> {
  const server =
    status === undefined
      ? createServer((socket) => void socket.end())
      : createHttpServer((_, response) => void response.writeHead(status).end());
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

test('the statistics of ping count, not its exit status', async () => {
  expect(await measure('127.0.0.1')).toEqual({
    by: 'icmp',
    stats: { sent: 5, received: 4, minMs: 1, meanMs: 2, maxMs: 3 },
  });
});

test('a host that never answers an echo but refuses connections is up', async () => {
  for (const address of ['127.0.0.2', '127.0.0.3'])
    expect(await measure(address)).toMatchObject({ by: 'tcp', stats: { sent: 3, received: 3 } });
});

test('a host whose name cannot be resolved is unmeasured, not down', async () => {
  await expect(measure('no-such-name.invalid')).rejects.toBeInstanceOf(ProbeUnavailableError);
  await expect(measure('tcp://no-such-name.invalid:80')).rejects.toThrow(/^cannot resolve no-such-name\.invalid: /);
});

test('a TCP service is reachable if it accepts a connection; a refusal does not count', async () => {
  expect(await measure(`tcp://127.0.0.1:${await listening()}`)).toMatchObject({
    by: 'tcp',
    stats: { sent: 3, received: 3 },
  });
  expect(await measure(`tcp://127.0.0.1:${await freePort()}`)).toEqual({ by: 'tcp', stats: { sent: 3, received: 0 } });
});

test.each([
  [200, 1],
  [301, 1],
  [404, 1],
  [503, 0],
])('a web server that answers with status %i', async (status, received) => {
  expect(await measure(`http://127.0.0.1:${await listening(status)}/`)).toMatchObject({
    by: 'http',
    stats: { sent: 1, received },
  });
});

test('no web server', async () =>
  expect(await measure(`http://127.0.0.1:${await freePort()}/`)).toEqual({
    by: 'http',
    stats: { sent: 1, received: 0 },
  }));
