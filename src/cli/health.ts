import { allCollectors } from '../collectors/index.ts';
import { describeError, UsageError } from '../model/errors.ts';
import { loadSettings } from '../settings/index.ts';
import type { AgentHealth } from '../views/health.ts';
import { printFailure, printSuccess } from './terminal.ts';

/** A server that listens everywhere is asked on this machine. */
const reachableHost = (host: string) =>
  host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host;

/** Asks the running agent how it is; exit status 0 if well, else 1. */
export async function checkHealth({ env }: { env?: string }): Promise<void> {
  const { HTTP_HOST, HTTP_PORT, HTTP_TOKEN } = loadSettings(allCollectors, env).http;
  if (HTTP_PORT === 0) throw new UsageError('HTTP_PORT is 0: there is no status server to ask');
  const url = `http://${reachableHost(HTTP_HOST)}:${HTTP_PORT}/health/`;
  try {
    const answer = await fetch(url, {
      headers: HTTP_TOKEN === undefined ? {} : { authorization: `Bearer ${HTTP_TOKEN.reveal()}` },
      signal: AbortSignal.timeout(5000),
    });
    const {
      status,
      error,
      reasons = [error ?? 'it fails, and tells why to whoever shows its HTTP_TOKEN'],
      agent = 'The agent',
    } = (await answer.json()) as Partial<AgentHealth> & { error?: string };
    if (status === 'ok') return printSuccess(`${agent} is well`);
    for (const reason of reasons) printFailure(reason);
  } catch (error) {
    printFailure(`${url}: ${describeError(error)}. Is the agent running?`);
  }
  process.exitCode = 1;
}
