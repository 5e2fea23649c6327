import { readFileSync } from 'node:fs';

/** How many files and sockets this process may have open (the soft limit, `ulimit -n`); infinite if that is not known,
 * as on systems other than Linux. */
function readOpenFileLimit(): number {
  try {
    const limit = Number(/^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]);
    return Number.isNaN(limit) ? Number.POSITIVE_INFINITY : limit;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** Descriptors of Node itself, the broker, a reading and the commands that run at the same time, before the first
 * client of the page. */
const neededDescriptors = 48;

/** Descriptors that are left for what the agent can do without: files that stay open, clients of the page. */
export const spareDescriptors: number = Math.max(0, readOpenFileLimit() - neededDescriptors);
