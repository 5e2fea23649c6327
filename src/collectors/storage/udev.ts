import { tryReadTextSync } from '../../lib/files.ts';
import type { HostRoots } from '../../model/host-roots.ts';

/** What udev knows of a block device, by the name of the property: `ID_SERIAL_SHORT`. Empty without udev. No device is
 * opened. */
export function readUdevProperties(roots: HostRoots, number: string): ReadonlyMap<string, string> {
  const text = tryReadTextSync(roots.host('run/udev/data', `b${number}`)) ?? '';
  return new Map([...text.matchAll(/^E:([^=\n]+)=(.*)$/gm)].map(([, key = '', value = '']) => [key, value]));
}

/** A property that ends with `_ENC`, in which udev writes blanks and special characters as `\\x20`; undefined if it is
 * blank. */
export const decodeUdevText = (text: string | undefined): string | undefined =>
  text
    ?.replaceAll(/\\x([\da-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replaceAll(/\s+/g, ' ')
    .trim() || undefined;
