import type { ClockReading } from '../../../lib/clocks.ts';
import { translatableTextOfError } from '../../../model/translatable-error.ts';
import { renderTranslatableText, type TranslatableText } from '../../../model/translation.ts';
import { createDslPollItem, fibrePollItem, mobilePollItem, physicalLinkPollItem } from './access-line-poll-items.ts';
import type { FritzBoxTexts } from './advice.ts';
import { fritzOsVersionWithoutHardware } from './fritz-box-connection.ts';
import { createHostsPollItem, wlanPollItem } from './home-network-poll-items.ts';
import { meshPollItem } from './mesh-poll-item.ts';
import type { LoginOnlyData, PollItem } from './reading.ts';

/** Seconds until a failed item is read again. */
const failurePauseSeconds = 300;

/** Seconds by which an item may be read early, because readings do not come at exact intervals. */
const earlySeconds = 5;

interface ScheduledItem {
  item: PollItem;
  data: LoginOnlyData;
  /** Why the last attempt failed. */
  error?: unknown;
  /** Seconds of the monotonic clock. */
  readAt: number;
  dueAt: number;
}

/** Read rarely, because each answer includes the whole log of the FRITZ!Box. */
export const bootTimePollItem: PollItem = {
  intervalSeconds: 300,
  async read(client) {
    const info = await client.call('DeviceInfo1', 'GetInfo');
    const seconds = info?.count('UpTime');
    return { bootedAt: seconds === undefined ? undefined : new Date(client.now() - seconds * 1000) };
  },
};

export const firmwareUpdatePollItem: PollItem = {
  intervalSeconds: 3600,
  async read(client) {
    const installed = fritzOsVersionWithoutHardware(
      (await client.call('DeviceInfo1', 'GetInfo'))?.text('SoftwareVersion'),
    );
    const info = await client.call('UserInterface1', 'GetInfo');
    const isOffered = info?.flag('UpgradeAvailable');
    if (installed === undefined || isOffered === undefined) return {};
    return {
      update: {
        installed,
        latest: (isOffered ? fritzOsVersionWithoutHardware(info?.text('X_AVM-DE_Version')) : undefined) ?? installed,
      },
    };
  },
};

const createItems = (clock: () => ClockReading): PollItem[] => [
  bootTimePollItem,
  firmwareUpdatePollItem,
  physicalLinkPollItem,
  createDslPollItem(clock),
  fibrePollItem,
  mobilePollItem,
  wlanPollItem,
  createHostsPollItem(),
  meshPollItem,
];

/** When each group of values of a FRITZ!Box is read, and what came of it the last time. */
export class PollScheduleWithResults {
  readonly #clock: () => ClockReading;
  #items: ScheduledItem[] = [];

  constructor(clock: () => ClockReading) {
    this.#clock = clock;
    this.startAnew();
  }

  startAnew(): void {
    this.#items = createItems(this.#clock).map((item) => ({
      item,
      data: {},
      readAt: Number.MIN_SAFE_INTEGER,
      dueAt: Number.MIN_SAFE_INTEGER,
    }));
  }

  /** The items that are due. The one that has waited longest comes first, so that slow answers never keep others from
   * being read. */
  due(): ScheduledItem[] {
    return this.#items.filter(({ dueAt }) => dueAt <= this.#seconds + earlySeconds).sort((a, b) => a.readAt - b.readAt);
  }

  begin(entry: ScheduledItem): void {
    entry.readAt = this.#seconds;
    entry.dueAt = entry.readAt + entry.item.intervalSeconds;
    entry.error = undefined;
  }

  /** To be called when the item could not be read. */
  putOff(entry: ScheduledItem, error: unknown): void {
    entry.data = {};
    entry.error = error;
    entry.dueAt = this.#seconds + Math.max(failurePauseSeconds, entry.item.intervalSeconds);
  }

  get data(): LoginOnlyData {
    return Object.assign({}, ...this.#items.map(({ data }) => data));
  }

  /** Why the first item could not be read that failed at its last attempt. */
  get hint(): TranslatableText<FritzBoxTexts> | undefined {
    const failed = this.#items.find(({ error }) => error !== undefined);
    if (failed === undefined) return undefined;
    const reason = translatableTextOfError(failed.error);
    return (texts) => renderTranslatableText(reason, texts);
  }

  get #seconds(): number {
    return this.#clock().monotonic / 1000;
  }
}
