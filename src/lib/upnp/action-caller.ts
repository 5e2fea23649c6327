import { describeError } from '../../model/errors.ts';
import { type ClockReading, readClocks } from '../clocks.ts';
import type { UpnpService } from './description.ts';
import { RequestDeniedError } from './digest-sender.ts';
import { HttpStatusError, NoReplyError, type SendRequest } from './http-client.ts';
import { buildSoapRequest, parseSoapHttpReply, SoapFaultError, type SoapFields } from './soap.ts';

/** HTTP statuses that concern all actions: the host name is rejected, or a login is required. */
const statusesOfEveryAction = new Set([400, 401, 403]);

/** Fault codes and HTTP statuses that last as long as the firmware: no such action, invalid arguments (the service is
 * listed but unusable), not implemented, not authorized, and HTTP 404. 501, 820 and unintelligible responses are
 * temporary. */
const permanentErrors = new Set([401, 402, 404, 600, 601, 602, 603, 604, 605, 606]);

/** Seconds until a denied request is tried again: some FRITZ!Boxes deny requests at random. */
const skipDeniedSeconds = 3600;

/** Descriptions list actions that a device does not support. Each action is tried, not again after a permanent error,
 * and for an hour not after it was denied to a login that is accepted. */
export class RefusalCachingActionCaller {
  readonly #send: SendRequest;
  readonly #clock: () => ClockReading;
  readonly #refused = new Map<string, number>();
  /** Denied requests, each with the time, in milliseconds, at which it is tried again. */
  readonly #denied = new Map<string, number>();
  /** Errors of actions that may be over at the next attempt, by service and action. */
  readonly #failing = new Map<string, string>();
  /** Number of actions that were performed since `startCounting`. */
  answers = 0;
  /** The first error since `startCounting` that may be over at the next attempt. */
  failure: unknown;
  #lastPerformed: { service: UpnpService; action: string } | undefined;

  constructor(send: SendRequest, clock = readClocks) {
    this.#send = send;
    this.#clock = clock;
  }

  /** Undefined if the device cannot perform the action, for now or ever. Rejects with NoReplyError, and with
   * HttpStatusError if it requires a login or another host name. */
  async callIfSupported(
    service: UpnpService,
    action: string,
    signal: AbortSignal,
    args: Record<string, string> = {},
  ): Promise<SoapFields | undefined> {
    // Two services of one type differ in their control URLs.
    const key = `${service.controlUrl.href} ${service.type}#${action}`;
    if (this.#refused.has(key)) return undefined;
    try {
      const fields = parseSoapHttpReply(await this.#send(buildSoapRequest(service, action, args), signal), action);
      this.answers += 1;
      this.#failing.delete(key);
      this.#lastPerformed = { service, action };
      return fields;
    } catch (error) {
      if (
        error instanceof NoReplyError ||
        (error instanceof HttpStatusError && statusesOfEveryAction.has(error.status))
      )
        throw error;
      const code = error instanceof SoapFaultError ? error.code : error instanceof HttpStatusError ? error.status : 0;
      this.#failing.delete(key);
      if (permanentErrors.has(code)) this.#refused.set(key, code);
      else {
        this.failure ??= error;
        this.#failing.set(key, `${service.id}: ${describeError(error)}`);
      }
      return undefined;
    }
  }

  /** Calls these services by the last parts of their ids. Undefined also if there is no such service, or the action is
   * denied. */
  byServiceId(services: readonly UpnpService[], signal: AbortSignal) {
    return async (id: string, action: string): Promise<SoapFields | undefined> => {
      const service = services.find((entry) => entry.id === id);
      return service && this.unlessDenied(`${id}#${action}`, () => this.callIfSupported(service, action, signal));
    };
  }

  /** Undefined if the request is denied. `key`: identifies the request. */
  async unlessDenied<T>(key: string, request: () => Promise<T>): Promise<T | undefined> {
    const { monotonic } = this.#clock();
    if (monotonic < (this.#denied.get(key) ?? Number.NEGATIVE_INFINITY)) return undefined;
    try {
      const answer = await request();
      this.#denied.delete(key);
      return answer;
    } catch (error) {
      if (!(error instanceof RequestDeniedError)) throw error;
      this.#denied.set(key, monotonic + skipDeniedSeconds * 1000);
      return undefined;
    }
  }

  startCounting(): void {
    this.answers = 0;
    this.failure = undefined;
  }

  /** The first error since `startCounting`, if no action was performed since, nor is the one now that was performed
   * last. Rejects as `callIfSupported` does. */
  async failureOfAll(signal: AbortSignal): Promise<unknown> {
    if (this.answers > 0 || this.failure === undefined) return undefined;
    if (this.#lastPerformed !== undefined)
      await this.callIfSupported(this.#lastPerformed.service, this.#lastPerformed.action, signal);
    return this.answers > 0 ? undefined : this.failure;
  }

  /** Permanently refused actions, by URL and type of their service, with their error codes: 606 if the account lacks a
   * right. */
  get refused(): ReadonlyMap<string, number> {
    return this.#refused;
  }

  /** The last error of each action that may be over at the next attempt: “WANDSLInterfaceConfig1: GetInfo: error
   * 820”. */
  get failing(): string[] {
    return [...this.#failing.values()];
  }

  /** Keys of the requests that are denied for now. */
  get denied(): string[] {
    return [...this.#denied.keys()];
  }

  /** To be called after a firmware update, which may support more actions. */
  forget(): void {
    this.#refused.clear();
    this.#failing.clear();
    this.#denied.clear();
  }
}
