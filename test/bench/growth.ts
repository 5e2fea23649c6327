import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, openSync, readSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { allCollectors } from '../../src/collectors/index.ts';
import { determineSiteVerdicts } from '../../src/collectors/sites/site-verdict.ts';
import { createLog } from '../../src/log.ts';
import { DeviceMemoryStore } from '../../src/loop/device-memory-store.ts';
import { MutableAgentState } from '../../src/loop/mutable-agent-state.ts';
import type { AnyCollectorDefinition } from '../../src/model/collector.ts';
import { resultOfStepsInTurns } from '../../src/model/event-loop-turns.ts';
import { HostRoots } from '../../src/model/host-roots.ts';
import type { AgentIdentity } from '../../src/model/state.ts';
import { Topics } from '../../src/model/topics.ts';
import { AgentReports } from '../../src/mqtt/agent-reports.ts';
import { reconcileDiscoveryPayloads } from '../../src/mqtt/discovery-reconciliation.ts';
import { ReconnectingPublisher } from '../../src/mqtt/reconnecting-publisher.ts';
import { parseSettings } from '../../src/settings/index.ts';
import { planAnnouncements } from '../../src/views/discovery.ts';
import { liveSectionsById, type PageContext, pageDocument, renderPageParts } from '../../src/views/page/index.ts';
import { stateAndMemoryPayloadsByTopic } from '../../src/views/state-and-event-payloads.ts';

const schedstat = openSync('/proc/thread-self/schedstat', 'r');
const line = Buffer.alloc(100);
/** Milliseconds that this thread has been on a processor: other programs do not count. */
function threadMs(): number {
  readSync(schedstat, line, 0, line.length, 0);
  return Number(line.toString().split(' ')[0]) / 1e6;
}

/** Runs it once; the longest turn of the event loop is that with the most processor time. */
async function measure(run: () => unknown): Promise<{ ms: number; longestTurnMs: number }> {
  const began = threadMs();
  let before = began;
  let longestTurnMs = 0;
  let isDone = false;
  const look = () => {
    const now = threadMs();
    longestTurnMs = Math.max(longestTurnMs, now - before);
    before = now;
    if (!isDone) setImmediate(look);
  };
  setImmediate(look);
  await run();
  isDone = true;
  look();
  return { ms: threadMs() - began, longestTurnMs };
}

async function grow(what: string, few: number, prepare: (count: number) => () => unknown, roundCount = 7) {
  const repeat = async (count: number) => {
    const run = prepare(count);
    const rounds: Awaited<ReturnType<typeof measure>>[] = [];
    for (let round = 0; round < roundCount; round += 1) {
      rounds.push(await measure(run));
      await pause(5);
    }
    const least = (numbers: number[]) => Math.min(...numbers);
    return {
      ms: least(rounds.map(({ ms }) => ms)),
      firstTurnMs: rounds[0]?.longestTurnMs ?? Number.NaN,
      longestTurnMs: least(rounds.map(({ longestTurnMs }) => longestTurnMs)),
    };
  };
  const many = 4 * few;
  const [ofFew, ofMany] = [await repeat(few), await repeat(many)];
  const { firstTurnMs, longestTurnMs } = ofMany;
  return { what, few, many, fewMs: ofFew.ms, manyMs: ofMany.ms, firstTurnMs, longestTurnMs };
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

/** The page as a browser gets it first, and as listeners get it. */
async function renderPage(context: PageContext): Promise<void> {
  const page = await resultOfStepsInTurns(renderPageParts(context, 'hour', new Date()));
  await nextTurn();
  pageDocument(page);
  await nextTurn();
  liveSectionsById(page);
}

/** A function that reads the host once, records it, and makes its announcements and states. */
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
  let sent: ReadonlyMap<string, string> = new Map();
  return async () => {
    const source = await opening;
    if ('inactiveReason' in source) throw new Error(source.inactiveReason);
    const observations = await source.read(AbortSignal.timeout(60_000));
    state.record(host, { ok: true, observations, at: new Date(), seconds: 0 } as never);
    await nextTurn();
    const desired = await resultOfStepsInTurns(planAnnouncements(allCollectors, agent, state));
    const { payloads } = await resultOfStepsInTurns(
      reconcileDiscoveryPayloads({
        agent,
        ...desired,
        retained: sent,
        dismissed: new Set(),
        phase: 'tombstone',
        lastSent: (topic) => sent.get(topic),
      }),
    );
    sent = payloads;
    await nextTurn();
    stateAndMemoryPayloadsByTopic(allCollectors, agent, state);
    await nextTurn();
    await renderPage({ catalogue: allCollectors, agent, state, history: { lineOf: () => undefined } });
  };
}

/** A function that judges so many sites, each with an agent that watches the routers of ten others. */
function verdicts(count: number): () => void {
  const agents = Array.from({ length: count }, (_, index) => ({
    id: `agent${index}`,
    name: `agent${index}`,
    site: `Site ${index}`,
    isOnline: true,
    devices: Array.from({ length: 10 }, (__, other) => ({
      address: { collector: 'router', device: `site_${index + other}` },
      values: { reachable: 'ON' },
      isAvailable: true,
    })),
  }));
  return () => determineSiteVerdicts({ agents, bridges: new Map() }, agent as AgentIdentity, 'sites');
}

/** A function that renders the page of a lab with so many other agents, each with a device of every kind. */
function labPage(count: number): () => Promise<void> {
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
  const history = { lineOf: () => undefined };
  return () => renderPage({ catalogue: allCollectors, agent, state, history, agentDirectory });
}

/** What a machine reads of so many parts of a kind. */
const partReadings = {
  interface: (n: number) => ({
    received: n * 1e6,
    sent: n * 1e6,
    receivedPerSecond: n,
    sentPerSecond: n,
    link: true,
    speed: 1000,
    ipv4: '192.0.2.1',
  }),
  filesystem: (n: number) => ({
    total: 1e12,
    available: n * 1e9,
    usedRatio: 0.5,
    inodesUsedRatio: 0.5,
    readOnly: false,
  }),
};

/** A function that connects a machine with so many parts to a broker, which has kept what an earlier connection has
 * published, until everything is announced and nothing is left to tidy up. */
function announcing(broker: string, table: keyof typeof partReadings, count: number): () => Promise<void> {
  const identity: AgentIdentity = { ...(agent as AgentIdentity), id: `${table}${count}`, name: `${table}${count}` };
  const host = collectors.find(({ collector }) => collector.id === 'host')?.collector as AnyCollectorDefinition;
  const device = { id: identity.id, name: identity.name };
  const observations = Array.from({ length: count }, (_, index) => ({
    table,
    device,
    part: { id: `${table}_${index}`, name: `${table} ${index}` },
    reading: partReadings[table](index),
  }));
  const log = createLog({ LOG_LEVEL: 'fatal', LOG_FORMAT: 'text' });
  const nothing = () => undefined;
  return async () => {
    const state = new MutableAgentState(broker);
    state.add(host);
    state.record(host, { ok: true, observations, at: new Date(), seconds: 0 } as never);
    await nextTurn();
    const session = new ReconnectingPublisher({
      agent: identity,
      catalogue: allCollectors,
      state,
      settings: parseSettings([], { MQTT_URL: broker }).mqtt,
      log,
      ready: Promise.resolve(),
      eventDelivered: nothing,
      deviceDismissed: nothing,
      memoriesLoaded: nothing,
      problemsLoaded: nothing,
      devicesAnnounced: nothing,
      ownerKnown: nothing,
      commandReceived: nothing,
    });
    session.start();
    while (!state.broker.connected) await pause(20);
    await pause(settledMs);
    await session.stop();
  };
}

/** Milliseconds after which what is left of an earlier connection has been tidied up. */
const settledMs = 7000;

/** Mosquitto on this port, which it has a second to open. */
async function startBroker(folder: string, port: number): Promise<{ url: string; process: ChildProcess }> {
  const configuration = join(folder, 'mosquitto.conf');
  writeFileSync(configuration, `listener ${port} 127.0.0.1\nallow_anonymous true\n`);
  const process = spawn('mosquitto', ['-c', configuration], { stdio: 'ignore' });
  await pause(1000);
  return { url: `mqtt://127.0.0.1:${port}`, process };
}

async function announcements(folder: string) {
  const broker = await startBroker(folder, 18_840);
  try {
    return [
      await grow('interfaces announced', 100, (count) => announcing(broker.url, 'interface', count), 3),
      await grow('file systems announced', 250, (count) => announcing(broker.url, 'filesystem', count), 3),
    ];
  } finally {
    broker.process.kill();
  }
}

export const measureGrowth = async (folder: string) => [
  ...(await announcements(folder)),
  await grow('disks of a host', 250, (count) => hostReading(join(folder, `disks${count}`), count, 1)),
  await grow('interfaces of a host', 100, (count) => hostReading(join(folder, `interfaces${count}`), 1, count)),
  await grow('agents of the lab page', 200, labPage),
  await grow('sites of the lab', 2000, verdicts),
];
