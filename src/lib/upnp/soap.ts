import { excerptOf } from '../excerpt.ts';
import { parseXml } from '../xml.ts';
import type { UpnpService } from './description.ts';
import { type HttpReply, type HttpRequest, HttpStatusError } from './http-client.ts';

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

  /** A whole number of either sign; undefined if the text is none, or has more digits than any value. */
  integer(name: string): number | undefined {
    const text = this.text(name);
    return text !== undefined && /^-?\d{1,20}$/.test(text) ? Number(text) : undefined;
  }

  /** A number that cannot be negative: a negative one is a 32-bit number that was printed with a sign. The largest
   * numbers of 32 and 64 bits are no values: counters of some routers stick there, and some report them for an unknown
   * rate. */
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
export function parseSoapEnvelope(text: string, action: string): SoapFields {
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

export function parseSoapHttpReply({ status, body }: HttpReply, action: string): SoapFields {
  // A fault comes with status 500, an error page with any.
  const isSoap = /<(?:[\w-]+:)?Envelope[\s>]/.test(body);
  if (!isSoap && status !== 200)
    throw new HttpStatusError(status, `${action}: HTTP ${status} ${body.trim() === '' ? '' : excerptOf(body)}`.trim());
  return parseSoapEnvelope(body, action);
}
