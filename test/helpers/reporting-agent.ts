import { isDeepStrictEqual } from 'node:util';
import { onTestFinished } from 'vitest';
import { allCollectors } from '../../src/collectors/index.ts';
import { sitesCollector } from '../../src/collectors/sites/index.ts';
import { MutableAgentState } from '../../src/loop/mutable-agent-state.ts';
import type { ReportedAgent } from '../../src/model/agent-directory.ts';
import type { ObservationOrComplaint } from '../../src/model/collector.ts';
import { Secret } from '../../src/model/secret.ts';
import type { AgentIdentity } from '../../src/model/state.ts';
import { BrokerAgentDirectory } from '../../src/mqtt/broker-agent-directory.ts';
import { OtherAgentsProblemLists } from '../../src/mqtt/other-agents-problem-lists.ts';
import { ReconnectingPublisher } from '../../src/mqtt/reconnecting-publisher.ts';
import type { MqttSettings } from '../../src/mqtt/settings.ts';
import { createProblemReporter } from '../../src/notify/index.ts';
import { findProblems } from '../../src/views/problems.ts';
import { parseRestoredProblems } from '../../src/views/problems-payload.ts';
import { keptLog } from './conversation.ts';
import { agent as sampleAgent } from './sample-collector.ts';
import { hostRoots } from './tree.ts';
import { until } from './until.ts';

export type Readings = ObservationOrComplaint<Record<string, unknown>>[];

/** By collector; a text is an error of the collector. */
export type ReadingsByCollector = Record<string, Readings | string>;

interface Lab {
  mqtt: MqttSettings;
  webhook: string;
}

/** An agent on a real broker that reports to a real webhook what it is given to read; it ends with the test. */
export class ReportingAgent {
  readonly identity: AgentIdentity;
  readonly directory: BrokerAgentDirectory | undefined;
  readonly lists = new OtherAgentsProblemLists();
  readonly state = new MutableAgentState('mqtt://broker');
  /** Messages of problems that the webhook has accepted, and ends that were sent. */
  reported = 0;
  readonly #session: ReconnectingPublisher;
  readonly #reporter: ReturnType<typeof createProblemReporter>;
  readonly #sites: ReturnType<typeof sitesCollector.open> | undefined;

  private constructor({ mqtt, webhook }: Lab, name: string, site: string, collectors: string[]) {
    const { state, lists } = this;
    this.identity = { ...sampleAgent, id: name, name, site, startedAt: new Date() };
    const isWatch = collectors.includes('sites');
    this.directory = isWatch ? new BrokerAgentDirectory() : undefined;
    for (const collector of allCollectors.filter(({ id }) => collectors.includes(id))) state.add(collector);
    if (isWatch) this.#sites = this.#openSites();
    const { log } = keptLog();
    this.#session = new ReconnectingPublisher({
      agent: this.identity,
      catalogue: allCollectors,
      state,
      settings: mqtt,
      log,
      agentDirectory: this.directory,
      otherProblemLists: isWatch ? undefined : lists,
      ready: Promise.resolve(),
      eventDelivered: () => undefined,
      deviceDismissed: () => undefined,
      memoriesLoaded: () => undefined,
      problemsLoaded: (payload) => state.problemMemory.restore(parseRestoredProblems(payload), new Date()),
      devicesAnnounced: (devices) => state.problemMemory.restoreAnnounced(devices, new Date()),
      ownerKnown: (device, owner) => state.setOwner(device, owner),
      commandReceived: () => undefined,
    });
    const settings = { NOTIFY_FORMAT: 'json', NOTIFY_URL: { url: new Secret(webhook) } };
    this.#reporter = createProblemReporter(settings as never, allCollectors, this.identity, state, log, {
      directory: this.directory ?? lists,
      isLeftToOthers: () => false,
      reported: (problem) => {
        this.reported += 1;
        state.problemMemory.markTold(problem.id, problem);
        this.#session.update();
      },
      ended: (id) => {
        this.reported += 1;
        state.problemMemory.markUntold(id);
        this.#session.update();
      },
    });
  }

  /** Connected, with these first readings. */
  static async start(lab: Lab, name: string, site: string, readings: ReadingsByCollector): Promise<ReportingAgent> {
    const agent = new ReportingAgent(lab, name, site, [...Object.keys(readings), 'agent']);
    onTestFinished(() => agent.stop());
    agent.#session.start();
    await until(`${name} is connected`, () => agent.state.broker.connected);
    await agent.read({ ...readings, agent: [{ table: 'agent', device: { id: name, name }, reading: { site } }] });
    return agent;
  }

  async read(readings: ReadingsByCollector): Promise<void> {
    const at = new Date();
    for (const collector of allCollectors.filter(({ id }) => id in readings)) {
      const reading = readings[collector.id] ?? [];
      this.state.record(
        collector,
        typeof reading === 'string'
          ? { ok: false, error: reading, at, seconds: 1 }
          : { ok: true, observations: collector.id === 'sites' ? await this.#readSites() : reading, at, seconds: 1 },
      );
    }
    this.#session.update();
  }

  /** Reports what has lasted for long enough by the present clock. */
  check(): void {
    this.#reporter?.check();
  }

  /** Whether it has heard the present list of another agent, with what that has reported. */
  hasHeard({ identity, state }: ReportingAgent): boolean {
    const heard = this.#reportOf(identity.id)?.problems?.list ?? [];
    const present = findProblems(allCollectors, identity, state).map(
      ({ id }) => `${id} ${state.toldProblems.get(id)?.severity}`,
    );
    const known = heard.map(({ id, toldSeverity }) => `${id} ${toldSeverity}`);
    return isDeepStrictEqual(known.sort(), present.sort());
  }

  /** Whether it takes another agent for connected. */
  takesForOnline(agent: string): boolean | undefined {
    return this.#reportOf(agent)?.isOnline;
  }

  async stop(): Promise<void> {
    this.#reporter?.close();
    await this.#session.stop();
  }

  #reportOf(agent: string): ReportedAgent | undefined {
    return (this.directory ?? this.lists).agents.find(({ id }) => id === agent);
  }

  #openSites() {
    const { state, identity, directory } = this;
    const memory = state.memoryStore.forCollector(sitesCollector);
    const context = { agent: identity, hostRoots: hostRoots(), state, memory, agentDirectory: directory };
    return sitesCollector.open({ SITES: true }, context);
  }

  async #readSites(): Promise<Readings> {
    const source = await this.#sites;
    return source === undefined || 'inactiveReason' in source ? [] : source.read(AbortSignal.timeout(5000));
  }
}
