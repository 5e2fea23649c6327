import { statSync } from 'node:fs';
import { isInContainer } from '../../../lib/container.ts';
import { tryReadTextSync } from '../../../lib/files.ts';
import { Poller } from '../../../lib/poller.ts';
import { NoAnswerError } from '../../../lib/with-timeout.ts';
import type { HostRoots } from '../../../model/host-roots.ts';
import { TranslatableError, translatableTextOfError } from '../../../model/translatable-error.ts';
import { renderTranslatableText, type TranslatableText } from '../../../model/translation.ts';
import { isDrivesHelperPresent } from '../helper/drives-helper-client.ts';
import { commandTimeoutSeconds, drivesHelperSocketPath } from '../helper/protocol.ts';
import { type AccessTexts, accessTexts } from '../texts.ts';
import { type CommandRunner, drivesHelperRunner, hasSudoRefusedBefore, sudoRunner } from '../tools/command-runner.ts';
import { canSudoGrantRights, explainMissingRight } from '../tools/device-rights.ts';

/** The last scrub that btrfs-progs has started. */
export interface BtrfsScrub {
  isRunning: boolean;
  finishedAt: Date | undefined;
  errors: number;
  uncorrectable: number;
}

/** `fsid:1|csum_errors:0|…|finished:1`, a line for each device. */
export function parseBtrfsScrub(text: string, isRecent: boolean): BtrfsScrub | undefined {
  const devices = text
    .split('\n')
    .filter((line) => line.includes('|'))
    .map((line) => new Map([...line.matchAll(/\|(\w+):(\d+)/g)].map(([, key = '', value]) => [key, Number(value)])));
  if (devices.length === 0) return undefined;
  const sum = (...keys: string[]) =>
    devices.reduce((all, device) => all + keys.reduce((some, key) => some + (device.get(key) ?? 0), 0), 0);
  const isFinished = devices.every((device) => device.get('finished') === 1 && device.get('canceled') !== 1);
  const end = Math.max(...devices.map((device) => (device.get('t_start') ?? 0) + (device.get('duration') ?? 0)));
  return {
    isRunning: isRecent && !devices.every((device) => device.get('finished') === 1 || device.get('canceled') === 1),
    finishedAt: isFinished && end > 0 ? new Date(end * 1000) : undefined,
    errors: sum('read_errors', 'csum_errors', 'verify_errors', 'super_errors'),
    uncorrectable: sum('uncorrectable_errors'),
  };
}

/** While a scrub runs, its state is written every five seconds. */
const recentMs = 120_000;

/** What is known of a file system's scrubs. */
export interface BtrfsScrubKnowledge {
  /** Undefined if there was none that btrfs-progs has started, or it can't be read. */
  scrub?: BtrfsScrub | undefined;
  /** There was one, and it can't be read. */
  isUnreadable?: true;
  /** How to get the right to read it. */
  hint?: TranslatableText<AccessTexts> | undefined;
}

/** When the file was written, which everybody may know; undefined if it is not there. */
function modificationMs(path: string): number | undefined {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return undefined;
  }
}

interface ScrubFile {
  writtenMs: number | undefined;
  text: string;
}

/** Reads the state files of btrfs-progs, which only root can read: itself, else by the drives helper or sudo, once
 * after each change. */
export class BtrfsScrubReader {
  readonly #roots: HostRoots;
  readonly #files = new Map<string, ScrubFile>();
  readonly #pollers = new Map<string, Poller<ScrubFile>>();

  constructor(roots: HostRoots) {
    this.#roots = roots;
  }

  /** Forgets file systems that are gone; a question to one that is still pending keeps its poller. */
  forgetAllBut(fsids: ReadonlySet<string>): void {
    for (const fsid of this.#files.keys()) if (!fsids.has(fsid)) this.#files.delete(fsid);
    for (const [fsid, { pendingSeconds }] of this.#pollers)
      if (!fsids.has(fsid) && pendingSeconds === undefined) this.#pollers.delete(fsid);
  }

  async read(fsid: string): Promise<BtrfsScrubKnowledge> {
    const writtenMs = modificationMs(this.#path(fsid));
    if (writtenMs === undefined) return {};
    const known = this.#files.get(fsid);
    try {
      const file = known?.writtenMs === writtenMs ? known : await this.#poller(fsid).pollCurrent();
      this.#files.set(fsid, file);
      return { scrub: parseBtrfsScrub(file.text, Date.now() - writtenMs < recentMs) };
    } catch (error) {
      const isSilent = error instanceof NoAnswerError;
      const isHelperInContainer = isInContainer() && isDrivesHelperPresent(this.#roots.host(drivesHelperSocketPath));
      const path = this.#path(fsid);
      const reason = isSilent ? (texts = accessTexts) => texts.silent(path) : translatableTextOfError(error);
      return {
        isUnreadable: true,
        hint: (texts = accessTexts) =>
          texts.scrubsUnknown(
            isHelperInContainer && !isSilent ? texts.helperLacksFolder : renderTranslatableText(reason, texts),
          ),
      };
    }
  }

  #path(fsid: string): string {
    return this.#roots.host('var/lib/btrfs', `scrub.status.${fsid}`);
  }

  #poller(fsid: string): Poller<ScrubFile> {
    const ask = async () => {
      const path = this.#path(fsid);
      const writtenMs = modificationMs(path);
      return { writtenMs, text: tryReadTextSync(path) ?? (await this.#ask(path, fsid)) };
    };
    const poller = this.#pollers.get(fsid) ?? new Poller(ask, { timeoutSeconds: commandTimeoutSeconds, waitMs: 3000 });
    this.#pollers.set(fsid, poller);
    return poller;
  }

  async #ask(path: string, fsid: string): Promise<string> {
    const args = [`/var/lib/btrfs/scrub.status.${fsid}`];
    const runner = this.#runner(args);
    if (runner === undefined)
      throw new TranslatableError(
        explainMissingRight(path, false, null) ?? ((texts = accessTexts) => texts.unreadable(path)),
      );
    const { stdout, stderr, status } = await runner.run('cat', args, commandTimeoutSeconds);
    if (status !== 0) throw new Error(stderr.split('\n')[0] || `exit status ${status}`);
    return stdout;
  }

  #runner(args: readonly string[]): CommandRunner | undefined {
    const socket = this.#roots.host(drivesHelperSocketPath);
    if (isDrivesHelperPresent(socket)) return drivesHelperRunner(socket);
    return canSudoGrantRights() && !hasSudoRefusedBefore('cat', args) ? sudoRunner : undefined;
  }
}
