import { Resolver } from 'node:dns/promises';
import { inUrl } from './addresses.ts';

/** Milliseconds. */
const patience = 2000;

/** Codes of c-ares for an answer that says no: there is no such name, which a server that works has told. */
const negative = new Set(['ENOTFOUND', 'ENODATA']);

/** Milliseconds until the DNS server at this address answered for a name; undefined where it did not, or could not. */
export async function askDns(address: string, name: string): Promise<number | undefined> {
  const resolver = new Resolver({ timeout: patience, tries: 1 });
  resolver.setServers([inUrl(address)]);
  const began = performance.now();
  try {
    await resolver.resolve4(name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && negative.has(String(error.code)))) return undefined;
  }
  return performance.now() - began;
}
