import { createHash } from 'node:crypto';
import { type ClockReading, readClocks } from '../../../lib/clocks.ts';
import { LoginLockout, loginLockoutMemoryFormat } from '../../../lib/login-lockout.ts';
import { lookUpName } from '../../../lib/names/name-lookup.ts';
import { LoginRefusedError } from '../../../lib/upnp/digest-sender.ts';
import { NoReplyError } from '../../../lib/upnp/http-client.ts';
import type { DeviceMemories } from '../../../model/device-memories.ts';
import { describeError } from '../../../model/errors.ts';
import type { Secret } from '../../../model/secret.ts';
import { createDslPollItem, fibrePollItem, linkPollItem, mobilePollItem } from './access-line-poll-items.ts';
import { adviceForError, adviceForRefusal, adviceTexts } from './advice.ts';
import { devicePollItem, fritzBoxPropertiesOf, updatePollItem } from './device-info.ts';
import { FritzBox } from './fritz-box.ts';
import { createHostsPollItem, wlanPollItem } from './home-network-poll-items.ts';
import { meshPollItem } from './mesh-poll-item.ts';
import type { LoginOnlyData, LoginState, PollItem, Tr064Reading } from './reading.ts';

/** User of every FRITZ!Box that asks only for a password (TR-064 before FRITZ!OS 7.24). */
const defaultUsername = 'dslf-config';

/** At most two attempts reach the FRITZ!Box in the first day, and ever fewer after it. An accepted login is tried again soon:
 * FRITZ!Boxes refuse correct logins while they boot, or while another user is locked out. */
const lockoutPauses = { hoursPerLogin: 12, retryMinutes: [2, 10, 60] };

/** Seconds that one reading may take; the items that are left wait for the next one. */
const readTimeoutSeconds = 12;

/** Seconds until a failed item is read again. */
const failurePauseSeconds = 300;

/** Seconds by which an item may be read early, because readings do not come at exact intervals. */
const earlySeconds = 5;

/** Milliseconds that a broker usually needs to deliver the memory: until then there is nothing to tell. */
const usualMemoryMs = 60_000;

/** Long enough to tell two logins apart, too short to reveal anything about one. */
const fingerprintOf = (...login: string[]) => createHash('sha256').update(login.join('\n')).digest('hex').slice(0, 4);

interface ScheduledItem {
  item: PollItem;
  data: LoginOnlyData;
  /** Seconds of the monotonic clock. */
  readAt: number;
  dueAt: number;
}

const scheduleItems = (clock: () => ClockReading): ScheduledItem[] =>
  [
    devicePollItem,
    updatePollItem,
    linkPollItem,
    createDslPollItem(clock),
    fibrePollItem,
    mobilePollItem,
    wlanPollItem,
    createHostsPollItem(),
    meshPollItem,
  ].map((item) => ({ item, data: {}, readAt: Number.MIN_SAFE_INTEGER, dueAt: Number.MIN_SAFE_INTEGER }));

/** Where a lockout is stored, so that it outlives the process. */
export interface LoginLockoutMemorySlot {
  memory: DeviceMemories;
  device: string;
}

/** Reads a FRITZ!Box over TR-064: over one connection, with few requests, and without repeating a refused login. */
export class Tr064Client {
  readonly #clock: () => ClockReading;
  readonly #box: FritzBox;
  readonly #hasAccount: boolean;
  readonly #lockout: LoginLockout;
  readonly #lockoutMemory: LoginLockoutMemorySlot | undefined;
  readonly #createdAt: number;
  #items: ScheduledItem[];

  /** `address`: a host, with a port unless that is 49000. `lookUp`: resolves its name. */
  constructor(
    address: string,
    credentials: { username: string | undefined; password: Secret | undefined },
    clock: () => ClockReading = readClocks,
    lockoutMemory?: LoginLockoutMemorySlot,
    lookUp = lookUpName,
  ) {
    const { username = defaultUsername, password } = credentials;
    this.#clock = clock;
    this.#createdAt = clock().monotonic;
    this.#box = new FritzBox(address, { username, password }, clock, lookUp);
    this.#hasAccount = password !== undefined;
    const mark = fingerprintOf(address, username, password?.reveal() ?? '');
    this.#lockout = new LoginLockout({ mark, clock, ...lockoutPauses });
    this.#lockoutMemory = lockoutMemory;
    lockoutMemory?.memory.onLoad(lockoutMemory.device, (content) =>
      this.#lockout.recall(loginLockoutMemoryFormat.parse(content) ?? {}),
    );
    this.#items = scheduleItems(clock);
  }

  /** Undefined if there is neither a FRITZ!Box nor an account for one. Never rejects because of what the FRITZ!Box answers. */
  async read(signal: AbortSignal): Promise<Tr064Reading | undefined> {
    const reading = await this.#read(AbortSignal.any([signal, AbortSignal.timeout(readTimeoutSeconds * 1000)]));
    this.#saveLockout();
    return reading;
  }

  /** Lifts the lockout for one attempt, after the user has corrected the account. */
  tryLogin(): void {
    this.#lockout.endPause();
  }

  close(): void {
    this.#box.close();
  }

  async #read(signal: AbortSignal): Promise<Tr064Reading | undefined> {
    try {
      await this.#box.readDescription(signal);
    } catch (error) {
      this.#reset();
      return this.#hasAccount ? this.#reading('unreachable', {}, adviceForError(error)) : undefined;
    }
    if (this.#box.description === undefined) return undefined;
    if (!this.#hasAccount) return this.#reading('none');
    // Otherwise each start without a broker would cost a refused login.
    if (this.#lockoutMemory?.memory.isLoaded(this.#lockoutMemory.device) === false) {
      const isLate = this.#clock().monotonic - this.#createdAt > usualMemoryMs;
      return this.#reading(undefined, {}, isLate ? adviceTexts.memory : undefined);
    }
    if (this.#lockout.isActive) return this.#reading('paused', {}, adviceForRefusal(this.#lockout.refusal));
    return this.#readItems(signal);
  }

  /** Reads the items that are due. The one that has waited longest comes first, so that slow answers never keep others from being
   * read. */
  async #readItems(signal: AbortSignal): Promise<Tr064Reading> {
    const client = this.#box.client(signal);
    const due = this.#items
      .filter(({ dueAt }) => dueAt <= this.#seconds + earlySeconds)
      .sort((a, b) => a.readAt - b.readAt);
    let answered = 0;
    let problem: unknown;
    for (const entry of due) {
      entry.readAt = this.#seconds;
      entry.dueAt = entry.readAt + entry.item.intervalSeconds;
      try {
        entry.data = await entry.item.read(client);
        answered += 1;
      } catch (error) {
        if (error instanceof LoginRefusedError) return this.#refused(adviceTexts.login(error.logins), error.logins);
        entry.data = {};
        entry.dueAt = this.#seconds + Math.max(failurePauseSeconds, entry.item.intervalSeconds);
        problem = error;
        if (error instanceof NoReplyError) break;
      }
      if (this.#box.deniesEverything) return this.#refused(adviceTexts.right, 1);
    }
    const isSilent = problem !== undefined && answered === 0;
    if (this.#box.isLoginAccepted) this.#lockout.accept();
    else if (!isSilent) this.#lockout.clear();
    if (isSilent) {
      this.#reset();
      return this.#reading('unreachable', {}, adviceForError(problem));
    }
    const data: LoginOnlyData = Object.assign({}, ...this.#items.map((entry) => entry.data));
    return this.#reading('granted', data, problem === undefined ? this.#box.missingRights : describeError(problem));
  }

  #saveLockout(): void {
    if (!this.#hasAccount || this.#lockoutMemory === undefined) return;
    const { memory, device } = this.#lockoutMemory;
    const content = this.#lockout.memory;
    if (Object.keys(content).length > 0 || memory.recall(device) !== undefined) memory.keep(device, content);
  }

  get #seconds(): number {
    return this.#clock().monotonic / 1000;
  }

  #refused(reason: string, logins: number): Tr064Reading {
    this.#reset();
    this.#box.forgetRefused();
    this.#lockout.addRefusal(reason, logins);
    return this.#reading('refused', {}, adviceForRefusal(this.#lockout.refusal));
  }

  /** To be called after an interruption: everything is read anew, the description first. */
  #reset(): void {
    this.#box.reset();
    this.#items = scheduleItems(this.#clock);
  }

  #reading(access: LoginState | undefined, data: LoginOnlyData = {}, hint?: string): Tr064Reading {
    const { refusals, endsAt: nextLogin } = this.#lockout;
    return { access, hint, refusals, nextLogin, device: fritzBoxPropertiesOf(this.#box.description), ...data };
  }
}
