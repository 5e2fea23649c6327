import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { allCollectors } from '../../src/collectors/index.ts';
import { DeviceMemoryStore } from '../../src/loop/device-memory-store.ts';
import { MutableAgentState } from '../../src/loop/mutable-agent-state.ts';
import type { AnyCollectorDefinition } from '../../src/model/collector.ts';
import { HostRoots } from '../../src/model/host-roots.ts';
import type { AgentIdentity } from '../../src/model/state.ts';
import { Topics } from '../../src/model/topics.ts';
import { AgentReports } from '../../src/mqtt/agent-reports.ts';
import { parseSettings } from '../../src/settings/index.ts';
import { planAnnouncements } from '../../src/views/discovery.ts';
import { renderLiveSectionsById } from '../../src/views/page/index.ts';

/** Runs it several times; the shortest is the least disturbed. */
async function shortestMs(run: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 7; round += 1) {
    const began = performance.now();
    await run();
    times.push(performance.now() - began);
    await pause(5);
  }
  return Math.min(...times);
}

async function grow(what: string, few: number, prepare: (count: number) => () => unknown) {
  const many = 4 * few;
  const fewMs = await shortestMs(prepare(few));
  const run = prepare(many);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  await pause(50);
  delay.enable();
  const manyMs = await shortestMs(run);
  delay.disable();
  return { what, few, many, fewMs, manyMs, longestTurnMs: delay.max / 1e6 };
}

const { agent, collectors } = parseSettings(allCollectors, { AGENT_NAME: 'bench', HOST_INTERFACES: '*' });

/** A machine's files with so many disks and interfaces. */
function machine(folder: string, disks: number, interfaces: number): HostRoots {
  const write = (path: string, content: string) => {
    const place = join(folder, path);
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, content);
  };
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
  write('root/etc/os-release', '');
  write('proc/stat', 'cpu 1 2 3 4\n');
  write(
    'proc/diskstats',
    numbers(disks)
      .map((n) => `8 ${n} disk${n} 1 0 8 1 1 0 8 1 0 1 1\n`)
      .join(''),
  );
  write(
    'proc/net/dev',
    numbers(interfaces)
      .map((n) => `net${n}: 1 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0\n`)
      .join(''),
  );
  for (const n of numbers(disks))
    for (const [name, text] of [
      ['size', '2048'],
      ['diskseq', String(n)],
      ['device/serial', `S${n}`],
    ] as const)
      write(`sys/block/disk${n}/${name}`, text);
  for (const n of numbers(interfaces))
    for (const [name, text] of [
      ['ifindex', String(n)],
      ['address', '00:00'],
      ['carrier', '1'],
      ['speed', '1000'],
    ] as const)
      write(`sys/class/net/net${n}/${name}`, text);
  return new HostRoots({
    HOST_PROC: join(folder, 'proc'),
    HOST_SYS: join(folder, 'sys'),
    HOST_ROOT: join(folder, 'root'),
  });
}

/** A function that reads the host once, records it, and makes its announcements. */
function hostReading(folder: string, disks: number, interfaces: number): () => Promise<void> {
  const configured = collectors.find(({ collector }) => collector.id === 'host');
  const host = configured?.collector as AnyCollectorDefinition;
  const store = new DeviceMemoryStore();
  const memory = store.forCollector(host);
  store.load(new Map(), ['host']);
  const context = { agent, hostRoots: machine(folder, disks, interfaces), memory } as never;
  const opening = host.open(configured?.env as never, context);
  const state = new MutableAgentState('');
  state.add(host);
  return async () => {
    const source = await opening;
    if ('inactiveReason' in source) throw new Error(source.inactiveReason);
    const observations = await source.read(AbortSignal.timeout(60_000));
    state.record(host, { ok: true, observations, at: new Date(), seconds: 0 } as never);
    planAnnouncements(allCollectors, agent, state);
  };
}

/** A function that renders the page of a lab with so many other agents, each with a device of every kind. */
function labPage(count: number): () => void {
  const topics = new Topics(agent as AgentIdentity);
  const reports = new AgentReports();
  const take = (topic: string, payload: string) => {
    const parsed = topics.parse(`infra-monitor/${topic}`);
    if (parsed !== undefined) reports.take(parsed, payload, true);
  };
  for (let index = 0; index < count; index += 1) {
    take(`agent${index}/status`, 'online');
    for (const { id, tables } of allCollectors)
      for (const [name, { kind, metrics }] of Object.entries(tables))
        if (kind === 'device')
          take(
            `agent${index}/${id}/${name}`,
            JSON.stringify(Object.fromEntries(Object.keys(metrics).map((key) => [key, 1]))),
          );
  }
  const agentDirectory = {
    get agents() {
      return reports.agents(new Set());
    },
  };
  const state = new MutableAgentState('');
  const history = { lastHour: () => undefined };
  return () => renderLiveSectionsById({ catalogue: allCollectors, agent, state, history, agentDirectory }, new Date());
}

export const measureGrowth = async (folder: string) => [
  await grow('disks of a host', 250, (count) => hostReading(join(folder, `disks${count}`), count, 1)),
  await grow('interfaces of a host', 100, (count) => hostReading(join(folder, `interfaces${count}`), 1, count)),
  await grow('agents of the lab page', 200, labPage),
];
