import { callSoapAction, HttpStatusError, SoapFaultError } from './action.ts';
import { NoReplyError, type SendRequest } from './http-client.ts';
import type { SoapFields } from './soap-fields.ts';
import type { UpnpService } from './upnp-description.ts';

/** HTTP statuses that concern all actions: the host name is rejected, or a login is required. */
const statusesOfEveryAction = new Set([400, 401, 403]);

/** Fault codes and HTTP statuses that last as long as the firmware: no such action, invalid arguments (the service is listed but
 * unusable), not implemented, not authorized, and HTTP 404. 501, 820 and unintelligible responses are temporary. */
const permanentErrors = new Set([401, 402, 404, 600, 601, 602, 603, 604, 605, 606]);

/** Descriptions list actions that a router does not support. Each action is tried, and not again after a permanent error. */
export class SupportedActionCaller {
  readonly #send: SendRequest;
  readonly #refused = new Map<string, number>();

  constructor(send: SendRequest) {
    this.#send = send;
  }

  /** Undefined if the router cannot perform the action, for now or ever. Rejects with NoReplyError, and with HttpStatusError if
   * it requires a login or another host name. */
  async callIfSupported(
    service: UpnpService,
    action: string,
    signal: AbortSignal,
    args: Record<string, string> = {},
  ): Promise<SoapFields | undefined> {
    const key = `${service.type}#${action}`;
    if (this.#refused.has(key)) return undefined;
    try {
      return await callSoapAction(this.#send, service, action, args, signal);
    } catch (error) {
      if (
        error instanceof NoReplyError ||
        (error instanceof HttpStatusError && statusesOfEveryAction.has(error.status))
      )
        throw error;
      const code = error instanceof SoapFaultError ? error.code : error instanceof HttpStatusError ? error.status : 0;
      if (permanentErrors.has(code)) this.#refused.set(key, code);
      return undefined;
    }
  }

  /** Permanently refused actions with their error codes: 606 if the account lacks a right. */
  get refused(): ReadonlyMap<string, number> {
    return this.#refused;
  }

  /** To be called after a firmware update, which may support more actions. */
  forget(): void {
    this.#refused.clear();
  }
}
