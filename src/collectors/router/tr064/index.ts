import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { type Moment, now } from '../../../lib/rates.ts';
import { describe } from '../../../model/fault.ts';
import type { Memory } from '../../../model/memory.ts';
import type { Secret } from '../../../model/secret.ts';
import { HttpError, requestOf } from '../soap/call.ts';
import { type Description, parseDescription } from '../soap/description.ts';
import { Line } from '../soap/line.ts';
import { Repertoire } from '../soap/repertoire.ts';
import { advice, adviceOn } from './advice.ts';
import { deviceOf } from './box-device.ts';
import { Gate } from './gate.ts';
import { Login, LoginRefused, NotAllowed } from './login.ts';
import { Plan } from './plan.ts';
import type { Access, Told, Tr064Reading } from './reading.ts';
import type { Box } from './subject.ts';

const port = 49000;

/** Boxes that ask for no name had this one (TR-064 before FRITZ!OS 7.24). */
const nameless = 'dslf-config';

/** “Action Not Authorized” */
const notAuthorised = 606;

/** Seconds that one reading may take, before what is left waits for the next. */
const patience = 12;

/** Seconds until the description is read again: where there is one, it tells of another firmware. */
const review = 3600;

/** Seconds that what the box did not let us have is left out: some boxes say so at random. */
const leftOut = 3600;

/** Milliseconds that the first reading waits for what the broker remembers. */
const recollection = 2000;

/** Enough to tell two logins apart, and to tell nobody anything of one. */
const markOf = (...login: string[]) => createHash('sha256').update(login.join('\n')).digest('hex').slice(0, 4);

/** Where a refusal outlives the process. */
export interface Recollection {
  memory: Memory;
  device: string;
}

/** What a FRITZ!Box tells over TR-064, asked over one connection, gently, and never in vain. */
export class Tr064 {
  readonly #base: URL;
  readonly #clock: () => Moment;
  readonly #line = new Line();
  readonly #gate: Gate;
  readonly #login: Login | undefined;
  readonly #recollection: Recollection | undefined;
  #waited: Promise<void> | undefined;
  /** What was remembered last, by us or a broker. */
  #known: unknown;
  #description: Description | undefined;
  #reviewAt = Number.NEGATIVE_INFINITY;
  #repertoire: Repertoire;
  /** What the box does not let us have though it takes the login, and when each is asked for again, in seconds. */
  readonly #denied = new Map<string, number>();
  #plan: Plan;

  /** `address`: a host, with a port where it is not 49000. */
  constructor(address: string, credentials: { username: string | undefined; password: Secret | undefined }, clock: () => Moment = now, recollection?: Recollection) {
    const { username = nameless, password } = credentials;
    this.#base = new URL(`http://${isIPv6(address) ? `[${address.replace(/%.*/, '')}]` : address}`);
    if (this.#base.port === '') this.#base.port = String(port);
    this.#clock = clock;
    this.#recollection = recollection;
    this.#gate = new Gate(clock, markOf(address, username, password?.reveal() ?? ''));
    this.#login = password && new Login(this.#line.send, { username, password });
    this.#repertoire = new Repertoire((this.#login ?? this.#line).send);
    this.#plan = new Plan(clock);
  }

  /** Undefined where there is no box of this kind and no account for one. Never rejects for what a box does. */
  async read(signal: AbortSignal): Promise<Tr064Reading | undefined> {
    await this.#recall();
    const reading = await this.#read(signal);
    this.#remember();
    return reading;
  }

  /** The user has mended it at the box. */
  tryLogin(): void {
    this.#gate.unlock();
  }

  async #read(signal: AbortSignal): Promise<Tr064Reading | undefined> {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(patience * 1000)]);
    try {
      await this.#look(limited);
    } catch (error) {
      this.#startAnew();
      return this.#login && this.#reading('unreachable', {}, adviceOn(error));
    }
    if (this.#description === undefined) return undefined;
    if (this.#login === undefined) return this.#reading('none');
    if (this.#gate.isShut) return this.#reading('paused', {}, this.#gate.notice);
    return this.#ask(this.#description, limited);
  }

  close(): void {
    this.#line.close();
  }

  async #ask(description: Description, signal: AbortSignal): Promise<Tr064Reading> {
    try {
      const { told, trouble, isSilent } = await this.#plan.round(this.#box(description, signal));
      if (this.#login?.isAccepted) this.#gate.accept();
      else if (!isSilent) this.#gate.open();
      if (!isSilent) return this.#reading('granted', told, trouble === undefined ? this.#lacking() : describe(trouble));
      this.#startAnew();
      return this.#reading('unreachable', {}, adviceOn(trouble));
    } catch (error) {
      if (!(error instanceof LoginRefused)) throw error;
      this.#startAnew();
      this.#forgetRefused();
      this.#gate.refuse(error.message, error.logins);
      return this.#reading('refused', {}, this.#gate.notice);
    }
  }

  /** Reads the description where that is due. Rejects where it can't be had. */
  async #look(signal: AbortSignal): Promise<void> {
    const seconds = this.#clock().monotonic / 1000;
    if (seconds < this.#reviewAt) return;
    // Whoever has no account may well have no FRITZ!Box.
    this.#reviewAt = this.#login === undefined ? seconds + review : Number.NEGATIVE_INFINITY;
    const url = new URL('/tr64desc.xml', this.#base);
    const { status, body } = await this.#line.send({ url }, signal);
    if (status !== 200) throw new HttpError(status, `${url}: HTTP ${status}${body.includes('HOSTHEADER') ? ', ERR_INVALID_HOSTHEADER' : ''}`);
    const description = parseDescription(body, url);
    if (this.#description?.firmware !== description.firmware) this.#forgetRefused();
    this.#description = description;
    const info = description.services.find(({ id }) => id === 'DeviceInfo1');
    if (this.#login !== undefined) this.#login.proof = info && requestOf(info, 'GetInfo');
    this.#reviewAt = seconds + review;
  }

  /** The box was away: all is asked again when it is back, and first what it is. */
  #startAnew(): void {
    if (this.#login !== undefined) this.#reviewAt = Number.NEGATIVE_INFINITY;
    this.#login?.forget();
    this.#plan = new Plan(this.#clock);
  }

  #forgetRefused(): void {
    this.#repertoire.forget();
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
      if (!(error instanceof NotAllowed)) throw error;
      this.#denied.set(what, seconds + leftOut);
      return undefined;
    }
  }

  #box(description: Description, signal: AbortSignal): Box {
    return {
      now: () => this.#clock().wall,
      ask: async (id, action) => {
        const service = description.services.find((one) => one.id === id);
        const values = service && (await this.#unlessDenied(`${id}#${action}`, () => this.#repertoire.ask(service, action, signal)));
        // Whom this is not told, is told nothing.
        if (id === 'DeviceInfo1' && this.#repertoire.refused.get(`${service?.type}#${action}`) === notAuthorised) throw new LoginRefused(advice.right, 1);
        return values;
      },
      fetch: async (path) => {
        const url = new URL(path, this.#base);
        url.host = this.#base.host;
        const reply = await this.#unlessDenied(url.pathname, () => (this.#login ?? this.#line).send({ url }, signal));
        if (reply === undefined || reply.status === 404) return undefined;
        const { status, body } = reply;
        if (status !== 200) throw new HttpError(status, `${url.pathname}: HTTP ${status}`);
        return body;
      },
    };
  }

  async #recall(): Promise<void> {
    if (this.#recollection === undefined) return;
    this.#waited ??= Promise.race([this.#recollection.memory.loaded, pause(recollection, undefined, { ref: false })]);
    await this.#waited;
    this.#takeUp(this.#recollection);
  }

  /** What is not our own word is a broker's, which may be another one than before. */
  #takeUp({ memory, device }: Recollection): void {
    const content = memory.recall(device);
    if (content !== this.#known) this.#gate.recall(content);
    this.#known = content;
  }

  #remember(): void {
    if (this.#login === undefined || !this.#recollection?.memory.isLoaded) return;
    const { memory, device } = this.#recollection;
    this.#takeUp(this.#recollection);
    const content = this.#gate.memory;
    if (isDeepStrictEqual(content, this.#known ?? {})) return;
    this.#known = content;
    memory.keep(device, content);
  }

  /** What the account may not see of what others of its kind see. */
  #lacking(): string | undefined {
    const actions = [...this.#repertoire.refused].filter(([, code]) => code === notAuthorised).map(([key]) => key.split(':').slice(-2).join(':'));
    const hints = [
      ...(actions.length === 0 ? [] : [`${advice.right}; it may not ask for ${actions.join(', ')}`]),
      ...(this.#denied.size === 0 ? [] : [`${advice.denied} ${[...this.#denied.keys()].join(', ')}`]),
    ];
    return hints.join('; ') || undefined;
  }

  #reading(access: Access, told: Told = {}, hint?: string): Tr064Reading {
    const { refusals, opensAt: nextLogin } = this.#gate;
    return { access, hint, refusals, nextLogin, device: deviceOf(this.#description), ...told };
  }
}
