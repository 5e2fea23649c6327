import { constants } from 'node:crypto';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { describeError } from '../../model/errors.ts';
import { certificateOf, type ServerCertificate } from '../http-answer.ts';
import { type PingStats, pingStatsOfTimes } from './ping.ts';

const connectTimeoutMs = 3000;
/** A server whose disks sleep, or that starts a program first, needs several seconds. */
const responseTimeoutMs = 15_000;

/** Home labs have self-signed certificates and servers of the year 2008, and the probe tests reachability, not
 * security. */
const lenientTls = {
  rejectUnauthorized: false,
  minVersion: 'TLSv1',
  ciphers: 'ALL:@SECLEVEL=0',
  secureOptions: constants.SSL_OP_LEGACY_SERVER_CONNECT,
} as const;

export interface HttpProbeResult {
  stats: PingStats;
  /** The error because of which there is no latency though the server answered. */
  unmeasurable?: string;
  certificate?: ServerCertificate | undefined;
}

/** The port of a URL of HTTP. */
export const httpPortOf = ({ port, protocol }: URL): number => Number(port || (protocol === 'https:' ? 443 : 80));

/** Sends one request and reads only the head of the response: any status below 500 counts as a reply. So does whatever
 * else comes: an answer that is not HTTP, or a refusal to speak TLS with this client. `address`: what the URL's host
 * resolves to. */
export function probeHttp(url: URL, address: string, signal: AbortSignal): Promise<HttpProbeResult> {
  const isSecure = url.protocol === 'https:';
  const timeout = AbortSignal.timeout(responseTimeoutMs);
  const startedAt = performance.now();
  const socket = connect({ host: address, port: httpPortOf(url) });
  const connectTimer = setTimeout(() => socket.destroy(new Error('no connection')), connectTimeoutMs);
  for (const event of ['connect', 'close']) socket.once(event, () => clearTimeout(connectTimer));
  let certificate: ServerCertificate | undefined;

  /** The bytes of the connection itself are counted: those of a handshake that fails never get through TLS. */
  const openTls = () => {
    const tls = connectTls({ socket, servername: serverNameOf(url), ...lenientTls });
    tls.once('secureConnect', () => {
      certificate = certificateOf(tls);
    });
    return tls;
  };
  const options: RequestOptions = {
    signal: AbortSignal.any([signal, timeout]),
    createConnection: isSecure ? openTls : () => socket,
    insecureHTTPParser: true,
    maxHeaderSize: 65_536,
  };

  return new Promise((resolve) => {
    const request = (isSecure ? httpsRequest : httpRequest)(url, options);
    const answered = (response: IncomingMessage) => {
      const elapsedMs = performance.now() - startedAt;
      response.on('error', () => undefined);
      resolve({ stats: pingStatsOfTimes(1, (response.statusCode ?? 500) < 500 ? [elapsedMs] : []), certificate });
      socket.destroy();
    };
    const failed = (error: unknown) => {
      // After a handshake, a server that is silent has not answered.
      const isSilent = socket.bytesRead === 0 || (timeout.aborted && isSecure);
      const unmeasurable = describeError(error);
      resolve(
        isSilent ? { stats: { sent: 1, received: 0 } } : { stats: { sent: 1, received: 1 }, unmeasurable, certificate },
      );
      socket.destroy();
    };
    request.on('response', answered);
    request.on('upgrade', answered);
    request.on('error', failed);
    request.on('close', () => failed(new Error('the connection was closed')));
    request.end();
  });
}

/** What TLS calls the server (RFC 6066, section 3): a name, never an address. */
const serverNameOf = ({ hostname }: URL) => (/^\[|^[\d.]+$/.test(hostname) ? '' : hostname);
