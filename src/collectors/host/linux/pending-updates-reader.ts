import { statSync } from 'node:fs';
import type { PackageManager, PendingUpdates } from './package-managers.ts';

/** Pause between two questions, even if packages have changed. */
const minIntervalMs = 10 * 60_000;
/** A question is asked again after this time even if nothing has changed. */
const maxAgeMs = 6 * 3_600_000;

function modifiedAt(path: string): number {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}

/** Asks a package manager rarely: when packages or lists have changed. */
export class PendingUpdatesReader {
  readonly #manager: PackageManager | undefined;
  #latest: PendingUpdates | undefined;
  #stateOfLatest = '';
  #askedAt = Number.NEGATIVE_INFINITY;
  #pending: Promise<void> | undefined;

  constructor(manager: PackageManager | undefined) {
    this.#manager = manager;
  }

  /** Starts a question if one is due; what it returns settles with the answer, and is undefined if none is awaited. */
  refresh(nowMs: number): Promise<void> | undefined {
    const manager = this.#manager;
    const age = nowMs - this.#askedAt;
    if (manager === undefined || this.#pending !== undefined || age < minIntervalMs) return this.#pending;
    const state = manager.state.map(modifiedAt).join();
    if (state !== this.#stateOfLatest || age >= maxAgeMs) {
      this.#askedAt = nowMs;
      this.#pending = this.#ask(manager, state).finally(() => {
        this.#pending = undefined;
      });
    }
    return this.#pending;
  }

  /** The latest answer; undefined if there is none or the last question failed. */
  get latest(): PendingUpdates | undefined {
    return this.#latest;
  }

  async #ask(manager: PackageManager, state: string): Promise<void> {
    try {
      this.#latest = manager.hasLists() ? await manager.read() : undefined;
      this.#stateOfLatest = state;
    } catch {
      this.#latest = undefined;
      this.#stateOfLatest = '';
    }
  }
}
