import type { Metrics } from '../../../model/metric.ts';
import type { Tr064Parts } from './parts.ts';
import { accesses, type DslErrors, type Host, type MeshLink, type Tr064Reading } from './reading.ts';

/** What a router's reading has of TR-064. */
export interface WithTr064 {
  tr064?: Tr064Reading | undefined;
}

type Router = Metrics<WithTr064>;
type Metric = Router[string];

const diagnostic = { category: 'diagnostic' } as const;
const waiting = { ...diagnostic, enabled: false } as const;

/** Most routers have no line of the other kinds. */
const ofSome = { ...diagnostic, optional: true } as const;
const waitingOfSome = { ...waiting, optional: true } as const;

const mega = (value: number | undefined, by: number) => (value === undefined ? undefined : value / by);

const megabits = (
  name: string,
  icon: `mdi:${string}`,
  value: (reading: Tr064Reading) => number | undefined,
  visibility: typeof ofSome | typeof waitingOfSome = ofSome,
): Metric => ({
  kind: 'gauge',
  name,
  icon,
  deviceClass: 'data_rate',
  unit: 'Mbit/s',
  precision: 1,
  ...visibility,
  value: ({ tr064 }) => tr064 && value(tr064),
});

const signal = (unit: 'dB' | 'dBm', name: string, icon: `mdi:${string}`, value: (reading: Tr064Reading) => number | undefined): Metric => ({
  kind: 'gauge',
  name,
  icon,
  deviceClass: 'signal_strength',
  unit,
  precision: 1,
  ...ofSome,
  value: ({ tr064 }) => tr064 && value(tr064),
});

/** An error counter, and how much it grows. */
const errors = (key: string, name: string, of: keyof DslErrors, visibility: typeof ofSome | typeof waitingOfSome): Router => ({
  [`${key}_rate`]: {
    kind: 'gauge',
    name: `${name} per minute`,
    icon: 'mdi:alert-decagram-outline',
    unit: '1/min',
    precision: 2,
    ...visibility,
    value: ({ tr064 }) => tr064?.dsl?.errorRates[of],
  },
  [key]: { kind: 'counter', name, icon: 'mdi:counter', ...waitingOfSome, value: ({ tr064 }) => tr064?.dsl?.errors[of] },
});

const count = (hosts: readonly Host[] | undefined, isMeant: (host: Host) => boolean) => hosts?.filter(isMeant).length;

const clients = (name: string, icon: `mdi:${string}`, isMeant: (host: Host) => boolean): Metric => ({
  kind: 'gauge',
  name,
  icon,
  optional: true,
  value: ({ tr064 }) => count(tr064?.hosts, isMeant),
});

/** Beside what the router tells everybody. */
export const tr064Metrics: Router = {
  account: { kind: 'choice', name: 'Account', options: accesses, icon: 'mdi:account-key', ...ofSome, value: ({ tr064 }) => tr064?.access },
  account_problem: {
    kind: 'flag',
    name: 'Account problem',
    deviceClass: 'problem',
    ...ofSome,
    value: ({ tr064 }) => (tr064 === undefined || tr064.access === 'none' || tr064.access === 'unreachable' ? undefined : tr064.access !== 'granted'),
  },
  account_problem_hint: { kind: 'text', name: 'Account hint', icon: 'mdi:lightbulb-on-outline', ...ofSome, value: ({ tr064 }) => tr064?.hint },
  next_login: { kind: 'instant', name: 'Next login', jitter: 60, ...waitingOfSome, value: ({ tr064 }) => tr064?.nextLogin },
  refused_logins: { kind: 'counter', name: 'Refused logins', icon: 'mdi:account-cancel', ...waitingOfSome, value: ({ tr064 }) => tr064?.refusals },
  firmware: { kind: 'version', name: 'FRITZ!OS', ...ofSome, value: ({ tr064 }) => tr064?.update },
  booted: { kind: 'instant', name: 'Last boot', jitter: 60, ...ofSome, value: ({ tr064 }) => tr064?.bootedAt },

  clients: clients('Clients', 'mdi:devices', ({ isActive }) => isActive),
  lan_clients: clients('LAN clients', 'mdi:lan-connect', ({ isActive, over }) => isActive && over === 'lan'),
  wlan_clients: clients('WLAN clients', 'mdi:wifi', ({ isActive, over }) => isActive && over === 'wlan'),
  guests: clients('Guests', 'mdi:account-group', ({ isActive, isGuest }) => isActive && isGuest),
  known_clients: { kind: 'gauge', name: 'Known clients', icon: 'mdi:format-list-bulleted', ...waitingOfSome, value: ({ tr064 }) => tr064?.hosts?.length },

  // Of the socket: IGD tells what of it can be used.
  access_type: { kind: 'text', name: 'Access type', icon: 'mdi:transit-connection', ...waitingOfSome, value: ({ tr064 }) => tr064?.link?.access?.replace('X_AVM-DE_', '') },
  physical_link: { kind: 'flag', name: 'Physical link', deviceClass: 'connectivity', ...waitingOfSome, value: ({ tr064 }) => tr064?.link?.isUp },
  physical_down: megabits('Physical rate down', 'mdi:download-network', ({ link }) => mega(link?.rates.down, 1e6), waitingOfSome),
  physical_up: megabits('Physical rate up', 'mdi:upload-network', ({ link }) => mega(link?.rates.up, 1e6), waitingOfSome),

  dsl_sync: { kind: 'flag', name: 'DSL sync', deviceClass: 'connectivity', ...ofSome, value: ({ tr064 }) => tr064?.dsl?.isUp },
  dsl_down_rate: megabits('DSL rate down', 'mdi:download-network', ({ dsl }) => mega(dsl?.down.rate, 1e3)),
  dsl_up_rate: megabits('DSL rate up', 'mdi:upload-network', ({ dsl }) => mega(dsl?.up.rate, 1e3)),
  dsl_down_attainable: megabits('DSL attainable down', 'mdi:download-network-outline', ({ dsl }) => mega(dsl?.down.attainable, 1e3)),
  dsl_up_attainable: megabits('DSL attainable up', 'mdi:upload-network-outline', ({ dsl }) => mega(dsl?.up.attainable, 1e3)),
  dsl_down_noise_margin: signal('dB', 'DSL noise margin down', 'mdi:chart-bell-curve', ({ dsl }) => dsl?.down.noiseMargin),
  dsl_up_noise_margin: signal('dB', 'DSL noise margin up', 'mdi:chart-bell-curve', ({ dsl }) => dsl?.up.noiseMargin),
  dsl_down_attenuation: signal('dB', 'DSL attenuation down', 'mdi:arrow-down-bold-circle-outline', ({ dsl }) => dsl?.down.attenuation),
  dsl_up_attenuation: signal('dB', 'DSL attenuation up', 'mdi:arrow-up-bold-circle-outline', ({ dsl }) => dsl?.up.attenuation),
  dsl_retrains: { kind: 'counter', name: 'DSL retrains', icon: 'mdi:restart', ...ofSome, value: ({ tr064 }) => tr064?.dsl?.retrains },
  ...errors('dsl_crc_errors', 'DSL CRC errors', 'crc', ofSome),
  ...errors('dsl_fec_errors', 'DSL FEC errors', 'fec', waitingOfSome),
  ...errors('dsl_crc_errors_up', 'DSL CRC errors up', 'crcUp', waitingOfSome),
  ...errors('dsl_fec_errors_up', 'DSL FEC errors up', 'fecUp', waitingOfSome),
  ...errors('dsl_errored_seconds', 'DSL errored seconds', 'erroredSeconds', waitingOfSome),
  ...errors('dsl_severely_errored_seconds', 'DSL severely errored seconds', 'severelyErroredSeconds', waitingOfSome),

  fibre_received: signal('dBm', 'Fibre power received', 'mdi:lightbulb-on-outline', ({ fibre }) => fibre?.received),
  fibre_transmitted: signal('dBm', 'Fibre power transmitted', 'mdi:lightbulb-outline', ({ fibre }) => fibre?.transmitted),

  mobile_technology: { kind: 'text', name: 'Mobile technology', icon: 'mdi:signal-variant', ...ofSome, value: ({ tr064 }) => tr064?.mobile?.technology },
  mobile_signal: signal('dBm', 'Mobile signal', 'mdi:signal', ({ mobile }) => mobile?.signal[0]),
  mobile_signal_2: signal('dBm', 'Mobile signal 2', 'mdi:signal', ({ mobile }) => mobile?.signal[1]),
  mobile_roaming: { kind: 'flag', name: 'Mobile roaming', icon: 'mdi:earth', ...waitingOfSome, value: ({ tr064 }) => tr064?.mobile?.roaming },
};

const linkRate = (
  name: string,
  icon: `mdi:${string}`,
  visibility: typeof diagnostic | typeof waiting,
  of: (link: Partial<MeshLink>) => number | undefined,
): Metrics<Partial<MeshLink>>[string] => ({
  kind: 'gauge',
  name,
  icon,
  deviceClass: 'data_rate',
  unit: 'Mbit/s',
  ...visibility,
  value: (reading) => mega(of(reading), 1e3),
});

export const tr064PartMetrics: { [Of in keyof Tr064Parts]: Metrics<Tr064Parts[Of]> } = {
  radio: {
    clients: { kind: 'gauge', name: 'Clients', icon: 'mdi:wifi', value: (r) => r.clients },
    up: { kind: 'flag', name: 'On', deviceClass: 'running', ...diagnostic, value: (r) => r.isUp },
    channel: { kind: 'gauge', name: 'Channel', icon: 'mdi:radio-tower', ...diagnostic, value: (r) => r.channel },
    ssid: { kind: 'text', name: 'Network', icon: 'mdi:wifi-settings', ...waiting, value: (r) => r.ssid },
    standard: { kind: 'text', name: 'Standard', icon: 'mdi:wifi-star', ...waiting, value: (r) => r.standard },
  },
  repeater: {
    connected: { kind: 'flag', name: 'Connected', deviceClass: 'connectivity', value: (r) => r.isConnected },
    clients: { kind: 'gauge', name: 'Clients', icon: 'mdi:devices', value: (r) => r.clients },
    model: { kind: 'text', name: 'Model', icon: 'mdi:access-point', ...waiting, value: (r) => r.model },
    firmware: { kind: 'text', name: 'FRITZ!OS', icon: 'mdi:chip', ...diagnostic, value: (r) => r.firmware },
  },
  meshlink: {
    connected: { kind: 'flag', name: 'Connected', deviceClass: 'connectivity', ...diagnostic, value: (r) => r.isConnected },
    down: linkRate('Rate down', 'mdi:download-network', diagnostic, (r) => r.down),
    up: linkRate('Rate up', 'mdi:upload-network', diagnostic, (r) => r.up),
    down_best: linkRate('Best rate down', 'mdi:download-network-outline', waiting, (r) => r.downAtBest),
    up_best: linkRate('Best rate up', 'mdi:upload-network-outline', waiting, (r) => r.upAtBest),
  },
  client: {
    present: { kind: 'flag', name: 'Present', deviceClass: 'presence', value: (r) => r.isPresent },
    speed: { kind: 'gauge', name: 'Speed', icon: 'mdi:speedometer', deviceClass: 'data_rate', unit: 'Mbit/s', ...waiting, value: (r) => r.host?.speed },
  },
};
