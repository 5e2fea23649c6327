import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { type PingStats, pingStatsOf } from './ping-stats.ts';

const httpTimeoutMs = 3500;

/** Is the server well? Asks once and looks at the head of the answer: all below status 500 is one. `address`: where the name leads. */
export function probeHttp(url: URL, address: string, signal: AbortSignal): Promise<PingStats> {
  const family = address.includes(':') ? 6 : 4;
  const lookup: LookupFunction = (_name, options, callback) =>
    options.all ? callback(null, [{ address, family }]) : callback(null, address, family);
  const limit = AbortSignal.any([signal, AbortSignal.timeout(httpTimeoutMs)]);
  return new Promise((resolve) => {
    const began = performance.now();
    // Home labs sign their own certificates; whom it reaches is not what is asked here.
    const options = { signal: limit, lookup, agent: false, rejectUnauthorized: false };
    const call = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, options, (response) => {
      const time = performance.now() - began;
      response.on('error', () => undefined);
      response.destroy();
      resolve(pingStatsOf(1, (response.statusCode ?? 500) < 500 ? [time] : []));
    });
    call.on('error', () => resolve(pingStatsOf(1, [])));
    call.end();
  });
}
