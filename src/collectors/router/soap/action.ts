import { excerptOf } from '../../../lib/excerpt.ts';
import type { HttpReply, HttpRequest, SendRequest } from './http-client.ts';
import { SoapFields } from './soap-fields.ts';
import type { UpnpService } from './upnp-description.ts';
import { parseXml } from './xml.ts';

/** The router understood the request and refused it (UPnP Device Architecture, 3.2.5; TR-064, 2.3). */
export class SoapFaultError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** An HTTP error instead of a SOAP response: 401 requires a login, 400 rejects the host name, 404 means that there is no such path. */
export class HttpStatusError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
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
