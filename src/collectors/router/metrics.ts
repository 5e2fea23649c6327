import type { ActionDeclarations } from '../../model/action.ts';
import type { EventDeclaration } from '../../model/event.ts';
import { diagnostic, disabledDiagnostic, type MetricDeclarations } from '../../model/metric.ts';
import { declareDeviceTable } from '../../model/table.ts';
import { routerFindings, targetFindings } from './problems.ts';
import { reachabilityMetrics, targetMetrics } from './reachability.ts';
import { type RouterReading, type WanReading, wanAccessTypes, wanStatuses } from './reading.ts';
import { isWanConnected, routerEventTypes } from './router-events.ts';
import { tr064RouterMetrics, tr064SubDeviceTables } from './tr064/metrics.ts';

const rateMetric = (
  name: string,
  icon: `mdi:${string}`,
  select: (wan: WanReading) => number | undefined,
  overrides: typeof diagnostic | object = {},
): MetricDeclarations<RouterReading>[string] => ({
  kind: 'gauge',
  name,
  icon,
  deviceClass: 'data_rate',
  unit: 'Mbit/s',
  precision: 2,
  deadband: 0.1,
  ...overrides,
  optional: true,
  value: ({ wan }) => wan && select(wan),
});

const totalMetric = (
  name: string,
  select: (wan: WanReading) => number | undefined,
): MetricDeclarations<RouterReading>[string] => ({
  kind: 'counter',
  name,
  deviceClass: 'data_size',
  unit: 'GB',
  precision: 3,
  deadband: 0.01,
  ...diagnostic,
  optional: true,
  value: ({ wan }) => wan && select(wan),
});

const ownRouterMetrics = {
  ...reachabilityMetrics,
  dns: { kind: 'boolean', name: 'DNS', deviceClass: 'connectivity', optional: true, value: ({ dns }) => dns?.answers },
  dns_latency: {
    kind: 'gauge',
    name: 'DNS latency',
    deviceClass: 'duration',
    unit: 'ms',
    precision: 1,
    deadband: 2,
    ...disabledDiagnostic,
    optional: true,
    value: ({ dns }) => dns?.latencySeconds,
  },
  wan: {
    kind: 'boolean',
    name: 'Internet',
    deviceClass: 'connectivity',
    optional: true,
    value: ({ wan }) => wan && isWanConnected(wan),
  },
  wan_status: {
    kind: 'enum',
    name: 'Connection status',
    options: wanStatuses,
    icon: 'mdi:wan',
    ...disabledDiagnostic,
    optional: true,
    value: ({ wan }) => wan?.status,
  },
  wan_link: {
    kind: 'boolean',
    name: 'Line',
    deviceClass: 'connectivity',
    ...diagnostic,
    optional: true,
    value: ({ wan }) => wan?.link,
  },
  connected_since: {
    kind: 'timestamp',
    name: 'Connected since',
    deadband: 60,
    ...diagnostic,
    optional: true,
    value: (r) => r.connectedSince,
  },
  last_error: {
    kind: 'text',
    name: 'Last connection error',
    icon: 'mdi:alert-circle',
    ...disabledDiagnostic,
    optional: true,
    value: ({ wan }) => wan?.lastError,
  },
  ipv4: {
    kind: 'text',
    name: 'External IPv4 address',
    icon: 'mdi:ip-network',
    ...diagnostic,
    optional: true,
    value: ({ wan }) => wan?.ipv4,
  },
  ipv6: {
    kind: 'text',
    name: 'External IPv6 address',
    icon: 'mdi:ip-network',
    ...diagnostic,
    optional: true,
    value: ({ wan }) => wan?.ipv6,
  },
  ipv6_prefix: {
    kind: 'text',
    name: 'IPv6 prefix',
    icon: 'mdi:ip-network-outline',
    ...disabledDiagnostic,
    optional: true,
    value: ({ wan }) => wan?.prefix,
  },
  ds_lite: {
    kind: 'boolean',
    name: 'DS-Lite',
    icon: 'mdi:transit-connection',
    ...disabledDiagnostic,
    optional: true,
    value: ({ wan }) => wan?.dslite,
  },
  access: {
    kind: 'enum',
    name: 'Access',
    options: wanAccessTypes,
    icon: 'mdi:transit-connection-variant',
    ...disabledDiagnostic,
    optional: true,
    value: ({ wan }) => wan?.access,
  },
  downstream: rateMetric('Line rate down', 'mdi:speedometer', (wan) => wan.downstreamBytesPerSecond, diagnostic),
  upstream: rateMetric('Line rate up', 'mdi:speedometer', (wan) => wan.upstreamBytesPerSecond, diagnostic),
  receive_rate: rateMetric('Receive rate', 'mdi:download-network', (wan) => wan.receivedPerSecond),
  send_rate: rateMetric('Send rate', 'mdi:upload-network', (wan) => wan.sentPerSecond),
  received: totalMetric('Received', (wan) => wan.received),
  sent: totalMetric('Sent', (wan) => wan.sent),
  ...tr064RouterMetrics,
} satisfies MetricDeclarations<RouterReading>;

const ownRouterActions = {
  try_login: { name: 'Try login again', icon: 'mdi:account-reactivate', category: 'config' },
} satisfies ActionDeclarations;

const ownRouterEvent: EventDeclaration = { name: 'Event', icon: 'mdi:router-network', types: routerEventTypes };

const targetEvent: EventDeclaration = { ...ownRouterEvent, icon: 'mdi:lan-disconnect', types: ['outage'] };

export const routerTables = {
  router: declareDeviceTable({
    title: 'Router',
    icon: 'mdi:router-network',
    isMain: true,
    metrics: ownRouterMetrics,
    actions: ownRouterActions,
    event: ownRouterEvent,
    problems: routerFindings,
  }),
  target: declareDeviceTable({
    title: 'Target',
    icon: 'mdi:lan-connect',
    metrics: targetMetrics,
    event: targetEvent,
    problems: targetFindings,
  }),
  ...tr064SubDeviceTables,
};
