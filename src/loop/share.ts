import type { BrokerState, CollectorState, State } from '../model/state.ts';
import type { Records } from './state.ts';

/** The records of some collectors: what is said over one connection. */
export class Share implements State {
  readonly #records: Records;
  readonly #has: (collector: string) => boolean;
  readonly broker: BrokerState;

  constructor(records: Records, collectors: ReadonlySet<string>, broker: BrokerState) {
    this.#records = records;
    this.#has = (collector) => collectors.has(collector);
    this.broker = broker;
  }

  get collectors(): ReadonlyMap<string, CollectorState> {
    return new Map([...this.#records.collectors].filter(([id]) => this.#has(id)));
  }

  get memories(): ReadonlyMap<string, unknown> {
    return new Map([...this.#records.memories].filter(([path]) => this.#has(path.split('/')[0] ?? '')));
  }

  get events() {
    return this.#records.events.filter(({ collector }) => this.#has(collector));
  }

  get shape(): number {
    return this.#records.shape;
  }
}
