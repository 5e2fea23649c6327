import { collectorOfMemoryKey } from '../model/address.ts';
import type { AgentState, BrokerConnectionState, CollectorState } from '../model/state.ts';
import type { StateStore } from './state-store.ts';

/** The state of some of the collectors, for one identity on the broker. */
export class PublishingIdentityState implements AgentState {
  readonly #stateStore: StateStore;
  readonly #includes: (collector: string) => boolean;
  readonly broker: BrokerConnectionState;

  constructor(stateStore: StateStore, collectors: ReadonlySet<string>, broker: BrokerConnectionState) {
    this.#stateStore = stateStore;
    this.#includes = (collector) => collectors.has(collector);
    this.broker = broker;
  }

  get collectors(): ReadonlyMap<string, CollectorState> {
    return new Map([...this.#stateStore.collectors].filter(([id]) => this.#includes(id)));
  }

  get memories(): ReadonlyMap<string, unknown> {
    return new Map([...this.#stateStore.memories].filter(([key]) => this.#includes(collectorOfMemoryKey(key))));
  }

  get restoredProblems() {
    return this.#stateStore.restoredProblems;
  }

  get toldProblems() {
    return this.#stateStore.toldProblems;
  }

  get pendingEvents() {
    return this.#stateStore.pendingEvents.filter(({ address }) => this.#includes(address.collector));
  }

  get discoveryRevision(): number {
    return this.#stateStore.discoveryRevision;
  }
}
