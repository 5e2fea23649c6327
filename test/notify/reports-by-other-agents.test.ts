import { expect, onTestFinished, test, vi } from 'vitest';
import type { Device } from '../../src/model/device.ts';
import { startBroker } from '../helpers/broker.ts';
import { startNotificationServer } from '../helpers/notification-server.ts';
import { observe } from '../helpers/observer.ts';
import { type Readings, type ReadingsByCollector, ReportingAgent } from '../helpers/reporting-agent.ts';
import { until } from '../helpers/until.ts';

const GiB = 1024 ** 3;
type Reading = Readings[number];

const machine = (name: string): Device => ({ id: name, name });
/** All that is known of a machine: what is not known is not over. */
const host = (name: string, reading: object = {}): Reading => ({
  table: 'host',
  device: machine(name),
  reading: {
    failedUnits: [],
    memoryShortSeconds: 0,
    cpuTemperature: 50,
    cpuCriticalTemperature: 100,
    throttled: false,
    underVoltage: false,
    reboot: { required: false },
    ...reading,
  },
});
const filesystem = (name: string, point: string, reading: object = {}): Reading => ({
  table: 'filesystem',
  device: machine(name),
  part: { id: point, name: `File system ${point}` },
  reading: { total: 100 * GiB, available: 50 * GiB, usedRatio: 0.5, readOnly: false, ...reading },
});
const hanging = (name: string, point: string): Reading => ({
  table: 'filesystem',
  device: machine(name),
  part: { id: point, name: `File system ${point}` },
  error: new Error('does not answer'),
});
const drive = (agent: string, serialNumber: string, reading: object = {}): Reading => ({
  table: 'drive',
  device: { id: serialNumber, name: `${agent} SSD ${serialNumber}`, serialNumber, via: agent },
  reading: { problem: false, temperatureAlarm: false, temperature: 41, limits: {}, sensors: [], ...reading },
});
const box = (agent: string, name: string, macAddress: string): Device => ({
  id: name,
  name: `${agent} ${name}`,
  macAddress,
  shared: { key: macAddress, rank: 0 },
  via: agent,
  isGateway: true,
});
const berlinBox = (agent: string) => box(agent, 'home', '02:00:5E:00:53:01');
const cottageBox = box('proxmox', 'cottage', '02:00:5E:00:53:02');
const router = (device: Device, reading: object = {}): Reading => ({
  table: 'router',
  device,
  reading: { reachable: true, problem: false, wan: { link: true, access: 'dsl', status: 'connected' }, ...reading },
});
const lineDown = { wan: { link: false, access: 'dsl', status: 'disconnected' } };
const repeater = (device: Device, isConnected: boolean): Reading => ({
  table: 'repeater',
  device,
  part: { id: 'shed', name: 'shed' },
  reading: { isConnected },
});
const target = (agent: string, reachable: boolean): Reading => ({
  table: 'target',
  device: { id: 'cloud', name: `${agent} cloud`, via: agent, isBeyondGateway: true },
  reading: { reachable, problem: !reachable },
});
const instance = (name: string, reachable: boolean, more: Partial<Device> = {}): Reading => ({
  table: 'instance',
  device: { id: name, name, ...more },
  reading: { visit: { reachable, state: reachable ? 'running' : 'refused' }, hint: () => 'nothing listens there' },
});

/** What each agent reads while all is well. */
const well: Record<string, ReadingsByCollector> = {
  nas: {
    host: [host('nas'), filesystem('nas', '/'), filesystem('nas', '/tank'), filesystem('nas', '/srv')],
    nvme: [drive('nas', 'S1'), drive('nas', 'S2'), drive('nas', 'S3')],
    router: [router(berlinBox('nas')), target('nas', true), repeater(berlinBox('nas'), true)],
    home_assistant: [
      instance('Home Assistant', true, { via: 'nas' }),
      instance('Home Assistant far', true, { isBeyondGateway: true }),
    ],
    sites: [],
  },
  pi: {
    host: [host('pi'), filesystem('pi', '/'), filesystem('pi', '/data')],
    router: [router(berlinBox('pi')), target('pi', true)],
  },
  proxmox: {
    host: [host('proxmox'), filesystem('proxmox', '/'), filesystem('proxmox', '/mnt/backup')],
    nvme: [drive('proxmox', 'S9')],
    router: [router(cottageBox), target('proxmox', true), repeater(cottageBox, true)],
  },
};

const faulty: Record<string, ReadingsByCollector> = {
  nas: {
    host: [
      host('nas', { failedUnits: ['smbd.service'], memoryShortSeconds: 400, reboot: { required: true } }),
      filesystem('nas', '/', { inodesUsedRatio: 0.97 }),
      filesystem('nas', '/tank', { available: 0, usedRatio: 1 }),
      filesystem('nas', '/srv', { usedRatio: 0.9, available: 10 * GiB, secondsToFull: 7200 }),
    ],
    nvme: [
      drive('nas', 'S1', { problem: true, reason: () => 'available spare below threshold (7 %, threshold 10 %)' }),
      drive('nas', 'S2', { temperatureAlarm: true, temperature: 85, limits: { warning: 82 } }),
    ],
    router: [router(berlinBox('nas'), lineDown), target('nas', false), repeater(berlinBox('nas'), false)],
    home_assistant: [
      instance('Home Assistant', false, { via: 'nas' }),
      instance('Home Assistant far', false, { isBeyondGateway: true }),
    ],
    sites: [],
  },
  pi: {
    host: [
      host('pi', { throttled: true, underVoltage: true, cpuTemperature: 105 }),
      filesystem('pi', '/', { readOnly: true, wasWritable: true }),
      filesystem('pi', '/data', { available: 3 * GiB, usedRatio: 0.97 }),
    ],
    router: [router(berlinBox('pi'), lineDown), target('pi', false)],
  },
  proxmox: {
    host: [
      host('proxmox'),
      filesystem('proxmox', '/'),
      hanging('proxmox', '/mnt/backup'),
      { complaint: 'HOST_FILESYSTEMS: there is no mount point /mnt/media', key: '/mnt/media' },
    ],
    nvme: 'timed out after 10 s',
    router: [
      router(cottageBox, { reachable: false, problem: true }),
      target('proxmox', false),
      repeater(cottageBox, false),
    ],
  },
};

/** Each fault once, though two agents see the line of Berlin. Nothing of what another one explains (internet, cloud,
 * throttled, the repeater of the cottage, the far Home Assistant), of the reboot, or of the old agent that does not say
 * what is wrong. */
const faults = [
  'data_at_risk nas SSD S1: available spare below threshold (7 %, threshold 10 %)',
  'degraded NVMe drives: timed out after 10 s',
  'degraded Host: HOST_FILESYSTEMS: there is no mount point /mnt/media',
  'degraded nas File system /: nearly out of inodes: 95 % used',
  'degraded nas File system /srv: full within a day at this rate',
  'degraded nas SSD S2: too hot: at its limit of 82 °C',
  'degraded nas home shed: not connected',
  'degraded nas: failed systemd unit: smbd.service',
  'degraded nas: memory is used up: less than 5 % available, and swapping or waiting for it',
  'degraded pi File system /data: nearly full: 95 % used',
  'degraded pi: CPU at its critical temperature of 100 °C',
  'degraded pi: the supply voltage is too low',
  'degraded proxmox File system /mnt/backup: does not answer',
  'outage Berlin: agent attic is lost',
  'outage Home Assistant: nothing listens there',
  'outage nas File system /tank: no space left',
  'outage nas SSD S3: no longer present',
  'outage nas home: the DSL line is out of sync',
  'outage pi File system /: became read-only',
  'outage proxmox cottage: does not answer',
].sort();

test('twenty faults in three homes: twenty messages and their ends', async () => {
  const broker = await startBroker();
  const { url: webhook, received } = await startNotificationServer();
  const lab = { mqtt: broker.settings, webhook };
  const observer = await observe(broker.url, { protocolVersion: 4 });
  const say = (topic: string, payload: string) =>
    observer.client.publishAsync(`infra-monitor/${topic}`, payload, { retain: true });
  const allWell = JSON.stringify({ worst: null, count: 0, reason: null, problems: [], told: [] });
  // They have run before: the first list of all is published ten seconds later.
  for (const name of ['attic', ...Object.keys(well)]) await say(`${name}/problems`, allWell);
  await say('attic/agent/attic', '{"site":"Berlin"}');
  await say('attic/status', 'online');
  // It does not say what is wrong.
  await say('old/agent/old', '{"site":"Cottage"}');
  await say('old/status', 'online');

  const sites: Record<string, string> = { nas: 'Berlin', pi: 'Berlin', proxmox: 'Cottage' };
  const agents = new Map<string, ReportingAgent>();
  const started: ReportingAgent[] = [];
  const start = async (name: string, readings: ReadingsByCollector) => {
    const agent = await ReportingAgent.start(lab, name, sites[name] ?? '', readings);
    agents.set(name, agent);
    started.push(agent);
  };
  for (const [name, readings] of Object.entries(well)) await start(name, readings);
  // Nobody waits for an agent that is offline.
  await until('everybody takes everybody for connected', () =>
    started.every((one) => started.every(({ identity }) => one.takesForOnline(identity.id))),
  );
  vi.useFakeTimers({ toFake: ['Date', 'performance'], now: new Date('2026-11-01T12:00:00Z') });
  onTestFinished(() => void vi.useRealTimers());

  const byKind = (kind: string) =>
    received
      .filter(({ body }) => body.kind === kind)
      .map(({ body }) => `${body.severity} ${body.subject}: ${body.what}`);
  const sent = vi.spyOn(globalThis, 'fetch');
  onTestFinished(() => sent.mockRestore());
  /** All that was sent has arrived, and each agent knows what the others have told. */
  const settled = () =>
    until('everybody knows what was told', () => {
      const all = [...agents.values()];
      const calls = sent.mock.calls.length;
      const isQuiet = received.length === calls && started.reduce((sum, { reported }) => sum + reported, 0) === calls;
      return isQuiet && all.every((one) => all.every((other) => one.hasHeard(other)));
    });
  /** Every agent reads every five seconds. */
  const pass = async (seconds: number, readings: Record<string, ReadingsByCollector>) => {
    for (let passed = 0; passed < seconds; passed += 5) {
      vi.advanceTimersByTime(5000);
      for (const [name, agent] of agents) await agent.read(readings[name] ?? {});
      for (const agent of agents.values()) agent.check();
      await settled();
    }
  };

  await pass(60, well);
  expect(received).toEqual([]);
  await say('attic/status', 'offline');
  await until('attic is lost', () => agents.get('nas')?.takesForOnline('attic') === false);
  await pass(120, faulty);
  expect(byKind('trouble').sort()).toEqual(faults);

  await agents.get('pi')?.stop();
  await start('pi', faulty.pi ?? {});
  await pass(120, faulty);
  expect(byKind('trouble')).toHaveLength(20);
  expect(byKind('recovery')).toEqual([]);

  await say('attic/status', 'online');
  await say('attic/problems', allWell);
  await until('attic is back', () => agents.get('nas')?.takesForOnline('attic'));
  await pass(120, well);
  expect(byKind('recovery').sort()).toEqual(faults);
  expect(received).toHaveLength(40);
});
