import { setTimeout as pause } from 'node:timers/promises';
import { allCollectors } from '../collectors/index.ts';
import type { HttpSettings } from '../http/settings.ts';
import { describeError, UsageError } from '../model/errors.ts';
import { loadSettings } from '../settings/index.ts';
import type { AgentHealth } from '../views/health.ts';
import { printFailure, printSuccess } from './terminal.ts';

/** Seconds until it has to say that all is well. */
const healthySeconds = 60;

/** A server that listens everywhere is asked on this machine. */
const reachableHost = (host: string) =>
  host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host;

/** What the running agent answers at this path. */
export async function fetchFromAgent(
  { HTTP_HOST, HTTP_PORT, HTTP_TOKEN }: HttpSettings,
  path: string,
): Promise<unknown> {
  if (HTTP_PORT === 0) throw new UsageError('HTTP_PORT is 0: there is no status server to ask');
  const url = `http://${reachableHost(HTTP_HOST)}:${HTTP_PORT}${path}`;
  try {
    const answer = await fetch(url, {
      headers: HTTP_TOKEN === undefined ? {} : { authorization: `Bearer ${HTTP_TOKEN.reveal()}` },
      signal: AbortSignal.timeout(5000),
    });
    return await answer.json();
  } catch (cause) {
    throw new Error(url, { cause });
  }
}

/** Waits until the agent says that all is well, for a minute; what it said last. */
export async function waitUntilHealthy(http: HttpSettings): Promise<Partial<AgentHealth>> {
  const end = performance.now() + healthySeconds * 1000;
  for (;;) {
    const answer: Partial<AgentHealth> = await fetchFromAgent(http, '/health/').then(
      (said) => said as Partial<AgentHealth>,
      (error: unknown) => ({ reasons: [describeError(error)] }),
    );
    if (answer.status === 'ok' || performance.now() > end) return answer;
    await pause(500);
  }
}

/** Asks the running agent how it is; exit status 0 if well, else 1. */
export async function checkHealth({ env }: { env?: string }): Promise<void> {
  const { http } = loadSettings(allCollectors, env);
  try {
    const {
      status,
      error,
      reasons = [error ?? 'it fails, and tells why to whoever shows its HTTP_TOKEN'],
      agent = 'The agent',
    } = (await fetchFromAgent(http, '/health/')) as Partial<AgentHealth> & { error?: string };
    if (status === 'ok') return printSuccess(`${agent} is well`);
    for (const reason of reasons) printFailure(reason);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    printFailure(`${describeError(error)}. Is the agent running?`);
  }
  process.exitCode = 1;
}
