import type { Moment } from '../../../lib/rates.ts';
import { Unanswered } from '../soap/line.ts';
import { LoginRefused } from './login.ts';
import type { Told } from './reading.ts';
import type { Box, Subject } from './subject.ts';
import { device, update } from './subjects/device.ts';
import { hosts } from './subjects/hosts.ts';
import { dsl, fibre, link, mobile } from './subjects/line.ts';
import { mesh } from './subjects/mesh.ts';
import { wlan } from './subjects/wlan.ts';

/** Seconds that a subject which failed is left alone. */
const pause = 300;

interface Entry {
  subject: Subject;
  told: Told;
  askedAt: number;
  dueAt: number;
}

export interface Round {
  told: Told;
  /** What went wrong last. */
  trouble?: unknown;
  /** Nothing that was asked was answered. */
  isSilent: boolean;
}

/** What to ask a box when: whatever waited longest comes first, so that a slow answer costs nobody its turn for ever. */
export class Plan {
  readonly #clock: () => Moment;
  readonly #entries: Entry[];

  constructor(clock: () => Moment) {
    this.#clock = clock;
    const never = Number.MIN_SAFE_INTEGER;
    this.#entries = [device, update, link, dsl(clock), fibre, mobile, wlan, hosts(), mesh].map((subject) => ({ subject, told: {}, askedAt: never, dueAt: never }));
  }

  /** Asks what is due. Rejects with LoginRefused. */
  async round(box: Box): Promise<Round> {
    const seconds = () => this.#clock().monotonic / 1000;
    // A schedule is never quite even.
    const due = this.#entries.filter(({ dueAt }) => dueAt <= seconds() + 5).sort((a, b) => a.askedAt - b.askedAt);
    let answered = 0;
    let trouble: unknown;
    for (const entry of due) {
      entry.askedAt = seconds();
      entry.dueAt = entry.askedAt + entry.subject.every;
      try {
        entry.told = await entry.subject.read(box);
        answered += 1;
      } catch (error) {
        if (error instanceof LoginRefused) throw error;
        entry.told = {};
        entry.dueAt = seconds() + Math.max(pause, entry.subject.every);
        trouble = error;
        if (error instanceof Unanswered) break;
      }
    }
    return {
      told: Object.assign({}, ...this.#entries.map(({ told }) => told)) as Told,
      trouble,
      isSilent: trouble !== undefined && answered === 0,
    };
  }
}
