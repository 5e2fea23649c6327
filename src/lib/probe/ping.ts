import { isIPv6 } from 'node:net';
import { CommandError, type CommandResult, runCommand } from '../command.ts';
import { excerptOf } from '../excerpt.ts';

/** The replies to a series of packets. Times are absent if there was no reply. */
export interface PingStats {
  sent: number;
  received: number;
  minMs?: number | undefined;
  meanMs?: number | undefined;
  maxMs?: number | undefined;
  /** Standard deviation of the round-trip times. */
  jitterMs?: number | undefined;
}

/** This machine cannot measure reachability: the command or the permission is missing. It must never be taken for
 * “down”. */
export class ProbeUnavailableError extends Error {}

export const lossPercent = ({ sent, received }: PingStats): number => (100 * (sent - received)) / sent;

function standardDeviation(times: readonly number[], mean: number): number {
  return Math.sqrt(times.reduce((sum, time) => sum + (time - mean) ** 2, 0) / times.length);
}

/** `times`: round-trip times, in milliseconds, of those of the `sent` packets that had a reply. */
export function pingStatsOfTimes(sent: number, times: readonly number[]): PingStats {
  if (times.length === 0) return { sent, received: 0 };
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
  return {
    sent,
    received: times.length,
    minMs: Math.min(...times),
    meanMs: mean,
    maxMs: Math.max(...times),
    jitterMs: standardDeviation(times, mean),
  };
}

/** What no locale of iputils translates, and BSD, busybox and inetutils print alike. */
const lossWords = '% packet loss';
const roundTripPattern =
  /min\/avg\/max(?:\/[a-z-]+)? = (\d{1,9}(?:\.\d+)?)\/(\d{1,9}(?:\.\d+)?)\/(\d{1,9}(?:\.\d+)?)(?:\/(\d{1,9}(?:\.\d+)?))?/;

/** Round-trip times of the single replies, in milliseconds, if they were printed; duplicates are left out. */
function roundTripTimes(text: string): number[] {
  const replies = text.split('\n').filter((line) => /ttl[= ]|hlim=/.test(line) && !line.includes('DUP!'));
  return replies.flatMap((line) => /time[=<] ?(\d{1,9}(?:\.\d+)?) ?ms/.exec(line)?.[1] ?? []).map(Number);
}

/** Parses the output of `ping`; undefined if it has no statistics, because then nothing was measured. */
export function parsePingOutput(text: string): PingStats | undefined {
  const counts =
    text
      .split('\n')
      .find((line) => line.includes(lossWords))
      ?.split(lossWords)[0] ?? '';
  // The last number is the percentage.
  const [sent, received] = [...counts.matchAll(/\d+(?:\.\d+)?/g)].slice(0, -1).map(([digits]) => Number(digits));
  if (sent === undefined || received === undefined || sent === 0) return undefined;
  if (![sent, received].every(Number.isSafeInteger)) return undefined;
  const stats: PingStats = { sent, received: Math.min(sent, received) };
  const [minMs, meanMs, maxMs, deviation] = (roundTripPattern.exec(text)?.slice(1) ?? []).map((digits) =>
    digits === undefined ? undefined : Number(digits),
  );
  if (minMs === undefined || stats.received === 0) return stats;
  // busybox prints no deviation.
  const times = roundTripTimes(text);
  const jitterMs = deviation ?? (times.length === stats.received ? pingStatsOfTimes(sent, times).jitterMs : undefined);
  return { ...stats, minMs, meanMs, maxMs, ...(jitterMs === undefined ? {} : { jitterMs }) };
}

const intervalSeconds = 0.2;
/** Seconds to wait for the reply to the last packet. */
const replyTimeoutSeconds = 1;

/** At the usual interval of one second, more echoes do not fit into a reading. */
const maxPlainCount = 3;

interface PingCommand {
  command: 'ping' | 'ping6';
  args: readonly string[];
  seconds: number;
}

const burstCommand = (address: string, count: number): PingCommand => ({
  command: 'ping',
  args: ['-n', '-c', String(count), '-i', String(intervalSeconds), '-W', String(replyTimeoutSeconds), address],
  seconds: count * (intervalSeconds + replyTimeoutSeconds) + 2,
});

/** With the options that every `ping` has. Busybox had neither -n nor -i before version 1.30, nor has it where it is
 * built without FEATURE_FANCY_PING; such systems have a command of its own for IPv6. */
function plainCommand(address: string, count: number): PingCommand {
  const plainCount = Math.min(count, maxPlainCount);
  return {
    command: isIPv6(address) ? 'ping6' : 'ping',
    args: ['-c', String(plainCount), '-W', String(replyTimeoutSeconds), address],
    seconds: plainCount * (1 + replyTimeoutSeconds) + 2,
  };
}

async function execute({ command, args, seconds }: PingCommand, signal: AbortSignal): Promise<CommandResult> {
  try {
    return await runCommand(command, args, { seconds, cancelSignal: signal });
  } catch (error) {
    if (error instanceof CommandError) throw new ProbeUnavailableError(error.message);
    throw error;
  }
}

/** Sends bursts of ICMP echoes with the system's `ping`, which has the permission to do so. */
export class PingRunner {
  /** Whether only the plain command has worked. */
  #isPlain = false;

  /** Rejects with ProbeUnavailableError if nothing was measured; the exit status says less than the statistics. */
  async run(address: string, count: number, signal: AbortSignal): Promise<PingStats> {
    const burst = this.#isPlain ? undefined : await execute(burstCommand(address, count), signal);
    const burstStats = burst && parsePingOutput(burst.stdout);
    if (burstStats !== undefined) return burstStats;
    const plain = await execute(plainCommand(address, count), signal).catch((error: unknown) => {
      if (burst === undefined) throw error;
    });
    const plainStats = plain && parsePingOutput(plain.stdout);
    if (plainStats === undefined) {
      const { stderr = '', stdout = '' } = burst ?? plain ?? {};
      throw new ProbeUnavailableError(`ping ${address}: ${excerptOf(stderr || stdout)}`);
    }
    this.#isPlain = true;
    return plainStats;
  }
}
