import { Resolver } from 'node:dns/promises';
import { hostInUrl } from './address-resolver.ts';

/** Milliseconds. */
const dnsTimeoutMs = 2000;

/** Codes of c-ares for an answer that says no: there is no such name, which a server that works has told. */
const negativeAnswerCodes = new Set(['ENOTFOUND', 'ENODATA']);

/** Milliseconds until the DNS server at this address answered for a name; undefined where it did not, or could not. */
export async function measureDnsLatency(address: string, name: string): Promise<number | undefined> {
  const resolver = new Resolver({ timeout: dnsTimeoutMs, tries: 1 });
  resolver.setServers([hostInUrl(address)]);
  const began = performance.now();
  try {
    await resolver.resolve4(name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && negativeAnswerCodes.has(String(error.code)))) return undefined;
  }
  return performance.now() - began;
}
