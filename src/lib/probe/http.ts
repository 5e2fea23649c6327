import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { type PingStats, pingStatsOf } from './ping.ts';

const httpTimeoutMs = 3500;

/** Sends one request and reads only the head of the response: any status below 500 counts as a reply. `address`: what the URL's
 * host resolves to. */
export function probeHttp(url: URL, address: string, signal: AbortSignal): Promise<PingStats> {
  const family = address.includes(':') ? 6 : 4;
  const lookup: LookupFunction = (_name, options, callback) =>
    options.all ? callback(null, [{ address, family }]) : callback(null, address, family);
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(httpTimeoutMs)]);
  return new Promise((resolve) => {
    const startedAt = performance.now();
    // Home labs use self-signed certificates, and the probe tests reachability, not identity.
    const options = { signal: deadline, lookup, agent: false, rejectUnauthorized: false };
    const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, options, (response) => {
      const elapsedMs = performance.now() - startedAt;
      response.on('error', () => undefined);
      response.destroy();
      resolve(pingStatsOf(1, (response.statusCode ?? 500) < 500 ? [elapsedMs] : []));
    });
    request.on('error', () => resolve(pingStatsOf(1, [])));
    request.end();
  });
}
