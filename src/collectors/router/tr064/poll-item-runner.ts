import type { ClockReading } from '../../../lib/clocks.ts';
import { LoginRefusedError } from '../../../lib/upnp/digest-sender.ts';
import { NoReplyError } from '../../../lib/upnp/http-client.ts';
import { createDslPollItem, fibrePollItem, linkPollItem, mobilePollItem } from './access-line-poll-items.ts';
import { devicePollItem, updatePollItem } from './device-poll-items.ts';
import { createHostsPollItem } from './hosts-poll-item.ts';
import { meshPollItem } from './mesh-poll-item.ts';
import type { FritzBoxClient, LoginOnlyData, PollItem } from './reading.ts';
import { wlanPollItem } from './wlan-poll-item.ts';

/** Seconds until a failed item is read again. */
const failurePauseSeconds = 300;

/** Seconds by which an item may be read early, because readings do not come at exact intervals. */
const earlySeconds = 5;

interface ScheduledItem {
  item: PollItem;
  data: LoginOnlyData;
  readAt: number;
  dueAt: number;
}

export interface PollResult {
  data: LoginOnlyData;
  /** The last error. */
  problem?: unknown;
  /** Whether items were due and none of them was answered. */
  isSilent: boolean;
}

/** Decides which items to read when. The one that has waited longest comes first, so that slow answers never keep others from
 * being read. */
export class PollItemRunner {
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
    ].map((item) => ({ item, data: {}, readAt: never, dueAt: never }));
  }

  /** Reads the items that are due. Rejects with LoginRefusedError only. */
  async poll(client: FritzBoxClient): Promise<PollResult> {
    const seconds = () => this.#clock().monotonic / 1000;
    const due = this.#entries
      .filter(({ dueAt }) => dueAt <= seconds() + earlySeconds)
      .sort((a, b) => a.readAt - b.readAt);
    let answered = 0;
    let problem: unknown;
    for (const entry of due) {
      entry.readAt = seconds();
      entry.dueAt = entry.readAt + entry.item.intervalSeconds;
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
