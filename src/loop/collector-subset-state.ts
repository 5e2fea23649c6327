import { collectorOfMemoryKey } from '../model/address.ts';
import type { DeviceMemory } from '../model/device-memories.ts';
import type { AgentState, BrokerConnectionState, CollectorState } from '../model/state.ts';
import type { MutableAgentState } from './mutable-agent-state.ts';

/** The state of some of the collectors, for one identity on the broker. */
export class CollectorSubsetState implements AgentState {
  readonly #agentState: MutableAgentState;
  readonly #includes: (collector: string) => boolean;
  readonly broker: BrokerConnectionState;
  /** Those that are active do not change while the agent runs. */
  readonly collectors: ReadonlyMap<string, CollectorState>;

  constructor(agentState: MutableAgentState, collectors: ReadonlySet<string>, broker: BrokerConnectionState) {
    this.#agentState = agentState;
    this.#includes = (collector) => collectors.has(collector);
    this.broker = broker;
    this.collectors = new Map([...agentState.collectors].filter(([id]) => collectors.has(id)));
  }

  get memories(): ReadonlyMap<string, DeviceMemory> {
    return new Map([...this.#agentState.memories].filter(([key]) => this.#includes(collectorOfMemoryKey(key))));
  }

  get restoredProblems() {
    return this.#agentState.restoredProblems;
  }

  get announcedDevices() {
    return this.#agentState.announcedDevices;
  }

  get forgotten() {
    return this.#agentState.forgotten;
  }

  get toldProblems() {
    return this.#agentState.toldProblems;
  }

  get owners() {
    return this.#agentState.owners;
  }

  get pendingEvents() {
    return this.#agentState.pendingEvents.filter(({ address }) => this.#includes(address.collector));
  }

  get discoveryRevision(): number {
    return this.#agentState.discoveryRevision;
  }
}
