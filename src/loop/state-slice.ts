import type { AgentState, BrokerState, CollectorState } from '../model/state.ts';
import type { StateStore } from './state-store.ts';

/** The records of some collectors: what is said over one connection. */
export class StateSlice implements AgentState {
  readonly #stateStore: StateStore;
  readonly #has: (collector: string) => boolean;
  readonly broker: BrokerState;

  constructor(stateStore: StateStore, collectors: ReadonlySet<string>, broker: BrokerState) {
    this.#stateStore = stateStore;
    this.#has = (collector) => collectors.has(collector);
    this.broker = broker;
  }

  get collectors(): ReadonlyMap<string, CollectorState> {
    return new Map([...this.#stateStore.collectors].filter(([id]) => this.#has(id)));
  }

  get memories(): ReadonlyMap<string, unknown> {
    return new Map([...this.#stateStore.memories].filter(([path]) => this.#has(path.split('/')[0] ?? '')));
  }

  get pendingEvents() {
    return this.#stateStore.pendingEvents.filter(({ collector }) => this.#has(collector));
  }

  get discoveryRevision(): number {
    return this.#stateStore.discoveryRevision;
  }
}
