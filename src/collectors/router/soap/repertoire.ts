import { call, Fault, HttpError } from './call.ts';
import type { Service } from './description.ts';
import { type Send, Unanswered } from './line.ts';
import type { Values } from './values.ts';

/** Statuses of HTTP that mean every action: the host's name is not liked, a login is wanted. */
const forAll = new Set([400, 401, 403]);

/** No such action, arguments that it does not take (a service that is listed and unusable), not implemented, not allowed:
 * HTTP's no such place: true for as long as the firmware is the same. 501, 820 and what can't be understood pass by themselves. */
const lasting = new Set([401, 402, 404, 600, 601, 602, 603, 604, 605, 606]);

/** Descriptions list what a box can't do, so each action is tried once, and no more where it is refused for good. */
export class Repertoire {
  readonly #send: Send;
  readonly #refused = new Map<string, number>();

  constructor(send: Send) {
    this.#send = send;
  }

  /** Undefined: the box can't do it, or not now. Rejects with Unanswered, and with HttpError where the box wants a login or another address. */
  async ask(service: Service, action: string, signal: AbortSignal, args: Record<string, string> = {}): Promise<Values | undefined> {
    const key = `${service.type}#${action}`;
    if (this.#refused.has(key)) return undefined;
    try {
      return await call(this.#send, service, action, args, signal);
    } catch (error) {
      if (error instanceof Unanswered || (error instanceof HttpError && forAll.has(error.status))) throw error;
      const code = error instanceof Fault ? error.code : error instanceof HttpError ? error.status : 0;
      if (lasting.has(code)) this.#refused.set(key, code);
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
