import { setTimeout as pause } from 'node:timers/promises';
import { collectors } from '../collectors/index.ts';
import type { HttpSettings } from '../http/settings.ts';
import { describe, Unusable } from '../model/fault.ts';
import { loadSettings } from '../settings/index.ts';
import type { Health } from '../views/health.ts';
import { bad, good } from './terminal.ts';

/** Seconds until it has to say that all is well. */
const healthySeconds = 60;

/** A server that listens everywhere is asked on this machine. */
const reachable = (host: string) => (host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host);

/** What the running agent says of itself at this path. */
export async function askAgent({ HTTP_HOST, HTTP_PORT, HTTP_TOKEN }: HttpSettings, path: string): Promise<unknown> {
  if (HTTP_PORT === 0) throw new Unusable('HTTP_PORT is 0: there is no status server to ask');
  const url = `http://${reachable(HTTP_HOST)}:${HTTP_PORT}${path}`;
  try {
    const answer = await fetch(url, { headers: HTTP_TOKEN === undefined ? {} : { authorization: `Bearer ${HTTP_TOKEN.reveal()}` }, signal: AbortSignal.timeout(5000) });
    return await answer.json();
  } catch (cause) {
    throw new Error(url, { cause });
  }
}

/** Waits until the agent says that all is well, for a minute; what it said last. */
export async function untilWell(http: HttpSettings): Promise<Partial<Health>> {
  const end = performance.now() + healthySeconds * 1000;
  for (;;) {
    const answer: Partial<Health> = await askAgent(http, '/health/').then(
      (said) => said as Partial<Health>,
      (error: unknown) => ({ reasons: [describe(error)] }),
    );
    if (answer.status === 'ok' || performance.now() > end) return answer;
    await pause(500);
  }
}

/** Asks the running agent how it is; exit status 0 if well, else 1. */
export async function health({ env }: { env?: string }): Promise<void> {
  const { http } = loadSettings(collectors, env);
  try {
    const answer = (await askAgent(http, '/health/')) as Partial<Health> & { error?: string };
    const { status, error, reasons = [error ?? 'it fails, and tells why to whoever shows its HTTP_TOKEN'], agent = 'The agent' } = answer;
    if (status === 'ok') return good(`${agent} is well`);
    for (const reason of reasons) bad(reason);
  } catch (error) {
    if (error instanceof Unusable) throw error;
    bad(`${describe(error)}. Is the agent running?`);
  }
  process.exitCode = 1;
}
