import type { CommandResult } from '../../../lib/command.ts';
import { isInContainer } from '../../../lib/container.ts';
import { Poller } from '../../../lib/poller.ts';
import type { HostRoots } from '../../../model/host-roots.ts';
import { translatableTextOfError } from '../../../model/translatable-error.ts';
import type { AnyTranslatableText } from '../../../model/translation.ts';
import { commandTimeoutSeconds, drivesHelperSocketPath } from '../helper/protocol.ts';
import { accessTexts } from '../texts.ts';
import { HealthUnavailableError } from '../tools/nvme-access-methods.ts';
import { type PrivilegedCommand, runPrivilegedCommand } from '../tools/privileged-command.ts';
import { parseNamedZpoolStatusJson, parseZpoolSpace, type ZpoolSpace, type ZpoolStatus } from './zpool-status.ts';
import { parseNamedZpoolStatusText } from './zpool-text.ts';

/** The latest answer about a pool. */
export interface ZpoolAnswer {
  status?: ZpoolStatus | undefined;
  space?: ZpoolSpace | undefined;
  /** Why there is no newer one. */
  hint?: AnyTranslatableText | undefined;
}

/** A pool that is to be asked about if it is time. */
export interface PoolToAskAbout {
  name: string;
  /** The kernel's word. */
  state: string | undefined;
  /** Counters of reads and writes of its drives, which move when they are used; undefined if the drives are not
   * known. */
  activity(): string | undefined;
}

interface Known extends ZpoolAnswer {
  state: string | undefined;
  activity: string | undefined;
  /** `performance.now()`. */
  askedAt: number;
}

const usedPollMs = 600_000;
const unknownPollMs = 3600_000;
/** Readings do not come at exact intervals. */
const slackMs = 5000;

/** zpool ends so if it does not know an option. */
const usageStatus = 2;

/** What a name of a pool is made of that may be asked about. */
const namePattern = /^[a-zA-Z][\w.:-]{0,99}$/;

/** Asks `zpool` about pools, one at a time and rarely: a command may hang for ever, and then no other one is started. A
 * pool that is suspended is not asked, and one whose drives nobody uses neither: nothing can have changed, and they
 * may be asleep. */
export class ZpoolQuestioner {
  readonly #roots: HostRoots;
  readonly #known = new Map<string, Known>();
  readonly #poller = new Poller(() => this.#askDue(), {
    timeoutSeconds: 2 * commandTimeoutSeconds,
    waitMs: 3000,
    waitOnceLateMs: 100,
  });
  #pools: readonly PoolToAskAbout[] = [];
  /** OpenZFS before 2.3 has no JSON. */
  #hasJson = true;

  constructor(roots: HostRoots) {
    this.#roots = roots;
  }

  /** By the names of pools. Takes three seconds at most, and next to nothing while a command hangs. */
  async read(pools: readonly PoolToAskAbout[]): Promise<ReadonlyMap<string, ZpoolAnswer>> {
    this.#pools = pools;
    for (const name of this.#known.keys()) if (!pools.some((pool) => pool.name === name)) this.#known.delete(name);
    const isWaiting = this.#poller.pendingSeconds !== undefined;
    if (isWaiting || pools.some((pool) => this.#isDue(pool))) await this.#poller.poll().catch(() => undefined);
    const seconds = this.#poller.pendingSeconds;
    const hangs = seconds !== undefined && seconds > commandTimeoutSeconds;
    return new Map(
      pools.map((pool): [string, ZpoolAnswer] => {
        const { name, state } = pool;
        const { status, space, hint, state: askedState } = this.#known.get(name) ?? { state: undefined };
        const late = hangs ? (texts = accessTexts) => texts.silent('zpool') : hint;
        // What was said of another state, or would be asked anew if the command did not hang, holds no more.
        const isOld = (askedState !== state && state !== undefined) || (hangs && this.#isDue(pool));
        return [name, isOld ? { hint: late } : { status, space, hint: late }];
      }),
    );
  }

  #isDue({ name, state, activity }: PoolToAskAbout): boolean {
    if (state === undefined || state === 'SUSPENDED' || !namePattern.test(name)) return false;
    const known = this.#known.get(name);
    if (known === undefined || known.state !== state) return true;
    const ageMs = performance.now() - known.askedAt + slackMs;
    if (known.status?.scan?.state === 'running') return true;
    // What failed tells nothing, whether the drives are used or not.
    if (known.status === undefined) return ageMs >= usedPollMs;
    const now = activity();
    return now === undefined ? ageMs >= unknownPollMs : ageMs >= usedPollMs && now !== known.activity;
  }

  async #askDue(): Promise<void> {
    for (const pool of this.#pools) {
      if (!this.#isDue(pool)) continue;
      const { name, state, activity } = pool;
      const askedAt = performance.now();
      try {
        const status = await this.#askStatus(name);
        const space = parseZpoolSpace((await this.#run(['list', '-Hp', name])) ?? '', name);
        // What the question itself has read is no use of the drives.
        this.#known.set(name, { status, space, state, activity: activity(), askedAt });
      } catch (error) {
        this.#known.set(name, { hint: translatableTextOfError(error), state, activity: activity(), askedAt });
      }
    }
  }

  async #askStatus(name: string): Promise<ZpoolStatus> {
    if (this.#hasJson) {
      const text = await this.#run(['status', '-j', '--json-int', name], usageStatus);
      if (text !== undefined) return found(parseNamedZpoolStatusJson(text, name, Date.now()), name);
      this.#hasJson = false;
    }
    return found(parseNamedZpoolStatusText((await this.#run(['status', '-p', '-P', name])) ?? '', name), name);
  }

  async #runPrivileged(command: PrivilegedCommand): Promise<CommandResult> {
    try {
      return await runPrivilegedCommand(command, this.#roots.host(drivesHelperSocketPath));
    } catch (error) {
      if (!(error instanceof HealthUnavailableError) || !isInContainer()) throw error;
      throw new HealthUnavailableError((texts = accessTexts) => texts.containerLacksZpool);
    }
  }

  /** What it prints; undefined if it ends with `tolerated`. */
  async #run(args: readonly string[], tolerated?: number): Promise<string | undefined> {
    const command = { program: 'zpool', args, packageName: 'zfsutils-linux', node: 'zfs', capability: null };
    const { stdout, stderr, status } = await this.#runPrivileged(command);
    if (status === 0) return stdout;
    if (status === tolerated) return undefined;
    throw new Error(`zpool ${args.join(' ')}: ${stderr.split('\n')[0] || `exit status ${status}`}`);
  }
}

function found(status: ZpoolStatus | undefined, name: string): ZpoolStatus {
  if (status === undefined) throw new Error(`zpool status ${name}: the answer is not understood`);
  return status;
}
