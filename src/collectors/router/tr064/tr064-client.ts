import { type ClockReading, readClocks } from '../../../lib/clocks.ts';
import { LoginLockout } from '../../../lib/login-lockout.ts';
import { resolveHostName } from '../../../lib/names/name-lookup.ts';
import { LoginRefusedError } from '../../../lib/upnp/digest-sender.ts';
import { CertificateChangedError, NoReplyError } from '../../../lib/upnp/http-client.ts';
import { definedMembers } from '../../../model/defined-members.ts';
import type { Secret } from '../../../model/secret.ts';
import {
  adviceForError,
  adviceForErrorOnEveryRequest,
  adviceForLoginRefusal,
  fritzBoxTexts,
  type LoginRefusalReason,
} from './advice.ts';
import { FritzBoxConnection, fritzBoxPropertiesOf, isFritzBox } from './fritz-box-connection.ts';
import { type AllowedLoginRecipient, type LoginMemorySlot, loginFingerprint } from './login-channel.ts';
import { PollScheduleWithResults } from './poll-schedule.ts';
import { type LoginOnlyData, type LoginState, loginMemoryFormat, type Tr064Reading } from './reading.ts';

/** User of every FRITZ!Box that asks only for a password (TR-064 before FRITZ!OS 7.24). */
const defaultUsername = 'dslf-config';

/** At most two attempts reach the FRITZ!Box in the first day, and ever fewer after it. An accepted login is tried again
 * soon: FRITZ!Boxes refuse correct logins while they boot, or while another user is locked out. */
const lockoutPauses = { hoursPerLogin: 12, retryMinutes: [2, 10, 60] };

/** Seconds that one reading may take; the items that are left wait for the next one. */
const readTimeoutSeconds = 12;

/** Milliseconds that a broker usually needs to deliver the memory: until then there is nothing to tell. */
const usualMemoryMs = 60_000;

/** Reads a FRITZ!Box over TR-064: over one connection, with few requests, and without repeating a refused login. */
export class Tr064Client {
  readonly #clock: () => ClockReading;
  readonly #box: FritzBoxConnection;
  readonly #password: Secret | undefined;
  readonly #mark: () => string;
  readonly #lockout: LoginLockout;
  readonly #lockoutMemory: LoginMemorySlot | undefined;
  readonly #createdAt: number;
  /** The box shows another certificate than before. */
  #hasCertificateChanged = false;
  /** The user has asked for a login after that. */
  #acceptsAnyCertificate = false;
  readonly #schedule: PollScheduleWithResults;

  /** `address`: a host, with a port unless that is 49000. `lookUp`: resolves its name. */
  constructor(
    address: string,
    credentials: { username: string | undefined; password: Secret | undefined },
    clock: () => ClockReading = readClocks,
    lockoutMemory?: LoginMemorySlot,
    lookUp = resolveHostName,
  ) {
    const { username = defaultUsername, password } = credentials;
    this.#clock = clock;
    this.#createdAt = clock().monotonic;
    this.#box = new FritzBoxConnection(address, { username, password }, clock, lookUp);
    this.#password = password;
    this.#mark = () => loginFingerprint(address, username, password?.reveal() ?? '');
    this.#lockout = new LoginLockout({ mark: this.#mark(), clock, ...lockoutPauses });
    this.#lockoutMemory = lockoutMemory;
    lockoutMemory?.memory.onLoad(lockoutMemory.device, (content) => {
      const saved = loginMemoryFormat.parse(content) ?? {};
      this.#lockout.recall(saved);
      if (this.#box.certificate === undefined && !this.#acceptsAnyCertificate)
        this.#box.certificate = saved.certificate;
    });
    this.#schedule = new PollScheduleWithResults(clock);
  }

  /** Undefined if there is neither a FRITZ!Box nor an account for one. Never rejects because of what the FRITZ!Box
   * answers. */
  async read(signal: AbortSignal, permission: AllowedLoginRecipient = 'any'): Promise<Tr064Reading | undefined> {
    const timeout = AbortSignal.timeout(readTimeoutSeconds * 1000);
    const reading = await this.#read(AbortSignal.any([signal, timeout]), permission);
    this.#saveLockout();
    return reading;
  }

  /** Lifts the lockout for one attempt, after the user has corrected the account. */
  tryLogin(): void {
    this.#lockout.endPause();
    if (!this.#hasCertificateChanged) return;
    this.#acceptsAnyCertificate = true;
    this.#hasCertificateChanged = false;
    this.#box.certificate = undefined;
  }

  /** Whether the login goes over HTTP, because the box offers no TLS. */
  get isLoginPlain(): boolean {
    return this.#box.isLoginPlain === true;
  }

  close(): void {
    this.#box.close();
  }

  async #read(signal: AbortSignal, permission: AllowedLoginRecipient): Promise<Tr064Reading | undefined> {
    try {
      await this.#box.readDescription(signal);
    } catch (error) {
      this.#reset();
      return this.#hasAccount ? this.#reading('unreachable', {}, adviceForError(error)) : undefined;
    }
    if (this.#box.description === undefined) return undefined;
    if (!this.#hasAccount || permission === 'none') return this.#reading('none');
    if (permission === 'fritz_box' && !isFritzBox(this.#box.description))
      return this.#reading('unreachable', {}, (texts = fritzBoxTexts) => texts.notFritzBox);
    // Otherwise each start without a broker would cost a refused login.
    if (this.#lockoutMemory?.memory.isLoaded(this.#lockoutMemory.device) === false) {
      const isLate = this.#clock().monotonic - this.#createdAt > usualMemoryMs;
      return this.#reading(undefined, {}, isLate ? (texts = fritzBoxTexts) => texts.waitsForBroker : undefined);
    }
    this.#followPassword();
    if (this.#lockout.isActive) return this.#reading('paused', {}, adviceForLoginRefusal(this.#lockout.refusal));
    try {
      await this.#box.openLogin(signal);
      return await this.#readItems(signal);
    } catch (error) {
      if (error instanceof LoginRefusedError)
        return this.#refused(error.logins === 0 ? 'no_digest' : 'refused', error.logins);
      this.#hasCertificateChanged = error instanceof CertificateChangedError;
      if (!this.#hasCertificateChanged) return this.#unreachable(adviceForError(error));
      this.#reset();
      return this.#reading('paused', {}, (texts = fritzBoxTexts) => texts.otherCertificate);
    }
  }

  /** Reads the items that are due. */
  async #readItems(signal: AbortSignal): Promise<Tr064Reading> {
    const client = this.#box.client(signal);
    let answered = 0;
    let silence: unknown;
    for (const entry of this.#schedule.due()) {
      try {
        this.#schedule.begin(entry);
        entry.data = await entry.item.read(client);
        answered += 1;
      } catch (error) {
        if (error instanceof LoginRefusedError || error instanceof CertificateChangedError) throw error;
        this.#schedule.putOff(entry, error);
        silence = error;
        if (error instanceof NoReplyError) break;
      }
      if (this.#box.deniesEverything) return this.#refused('no_permission', 1);
    }
    const isSilent = silence !== undefined && answered === 0;
    const failure = isSilent ? undefined : await this.#box.failureOfAll(signal);
    if (failure !== undefined) return this.#unreachable(adviceForErrorOnEveryRequest(failure));
    if (this.#box.isLoginAccepted) this.#lockout.accept();
    else if (!isSilent) this.#lockout.clear();
    if (isSilent) return this.#unreachable(adviceForError(silence));
    const { data, hint = this.#box.omissions } = this.#schedule;
    return this.#reading('granted', data, hint);
  }

  get #hasAccount(): boolean {
    return this.#password !== undefined;
  }

  /** A password that is refused is read anew, if it is from a file. Other routers may share it, and have done so. */
  #followPassword(): void {
    if (this.#lockout.isActive) this.#password?.refresh();
    this.#lockout.setMark(this.#mark());
  }

  #unreachable(advice: Tr064Reading['hint']): Tr064Reading {
    this.#reset();
    return this.#reading('unreachable', {}, advice);
  }

  #saveLockout(): void {
    if (!this.#hasAccount || this.#lockoutMemory === undefined) return;
    const { memory, device } = this.#lockoutMemory;
    const content = { ...this.#lockout.memory, ...definedMembers({ certificate: this.#box.certificate }) };
    if (Object.keys(content).length > 0 || memory.recall(device) !== undefined) memory.keep(device, content);
  }

  #refused(reason: LoginRefusalReason, logins: number): Tr064Reading {
    this.#reset();
    this.#box.forgetRefused();
    this.#lockout.addRefusal(reason, logins);
    return this.#reading('refused', {}, adviceForLoginRefusal(this.#lockout.refusal));
  }

  /** To be called after an interruption: everything is read anew, the description first. */
  #reset(): void {
    this.#box.reset();
    this.#schedule.startAnew();
  }

  #reading(access: LoginState | undefined, data: LoginOnlyData = {}, hint?: Tr064Reading['hint']): Tr064Reading {
    const { refusals, endsAt: nextLogin } = this.#lockout;
    return { access, hint, refusals, nextLogin, device: fritzBoxPropertiesOf(this.#box.description), ...data };
  }
}
