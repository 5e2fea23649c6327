import { statfs } from 'node:fs/promises';
import { run } from '../../../lib/run.ts';
import type { FilesystemReading } from '../reading.ts';
import { isRemote, type Mount } from './mounts.ts';
import type { Roots } from './roots.ts';

type Usage = Omit<FilesystemReading, 'readOnly'>;

/** Seconds until a mount that does not answer is given up for this reading. */
const patience = 2;

/** In our own process: the kernel answers from memory. */
async function local(path: string): Promise<Usage> {
  const { bsize, blocks, bfree, bavail, files, ffree } = await statfs(path);
  return { total: blocks * bsize, free: bfree * bsize, available: bavail * bsize, inodes: files, inodesFree: ffree };
}

/** In a process of its own, so that a dead server holds up that process and nothing of ours. */
async function outOfProcess(path: string): Promise<Usage> {
  const answer = await run('stat', ['-f', '-c', '%S %b %f %a %c %d', path], { seconds: patience });
  const [size = Number.NaN, blocks = 0, free = 0, available = 0, inodes = 0, inodesFree = 0] = answer.trim().split(' ').map(Number);
  if (Number.isNaN(size)) throw new Error(`stat -f ${path}: answered ${JSON.stringify(answer.slice(0, 80))}`);
  return { total: blocks * size, free: free * size, available: available * size, inodes, inodesFree };
}

/** Asks mounts how full they are, each once at a time: one that hangs is not asked again until it has answered. */
export class Filesystems {
  readonly #pending = new Map<string, Promise<Usage>>();
  readonly #roots: Roots;

  constructor(roots: Roots) {
    this.#roots = roots;
  }

  async read(mount: Mount): Promise<FilesystemReading> {
    if (this.#pending.has(mount.point)) throw new Error(`${mount.point} (${mount.type}): does not answer`);
    const path = this.#roots.host(mount.point);
    const asked = isRemote(mount) ? outOfProcess(path) : local(path);
    this.#pending.set(mount.point, asked);
    const settled = asked.finally(() => this.#pending.delete(mount.point));
    return { ...(await within(settled, mount)), readOnly: mount.readOnly };
  }
}

/** Gives up waiting (a process that even a kill does not end is left behind, still pending). */
async function within(usage: Promise<Usage>, mount: Mount): Promise<Usage> {
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${mount.point} (${mount.type}): no answer in ${patience} s`)), patience * 1000);
  });
  try {
    return await Promise.race([usage, end]);
  } finally {
    clearTimeout(timer);
  }
}
