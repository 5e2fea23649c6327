import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parseProbeTarget } from '../../../src/collectors/router/configured-hosts.ts';
import { AddressResolver, UnresolvedNameError } from '../../../src/lib/names/address-resolver.ts';
import { resolveHostName } from '../../../src/lib/names/name-lookup.ts';
import { ReachabilityProbe } from '../../../src/lib/probe/reachability-probe.ts';
import { freePort } from '../../helpers/ports.ts';

process.env.PATH = `${join(import.meta.dirname, '../../bin/pings')}:${process.env.PATH}`;

const never = new AbortController().signal;

/** `addresses`: those of every name, beside the loopback names that the system knows. */
function probeOf(text: string, addresses?: string[]) {
  const target = parseProbeTarget(text);
  if (target === undefined) throw new Error(text);
  const world = { addresses, lookups: 0 };
  const resolver = new AddressResolver(async (host) => {
    world.lookups += 1;
    if (world.addresses === undefined) return resolveHostName(host);
    return world.addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  });
  return { world, probe: new ReachabilityProbe(target, 5, resolver) };
}

const measure = (text: string) => probeOf(text).probe.measure(never);

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

test('a ping that knows only the options of old ones', async () => {
  const { probe } = probeOf('127.0.0.4');
  for (let reading = 0; reading < 2; reading += 1)
    expect(await probe.measure(never)).toMatchObject({ by: 'icmp', stats: { sent: 3, received: 3, meanMs: 2 } });
});

test('a host that never answers an echo but refuses connections is up', async () => {
  for (const address of ['127.0.0.2', '127.0.0.3'])
    expect(await measure(address)).toMatchObject({ by: 'tcp', stats: { sent: 3, received: 3 } });
});

test('a host whose name cannot be resolved is unmeasured, not down', async () => {
  await expect(measure('no-such-name.invalid')).rejects.toBeInstanceOf(UnresolvedNameError);
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

test('of the addresses of a name the one that answers counts, for each kind of target', async () => {
  const port = await listening(200);
  for (const target of [`tcp://app.lan:${port}`, `http://app.lan:${port}/`]) {
    const { probe } = probeOf(target, ['::1', '127.0.0.9', '127.0.0.1']);
    expect((await probe.measure(never)).stats.received).toBeGreaterThan(0);
    expect(await probe.address.find()).toBe('127.0.0.1');
  }
  const { probe } = probeOf('app.lan', ['2001:db8::1', '127.0.0.1']);
  expect(await probe.measure(never)).toMatchObject({ by: 'icmp', stats: { received: 4 } });
});

test('a service that has moved to another address is found there within the same reading', async () => {
  const port = await listening(200);
  const { probe, world } = probeOf(`http://app.lan:${port}/`, ['127.0.0.9']);
  world.addresses = ['127.0.0.9'];
  await probe.address.find();
  world.addresses = ['127.0.0.1'];
  expect(await probe.measure(never)).toMatchObject({ stats: { received: 1 } });
  expect(world.lookups).toBe(2);
});

test('no web server', async () =>
  expect(await measure(`http://127.0.0.1:${await freePort()}/`)).toEqual({
    by: 'http',
    stats: { sent: 1, received: 0 },
  }));
