import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { HostRoots } from '../../src/model/host-roots.ts';

/** The machine's own trees, but for those that are given. */
export const hostRoots = (paths: Partial<Record<'HOST_PROC' | 'HOST_SYS' | 'HOST_ROOT', string>> = {}): HostRoots =>
  new HostRoots({ HOST_PROC: '/proc', HOST_SYS: '/sys', HOST_ROOT: '/', ...paths });

/** A machine's /proc, /sys and root of these files, gone with the test: `{ 'proc/stat': 'cpu 1 2 3' }`. A path that
 * ends with a slash is an empty folder. */
export function tree(files: Record<string, string>): HostRoots {
  const folder = mkdtempSync(join(tmpdir(), 'tree-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, content] of Object.entries({ 'proc/': '', 'sys/': '', 'root/': '', ...files })) {
    const place = join(folder, path);
    mkdirSync(path.endsWith('/') ? place : dirname(place), { recursive: true });
    if (!path.endsWith('/')) writeFileSync(place, content);
  }
  return new HostRoots({
    HOST_PROC: join(folder, 'proc'),
    HOST_SYS: join(folder, 'sys'),
    HOST_ROOT: join(folder, 'root'),
  });
}
