import { homeAssistantCollector } from '../../src/collectors/home-assistant/index.ts';
import { hostCollector } from '../../src/collectors/host/index.ts';
import { allCollectors } from '../../src/collectors/index.ts';
import { routerCollector } from '../../src/collectors/router/index.ts';
import { sitesCollector } from '../../src/collectors/sites/index.ts';
import { nvmeCollector } from '../../src/collectors/storage/nvme/index.ts';
import type { DriveReading } from '../../src/collectors/storage/nvme/reading.ts';
import { MutableAgentState } from '../../src/loop/mutable-agent-state.ts';
import { RecentMetricHistory } from '../../src/loop/recent-metric-history.ts';
import type { AnyCollectorDefinition, ObservationOrComplaint } from '../../src/model/collector.ts';
import type { Device } from '../../src/model/device.ts';
import type { AgentIdentity } from '../../src/model/state.ts';
import type { PageContext } from '../../src/views/page/index.ts';

type Readings = ObservationOrComplaint<Record<string, unknown>>[];

const GB = 1e9;

const ago = (seconds: number, now: Date) => new Date(now.getTime() - seconds * 1000);
const wave = (minute: number, period: number, low: number, high: number) =>
  low + ((high - low) * (1 + Math.sin((minute / period) * 2 * Math.PI) * Math.cos(minute / 7))) / 2;

const machine: Device = {
  id: 'nas',
  name: 'nas',
  manufacturer: 'ASUSTeK',
  model: 'PRIME N100I-D D4',
  softwareVersion: 'Debian GNU/Linux 12 (bookworm)',
};

const filesystem = (id: string, total: number, used: number, readOnly = false): Readings[number] => ({
  table: 'filesystem',
  device: machine,
  part: { id, name: `File system ${id}` },
  reading: {
    total: total * GB,
    available: (total - used) * GB,
    usedRatio: used / total,
    inodesUsedRatio: 0.1,
    readOnly,
  },
});

const network = (id: string, received: number, sent: number, link: boolean): Readings[number] => ({
  table: 'interface',
  device: machine,
  part: { id, name: id },
  reading: {
    received: 1e12,
    sent: 2e11,
    receivedPerSecond: received * 125_000,
    sentPerSecond: sent * 125_000,
    link,
    speedBytesPerSecond: 2.5e9 / 8,
  },
});

const disk = (id: string, read: number, written: number, busy: number): Readings[number] => ({
  table: 'disk',
  device: machine,
  part: { id, name: `Disk ${id}` },
  reading: { readPerSecond: read * 1e6, writtenPerSecond: written * 1e6, busy: busy / 100 },
});

const hostAt = (minute: number, now: Date): Readings => [
  {
    table: 'host',
    device: machine,
    reading: {
      cpu: {
        used: minute > 40 && minute < 47 ? 0.88 : wave(minute, 25, 0.06, 0.24),
        user: 0.05,
        system: 0.02,
        iowait: 0,
        steal: 0,
      },
      load: { one: 0.4, five: wave(minute, 40, 0.2, 1.4), fifteen: 0.5 },
      cpuTemperature: wave(minute, 50, 44, 58),
      memory: { total: 16 * GB, available: wave(minute, 55, 8, 10) * GB, swapTotal: 2 * GB, swapFree: 1.9 * GB },
      pressure: { cpu: 0.01, memory: 0, io: wave(minute, 30, 0, 0.06) },
      bootTime: ago(41 * 86_400, now),
      reboot: { required: true, packages: ['linux-image-amd64'] },
      failedUnits: [],
    },
  },
  filesystem('/', 62, 21),
  filesystem('/boot/efi', 0.53, 0.01),
  filesystem('/srv/media', 8000, 7420 + minute / 6),
  minute < 48
    ? filesystem('/mnt/backup', 4000, 1900)
    : {
        table: 'filesystem',
        device: machine,
        part: { id: '/mnt/backup', name: 'File system /mnt/backup' },
        error: new Error('statfs /mnt/backup: timed out after 2 s'),
      },
  network('eno1', wave(minute, 20, 2, 180), wave(minute, 15, 1, 24), true),
  network('wlo1', 0, 0, false),
  disk('nvme0n1', wave(minute, 12, 0, 8), wave(minute, 18, 1, 30), wave(minute, 18, 0, 22)),
  disk('sda', wave(minute, 28, 0, 110), 0, wave(minute, 28, 0, 60)),
];

const log: DriveReading['log'] = {
  criticalWarning: 0,
  sensors: [],
  availableSpare: 100,
  percentageUsed: 6,
  dataUnitsWritten: 81_000_000n,
  powerOnHours: 19_412n,
  unsafeShutdowns: 31n,
  mediaErrors: 0n,
};

const drive = (id: string, name: string, model: string, reading: Partial<DriveReading>): Readings[number] => ({
  table: 'drive',
  device: { id, name, manufacturer: 'Samsung', model, serialNumber: id, via: 'nas' },
  reading: {
    source: 'nvme_cli',
    sensors: [],
    limits: {},
    problem: false,
    temperatureAlarm: false,
    log,
    writtenPerDay: 41 * GB,
    ...reading,
  },
});

const drivesAt = (minute: number): Readings => [
  drive('S4EWNX0N123456', 'Samsung 980 PRO', 'SSD 980 PRO 1TB', { temperature: wave(minute, 40, 40, 49) }),
  drive('S5GXNF0R654321', 'Samsung 970 EVO', 'SSD 970 EVO Plus 2TB', {
    temperature: wave(minute, 40, 55, 72),
    problem: true,
    reason: () => '7 media errors, 2 of them new since they were acknowledged',
    log: { ...log, percentageUsed: 71, availableSpare: 62, mediaErrors: 7n },
  }),
];

const fritzBox: Device = {
  id: 'home',
  name: 'home',
  manufacturer: 'AVM',
  model: 'FRITZ!Box 7590',
  softwareVersion: '8.02',
  configurationUrl: 'http://fritz.box',
};

const routersAt = (minute: number, now: Date): Readings => [
  {
    table: 'router',
    device: fritzBox,
    reading: {
      reachable: true,
      problem: false,
      probe: {
        by: 'icmp',
        stats: {
          sent: 5,
          received: minute % 17 === 16 ? 4 : 5,
          minMs: 0.4,
          meanMs: wave(minute, 9, 0.5, 0.9),
          maxMs: 1.4,
        },
      },
      dns: { answers: true, latencySeconds: 0.012 },
      connectedSince: ago(11 * 86_400, now),
      wan: {
        status: 'connected',
        link: true,
        access: 'dsl',
        ipv4: '203.0.113.17',
        downstreamBytesPerSecond: 14_600_000,
        upstreamBytesPerSecond: 5_837_500,
        receivedPerSecond: wave(minute, 20, 2, 110) * 125_000,
        sentPerSecond: wave(minute, 15, 1, 24) * 125_000,
      },
    },
  },
];

const instancesAt = (minute: number, now: Date): Readings => [
  {
    table: 'instance',
    device: {
      id: 'home assistant',
      name: 'Home Assistant',
      softwareVersion: '2026.3.1',
      configurationUrl: 'http://homeassistant.local:8123',
    },
    reading: {
      visit: {
        state: 'running',
        reachable: true,
        version: '2026.3.1',
        latencySeconds: 0.004,
        details: { entities: 412, unavailable: minute < 50 ? 6 : 9, repairs: 1, updates: {} },
      },
      history: { started: ago(4 * 86_400, now).toISOString(), restarts: 3, outages: 1 },
    },
  },
];

const site = (name: string, agents: readonly string[], since: Date): Readings => [
  {
    table: 'site',
    device: { id: name, name, model: 'Site' },
    reading: { online: true, expected: agents.length, lost: 0, cause: 'well', text: () => 'none', since },
  },
  ...agents.map((agent): Readings[number] => ({
    table: 'agent',
    device: { id: `agent ${agent}`, name: agent, via: name },
    reading: { online: true, text: () => 'online' },
  })),
];

const sitesAt = (_: number, now: Date): Readings => [
  ...site('Berlin', ['nas', 'pi'], ago(12 * 86_400, now)),
  ...site('Cabin', ['shed'], ago(30_000, now)),
];

/** A lab as a page shows it: what the collectors would have read in the hour before `now`. */
export function household(now: Date): PageContext & { state: MutableAgentState } {
  const agent: AgentIdentity = {
    id: 'nas',
    name: 'nas',
    site: 'Berlin',
    version: '0.1.0',
    startedAt: ago(3.2 * 86_400, now),
    baseTopic: 'infra-monitor',
    discoveryPrefix: 'homeassistant',
    homeAssistantBirth: { topic: 'homeassistant/status', payload: 'online' },
  };
  const state = new MutableAgentState('mqtt://homeassistant.local:1883');
  const history = new RecentMetricHistory();
  const read: [AnyCollectorDefinition, (minute: number, now: Date) => Readings][] = [
    [hostCollector, hostAt],
    [nvmeCollector, drivesAt],
    [routerCollector, routersAt],
    [homeAssistantCollector, instancesAt],
    [sitesCollector, sitesAt],
  ];
  for (const [collector] of read) state.add(collector);
  state.broker.connected = true;
  Object.defineProperty(state.broker, 'since', { value: agent.startedAt });
  for (let minute = 0; minute <= 60; minute += 1) {
    for (const [collector, observations] of read) {
      const at = ago((60 - minute) * 60 + 12, now);
      state.record(collector, { ok: true, observations: observations(minute, now), at, seconds: 0.2 });
      const room = state.collectors.get(collector.id);
      if (room !== undefined) history.record(collector, room, at);
    }
  }
  return { catalogue: allCollectors, agent, state, history };
}
