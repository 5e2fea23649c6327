import { CommandError, runCommand } from '../../../lib/command.ts';
import { excerptOfText } from '../soap/xml.ts';
import { type PingStats, ProbeUnavailableError, pingStatsOf } from './ping-stats.ts';

/** The two things that no locale of iputils translates and that BSD, busybox and inetutils write alike. */
const statistics = /^(.*?)(\d+(?:\.\d+)?)% packet loss/m;
const roundTrips =
  /min\/avg\/max(?:\/[a-z-]+)? = (\d+(?:\.\d+)?)\/(\d+(?:\.\d+)?)\/(\d+(?:\.\d+)?)(?:\/(\d+(?:\.\d+)?))?/;

/** Round trips one by one, where they were printed; what came twice counts once. */
function roundTripTimes(text: string): number[] {
  const replies = text.split('\n').filter((line) => /ttl[= ]|hlim=/.test(line) && !line.includes('DUP!'));
  return replies.flatMap((line) => /time[=<] ?(\d+(?:\.\d+)?) ?ms/.exec(line)?.[1] ?? []).map(Number);
}

/** Reads what `ping` printed; undefined where it has no statistics, and so measured nothing. */
export function parsePingOutput(text: string): PingStats | undefined {
  const [sent, received] = [...(statistics.exec(text)?.[1] ?? '').matchAll(/\d+/g)].map(([digits]) => Number(digits));
  if (sent === undefined || received === undefined || sent === 0) return undefined;
  const burst: PingStats = { sent, received: Math.min(sent, received) };
  const [min, mean, max, deviation] = (roundTrips.exec(text)?.slice(1) ?? []).map((digits) =>
    digits === undefined ? undefined : Number(digits),
  );
  if (min === undefined) return burst;
  // busybox prints no deviation.
  const single = roundTripTimes(text);
  const jitter = deviation ?? (single.length === burst.received ? pingStatsOf(sent, single).jitter : undefined);
  return { ...burst, min, mean, max, ...(jitter === undefined ? {} : { jitter }) };
}

const intervalSeconds = 0.2;
/** Seconds to wait for a reply to the last. */
const replyTimeoutSeconds = 1;

/** A burst of ICMP echoes by the system's own `ping`, which has the right to send them. Rejects with Unmeasurable where it
 * measured nothing: its exit status says less than its numbers. */
export async function runPing(address: string, count: number, signal: AbortSignal): Promise<PingStats> {
  const args = ['-n', '-c', String(count), '-i', String(intervalSeconds), '-W', String(replyTimeoutSeconds), address];
  try {
    const { stdout, stderr } = await runCommand('ping', args, {
      seconds: count * (intervalSeconds + replyTimeoutSeconds) + 2,
      cancelSignal: signal,
    });
    const burst = parsePingOutput(stdout);
    if (burst !== undefined) return burst;
    throw new ProbeUnavailableError(`ping ${address}: ${excerptOfText(stderr || stdout)}`);
  } catch (error) {
    if (error instanceof CommandError) throw new ProbeUnavailableError(error.message);
    throw error;
  }
}
