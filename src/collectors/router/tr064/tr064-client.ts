import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { type ClockReading, readClocks } from '../../../lib/clocks.ts';
import { parseUpnpDescription, type UpnpDescription } from '../../../lib/upnp/description.ts';
import { DigestSender, LoginRefusedError, RequestDeniedError } from '../../../lib/upnp/digest-sender.ts';
import { HttpClient, HttpStatusError } from '../../../lib/upnp/http-client.ts';
import { buildSoapRequest, SupportedActionCaller } from '../../../lib/upnp/soap.ts';
import type { DeviceMemories } from '../../../model/device-memories.ts';
import { describeError } from '../../../model/errors.ts';
import type { Secret } from '../../../model/secret.ts';
import { adviceForError, adviceTexts } from './advice.ts';
import { fritzBoxPropertiesOf } from './fritz-box-properties.ts';
import { LoginLockout } from './login-lockout.ts';
import { PollItemRunner } from './poll-item-runner.ts';
import type { AccountState, FritzBoxClient, LoginOnlyData, Tr064Reading } from './reading.ts';

const tr064Port = 49000;

/** User of every FRITZ!Box that asks only for a password (TR-064 before FRITZ!OS 7.24). */
const defaultUsername = 'dslf-config';

/** Fault code of TR-064: “Action Not Authorized”. */
const notAuthorisedCode = 606;

/** Seconds that one reading may take; the items that are left wait for the next one. */
const readTimeoutSeconds = 12;

/** Seconds until the description is read again, to notice a firmware update. */
const descriptionLifetimeSeconds = 3600;

/** Seconds until a denied request is tried again: some FRITZ!Boxes deny requests at random. */
const skipDeniedSeconds = 3600;

/** Milliseconds that the first reading waits for the memory on the broker. */
const memoryTimeoutMs = 2000;
/** Milliseconds that a broker usually needs to deliver it: until then there is nothing to tell. */
const usualMemoryMs = 60_000;

/** Long enough to tell two logins apart, too short to reveal anything about one. */
const fingerprintOf = (...login: string[]) => createHash('sha256').update(login.join('\n')).digest('hex').slice(0, 4);

/** Where a lockout is stored, so that it outlives the process. */
export interface LockoutMemorySlot {
  memory: DeviceMemories;
  device: string;
}

/** Reads a FRITZ!Box over TR-064: over one connection, with few requests, and without repeating a refused login. */
export class Tr064Client {
  readonly #base: URL;
  readonly #clock: () => ClockReading;
  readonly #http = new HttpClient();
  readonly #lockout: LoginLockout;
  readonly #digestSender: DigestSender | undefined;
  readonly #lockoutMemory: LockoutMemorySlot | undefined;
  readonly #createdAt: number;
  #memoryLoaded: Promise<void> | undefined;
  /** The last content of the memory, whether it was stored here or read from a broker. */
  #lastContent: unknown;
  #description: UpnpDescription | undefined;
  #descriptionDueAt = Number.NEGATIVE_INFINITY;
  #actions: SupportedActionCaller;
  /** Requests that are denied although the login is accepted, each with the time, in seconds, at which it is tried again. */
  readonly #denied = new Map<string, number>();
  #pollSchedule: PollItemRunner;

  /** `address`: a host, with a port unless that is 49000. */
  constructor(
    address: string,
    credentials: { username: string | undefined; password: Secret | undefined },
    clock: () => ClockReading = readClocks,
    lockoutMemory?: LockoutMemorySlot,
  ) {
    const { username = defaultUsername, password } = credentials;
    this.#base = new URL(`http://${isIPv6(address) ? `[${address.replace(/%.*/, '')}]` : address}`);
    if (this.#base.port === '') this.#base.port = String(tr064Port);
    this.#clock = clock;
    this.#createdAt = clock().monotonic;
    this.#lockoutMemory = lockoutMemory;
    this.#lockout = new LoginLockout(clock, fingerprintOf(address, username, password?.reveal() ?? ''));
    this.#digestSender = password && new DigestSender(this.#http.send, { username, password });
    this.#actions = new SupportedActionCaller((this.#digestSender ?? this.#http).send);
    this.#pollSchedule = new PollItemRunner(clock);
  }

  /** Undefined if there is neither a FRITZ!Box nor an account for one. Never rejects because of what the FRITZ!Box answers. */
  async read(signal: AbortSignal): Promise<Tr064Reading | undefined> {
    const isLoaded = await this.#loadLockout();
    const reading = await this.#read(signal, isLoaded);
    this.#saveLockout();
    return reading;
  }

  /** Lifts the lockout for one attempt, after the user has corrected the account. */
  tryLogin(): void {
    this.#lockout.skipWait();
  }

  async #read(signal: AbortSignal, isLockoutLoaded: boolean): Promise<Tr064Reading | undefined> {
    const limitedSignal = AbortSignal.any([signal, AbortSignal.timeout(readTimeoutSeconds * 1000)]);
    try {
      await this.#readDescription(limitedSignal);
    } catch (error) {
      this.#reset();
      return this.#digestSender && this.#reading('unreachable', {}, adviceForError(error));
    }
    if (this.#description === undefined) return undefined;
    if (this.#digestSender === undefined) return this.#reading('none');
    // Otherwise each start without a broker would cost a refused login.
    if (!isLockoutLoaded) {
      const isLate = this.#clock().monotonic - this.#createdAt > usualMemoryMs;
      return this.#reading(undefined, {}, isLate ? adviceTexts.memory : undefined);
    }
    if (this.#lockout.isActive) return this.#reading('paused', {}, this.#lockout.notice);
    return this.#poll(this.#description, limitedSignal);
  }

  close(): void {
    this.#http.close();
  }

  async #poll(description: UpnpDescription, signal: AbortSignal): Promise<Tr064Reading> {
    try {
      const { data, problem, isSilent } = await this.#pollSchedule.poll(this.#client(description, signal));
      if (this.#digestSender?.isAccepted) this.#lockout.accept();
      else if (!isSilent) this.#lockout.clear();
      if (!isSilent)
        return this.#reading('granted', data, problem === undefined ? this.#missingRights() : describeError(problem));
      this.#reset();
      return this.#reading('unreachable', {}, adviceForError(problem));
    } catch (error) {
      if (!(error instanceof LoginRefusedError)) throw error;
      this.#reset();
      this.#forgetRefused();
      this.#lockout.addRefusal(error.message, error.logins);
      return this.#reading('refused', {}, this.#lockout.notice);
    }
  }

  /** Reads the description if that is due. Rejects if it is not available. */
  async #readDescription(signal: AbortSignal): Promise<void> {
    const seconds = this.#clock().monotonic / 1000;
    if (seconds < this.#descriptionDueAt) return;
    // Without an account there may be no FRITZ!Box, so a failed request is not repeated soon.
    this.#descriptionDueAt =
      this.#digestSender === undefined ? seconds + descriptionLifetimeSeconds : Number.NEGATIVE_INFINITY;
    const url = new URL('/tr64desc.xml', this.#base);
    const { status, body } = await this.#http.send({ url }, signal);
    if (status !== 200)
      throw new HttpStatusError(
        status,
        `${url}: HTTP ${status}${body.includes('HOSTHEADER') ? ', ERR_INVALID_HOSTHEADER' : ''}`,
      );
    const description = parseUpnpDescription(body, url);
    if (this.#description?.firmware !== description.firmware) this.#forgetRefused();
    this.#description = description;
    const info = description.services.find(({ id }) => id === 'DeviceInfo1');
    if (this.#digestSender !== undefined) this.#digestSender.loginCheck = info && buildSoapRequest(info, 'GetInfo');
    this.#descriptionDueAt = seconds + descriptionLifetimeSeconds;
  }

  /** To be called after an interruption: everything is read anew, the description first. */
  #reset(): void {
    if (this.#digestSender !== undefined) this.#descriptionDueAt = Number.NEGATIVE_INFINITY;
    this.#digestSender?.forget();
    this.#pollSchedule = new PollItemRunner(this.#clock);
  }

  #forgetRefused(): void {
    this.#actions.forget();
    this.#denied.clear();
  }

  /** Undefined if the FRITZ!Box denies the request. `key`: identifies the request. */
  async #unlessDenied<T>(key: string, request: () => Promise<T>): Promise<T | undefined> {
    const seconds = this.#clock().monotonic / 1000;
    if (seconds < (this.#denied.get(key) ?? Number.NEGATIVE_INFINITY)) return undefined;
    try {
      const answer = await request();
      this.#denied.delete(key);
      return answer;
    } catch (error) {
      if (!(error instanceof RequestDeniedError)) throw error;
      this.#denied.set(key, seconds + skipDeniedSeconds);
      return undefined;
    }
  }

  #client(description: UpnpDescription, signal: AbortSignal): FritzBoxClient {
    return {
      now: () => this.#clock().wall,
      call: async (id, action) => {
        const service = description.services.find((entry) => entry.id === id);
        const values =
          service &&
          (await this.#unlessDenied(`${id}#${action}`, () => this.#actions.callIfSupported(service, action, signal)));
        // A user who may not call this action may call none.
        if (id === 'DeviceInfo1' && this.#actions.refused.get(`${service?.type}#${action}`) === notAuthorisedCode)
          throw new LoginRefusedError(adviceTexts.right, 1);
        return values;
      },
      fetch: async (path) => {
        const url = new URL(path, this.#base);
        url.host = this.#base.host;
        const reply = await this.#unlessDenied(url.pathname, () =>
          (this.#digestSender ?? this.#http).send({ url }, signal),
        );
        if (reply === undefined || reply.status === 404) return undefined;
        const { status, body } = reply;
        if (status !== 200) throw new HttpStatusError(status, `${url.pathname}: HTTP ${status}`);
        return body;
      },
    };
  }

  /** Whether it is known which lockout an earlier process has stored. */
  async #loadLockout(): Promise<boolean> {
    if (this.#lockoutMemory === undefined) return true;
    this.#memoryLoaded ??= Promise.race([
      this.#lockoutMemory.memory.loaded,
      pause(memoryTimeoutMs, undefined, { ref: false }),
    ]);
    await this.#memoryLoaded;
    this.#loadContent(this.#lockoutMemory);
    return this.#lockoutMemory.memory.isLoaded(this.#lockoutMemory.device);
  }

  /** Content that was not stored here is that of a broker, which may have been replaced by another. */
  #loadContent({ memory, device }: LockoutMemorySlot): void {
    const content = memory.recall(device);
    if (content !== this.#lastContent) this.#lockout.recall(content);
    this.#lastContent = content;
  }

  #saveLockout(): void {
    if (this.#digestSender === undefined || this.#lockoutMemory === undefined) return;
    const { memory, device } = this.#lockoutMemory;
    if (!memory.isLoaded(device)) return;
    this.#loadContent(this.#lockoutMemory);
    const content = this.#lockout.memory;
    if (isDeepStrictEqual(content, this.#lastContent ?? {})) return;
    this.#lastContent = content;
    memory.keep(device, content);
  }

  /** A hint that lists what the account may not read; undefined if it may read everything. */
  #missingRights(): string | undefined {
    const refusedActions = [...this.#actions.refused]
      .filter(([, code]) => code === notAuthorisedCode)
      .map(([key]) => key.split(':').slice(-2).join(':'));
    const hints = [
      ...(refusedActions.length === 0 ? [] : [`${adviceTexts.right}; it may not ask for ${refusedActions.join(', ')}`]),
      ...(this.#denied.size === 0 ? [] : [`${adviceTexts.denied} ${[...this.#denied.keys()].join(', ')}`]),
    ];
    return hints.join('; ') || undefined;
  }

  #reading(access: AccountState | undefined, data: LoginOnlyData = {}, hint?: string): Tr064Reading {
    const { refusals, endsAt: nextLogin } = this.#lockout;
    return { access, hint, refusals, nextLogin, device: fritzBoxPropertiesOf(this.#description), ...data };
  }
}
