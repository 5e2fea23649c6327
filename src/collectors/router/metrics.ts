import type { Actions } from '../../model/action.ts';
import type { EventDeclaration } from '../../model/event.ts';
import type { Metrics } from '../../model/metric.ts';
import { eventTypes, isConnected } from './changes.ts';
import { accesses, statuses, type WanReading } from './igd/reading.ts';
import { type Burst, lossOf } from './reach/burst.ts';
import { ways } from './reach/index.ts';
import type { Reached, RouterReading, RouterReadings, TargetReading } from './reading.ts';
import { tr064Metrics, tr064PartMetrics } from './tr064/metrics.ts';

/** Shown among the diagnostics, and waiting there until the user wants it. */
const diagnostic = { category: 'diagnostic' } as const;
const waiting = { ...diagnostic, enabled: false } as const;

/** Mbit/s: what lines are sold by. */
const megabits = (bitsPerSecond: number | undefined) => (bitsPerSecond === undefined ? undefined : bitsPerSecond / 1e6);
const gigabytes = (bytes: number | undefined) => (bytes === undefined ? undefined : bytes / 1e9);
const bits = (bytes: number | undefined) => (bytes === undefined ? undefined : bytes * 8);

const milliseconds = (name: string, of: (burst: Burst) => number | undefined, more: typeof waiting | object = {}): Metrics<Reached>[string] => ({
  kind: 'gauge',
  name,
  deviceClass: 'duration',
  unit: 'ms',
  precision: 1,
  jitter: 0.5,
  ...more,
  value: ({ reach }) => reach && of(reach.burst),
});

/** `of`: bits a second. */
const rate = (name: string, of: (wan: WanReading) => number | undefined, more: typeof diagnostic | object = {}): Metrics<RouterReading>[string] => ({
  kind: 'gauge',
  name,
  deviceClass: 'data_rate',
  unit: 'Mbit/s',
  precision: 2,
  jitter: 0.1,
  ...more,
  optional: true,
  value: ({ wan }) => megabits(wan && of(wan)),
});

/** `of`: bytes. */
const total = (name: string, of: (wan: WanReading) => number | undefined): Metrics<RouterReading>[string] => ({
  kind: 'counter',
  name,
  deviceClass: 'data_size',
  unit: 'GB',
  precision: 3,
  jitter: 0.01,
  ...diagnostic,
  optional: true,
  value: ({ wan }) => gigabytes(wan && of(wan)),
});

/** What routers and targets have in common. */
const reached: Metrics<Reached> = {
  reachable: { kind: 'flag', name: 'Reachable', deviceClass: 'connectivity', value: (r) => r.reachable },
  latency: milliseconds('Latency', ({ mean }) => mean),
  latency_min: milliseconds('Lowest latency', ({ min }) => min, waiting),
  latency_max: milliseconds('Highest latency', ({ max }) => max, waiting),
  jitter: milliseconds('Jitter', ({ jitter }) => jitter, { ...waiting, optional: true }),
  packet_loss: { kind: 'gauge', name: 'Packet loss', unit: '%', precision: 1, icon: 'mdi:package-variant-remove', value: ({ reach }) => reach && lossOf(reach.burst) },
  problem: { kind: 'flag', name: 'Problem', deviceClass: 'problem', value: (r) => r.problem },
  reached_by: { kind: 'choice', name: 'Reached by', options: ways, icon: 'mdi:radar', ...waiting, value: ({ reach }) => reach?.by },
};

const router: Metrics<RouterReading> = {
  ...reached,
  dns: { kind: 'flag', name: 'DNS', deviceClass: 'connectivity', optional: true, value: ({ dns }) => dns?.answers },
  dns_latency: {
    kind: 'gauge',
    name: 'DNS latency',
    deviceClass: 'duration',
    unit: 'ms',
    precision: 1,
    jitter: 2,
    ...waiting,
    optional: true,
    value: ({ dns }) => dns?.latency,
  },
  wan: { kind: 'flag', name: 'Internet', deviceClass: 'connectivity', optional: true, value: ({ wan }) => wan && isConnected(wan) },
  wan_status: { kind: 'choice', name: 'Connection status', options: statuses, icon: 'mdi:wan', ...waiting, optional: true, value: ({ wan }) => wan?.status },
  wan_link: { kind: 'flag', name: 'Line', deviceClass: 'connectivity', ...diagnostic, optional: true, value: ({ wan }) => wan?.link },
  connected_since: { kind: 'instant', name: 'Connected since', jitter: 60, ...diagnostic, optional: true, value: (r) => r.connectedSince },
  last_error: { kind: 'text', name: 'Last connection error', icon: 'mdi:alert-circle', ...waiting, optional: true, value: ({ wan }) => wan?.lastError },
  ipv4: { kind: 'text', name: 'External IPv4 address', icon: 'mdi:ip-network', ...diagnostic, optional: true, value: ({ wan }) => wan?.ipv4 },
  ipv6: { kind: 'text', name: 'External IPv6 address', icon: 'mdi:ip-network', ...diagnostic, optional: true, value: ({ wan }) => wan?.ipv6 },
  ipv6_prefix: { kind: 'text', name: 'IPv6 prefix', icon: 'mdi:ip-network-outline', ...waiting, optional: true, value: ({ wan }) => wan?.prefix },
  ds_lite: { kind: 'flag', name: 'DS-Lite', icon: 'mdi:transit-connection', ...waiting, optional: true, value: ({ wan }) => wan?.dslite },
  access: { kind: 'choice', name: 'Access', options: accesses, icon: 'mdi:transit-connection-variant', ...diagnostic, optional: true, value: ({ wan }) => wan?.access },
  downstream: rate('Line rate down', (wan) => wan.downstream, diagnostic),
  upstream: rate('Line rate up', (wan) => wan.upstream, diagnostic),
  receive_rate: rate('Receive rate', (wan) => bits(wan.receivedPerSecond)),
  send_rate: rate('Send rate', (wan) => bits(wan.sentPerSecond)),
  received: total('Received', (wan) => wan.received),
  sent: total('Sent', (wan) => wan.sent),
  ...tr064Metrics,
};

const target: Metrics<TargetReading> = reached;

export const metrics = { router, target, ...tr064PartMetrics };

const routerActions: Actions = {
  try_login: { name: 'Try login again', icon: 'mdi:account-reactivate', category: 'config' },
};

export const actions = { router: routerActions };

const event: EventDeclaration = { name: 'Event', icon: 'mdi:router-network', types: eventTypes };

export const events: { [Of in keyof RouterReadings]?: EventDeclaration } = {
  router: event,
  target: { ...event, icon: 'mdi:lan-disconnect', types: ['outage'] },
};
