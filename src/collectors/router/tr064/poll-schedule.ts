import type { ClockReading } from '../../../lib/clocks.ts';
import { NoReplyError } from '../soap/http-client.ts';
import { LoginRefusedError } from './digest-sender.ts';
import type { FritzBoxClient, PollItem } from './poll-item.ts';
import { createDslPollItem, fibrePollItem, linkPollItem, mobilePollItem } from './poll-items/access-line.ts';
import { devicePollItem, updatePollItem } from './poll-items/device.ts';
import { createHostsPollItem } from './poll-items/hosts.ts';
import { meshPollItem } from './poll-items/mesh.ts';
import { wlanPollItem } from './poll-items/wlan.ts';
import type { LoginOnlyData } from './reading.ts';

/** Seconds that a subject which failed is left alone. */
const failurePauseSeconds = 300;

interface ScheduledItem {
  item: PollItem;
  data: LoginOnlyData;
  askedAt: number;
  dueAt: number;
}

export interface PollResult {
  data: LoginOnlyData;
  /** What went wrong last. */
  problem?: unknown;
  /** Nothing that was asked was answered. */
  isSilent: boolean;
}

/** What to ask a box when: whatever waited longest comes first, so that a slow answer costs nobody its turn for ever. */
export class PollSchedule {
  readonly #clock: () => ClockReading;
  readonly #entries: ScheduledItem[];

  constructor(clock: () => ClockReading) {
    this.#clock = clock;
    const never = Number.MIN_SAFE_INTEGER;
    this.#entries = [
      devicePollItem,
      updatePollItem,
      linkPollItem,
      createDslPollItem(clock),
      fibrePollItem,
      mobilePollItem,
      wlanPollItem,
      createHostsPollItem(),
      meshPollItem,
    ].map((item) => ({ item, data: {}, askedAt: never, dueAt: never }));
  }

  /** Asks what is due. Rejects with LoginRefused. */
  async poll(client: FritzBoxClient): Promise<PollResult> {
    const seconds = () => this.#clock().monotonic / 1000;
    // A schedule is never quite even.
    const due = this.#entries.filter(({ dueAt }) => dueAt <= seconds() + 5).sort((a, b) => a.askedAt - b.askedAt);
    let answered = 0;
    let problem: unknown;
    for (const entry of due) {
      entry.askedAt = seconds();
      entry.dueAt = entry.askedAt + entry.item.intervalSeconds;
      try {
        entry.data = await entry.item.read(client);
        answered += 1;
      } catch (error) {
        if (error instanceof LoginRefusedError) throw error;
        entry.data = {};
        entry.dueAt = seconds() + Math.max(failurePauseSeconds, entry.item.intervalSeconds);
        problem = error;
        if (error instanceof NoReplyError) break;
      }
    }
    return {
      data: Object.assign({}, ...this.#entries.map(({ data }) => data)) as LoginOnlyData,
      problem,
      isSilent: problem !== undefined && answered === 0,
    };
  }
}
