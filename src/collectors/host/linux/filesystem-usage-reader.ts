import { isUtf8 } from 'node:buffer';
import { statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { readCommandOutput } from '../../../lib/command.ts';
import { callKernelOrChildProcess } from '../../../lib/kernel-call.ts';
import { NoAnswerError, withTimeout } from '../../../lib/with-timeout.ts';
import { TranslatableError } from '../../../model/translatable-error.ts';
import { hostTexts } from '../texts.ts';
import { type FilesystemUsage, type StatfsResult, usageOfStatfs } from './filesystem-usage.ts';
import type { Mount } from './host-mounts.ts';
import { isRemoteFilesystemType } from './mount-rules.ts';

/** How long a reading waits for a mount. */
const answerTimeoutSeconds = 2;
/** When a `stat` command for a remote mount is killed. */
const processTimeoutSeconds = 10;
/** How old the usage of a mount can be that stays mounted only while it is used. */
const automountAgeSeconds = 3600;

/** Major and minor number in the kernel's 64-bit encoding (new_decode_dev in linux/kdev_t.h). */
const formatDevice = (device: bigint) =>
  `${(device >> 8n) & 0xfffn}:${(device & 0xffn) | ((device >> 12n) & 0xfff00n)}`;

/** For local file systems: the kernel answers from memory. */
async function statInProcess({ path, device, point }: Mount): Promise<StatfsResult> {
  const { bsize, blocks, bfree, bavail, files, ffree } = await statfs(path, { bigint: true });
  // A file system that has just answered has its root directory in memory.
  const { dev } = statSync(path, { bigint: true });
  if (device !== undefined && formatDevice(dev) !== device)
    throw new TranslatableError((texts = hostTexts) => texts.mountReplaced(point));
  return {
    blockSize: bsize,
    blocks,
    freeBlocks: bfree,
    availableBlocks: bavail,
    inodes: files,
    freeInodes: ffree,
  };
}

const statArguments = ['-f', '-c', '%S %b %f %a %c %d'];
const parseCount = (text = '') => (/^-?\d{1,20}$/.test(text) ? BigInt(text) : undefined);

/** Parses the output of `stat -f`, in which free inodes are signed and the other numbers are not. */
export function parseFilesystemStatOutput(output: string): StatfsResult {
  const [blockSize, blocks, freeBlocks, availableBlocks, inodes, freeInodes] = output.trim().split(' ').map(parseCount);
  if (blockSize === undefined) throw new Error(`stat -f: unexpected output ${JSON.stringify(output.slice(0, 80))}`);
  return { blockSize, blocks, freeBlocks, availableBlocks, inodes, freeInodes };
}

/** For remote file systems: a dead server blocks only the child process. */
async function statInChildProcess({ path, point, type }: Mount): Promise<StatfsResult> {
  const seconds = processTimeoutSeconds;
  // Arguments of a process started by Node are UTF-8; xargs passes any bytes.
  const output = isUtf8(path)
    ? await readCommandOutput('stat', [...statArguments, path.toString()], { seconds })
    : await readCommandOutput('xargs', ['-0', 'timeout', '-s', 'KILL', String(seconds), 'stat', ...statArguments], {
        seconds,
        input: Buffer.concat([path, Buffer.alloc(1)]),
      });
  const result = parseFilesystemStatOutput(output);
  // The kernel answers zeros for a FUSE mount of another user (fuse_statfs in fs/fuse/inode.c).
  if (result.blockSize === 0n)
    throw new TranslatableError((texts = hostTexts) => texts.mountClosed(`${point} (${type})`));
  return result;
}

interface KeptUsage {
  usage: FilesystemUsage;
  /** In terms of `performance.now()`. */
  at: number;
}

const requestStatfs = (mount: Mount): Promise<StatfsResult> =>
  isRemoteFilesystemType(mount.type)
    ? statInChildProcess(mount)
    : callKernelOrChildProcess(
        () => statInProcess(mount),
        () => statInChildProcess(mount),
      );

/** Reads the usage of mounts, with at most one pending request for each. Only the first reading waits for a mount that
 * hangs; later readings fail at once until a request has been answered. */
export class FilesystemUsageReader {
  readonly #pending = new Map<string, Promise<FilesystemUsage>>();
  readonly #hanging = new Set<string>();
  /** The latest usage of automounts. */
  readonly #kept = new Map<string, KeptUsage>();

  /** Starts a reading of these mounts. */
  begin(mounts: readonly Mount[]): void {
    const ids = new Set(mounts.map(({ id }) => id));
    for (const id of this.#kept.keys()) if (!ids.has(id)) this.#kept.delete(id);
  }

  async read(mount: Mount): Promise<FilesystemUsage> {
    const { id, point, type, hiddenBecause } = mount;
    if (hiddenBecause !== undefined) throw new TranslatableError(hiddenBecause);
    const kept = this.#keptUsage(mount);
    if (kept !== undefined) return kept;
    const usage = this.#requestUsage(mount);
    const name = `${point} (${type})`;
    if (this.#hanging.has(id)) throw new NoAnswerError((texts = hostTexts) => texts.mountSilent(name));
    try {
      return await withTimeout(answerTimeoutSeconds * 1000, usage, (texts = hostTexts) =>
        texts.mountLate(name, answerTimeoutSeconds),
      );
    } catch (error) {
      if (error instanceof NoAnswerError) this.#hanging.add(id);
      throw error;
    }
  }

  /** Each access to an automount starts its expiry anew. Longer after the last one, the mount is in use by others, and
   * one more access changes nothing. */
  #keptUsage({ id, expiresAfterSeconds }: Mount): FilesystemUsage | undefined {
    const kept = this.#kept.get(id);
    if (kept === undefined || expiresAfterSeconds === undefined) return undefined;
    const seconds = (performance.now() - kept.at) / 1000;
    return seconds < Math.max(automountAgeSeconds, 2 * expiresAfterSeconds) ? kept.usage : undefined;
  }

  #requestUsage(mount: Mount): Promise<FilesystemUsage> {
    const { id } = mount;
    const pending = this.#pending.get(id) ?? this.#ask(mount);
    if (!this.#pending.has(id)) {
      this.#pending.set(id, pending);
      const startedAt = performance.now();
      const onSettled = () => {
        this.#pending.delete(id);
        // The mount answered, with a value or an error, before the command was killed.
        if (performance.now() - startedAt < processTimeoutSeconds * 1000) this.#hanging.delete(id);
      };
      pending.then(onSettled, onSettled);
    }
    return pending;
  }

  async #ask(mount: Mount): Promise<FilesystemUsage> {
    const usage = usageOfStatfs(await requestStatfs(mount), isRemoteFilesystemType(mount.type));
    if (mount.expiresAfterSeconds !== undefined) this.#kept.set(mount.id, { usage, at: performance.now() });
    return usage;
  }
}
