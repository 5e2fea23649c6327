import type { Settings } from '../../settings/index.ts';
import { listInstances, useHomeAssistant } from '../home-assistant-login.ts';

/** `de` where a Home Assistant that the settings have a token for speaks German, in any of its forms (`de-CH`); undefined where it speaks
 * another language, or does not answer. */
export async function readLanguageOfHomeAssistant(settings: Settings): Promise<'de' | undefined> {
  const instance = listInstances(settings).find(({ token }) => token !== undefined);
  if (instance?.token === undefined) return undefined;
  const config = await useHomeAssistant(instance, instance.token, (socket) =>
    socket.sendCommand({ type: 'get_config' }),
  ).catch(() => undefined);
  const { language } = (config ?? {}) as { language?: unknown };
  return typeof language === 'string' && /^de(-|$)/i.test(language) ? 'de' : undefined;
}
