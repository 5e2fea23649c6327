import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import { allCollectors } from '../collectors/index.ts';
import { describeError, UsageError } from '../model/errors.ts';
import type { Secret } from '../model/secret.ts';
import { loadSettings } from '../settings/index.ts';
import type { AgentHealth } from '../views/health.ts';
import { printFailure, printSuccess } from './terminal.ts';

/** A server that listens on all addresses is reached over the loopback address. */
const reachableHost = (host: string) =>
  host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host;

/** By `node:http`, because `fetch` takes 10 MB more for each of the health checks of a container. */
function requestJson(url: string, token: Secret | undefined): Promise<unknown> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token.reveal()}` };
  return new Promise((resolve, reject) => {
    request(url, { headers, signal: AbortSignal.timeout(5000) }, (response) => json(response).then(resolve, reject))
      .on('error', reject)
      .end();
  });
}

/** Queries the running agent; exit status 0 if it is healthy, otherwise 1. */
export async function checkHealth({ env }: { env?: string }): Promise<void> {
  const { HTTP_HOST, HTTP_PORT, HTTP_TOKEN } = loadSettings(allCollectors, env).http;
  if (HTTP_PORT === 0) throw new UsageError('HTTP_PORT is 0: the status server is disabled');
  const url = `http://${reachableHost(HTTP_HOST)}:${HTTP_PORT}/health/`;
  try {
    const {
      status,
      error,
      reasons = [error ?? 'The agent is not healthy; set its HTTP_TOKEN to see the reasons'],
      agent = 'The agent',
    } = (await requestJson(url, HTTP_TOKEN)) as Partial<AgentHealth> & { error?: string };
    if (status === 'ok') return printSuccess(`${agent} is healthy`);
    for (const reason of reasons) printFailure(reason);
  } catch (error) {
    printFailure(`${url}: ${describeError(error)}. Is the agent running?`);
  }
  process.exitCode = 1;
}
