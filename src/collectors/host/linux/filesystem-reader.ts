import { statfs } from 'node:fs/promises';
import { readCommandOutput } from '../../../lib/command.ts';
import { NoAnswerError, withTimeout } from '../../../lib/with-timeout.ts';
import type { HostRoots } from '../../../model/host-roots.ts';
import type { FilesystemReading } from '../reading.ts';
import { isRemoteMount, type Mount } from './mounts.ts';

type Usage = Omit<FilesystemReading, 'readOnly'>;

/** Seconds that a reading waits for a mount, and that a command which asks one may live. */
const answerTimeoutSeconds = 2;
const processTimeoutSeconds = 10;

/** In our own process: the kernel answers from memory. */
async function statInProcess(path: string): Promise<Usage> {
  const { bsize, blocks, bfree, bavail, files, ffree } = await statfs(path);
  return { total: blocks * bsize, free: bfree * bsize, available: bavail * bsize, inodes: files, inodesFree: ffree };
}

/** In a process of its own, so that a dead server holds up that process and nothing of ours. */
async function statInChildProcess(path: string): Promise<Usage> {
  const answer = await readCommandOutput('stat', ['-f', '-c', '%S %b %f %a %c %d', path], {
    seconds: processTimeoutSeconds,
  });
  const [size = Number.NaN, blocks = 0, free = 0, available = 0, inodes = 0, inodesFree = 0] = answer
    .trim()
    .split(' ')
    .map(Number);
  if (Number.isNaN(size)) throw new Error(`stat -f ${path}: answered ${JSON.stringify(answer.slice(0, 80))}`);
  return { total: blocks * size, free: free * size, available: available * size, inodes, inodesFree };
}

/** Asks mounts how full they are, each once at a time. One that hangs is waited for once; from then on it is asked beside the
 * readings, until it answers. */
export class FilesystemReader {
  readonly #pending = new Map<string, Promise<Usage>>();
  readonly #hanging = new Set<string>();
  readonly #roots: HostRoots;

  constructor(roots: HostRoots) {
    this.#roots = roots;
  }

  async read(mount: Mount): Promise<FilesystemReading> {
    const { point, type, readOnly } = mount;
    const asked = this.#ask(mount);
    if (this.#hanging.has(point)) throw new NoAnswerError(`${point} (${type}): does not answer`);
    try {
      return { ...(await withTimeout(answerTimeoutSeconds * 1000, asked, `${point} (${type})`)), readOnly };
    } catch (error) {
      if (error instanceof NoAnswerError) this.#hanging.add(point);
      throw error;
    }
  }

  #ask(mount: Mount): Promise<Usage> {
    const { point } = mount;
    const path = this.#roots.host(point);
    const pending = this.#pending.get(point) ?? (isRemoteMount(mount) ? statInChildProcess(path) : statInProcess(path));
    if (!this.#pending.has(point)) {
      this.#pending.set(point, pending);
      const began = performance.now();
      const over = () => {
        this.#pending.delete(point);
        // Ended by itself, well or not, and not by the end of its life.
        if (performance.now() - began < processTimeoutSeconds * 1000) this.#hanging.delete(point);
      };
      pending.then(over, over);
    }
    return pending;
  }
}
