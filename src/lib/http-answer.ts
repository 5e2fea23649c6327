import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** The certificate of a server. */
export interface ServerCertificate {
  validFrom: Date;
  validTo: Date;
  /** Node's error code if it is not trusted: `CERT_HAS_EXPIRED`, `ERR_TLS_CERT_ALTNAME_INVALID`, … */
  problem: string | undefined;
}

/** An HTTP response with the beginning of its body. */
export interface HttpAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
  certificate: ServerCertificate | undefined;
}

/** The server accepts connections, and answered nothing in time. */
export class FrozenServerError extends Error {}

/** Undefined without TLS, and if the certificate has no dates. */
export function certificateOf(socket: Socket): ServerCertificate | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  const { valid_from: from, valid_to: to } = socket.getPeerCertificate();
  const [validFrom, validTo] = [new Date(from), new Date(to)];
  if (Number.isNaN(validFrom.getTime()) || Number.isNaN(validTo.getTime())) return undefined;
  return {
    validFrom,
    validTo,
    // Node declares authorizationError as an Error, but it holds the code of one.
    problem: socket.authorized ? undefined : String(socket.authorizationError),
  };
}

/** Milliseconds that a body may take after its headers. */
const bodyTimeoutMs = 2000;

/** Reads a body as far as it comes; one that is too long, too slow or broken off ends there, and with it the
 * connection. */
export async function readHttpAnswer(response: IncomingMessage, maxBytes: number): Promise<HttpAnswer> {
  const certificate = certificateOf(response.socket);
  const chunks: Buffer[] = [];
  let bytes = 0;
  const timer = setTimeout(() => response.destroy(), bodyTimeoutMs);
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > maxBytes) break;
    }
  } catch {
    // The status and what came of the body are still an answer.
  } finally {
    clearTimeout(timer);
  }
  const body = Buffer.concat(chunks).subarray(0, maxBytes).toString();
  return { status: response.statusCode ?? 0, headers: response.headers, body, certificate };
}
