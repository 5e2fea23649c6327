import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Milliseconds until a download is given up. */
const downloadTimeoutMs = 60_000;

export const isUrl = (place: string) => /^https?:/.test(place);

/** Reads a file of a release from a folder or a URL. */
async function readReleaseFile(place: string, name: string): Promise<Buffer> {
  if (!isUrl(place)) return readFile(join(place, name));
  const answer = await fetch(`${place.replace(/\/$/, '')}/${name}`, { signal: AbortSignal.timeout(downloadTimeoutMs) });
  if (!answer.ok) throw new Error(`${place}/${name}: HTTP ${answer.status}`);
  return Buffer.from(await answer.arrayBuffer());
}

/** Reads the file of a release whose name matches, and verifies its checksum. */
export async function readVerifiedReleaseFile(place: string, name: RegExp): Promise<{ name: string; content: Buffer }> {
  const sums = (await readReleaseFile(place, 'SHA256SUMS')).toString().split('\n');
  const [sum, found] = sums.map((line) => line.split('  ')).find(([, file = '']) => name.test(file)) ?? [];
  if (found === undefined) throw new Error(`${place}/SHA256SUMS: no file matches ${name}`);
  const content = await readReleaseFile(place, found);
  if (createHash('sha256').update(content).digest('hex') !== sum)
    throw new Error(`${place}/${found} does not match SHA256SUMS`);
  return { name: found, content };
}
