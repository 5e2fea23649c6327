import { createHash } from 'node:crypto';
import { HaRest } from '../../lib/ha-rest.ts';
import { LoginLockout, type SavedLoginLockout } from '../../lib/login-lockout.ts';
import { AddressResolver } from '../../lib/names/address-resolver.ts';
import { isBeyondOwnNetwork } from '../../lib/names/own-network.ts';
import type { Observation } from '../../model/collector.ts';
import type { Device } from '../../model/device.ts';
import type { DeviceMemories } from '../../model/device-memories.ts';
import type { DeviceEvent } from '../../model/event.ts';
import { PastMoment, readClocksIncludingSleep } from '../../model/past-moment.ts';
import type { Secret } from '../../model/secret.ts';
import type { AgentIdentity } from '../../model/state.ts';
import { buildDate } from '../../version.ts';
import { hintOfVisit, InstanceDetailsCache } from './instance-details-cache.ts';
import {
  historyAndEventsAfterVisit,
  type InstanceHistory,
  isHistoryWorthSaving,
  parseInstanceHistoryOrEmpty,
} from './instance-history.ts';
import type { HomeAssistantReadingByTable } from './reading.ts';
import type { ConfiguredInstance } from './settings.ts';
import type { HomeAssistantTexts } from './texts.ts';
import { type VisitResult, visitInstance } from './visit-instance.ts';

/** Milliseconds that one visit may take. */
const visitTimeoutMs = 10_000;

/** Long enough to tell two tokens apart, too short to reveal anything about one. */
const fingerprintOf = (url: URL, token: Secret) =>
  createHash('sha256').update(`${url.href} ${token.reveal()}`).digest('hex').slice(0, 6);

const lastingRefusalOf = (mark: string): SavedLoginLockout => ({
  refused_login: { mark, reason: 'token refused', logins: 1, until: Number.POSITIVE_INFINITY },
});

/** Watches one Home Assistant instance. */
export class InstanceMonitor {
  readonly #instance: ConfiguredInstance;
  readonly #token: Secret | undefined;
  #fingerprint: string | undefined;
  readonly #memory: DeviceMemories;
  readonly #agent: AgentIdentity;
  readonly #addresses = new AddressResolver();
  readonly #clock: typeof readClocksIncludingSleep;
  readonly #rest: HaRest;
  readonly #details: InstanceDetailsCache;
  #history: InstanceHistory | undefined;
  /** Start of the current outage, if this process saw it begin. */
  #outageStart: PastMoment | undefined;
  /** Home Assistant bans addresses after refused tokens: only another token or the user ends it. */
  readonly #lockout: LoginLockout;

  constructor(
    instance: ConfiguredInstance,
    token: Secret | undefined,
    agent: AgentIdentity,
    memory: DeviceMemories,
    clock = readClocksIncludingSleep,
  ) {
    this.#instance = instance;
    this.#token = token;
    this.#fingerprint = token && fingerprintOf(instance.url, token);
    this.#agent = agent;
    this.#memory = memory;
    this.#clock = clock;
    this.#rest = new HaRest(instance.url);
    this.#details = new InstanceDetailsCache(clock);
    this.#lockout = new LoginLockout({ mark: this.#fingerprint ?? '', hoursPerLogin: Number.POSITIVE_INFINITY, clock });
    memory.onLoad(instance.title, (content) => this.#loadHistory(content));
  }

  async read(
    authorities: string[] | undefined,
    signal: AbortSignal,
  ): Promise<Observation<HomeAssistantReadingByTable>> {
    this.#followToken();
    void this.#addresses.resolve(this.#host).catch(() => undefined);
    const visit = this.#details.complete(
      await visitInstance(
        this.#rest,
        this.#instance.url,
        { token: this.#lockout.isActive ? undefined : this.#token, authorities },
        this.#details.isDue,
        AbortSignal.any([signal, AbortSignal.timeout(visitTimeoutMs)]),
      ),
    );
    if (visit.login === 'refused') this.#lockout.addRefusal(visit.state);
    else if (visit.login === 'accepted') this.#lockout.accept();
    const result = this.#explain(visit);
    const events = this.#saveHistory(result);
    const hint =
      hintOfVisit(result) === undefined
        ? undefined
        : (texts?: HomeAssistantTexts) => hintOfVisit(result, texts) ?? result.state;
    return {
      table: 'instance',
      device: this.#device(result),
      reading: { visit: result, history: this.#history, hint },
      hint,
      events,
    };
  }

  /** The host of its address, without the brackets of an IPv6 address. */
  get #host(): string {
    return this.#instance.url.hostname.replace(/^\[(.*)\]$/, '$1');
  }

  /** Tries a refused token again: it may be valid now, after a backup was restored or a user was enabled. */
  tryToken(): void {
    this.#lockout.endPause();
  }

  close(): void {
    this.#rest.close();
  }

  /** A token that is refused is read anew, if it is from a file. Other instances may share it, and have done so. */
  #followToken(): void {
    if (this.#token === undefined) return;
    if (this.#lockout.isActive) this.#token.refresh();
    this.#fingerprint = fingerprintOf(this.#instance.url, this.#token);
    this.#lockout.setMark(this.#fingerprint);
  }

  /** What this process knows beyond the visit. */
  #explain(visit: VisitResult): VisitResult {
    // Without its token, nothing passes a proxy that does not pass WebSockets; Home Assistant itself has said so.
    if (this.#lockout.isActive && (visit.state === 'answering' || visit.state === 'proxy_without_websocket'))
      return { ...visit, state: 'token_refused', reachable: true };
    // A proxy that takes its routes from what runs has no page for a Home Assistant that does not.
    if (visit.state === 'not_home_assistant' && visit.status === 404 && this.#history?.version !== undefined)
      return { ...visit, state: 'proxy_error' };
    return visit;
  }

  #loadHistory(content: unknown): void {
    const saved = parseInstanceHistoryOrEmpty(content);
    const { newest = saved.newest } = this.#history ?? {};
    this.#history = newest === undefined ? saved : { ...saved, newest };
    if (saved.refused_token !== undefined) this.#lockout.recall(lastingRefusalOf(saved.refused_token));
  }

  #saveHistory(result: VisitResult): DeviceEvent[] {
    const { title } = this.#instance;
    if (this.#memory.isLoaded(title)) this.#history ??= parseInstanceHistoryOrEmpty(undefined);
    const now = new Date(this.#clock().wall);
    // Times of a clock that has not been set yet are useless.
    if (this.#history === undefined || now < buildDate) return [];
    const { history, events } = historyAndEventsAfterVisit(
      this.#correctOutageStart(this.#history, result),
      result,
      now,
    );
    const { refused_token: refusedBefore, ...rest } = history;
    // One that is not this token's stays until this token is accepted.
    const isKept = refusedBefore !== this.#fingerprint && result.login !== 'accepted';
    const refused = this.#lockout.isActive ? this.#fingerprint : isKept ? refusedBefore : undefined;
    this.#history = refused === undefined ? rest : { ...rest, refused_token: refused };
    if (isHistoryWorthSaving(parseInstanceHistoryOrEmpty(this.#memory.recall(title)), this.#history))
      this.#memory.keep(title, this.#history);
    return events;
  }

  /** Corrects the start of the outage, because the clock may have been set since. */
  #correctOutageStart(history: InstanceHistory, { reachable }: VisitResult): InstanceHistory {
    const start = this.#outageStart;
    this.#outageStart = reachable
      ? undefined
      : (start ?? (history.outage === undefined ? new PastMoment(this.#clock) : undefined));
    return start === undefined || history.outage === undefined
      ? history
      : { ...history, outage: { ...history.outage, since: start.date.toISOString() } };
  }

  #device({ version = this.#history?.version }: VisitResult): Device {
    const { title, url } = this.#instance;
    return {
      id: title,
      name: title,
      manufacturer: 'Home Assistant',
      model: 'Home Assistant',
      ...(version === undefined ? {} : { softwareVersion: version }),
      configurationUrl: url.href,
      via: this.#agent.id,
      // With a token there is more to report.
      sharedName: { rank: this.#token === undefined ? 0 : 1 },
      ...(isBeyondOwnNetwork(this.#addresses, this.#host) ? { isBeyondGateway: true } : {}),
    };
  }
}
