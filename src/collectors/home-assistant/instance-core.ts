import * as z from 'zod/mini';
import type { HaRest } from '../../lib/ha-rest.ts';
import type { HttpAnswer, ServerCertificate } from '../../lib/http-answer.ts';
import { bounds } from '../../model/bounds.ts';
import { parseJsonWithin } from '../../model/json.ts';
import type { Secret } from '../../model/secret.ts';
import { toBaseUnit } from '../../model/unit.ts';
import { isFromHomeAssistant } from './http-answer-state.ts';
import type { InstanceState } from './instance-state.ts';

/** What Home Assistant's core says of itself. Of its configuration, which has the coordinates and the name of the home,
 * only these fields are read. */
export interface InstanceCore {
  state: InstanceState;
  version?: string | undefined;
  /** Whether the recorder is migrating its database. */
  migrating?: boolean | undefined;
}

const optionalFlag = z.catch(z.optional(z.boolean()), undefined);
const configSchema = z.object({
  state: z.string(),
  recovery_mode: optionalFlag,
  safe_mode: optionalFlag,
  version: z.catch(z.optional(z.string().check(z.maxLength(100))), undefined),
});
const coreStateSchema = z.object({ recorder_state: z.object({ migration_in_progress: z.boolean() }) });

/** Maps core.CoreState and the modes of the configuration; undefined if it is no configuration. */
export function parseInstanceCore(config: unknown): InstanceCore | undefined {
  const core = configSchema.safeParse(config).data;
  if (core === undefined) return undefined;
  const { state, recovery_mode: recovery, safe_mode: safe, version } = core;
  if (state === 'NOT_RUNNING' || state === 'STARTING') return { state: 'starting', version };
  if (state === 'STOPPING' || state === 'FINAL_WRITE' || state === 'STOPPED') return { state: 'stopping', version };
  if (state !== 'RUNNING') return { state: 'answering', version };
  return { state: recovery ? 'recovery_mode' : safe ? 'safe_mode' : 'running', version };
}

/** The JSON of a successful answer. */
function contentOf({ status, body }: HttpAnswer): unknown {
  if (status !== 200) return undefined;
  try {
    return parseJsonWithin(body, bounds.homeAssistantAnswer);
  } catch {
    return undefined;
  }
}

/** What a refused token looks like; undefined for the challenge of a proxy, which has not passed the token on. */
function refusalOf(answer: HttpAnswer): RestTokenRefusal | undefined {
  const { status, headers, certificate } = answer;
  if (status !== 401) return undefined;
  const isCertain = isFromHomeAssistant(answer);
  const isOfProxy = /^(?!bearer)\w/i.test(headers['www-authenticate'] ?? '');
  return isCertain || !isOfProxy ? { refused: true, isCertain, certificate } : undefined;
}

export interface InstanceCoreOverRest {
  core: InstanceCore;
  latencySeconds: number;
  certificate: ServerCertificate | undefined;
}

/** The token was sent once, and refused. */
export interface RestTokenRefusal {
  refused: true;
  /** Whether Home Assistant says so itself; otherwise a proxy may have its own page for that. */
  isCertain: boolean;
  certificate: ServerCertificate | undefined;
}

/** Reads the core over the REST API; undefined if what answers is not Home Assistant's API. Nothing that needs an
 * administrator is asked for: each refusal is a failed login in Home Assistant
 * (homeassistant/components/http/ban.py). */
export async function readInstanceCoreOverRest(
  rest: HaRest,
  token: Secret,
  authorities: string[] | undefined,
  signal: AbortSignal,
): Promise<InstanceCoreOverRest | RestTokenRefusal | undefined> {
  const get = (path: string) => rest.get({ path, token, authorities, signal });
  const startedAt = performance.now();
  const greeting = await get('api/');
  const latencySeconds = toBaseUnit(performance.now() - startedAt, 'ms');
  const { certificate } = greeting;
  const refusal = refusalOf(greeting);
  if (refusal !== undefined) return refusal;
  if (contentOf(greeting) === undefined) return undefined;
  const config = await get('api/config');
  const core = parseInstanceCore(contentOf(config));
  if (core === undefined) return refusalOf(config);
  const recorder = coreStateSchema.safeParse(contentOf(await get('api/core/state'))).data?.recorder_state;
  return { core: { ...core, migrating: recorder?.migration_in_progress }, latencySeconds, certificate };
}
