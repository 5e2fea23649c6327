import type { ComponentRemovalPhase } from './discovery-reconciliation.ts';
import type { RunAfter } from './run-after.ts';

/** Milliseconds that Home Assistant needs to process an announcement before it may be changed. */
export const discoverySettleMs = 5000;
/** Milliseconds for which tombstones stay once Home Assistant is online: until the announcement with them was
 * repeated. */
const tombstoneMs = 90_000;
/** Milliseconds in which Home Assistant connects again to a broker that has restarted, and publishes its birth
 * message. */
const birthTimeoutMs = 120_000;
/** Milliseconds before an agent answers a birth message: all agents receive it at once, so each waits for a random
 * time. */
const minBirthDelayMs = 1000;
const maxBirthDelayMs = 5000;

/** How far a connection has come: the retained messages are being read, and what is not declared any more gets its
 * tombstones; states and announcements are published; the broker has acknowledged them; Home Assistant has had the time
 * to process them. */
export type ConnectionPhase = 'reading' | 'ready' | 'announced' | 'settled' | 'ended';

/** reading → ready → announced → settled, and from each to ended. */
export class ConnectionLifecycle {
  readonly #after: RunAfter;
  readonly #onSettled: () => void;
  #phase: ConnectionPhase = 'reading';
  #cancel = () => {};

  constructor(after: RunAfter, onSettled: () => void) {
    this.#after = after;
    this.#onSettled = onSettled;
  }

  get phase(): ConnectionPhase {
    return this.#phase;
  }

  get isPublishing(): boolean {
    return this.#phase !== 'reading' && this.#phase !== 'ended';
  }

  ready(): void {
    if (this.#phase === 'reading') this.#phase = 'ready';
  }

  announced(): void {
    if (this.#phase !== 'ready') return;
    this.#phase = 'announced';
    this.#cancel = this.#after(discoverySettleMs, () => {
      this.#phase = 'settled';
      this.#onSettled();
    });
  }

  end(): void {
    this.#cancel();
    this.#phase = 'ended';
  }
}

/** `present` and `away`: nothing is to be done until Home Assistant says something. The others follow its birth
 * message: `born`, until it is answered; then either `announced`, or `restored`, `buried` and `omitted`, if components
 * are to be removed. */
type RemovalState = 'present' | 'away' | 'born' | 'announced' | 'restored' | 'buried' | 'omitted';

/** What HomeAssistantPresenceAndRemoval tells its connection to do. */
export interface RemovalCallbacks {
  /** Whether the announcements of this moment have tombstones. */
  hasTombstones(): boolean;
  /** Publishes everything once more, because Home Assistant may not know it. */
  publishAgain(): void;
  /** Announces the devices in the new phase. */
  announce(): void;
  /** Whether the broker has accepted the announcements of the phase. */
  isAnnounced(): boolean;
  /** Home Assistant knows the devices: what is published now is heard. */
  present(): void;
}

/** Whether Home Assistant is there, and how far it has come in removing components: only a Home Assistant that is
 * online removes them, so they are removed once after each of its birth messages. */
export class HomeAssistantPresenceAndRemoval {
  readonly #after: RunAfter;
  readonly #steps: RemovalCallbacks;
  readonly #random: () => number;
  #state: RemovalState = 'present';
  #cancel = () => {};

  constructor(after: RunAfter, steps: RemovalCallbacks, random: () => number = Math.random) {
    this.#after = after;
    this.#steps = steps;
    this.#random = random;
  }

  /** How components to remove stand in the announcements. */
  get phase(): ComponentRemovalPhase {
    if (this.#state === 'restored') return 'restore';
    return this.#state === 'omitted' ? 'omit' : 'tombstone';
  }

  /** Whether Home Assistant is online and has had the time to process the announcements. */
  get isHomeAssistantPresent(): boolean {
    return this.#state === 'present' || this.#state === 'buried' || this.#state === 'omitted';
  }

  /** Home Assistant has come online. */
  birth(): void {
    const delay = minBirthDelayMs + this.#random() * (maxBirthDelayMs - minBirthDelayMs);
    this.#enter('born', delay, () => this.#answerBirth());
  }

  /** Home Assistant has gone offline. */
  offline(): void {
    const { phase } = this;
    this.#enter('away');
    // What the broker retains must be the tombstone again.
    if (phase === 'restore') this.#steps.announce();
  }

  /** Home Assistant has lost its connection as well, and will come online again, unless it is not used any more. */
  expectBirth(): void {
    if (this.#state === 'present') this.#enter('away', birthTimeoutMs, () => this.#arrive());
  }

  end(): void {
    this.#cancel();
  }

  #answerBirth(): void {
    if (this.#steps.hasTombstones()) this.#enterUntilSettled('restored', () => this.#bury());
    else this.#enterUntilSettled('announced', () => this.#arrive());
    this.#steps.publishAgain();
  }

  #bury(): void {
    this.#enterUntilSettled('buried', () => this.#omit(), tombstoneMs);
    this.#steps.present();
    this.#steps.announce();
  }

  #omit(): void {
    this.#enter('omitted');
    this.#steps.announce();
    this.#enter('present');
  }

  #arrive(): void {
    this.#enter('present');
    this.#steps.present();
  }

  /** Until Home Assistant has had the time to process announcements that the broker has accepted: without its
   * tombstone, a component that was restored would stay. */
  #enterUntilSettled(state: RemovalState, next: () => void, milliseconds = discoverySettleMs): void {
    this.#enter(state, milliseconds, () => {
      if (this.#steps.isAnnounced()) next();
      else this.#enterUntilSettled(state, next);
    });
  }

  /** A later state, or the same one anew, replaces what was to follow this one. */
  #enter(state: RemovalState, milliseconds = 0, next?: () => void): void {
    this.#cancel();
    this.#state = state;
    this.#cancel = next === undefined ? () => {} : this.#after(milliseconds, next);
  }
}
