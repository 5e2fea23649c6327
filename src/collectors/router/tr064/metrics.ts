import { diagnostic, disabledDiagnostic, type MetricDeclarations } from '../../../model/metric.ts';
import { declarePartTable } from '../../../model/table.ts';
import { repeaterFindings } from '../problems.ts';
import type { FritzBoxTexts } from './advice.ts';
import {
  optionalDiagnostic,
  optionalDisabledDiagnostic,
  type Tr064ShareOfRouterReading,
  tr064LineMetrics,
} from './line-metrics.ts';
import { type LanHostEntry, loginStates, type MeshLinkReading } from './reading.ts';
import type { Tr064SubDeviceReadingByTable } from './sub-devices.ts';

type Router = MetricDeclarations<Tr064ShareOfRouterReading>;

const countHosts = (hosts: readonly LanHostEntry[] | undefined, isCounted: (host: LanHostEntry) => boolean) =>
  hosts?.filter(isCounted).length;

const clientsMetric = (
  name: string,
  icon: `mdi:${string}`,
  isCounted: (host: LanHostEntry) => boolean,
): Router[string] => ({
  kind: 'gauge',
  name,
  icon,
  optional: true,
  value: ({ tr064 }) => countHosts(tr064?.hosts, isCounted),
});

/** Metrics that a router has in addition to those that it reveals without a login. */
export const tr064RouterMetrics = {
  account: {
    kind: 'enum',
    name: 'Account',
    options: loginStates,
    icon: 'mdi:account-key',
    ...optionalDisabledDiagnostic,
    value: ({ tr064 }) => tr064?.access,
  },
  account_problem: {
    kind: 'boolean',
    name: 'Account problem',
    deviceClass: 'problem',
    ...optionalDiagnostic,
    value: ({ tr064 }) =>
      tr064?.access === undefined || tr064.access === 'none' || tr064.access === 'unreachable'
        ? undefined
        : tr064.access !== 'granted',
  },
  account_problem_hint: {
    kind: 'text',
    name: 'Account hint',
    icon: 'mdi:lightbulb-on-outline',
    ...optionalDiagnostic,
    value: ({ tr064 }, texts?: FritzBoxTexts) => tr064?.hint?.(texts),
  },
  next_login: {
    kind: 'timestamp',
    name: 'Next login',
    deadband: 60,
    ...optionalDisabledDiagnostic,
    value: ({ tr064 }) => tr064?.nextLogin,
  },
  refused_logins: {
    kind: 'counter',
    name: 'Refused logins',
    icon: 'mdi:account-cancel',
    ...optionalDisabledDiagnostic,
    value: ({ tr064 }) => tr064?.refusals,
  },
  firmware: { kind: 'update', name: 'FRITZ!OS', ...optionalDiagnostic, value: ({ tr064 }) => tr064?.update },
  booted: {
    kind: 'timestamp',
    name: 'Last boot',
    deadband: 60,
    ...optionalDiagnostic,
    value: ({ tr064 }) => tr064?.bootedAt,
  },

  clients: clientsMetric('Clients', 'mdi:devices', ({ isActive }) => isActive),
  lan_clients: clientsMetric('LAN clients', 'mdi:lan-connect', ({ isActive, over }) => isActive && over === 'lan'),
  wlan_clients: clientsMetric('WLAN clients', 'mdi:wifi', ({ isActive, over }) => isActive && over === 'wlan'),
  guests: clientsMetric('Guests', 'mdi:account-group', ({ isActive, isGuest }) => isActive && isGuest),
  known_clients: {
    kind: 'gauge',
    name: 'Known clients',
    icon: 'mdi:format-list-bulleted',
    ...optionalDisabledDiagnostic,
    value: ({ tr064 }) => tr064?.hosts?.length,
  },

  ...tr064LineMetrics,
} satisfies Router;

const linkRateMetric = (
  name: string,
  icon: `mdi:${string}`,
  visibility: typeof diagnostic | typeof disabledDiagnostic,
  select: (link: Partial<MeshLinkReading>) => number | undefined,
): MetricDeclarations<Partial<MeshLinkReading>>[string] => ({
  kind: 'gauge',
  name,
  icon,
  deviceClass: 'data_rate',
  unit: 'Mbit/s',
  ...visibility,
  // A link of a repeater that is off has no rate.
  optional: true,
  value: select,
});

const radioMetrics = {
  clients: { kind: 'gauge', name: 'Clients', icon: 'mdi:wifi', value: (r) => r.clients },
  up: { kind: 'boolean', name: 'On', deviceClass: 'running', ...diagnostic, value: (r) => r.isUp },
  channel: { kind: 'gauge', name: 'Channel', icon: 'mdi:radio-tower', ...disabledDiagnostic, value: (r) => r.channel },
  ssid: { kind: 'text', name: 'Network', icon: 'mdi:wifi-settings', ...disabledDiagnostic, value: (r) => r.ssid },
  standard: {
    kind: 'text',
    name: 'Standard',
    icon: 'mdi:wifi-star',
    ...disabledDiagnostic,
    value: (r) => r.standard,
  },
} satisfies MetricDeclarations<Tr064SubDeviceReadingByTable['radio']>;

const repeaterMetrics = {
  connected: { kind: 'boolean', name: 'Connected', deviceClass: 'connectivity', value: (r) => r.isConnected },
  clients: { kind: 'gauge', name: 'Clients', icon: 'mdi:devices', value: (r) => r.clients },
  model: { kind: 'text', name: 'Model', icon: 'mdi:access-point', ...disabledDiagnostic, value: (r) => r.model },
  firmware: {
    kind: 'text',
    name: 'FRITZ!OS',
    icon: 'mdi:chip',
    ...disabledDiagnostic,
    optional: true,
    value: (r) => r.firmware,
  },
} satisfies MetricDeclarations<Tr064SubDeviceReadingByTable['repeater']>;

const meshLinkMetrics = {
  connected: {
    kind: 'boolean',
    name: 'Connected',
    deviceClass: 'connectivity',
    // The repeater itself has one for all of its links.
    ...disabledDiagnostic,
    value: (r) => r.isConnected,
  },
  down: linkRateMetric('Rate down', 'mdi:download-network', diagnostic, (r) => r.down),
  up: linkRateMetric('Rate up', 'mdi:upload-network', diagnostic, (r) => r.up),
  down_best: linkRateMetric('Best rate down', 'mdi:download-network-outline', disabledDiagnostic, (r) => r.downAtBest),
  up_best: linkRateMetric('Best rate up', 'mdi:upload-network-outline', disabledDiagnostic, (r) => r.upAtBest),
} satisfies MetricDeclarations<Tr064SubDeviceReadingByTable['meshlink']>;

const clientMetrics = {
  present: { kind: 'boolean', name: 'Present', deviceClass: 'presence', value: (r) => r.isPresent },
  speed: {
    kind: 'gauge',
    name: 'Speed',
    icon: 'mdi:speedometer',
    deviceClass: 'data_rate',
    unit: 'Mbit/s',
    ...disabledDiagnostic,
    value: (r) => r.host?.speedBytesPerSecond,
  },
} satisfies MetricDeclarations<Tr064SubDeviceReadingByTable['client']>;

export const tr064SubDeviceTables = {
  radio: declarePartTable({ title: 'WLAN radio', icon: 'mdi:wifi', metrics: radioMetrics }),
  repeater: declarePartTable({
    title: 'Repeater',
    icon: 'mdi:access-point',
    metrics: repeaterMetrics,
    problems: repeaterFindings,
  }),
  meshlink: declarePartTable({ title: 'Mesh link', icon: 'mdi:transit-connection-variant', metrics: meshLinkMetrics }),
  client: declarePartTable({ title: 'Client', icon: 'mdi:devices', metrics: clientMetrics }),
};
