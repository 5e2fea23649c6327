import { callAction, HttpStatusError, SoapFaultError } from './action.ts';
import { NoReplyError, type SendRequest } from './http-client.ts';
import type { UpnpService } from './upnp-description.ts';
import type { XmlFields } from './xml-fields.ts';

/** Statuses of HTTP that mean every action: the host's name is not liked, a login is wanted. */
const statusesOfEveryAction = new Set([400, 401, 403]);

/** No such action, arguments that it does not take (a service that is listed and unusable), not implemented, not allowed:
 * HTTP's no such place: true for as long as the firmware is the same. 501, 820 and what can't be understood pass by themselves. */
const permanentErrors = new Set([401, 402, 404, 600, 601, 602, 603, 604, 605, 606]);

/** Descriptions list what a box can't do, so each action is tried once, and no more where it is refused for good. */
export class SupportedActions {
  readonly #send: SendRequest;
  readonly #refused = new Map<string, number>();

  constructor(send: SendRequest) {
    this.#send = send;
  }

  /** Undefined: the box can't do it, or not now. Rejects with Unanswered, and with HttpError where the box wants a login or another address. */
  async callIfSupported(
    service: UpnpService,
    action: string,
    signal: AbortSignal,
    args: Record<string, string> = {},
  ): Promise<XmlFields | undefined> {
    const key = `${service.type}#${action}`;
    if (this.#refused.has(key)) return undefined;
    try {
      return await callAction(this.#send, service, action, args, signal);
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

  /** Actions that were refused for good, by the error's number: 606 where the account lacks a right. */
  get refused(): ReadonlyMap<string, number> {
    return this.#refused;
  }

  /** Another firmware may do more. */
  forget(): void {
    this.#refused.clear();
  }
}
