// Many agents in one process: each with the real session, discovery and outbox; only its readings are made up.
//   fleet.mjs URL FIRST COUNT SECONDS
import { setTimeout as pause } from 'node:timers/promises';
import { allCollectors } from '../../src/collectors/index.ts';
import { createLog } from '../../src/log.ts';
import { CollectorSubsetState } from '../../src/loop/collector-subset-state.ts';
import { MutableAgentState } from '../../src/loop/mutable-agent-state.ts';
import type { AnyCollectorDefinition, ObservationOrComplaint } from '../../src/model/collector.ts';
import type { AgentIdentity } from '../../src/model/state.ts';
import { ReconnectingPublisher } from '../../src/mqtt/reconnecting-publisher.ts';
import { parseSettings } from '../../src/settings/index.ts';

const [url = '', first = '0', count = '1', seconds = '30'] = process.argv.slice(2);
const host = allCollectors.find(({ id }) => id === 'host') as AnyCollectorDefinition;
const itself = allCollectors.find(({ id }) => id === 'agent') as AnyCollectorDefinition;
const log = createLog({ LOG_LEVEL: 'fatal', LOG_FORMAT: 'text' });
const ten = (most: number) => Math.random() * most;

/** A machine with two file systems, two interfaces and a disk. `round` comes back as the number of failed units, so
 * that one missed is seen. */
function readings(agent: AgentIdentity, round: number): ObservationOrComplaint<Record<string, unknown>>[] {
  const device = {
    id: agent.id,
    name: agent.name,
    manufacturer: 'Fleet',
    model: 'Made up',
    softwareVersion: 'Debian 13',
  };
  const part = (of: string, id: string, reading: unknown) => ({ table: of, device, part: { id, name: id }, reading });
  const used = ten(100);
  const whole = {
    cpu: { used, user: used / 2, system: used / 4, iowait: used / 8, steal: 0 },
    load: { one: ten(4), five: ten(4), fifteen: ten(4) },
    cpuTemperature: 40 + ten(20),
    memory: { total: 16e9, available: ten(16e9), swapTotal: 1e9, swapFree: 1e9 },
    bootTime: agent.startedAt,
    processes: 100,
    reboot: { required: false },
    failedUnits: Array.from({ length: round }, (_, index) => `unit${index}.service`),
  };
  const filesystem = () => {
    const available = ten(1e12);
    return { total: 1e12, available, usedRatio: 1 - available / 1e12, inodesUsedRatio: 0.5, readOnly: false };
  };
  const interfaceReading = () => ({
    received: round * 1e6,
    sent: round * 1e6,
    receivedPerSecond: ten(1e6),
    sentPerSecond: ten(1e6),
    link: true,
    speed: 1000,
    ipv4: '192.0.2.1',
  });
  return [
    { table: 'host', device, reading: whole },
    part('filesystem', '/', filesystem()),
    part('filesystem', '/srv', filesystem()),
    part('interface', 'eth0', interfaceReading()),
    part('interface', 'wlan0', interfaceReading()),
    part('disk', 'sda', { readPerSecond: ten(1e6), writtenPerSecond: ten(1e6), busy: ten(100) }),
  ];
}

async function live(index: number): Promise<void> {
  const settings = parseSettings(allCollectors, {
    AGENT_NAME: `fleet-${index}`,
    SITE: `Site ${index % 20}`,
    MQTT_URL: url,
  });
  const { agent } = settings;
  const state = new MutableAgentState(url);
  state.add(host);
  state.add(itself);
  const self = {
    table: 'agent',
    device: { id: agent.id, name: agent.name },
    reading: { version: agent.version, site: agent.site, startedAt: agent.startedAt, reconnects: 0, memory: 5e7 },
  };
  let round = 0;
  const read = () => {
    const outcome = { ok: true as const, at: new Date(), seconds: 0.01 };
    state.record(host, { ...outcome, observations: readings(agent, round++) });
    state.record(itself, { ...outcome, observations: [self] });
  };
  read();
  const session = new ReconnectingPublisher({
    agent,
    catalogue: allCollectors,
    state: new CollectorSubsetState(state, new Set(['host', 'agent']), state.broker),
    settings: settings.mqtt,
    log,
    ready: Promise.resolve(),
    eventDelivered: () => undefined,
    deviceDismissed: () => undefined,
    memoriesLoaded: () => undefined,
    problemsLoaded: () => undefined,
    devicesAnnounced: () => undefined,
    ownerKnown: () => undefined,
    commandReceived: () => undefined,
  });
  await pause(ten(5000));
  session.start();
  setInterval(() => {
    read();
    session.update();
  }, Number(seconds) * 1000);
}

for (let index = 0; index < Number(count); index += 1) void live(Number(first) + index);
