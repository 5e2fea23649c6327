import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import type { HostRoots } from '../../src/model/host-roots.ts';
import { tree } from './tree.ts';

/** What a machine says of its storage: path → content; `-> target` is a link, `!text` a file that gives an error, a
 * path that ends with a slash an empty folder. */
export type MachineSnapshot = Record<string, string>;

/** The machine's trees, with the links that the kernel has: below /sys/block are links to the devices' own folders. */
export function expandSnapshot(given: MachineSnapshot): HostRoots {
  const mounts = given['/proc/self/mountinfo'];
  // The trees are not this process's own, as in a container.
  const snapshot = mounts === undefined ? given : { ...given, '/proc/1/mountinfo': mounts };
  const roots = tree({});
  const folderOf = (path: string) =>
    path.startsWith('/sys/')
      ? roots.sys(path.slice(5))
      : path.startsWith('/proc/')
        ? roots.proc(path.slice(6))
        : roots.host(path);
  const links = Object.entries(snapshot).filter(
    ([path, content]) => /^\/sys\/block\/[^/]+$/.test(path) && content.startsWith('-> '),
  );
  const real = new Map(links.map(([path, content]) => [path, normalize(join(dirname(path), content.slice(3)))]));
  const placeOf = (path: string) => {
    const [block = ''] = /^\/sys\/block\/[^/]+(?=\/)/.exec(path) ?? [];
    const target = real.get(block);
    return folderOf(target === undefined ? path : target + path.slice(block.length));
  };
  for (const target of real.values()) mkdirSync(folderOf(target), { recursive: true });
  for (const [path, content] of Object.entries(snapshot)) {
    const place = placeOf(path);
    if (content.startsWith('!')) continue;
    mkdirSync(path.endsWith('/') ? place : dirname(place), { recursive: true });
    if (path.endsWith('/')) continue;
    if (content.startsWith('-> ')) symlinkSync(content.slice(3), place);
    else writeFileSync(place, content, /vpd_pg/.test(path) ? 'latin1' : 'utf8');
  }
  return roots;
}
