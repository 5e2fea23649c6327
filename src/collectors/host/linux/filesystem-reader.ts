import { statfs } from 'node:fs/promises';
import { readCommandOutput } from '../../../lib/command.ts';
import { callKernel } from '../../../lib/kernel-call.ts';
import { NoAnswerError, withTimeout } from '../../../lib/with-timeout.ts';
import type { HostRoots } from '../../../model/host-roots.ts';
import type { FilesystemReading } from '../reading.ts';
import { isRemoteMount, type Mount } from './mounts.ts';

type Usage = Omit<FilesystemReading, 'readOnly'>;

/** How long a reading waits for a mount. */
const answerTimeoutSeconds = 2;
/** When a `stat` command for a remote mount is killed. */
const processTimeoutSeconds = 10;

/** For local file systems: the kernel answers from memory. */
async function statInProcess(path: string): Promise<Usage> {
  const { bsize, blocks, bfree, bavail, files, ffree } = await statfs(path);
  return { total: blocks * bsize, free: bfree * bsize, available: bavail * bsize, inodes: files, inodesFree: ffree };
}

/** For remote file systems: a dead server blocks only the child process. */
async function statInChildProcess(path: string): Promise<Usage> {
  const output = await readCommandOutput('stat', ['-f', '-c', '%S %b %f %a %c %d', path], {
    seconds: processTimeoutSeconds,
  });
  const [size = Number.NaN, blocks = 0, free = 0, available = 0, inodes = 0, inodesFree = 0] = output
    .trim()
    .split(' ')
    .map(Number);
  if (Number.isNaN(size)) throw new Error(`stat -f ${path}: unexpected output ${JSON.stringify(output.slice(0, 80))}`);
  return { total: blocks * size, free: free * size, available: available * size, inodes, inodesFree };
}

const requestUsage = (mount: Mount, path: string): Promise<Usage> =>
  isRemoteMount(mount)
    ? statInChildProcess(path)
    : callKernel(
        () => statInProcess(path),
        () => statInChildProcess(path),
      );

/** Reads the usage of mounts, with at most one pending request for each. Only the first reading waits for a mount that
 * hangs; later readings fail at once until a request has been answered. */
export class FilesystemReader {
  readonly #pending = new Map<string, Promise<Usage>>();
  readonly #hanging = new Set<string>();
  readonly #roots: HostRoots;

  constructor(roots: HostRoots) {
    this.#roots = roots;
  }

  async read(mount: Mount): Promise<FilesystemReading> {
    const { point, type, readOnly } = mount;
    const usage = this.#requestUsage(mount);
    if (this.#hanging.has(point)) throw new NoAnswerError(`${point} (${type}): does not answer`);
    try {
      return { ...(await withTimeout(answerTimeoutSeconds * 1000, usage, `${point} (${type})`)), readOnly };
    } catch (error) {
      if (error instanceof NoAnswerError) this.#hanging.add(point);
      throw error;
    }
  }

  #requestUsage(mount: Mount): Promise<Usage> {
    const { point } = mount;
    const path = this.#roots.host(point);
    const pending = this.#pending.get(point) ?? requestUsage(mount, path);
    if (!this.#pending.has(point)) {
      this.#pending.set(point, pending);
      const startedAt = performance.now();
      const onSettled = () => {
        this.#pending.delete(point);
        // The mount answered, with a value or an error, before the command was killed.
        if (performance.now() - startedAt < processTimeoutSeconds * 1000) this.#hanging.delete(point);
      };
      pending.then(onSettled, onSettled);
    }
    return pending;
  }
}
