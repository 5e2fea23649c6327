import { type ClockReading, readClocks } from '../clocks.ts';
import { excerptOf } from '../excerpt.ts';
import type { UpnpService } from './description.ts';
import { RequestDeniedError } from './digest-sender.ts';
import { type HttpReply, type HttpRequest, HttpStatusError, NoReplyError, type SendRequest } from './http-client.ts';
import { parseXml } from './xml.ts';

/** The values of a SOAP response, by names without the prefix “New”. Empty texts are no values. */
export class SoapFields {
  readonly #texts: ReadonlyMap<string, string>;

  constructor(texts: Iterable<readonly [name: string, text: string]>) {
    this.#texts = new Map([...texts].map(([name, text]) => [name.replace(/^New_?/, ''), text.trim()]));
  }

  get names(): string[] {
    return [...this.#texts.keys()];
  }

  text(name: string): string | undefined {
    return this.#texts.get(name) || undefined;
  }

  /** A whole number of either sign; undefined if the text is none. */
  integer(name: string): number | undefined {
    const text = this.text(name);
    return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : undefined;
  }

  /** A number that cannot be negative: a negative one is a 32-bit number that was printed with a sign. The largest numbers of 32
   * and 64 bits are no values: counters of some routers stick there, and some report them for an unknown rate. */
  count(name: string): number | undefined {
    const value = this.integer(name);
    if (value === undefined || value === 4_294_967_295 || value === -1 || value >= 2 ** 64) return undefined;
    return value >= 0 ? value : value >= -(2 ** 31) ? value + 2 ** 32 : undefined;
  }

  flag(name: string): boolean | undefined {
    const text = this.text(name)?.toLowerCase();
    if (text === '1' || text === 'true' || text === 'yes') return true;
    return text === '0' || text === 'false' || text === 'no' ? false : undefined;
  }
}

/** The router understood the request and refused it (UPnP Device Architecture, 3.2.5; TR-064, 2.3). */
export class SoapFaultError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

const escapeXml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** The envelope is on one line, because some routers accept no other (offbynull/portmapper#26). */
export function buildSoapRequest(
  { type, controlUrl }: UpnpService,
  action: string,
  args: Record<string, string> = {},
): HttpRequest {
  const argumentElements = Object.entries(args).map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`);
  return {
    url: controlUrl,
    method: 'POST',
    headers: { 'Content-Type': 'text/xml; charset="utf-8"', SOAPAction: `"${type}#${action}"` },
    body: `<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body><u:${action} xmlns:u="${type}">${argumentElements.join('')}</u:${action}></s:Body></s:Envelope>`,
  };
}

/** The values of a SOAP response. Throws SoapFaultError if it is a fault. */
export function parseSoapResponse(text: string, action: string): SoapFields {
  const body = parseXml(text, 'Envelope').child('Body');
  const fault = body?.child('Fault');
  if (fault !== undefined) {
    const code = Number(fault.descendants('errorCode')[0]?.text || Number.NaN);
    const description = fault.descendants('errorDescription')[0]?.text || fault.textOf('faultstring') || '';
    throw new SoapFaultError(
      Number.isInteger(code) ? code : 0,
      `${action}: ${Number.isInteger(code) ? `error ${code}` : 'an error without a code'} ${description}`.trim(),
    );
  }
  // Some routers name the element after another action, or use a namespace of their own.
  const response = body?.children[0];
  if (response === undefined) throw new Error(`${action}: empty SOAP envelope`);
  return new SoapFields(response.children.map(({ name, text: value }) => [name, value] as const));
}

export function parseSoapReply({ status, body }: HttpReply, action: string): SoapFields {
  // A fault comes with status 500, an error page with any.
  const isSoap = /<(?:[\w-]+:)?Envelope[\s>]/.test(body);
  if (!isSoap && status !== 200)
    throw new HttpStatusError(status, `${action}: HTTP ${status} ${body.trim() === '' ? '' : excerptOf(body)}`.trim());
  return parseSoapResponse(body, action);
}

/** Calls an action. Rejects with SoapFaultError, HttpStatusError, NoReplyError, or an Error that quotes what came instead. */
export async function callSoapAction(
  send: SendRequest,
  service: UpnpService,
  action: string,
  args: Record<string, string>,
  signal: AbortSignal,
): Promise<SoapFields> {
  return parseSoapReply(await send(buildSoapRequest(service, action, args), signal), action);
}

/** HTTP statuses that concern all actions: the host name is rejected, or a login is required. */
const statusesOfEveryAction = new Set([400, 401, 403]);

/** Fault codes and HTTP statuses that last as long as the firmware: no such action, invalid arguments (the service is listed but
 * unusable), not implemented, not authorized, and HTTP 404. 501, 820 and unintelligible responses are temporary. */
const permanentErrors = new Set([401, 402, 404, 600, 601, 602, 603, 604, 605, 606]);

/** Seconds until a denied request is tried again: some FRITZ!Boxes deny requests at random. */
const skipDeniedSeconds = 3600;

/** Descriptions list actions that a device does not support. Each action is tried, not again after a permanent error, and for an
 * hour not after it was denied to a login that is accepted. */
export class RefusalCachingActionCaller {
  readonly #send: SendRequest;
  readonly #clock: () => ClockReading;
  readonly #refused = new Map<string, number>();
  /** Denied requests, each with the time, in milliseconds, at which it is tried again. */
  readonly #denied = new Map<string, number>();

  constructor(send: SendRequest, clock = readClocks) {
    this.#send = send;
    this.#clock = clock;
  }

  /** Undefined if the device cannot perform the action, for now or ever. Rejects with NoReplyError, and with HttpStatusError if
   * it requires a login or another host name. */
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

  /** Calls these services by the last parts of their ids. Undefined also if there is no such service, or the action is denied. */
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

  /** Permanently refused actions, by URL and type of their service, with their error codes: 606 if the account lacks a right. */
  get refused(): ReadonlyMap<string, number> {
    return this.#refused;
  }

  /** Keys of the requests that are denied for now. */
  get denied(): string[] {
    return [...this.#denied.keys()];
  }

  /** To be called after a firmware update, which may support more actions. */
  forget(): void {
    this.#refused.clear();
    this.#denied.clear();
  }
}
