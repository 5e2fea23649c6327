import { Resolver } from 'node:dns/promises';
import { hostInUrl } from '../../model/host-in-url.ts';

const dnsTimeoutMs = 2000;

/** Error codes of c-ares for a negative answer: the server works, and the name does not exist. */
const negativeAnswerCodes = new Set(['ENOTFOUND', 'ENODATA']);

/** Milliseconds until the DNS server at `address` answered for `name`; undefined if it gave no answer, or an error. */
export async function measureDnsServerLatencyMs(address: string, name: string): Promise<number | undefined> {
  const resolver = new Resolver({ timeout: dnsTimeoutMs, tries: 1 });
  resolver.setServers([hostInUrl(address)]);
  const startedAt = performance.now();
  try {
    await resolver.resolve4(name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && negativeAnswerCodes.has(String(error.code)))) return undefined;
  }
  return performance.now() - startedAt;
}
