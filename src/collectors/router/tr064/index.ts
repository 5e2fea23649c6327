import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { type ClockReading, readClocks } from '../../../lib/clocks.ts';
import type { DeviceMemory } from '../../../model/device-memory.ts';
import { describeError } from '../../../model/errors.ts';
import type { Secret } from '../../../model/secret.ts';
import { buildActionRequest, HttpStatusError } from '../soap/action.ts';
import { HttpClient } from '../soap/http-client.ts';
import { SupportedActions } from '../soap/supported-actions.ts';
import { parseUpnpDescription, type UpnpDescription } from '../soap/upnp-description.ts';
import { adviceForError, adviceTexts } from './advice.ts';
import { boxDeviceOf } from './box-device.ts';
import { DigestSender, LoginRefusedError, RequestDeniedError } from './digest-sender.ts';
import { LoginLockout } from './login-lockout.ts';
import type { FritzBoxClient } from './poll-item.ts';
import { PollSchedule } from './poll-schedule.ts';
import type { AccountState, LoginOnlyData, Tr064Reading } from './reading.ts';

const tr064Port = 49000;

/** Boxes that ask for no name had this one (TR-064 before FRITZ!OS 7.24). */
const defaultUsername = 'dslf-config';

/** “Action Not Authorized” */
const notAuthorisedCode = 606;

/** Seconds that one reading may take, before what is left waits for the next. */
const readTimeoutSeconds = 12;

/** Seconds until the description is read again: where there is one, it tells of another firmware. */
const descriptionLifetimeSeconds = 3600;

/** Seconds that what the box did not let us have is left out: some boxes say so at random. */
const skipDeniedSeconds = 3600;

/** Milliseconds that the first reading waits for what the broker remembers. */
const memoryTimeoutMs = 2000;

/** Enough to tell two logins apart, and to tell nobody anything of one. */
const fingerprintOf = (...login: string[]) => createHash('sha256').update(login.join('\n')).digest('hex').slice(0, 4);

/** Where a refusal outlives the process. */
export interface LockoutMemory {
  memory: DeviceMemory;
  device: string;
}

/** What a FRITZ!Box tells over TR-064, asked over one connection, gently, and never in vain. */
export class Tr064Client {
  readonly #base: URL;
  readonly #clock: () => ClockReading;
  readonly #http = new HttpClient();
  readonly #lockout: LoginLockout;
  readonly #digestSender: DigestSender | undefined;
  readonly #lockoutMemory: LockoutMemory | undefined;
  #memoryLoaded: Promise<void> | undefined;
  /** What was remembered last, by us or a broker. */
  #known: unknown;
  #description: UpnpDescription | undefined;
  #descriptionDueAt = Number.NEGATIVE_INFINITY;
  #actions: SupportedActions;
  /** What the box does not let us have though it takes the login, and when each is asked for again, in seconds. */
  readonly #denied = new Map<string, number>();
  #pollSchedule: PollSchedule;

  /** `address`: a host, with a port where it is not 49000. */
  constructor(
    address: string,
    credentials: { username: string | undefined; password: Secret | undefined },
    clock: () => ClockReading = readClocks,
    lockoutMemory?: LockoutMemory,
  ) {
    const { username = defaultUsername, password } = credentials;
    this.#base = new URL(`http://${isIPv6(address) ? `[${address.replace(/%.*/, '')}]` : address}`);
    if (this.#base.port === '') this.#base.port = String(tr064Port);
    this.#clock = clock;
    this.#lockoutMemory = lockoutMemory;
    this.#lockout = new LoginLockout(clock, fingerprintOf(address, username, password?.reveal() ?? ''));
    this.#digestSender = password && new DigestSender(this.#http.send, { username, password });
    this.#actions = new SupportedActions((this.#digestSender ?? this.#http).send);
    this.#pollSchedule = new PollSchedule(clock);
  }

  /** Undefined where there is no box of this kind and no account for one. Never rejects for what a box does. */
  async read(signal: AbortSignal): Promise<Tr064Reading | undefined> {
    await this.#loadLockout();
    const reading = await this.#read(signal);
    this.#saveLockout();
    return reading;
  }

  /** The user has mended it at the box. */
  tryLogin(): void {
    this.#lockout.skipWait();
  }

  async #read(signal: AbortSignal): Promise<Tr064Reading | undefined> {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(readTimeoutSeconds * 1000)]);
    try {
      await this.#readDescription(limited);
    } catch (error) {
      this.#reset();
      return this.#digestSender && this.#reading('unreachable', {}, adviceForError(error));
    }
    if (this.#description === undefined) return undefined;
    if (this.#digestSender === undefined) return this.#reading('none');
    if (this.#lockout.isActive) return this.#reading('paused', {}, this.#lockout.notice);
    return this.#ask(this.#description, limited);
  }

  close(): void {
    this.#http.close();
  }

  async #ask(description: UpnpDescription, signal: AbortSignal): Promise<Tr064Reading> {
    try {
      const { data, problem, isSilent } = await this.#pollSchedule.poll(this.#box(description, signal));
      if (this.#digestSender?.isAccepted) this.#lockout.accept();
      else if (!isSilent) this.#lockout.end();
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

  /** Reads the description where that is due. Rejects where it can't be had. */
  async #readDescription(signal: AbortSignal): Promise<void> {
    const seconds = this.#clock().monotonic / 1000;
    if (seconds < this.#descriptionDueAt) return;
    // Whoever has no account may well have no FRITZ!Box.
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
    if (this.#digestSender !== undefined) this.#digestSender.proof = info && buildActionRequest(info, 'GetInfo');
    this.#descriptionDueAt = seconds + descriptionLifetimeSeconds;
  }

  /** The box was away: all is asked again when it is back, and first what it is. */
  #reset(): void {
    if (this.#digestSender !== undefined) this.#descriptionDueAt = Number.NEGATIVE_INFINITY;
    this.#digestSender?.forget();
    this.#pollSchedule = new PollSchedule(this.#clock);
  }

  #forgetRefused(): void {
    this.#actions.forget();
    this.#denied.clear();
  }

  /** Undefined where the box does not let us have it. */
  async #unlessDenied<T>(what: string, ask: () => Promise<T>): Promise<T | undefined> {
    const seconds = this.#clock().monotonic / 1000;
    if (seconds < (this.#denied.get(what) ?? Number.NEGATIVE_INFINITY)) return undefined;
    try {
      const answer = await ask();
      this.#denied.delete(what);
      return answer;
    } catch (error) {
      if (!(error instanceof RequestDeniedError)) throw error;
      this.#denied.set(what, seconds + skipDeniedSeconds);
      return undefined;
    }
  }

  #box(description: UpnpDescription, signal: AbortSignal): FritzBoxClient {
    return {
      now: () => this.#clock().wall,
      ask: async (id, action) => {
        const service = description.services.find((one) => one.id === id);
        const values =
          service &&
          (await this.#unlessDenied(`${id}#${action}`, () => this.#actions.callIfSupported(service, action, signal)));
        // Whom this is not told, is told nothing.
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

  async #loadLockout(): Promise<void> {
    if (this.#lockoutMemory === undefined) return;
    this.#memoryLoaded ??= Promise.race([
      this.#lockoutMemory.memory.loaded,
      pause(memoryTimeoutMs, undefined, { ref: false }),
    ]);
    await this.#memoryLoaded;
    this.#takeUp(this.#lockoutMemory);
  }

  /** What is not our own word is a broker's, which may be another one than before. */
  #takeUp({ memory, device }: LockoutMemory): void {
    const content = memory.recall(device);
    if (content !== this.#known) this.#lockout.recall(content);
    this.#known = content;
  }

  #saveLockout(): void {
    if (this.#digestSender === undefined || !this.#lockoutMemory?.memory.isLoaded) return;
    const { memory, device } = this.#lockoutMemory;
    this.#takeUp(this.#lockoutMemory);
    const content = this.#lockout.memory;
    if (isDeepStrictEqual(content, this.#known ?? {})) return;
    this.#known = content;
    memory.keep(device, content);
  }

  /** What the account may not see of what others of its kind see. */
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

  #reading(access: AccountState, data: LoginOnlyData = {}, hint?: string): Tr064Reading {
    const { refusals, endsAt: nextLogin } = this.#lockout;
    return { access, hint, refusals, nextLogin, device: boxDeviceOf(this.#description), ...data };
  }
}
