import { ask, CommandError } from '../../../lib/run.ts';
import { excerpt } from '../soap/xml.ts';
import { type Burst, burstOf, Unmeasurable } from './burst.ts';

/** The two things that no locale of iputils translates and that BSD, busybox and inetutils write alike. */
const statistics = /^(.*?)(\d+(?:\.\d+)?)% packet loss/m;
const roundTrips = /min\/avg\/max(?:\/[a-z-]+)? = (\d+(?:\.\d+)?)\/(\d+(?:\.\d+)?)\/(\d+(?:\.\d+)?)(?:\/(\d+(?:\.\d+)?))?/;

/** Round trips one by one, where they were printed; what came twice counts once. */
function times(text: string): number[] {
  const replies = text.split('\n').filter((line) => /ttl[= ]|hlim=/.test(line) && !line.includes('DUP!'));
  return replies.flatMap((line) => /time[=<] ?(\d+(?:\.\d+)?) ?ms/.exec(line)?.[1] ?? []).map(Number);
}

/** Reads what `ping` printed; undefined where it has no statistics, and so measured nothing. */
export function parsePing(text: string): Burst | undefined {
  const [sent, received] = [...(statistics.exec(text)?.[1] ?? '').matchAll(/\d+/g)].map(([digits]) => Number(digits));
  if (sent === undefined || received === undefined || sent === 0) return undefined;
  const burst: Burst = { sent, received: Math.min(sent, received) };
  const [min, mean, max, deviation] = (roundTrips.exec(text)?.slice(1) ?? []).map((digits) => (digits === undefined ? undefined : Number(digits)));
  if (min === undefined) return burst;
  // busybox prints no deviation.
  const single = times(text);
  const jitter = deviation ?? (single.length === burst.received ? burstOf(sent, single).jitter : undefined);
  return { ...burst, min, mean, max, ...(jitter === undefined ? {} : { jitter }) };
}

const interval = 0.2;
/** Seconds to wait for a reply to the last. */
const patience = 1;

/** A burst of ICMP echoes by the system's own `ping`, which has the right to send them. Rejects with Unmeasurable where it
 * measured nothing: its exit status says less than its numbers. */
export async function ping(address: string, count: number, signal: AbortSignal): Promise<Burst> {
  const args = ['-n', '-c', String(count), '-i', String(interval), '-W', String(patience), address];
  try {
    const { stdout, stderr } = await ask('ping', args, { seconds: count * (interval + patience) + 2, cancelSignal: signal });
    const burst = parsePing(stdout);
    if (burst !== undefined) return burst;
    throw new Unmeasurable(`ping ${address}: ${excerpt(stderr || stdout)}`);
  } catch (error) {
    if (error instanceof CommandError) throw new Unmeasurable(error.message);
    throw error;
  }
}
