import type * as z from 'zod/mini';
import { homeAssistantCollector, readTrustedCas } from '../collectors/home-assistant/index.ts';
import { logInToInstance, TokenRefusedError } from '../collectors/home-assistant/log-in.ts';
import type { ConfiguredInstance, homeAssistantSettingsSchema } from '../collectors/home-assistant/settings.ts';
import type { HaWebSocket } from '../lib/ha-websocket.ts';
import { UnredactedMessageError, UsageError } from '../model/errors.ts';
import type { Secret } from '../model/secret.ts';
import type { Settings } from '../settings/index.ts';

/** Milliseconds that all questions of a command to Home Assistant may take. */
const timeoutMs = 30_000;

/** A Home Assistant that the settings name. */
export interface ConfiguredInstanceWithToken extends ConfiguredInstance {
  /** HA_TOKEN. */
  token: Secret | undefined;
  authorityFile: string | undefined;
}

/** Those of HA_BASE_URL, in its order. */
export function listConfiguredInstances({ collectors }: Settings): ConfiguredInstanceWithToken[] {
  const env = collectors.find(({ collector }) => collector.id === homeAssistantCollector.id)?.env;
  const settings = (env ?? {}) as Partial<z.output<typeof homeAssistantSettingsSchema>>;
  const { HA_BASE_URL: instances = [], HA_TOKEN: tokens, HA_CA_FILE: authorityFile } = settings;
  return instances.map((instance) => ({ ...instance, token: tokens?.get(instance.name), authorityFile }));
}

/** The first of HA_BASE_URL, or the one with this name there; undefined if HA_BASE_URL is not set. */
export function findConfiguredInstance(
  settings: Settings,
  name: string | undefined,
): ConfiguredInstanceWithToken | undefined {
  const instances = listConfiguredInstances(settings);
  if (name === undefined) return instances[0];
  const instance = instances.find((one) => one.name === name);
  if (instance !== undefined) return instance;
  const names = instances.flatMap((one) => one.name || []).join(', ');
  throw new UsageError(`--instance: HA_BASE_URL names no ${name}${names === '' ? '' : `; it has ${names}`}`);
}

/** What `use` makes of a connection with this token; ends in time. Errors name the instance. */
export async function withHomeAssistantConnection<T>(
  { title, url, authorityFile }: ConfiguredInstanceWithToken,
  token: Secret,
  use: (socket: HaWebSocket) => Promise<T>,
): Promise<T> {
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const socket = await logInToInstance(url, token, readTrustedCas(authorityFile), signal);
    try {
      return await use(socket);
    } finally {
      socket.close();
    }
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UnredactedMessageError(error instanceof TokenRefusedError ? `${title} refuses the token` : title, {
      cause: error,
    });
  }
}

/** `de` where a Home Assistant that the settings have a token for speaks German, in any of its forms (`de-CH`);
 * undefined where it speaks another language, or does not answer. */
export async function readSupportedHomeAssistantLanguage(settings: Settings): Promise<'de' | undefined> {
  const instance = listConfiguredInstances(settings).find(({ token }) => token !== undefined);
  if (instance?.token === undefined) return undefined;
  const config = await withHomeAssistantConnection(instance, instance.token, (socket) =>
    socket.sendCommand({ type: 'get_config' }),
  ).catch(() => undefined);
  const { language } = (config ?? {}) as { language?: unknown };
  return typeof language === 'string' && /^de(-|$)/i.test(language) ? 'de' : undefined;
}
