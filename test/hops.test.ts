import fs from 'node:fs';
import http from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { hostCollector } from '../src/collectors/host/index.ts';
import { routerCollector } from '../src/collectors/router/index.ts';
import { readCollectorAndRecord } from '../src/loop/collector-reading.ts';
import { MutableAgentState } from '../src/loop/mutable-agent-state.ts';
import type { AnyCollectorDefinition, OpenedCollector } from '../src/model/collector.ts';
import { parseSettings } from '../src/settings/index.ts';
import { startBroker } from './helpers/broker.ts';
import { callingFiles, reportHops, spyOn, union } from './helpers/call-chain.ts';
import { FritzBox } from './helpers/fritzbox/index.ts';
import { agent } from './helpers/sample-collector.ts';
import { startSession } from './helpers/session.ts';
import { hostRoots, tree } from './helpers/tree.ts';
import { until } from './helpers/until.ts';

process.env.PATH = `${join(import.meta.dirname, 'bin/pings')}:${process.env.PATH}`;

/** Reads once, and what had been called when a value was written to the state. */
async function readOnce(collector: AnyCollectorDefinition, variables: Record<string, string>, roots = hostRoots()) {
  const state = new MutableAgentState('');
  state.add(collector);
  const memory = state.memoryStore.forCollector(collector);
  state.memoryStore.load(new Map(), [collector.id]);
  const env = parseSettings([collector], variables).collectors[0]?.env as never;
  const source = (await collector.open(env, { agent, hostRoots: roots, memory, state })) as OpenedCollector<
    Record<string, unknown>
  >;
  const written: string[] = [];
  const { entries } = state.collectors.get(collector.id) ?? { entries: new Map() };
  spyOn(entries, 'set', () => written.splice(0, Infinity, ...callingFiles()));
  await readCollectorAndRecord({ collector, source, memory }, state).recorded;
  await source.close?.();
  return { state, written };
}

test('a value of TR-064 passes at most ten files from the request to the state', async () => {
  const box = await new FritzBox('dsl').start();
  onTestFinished(() => box.stop());
  const asked: string[] = [];
  spyOn(http, 'request', (url) => {
    if (String(url).endsWith('/wandslifconfig1')) asked.splice(0, Infinity, ...callingFiles());
  });
  syncBuiltinESMExports();
  onTestFinished(syncBuiltinESMExports);
  const { written } = await readOnce(routerCollector, {
    FRITZBOX_HOSTS: `box=http://${box.address}/igddesc.xml`,
    FRITZBOX_USERNAME: 'monitor',
    FRITZBOX_PASSWORD: 'gürkensalat$1',
  });
  const hops = union(asked, written);
  reportHops('a value of TR-064, from the request to the state', hops);
  expect([asked[0], asked.at(-1), written]).toEqual([
    'src/lib/upnp/http-client.ts',
    'src/loop/collector-reading.ts',
    ['src/loop/mutable-agent-state.ts', 'src/loop/collector-reading.ts'],
  ]);
  expect(hops.length, hops.join('\n')).toBeLessThanOrEqual(10);
});

test('a sample of the host passes at most ten files from /proc to the broker', async () => {
  const read: string[] = [];
  spyOn(fs, 'readFileSync', (path) => {
    if (String(path).endsWith('/proc/loadavg')) read.splice(0, Infinity, ...callingFiles());
  });
  syncBuiltinESMExports();
  onTestFinished(syncBuiltinESMExports);
  const { proc } = tree({ 'proc/loadavg': '0.42 0.36 0.25 1/80 4242\n' });
  const { state, written } = await readOnce(hostCollector, {}, hostRoots({ HOST_PROC: proc() }));
  const serialized: string[] = [];
  const sent: string[] = [];
  spyOn(JSON, 'stringify', (value) => {
    if ((value as { load_1?: number } | undefined)?.load_1 === 0.42 && serialized.length === 0)
      serialized.push(...callingFiles());
  });
  spyOn(Socket.prototype, 'write', (chunk) => {
    if (String(chunk).includes('"load_1":0.42') && sent.length === 0) sent.push(...callingFiles());
  });
  startSession((await startBroker()).url, hostCollector as never, state);
  await until('the sample on the wire', () => sent.length > 0);
  // Who only says that there is something new passes no value.
  const publisher = serialized.indexOf('src/mqtt/state-publisher.ts');
  const hops = union(read, written, serialized.slice(0, publisher + 1), sent);
  reportHops('a sample of the host, from /proc to the broker', hops);
  expect([read[0], read.at(-1), publisher, sent[0]]).toEqual([
    'src/lib/files.ts',
    'src/loop/collector-reading.ts',
    expect.toSatisfy((index: number) => index > 0),
    'src/mqtt/single-use-broker-connection.ts',
  ]);
  expect(hops.length, hops.join('\n')).toBeLessThanOrEqual(10);
});
