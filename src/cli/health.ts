import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { type HttpSettings, httpSettingsSchema } from '../http/settings.ts';
import { describeError, UsageError } from '../model/errors.ts';
import { hostInUrl } from '../model/host-in-url.ts';
import type { Secret } from '../model/secret.ts';
import { readVariables, type SettingProblem, SettingsError } from '../settings/read-variables.ts';
import { readVariablesOfFile, withEnvironment } from '../settings/variables-of-file.ts';
import { printFailure, printSuccess } from './terminal.ts';

/** Seconds after which an agent that is not healthy is given up. */
const healthySeconds = 60;

/** A server that listens on all addresses is reached over the loopback address. */
const reachableHost = (host: string) => (host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : hostInUrl(host));

/** By `node:http`, because `fetch` takes 5 to 11 MB more for each of the health checks of a container. */
function requestJson(url: string, token: Secret | undefined): Promise<unknown> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token.reveal()}` };
  return new Promise((resolve, reject) => {
    request(url, { headers, signal: AbortSignal.timeout(5000) }, (response) => json(response).then(resolve, reject))
      .on('error', reject)
      .end();
  });
}

/** The running agent's answer for this path. */
export async function fetchFromRunningAgent(
  { HTTP_HOST, HTTP_PORT, HTTP_TOKEN }: HttpSettings,
  path: string,
): Promise<unknown> {
  if (HTTP_PORT === 0) throw new UsageError('HTTP_PORT is 0: the status server is disabled');
  const url = `http://${reachableHost(HTTP_HOST)}:${HTTP_PORT}${path}`;
  try {
    return await requestJson(url, HTTP_TOKEN);
  } catch (cause) {
    throw new Error(url, { cause });
  }
}

interface HealthAnswer {
  status?: string | undefined;
  reasons?: string[] | undefined;
  agent?: string | undefined;
  /** Of a request that was refused. */
  error?: string | undefined;
}

/** What an answer says of the agent's health: another program may listen on the port. */
async function queryHealth(http: HttpSettings): Promise<HealthAnswer> {
  const answer = Object(await fetchFromRunningAgent(http, '/health/')) as Record<keyof HealthAnswer, unknown>;
  const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined);
  return {
    status: textOf(answer.status),
    reasons: Array.isArray(answer.reasons) ? answer.reasons.map(String) : undefined,
    agent: textOf(answer.agent),
    error: textOf(answer.error),
  };
}

/** Waits up to a minute until the agent is healthy; returns its last answer. */
export async function pollAgentHealthUntilOk(http: HttpSettings): Promise<HealthAnswer> {
  const end = performance.now() + healthySeconds * 1000;
  for (;;) {
    const answer = await queryHealth(http).catch((error: unknown) => ({
      status: undefined,
      reasons: [describeError(error)],
    }));
    if (answer.status === 'ok' || performance.now() > end) return answer;
    await pause(500);
  }
}

/** Without all other settings: their tables take longer than the question, which a container asks again and again. */
function loadHttpSettings(file: string | undefined): HttpSettings {
  const problems: SettingProblem[] = [];
  const http = readVariables(httpSettingsSchema, withEnvironment(readVariablesOfFile(file)), problems);
  if (problems.length > 0) throw new SettingsError(problems);
  return http;
}

/** Queries the running agent; exit status 0 if it is healthy, otherwise 1. */
export async function runHealthCommand({ env }: { env?: string }): Promise<void> {
  const http = loadHttpSettings(env);
  try {
    const {
      status,
      error,
      reasons = [error ?? 'The agent is not healthy; set its HTTP_TOKEN to see the reasons'],
      agent = 'The agent',
    } = await queryHealth(http);
    if (status === 'ok') return printSuccess(`${agent} is healthy`);
    for (const reason of reasons) printFailure(reason);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    printFailure(`${describeError(error)}. Is the agent running?`);
  }
  process.exitCode = 1;
}
