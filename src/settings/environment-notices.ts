import { settingMetaRegistry } from '../model/setting.ts';
import { settingErrorTexts } from '../model/setting-error-texts.ts';
import type { Environment, SettingsSchema } from './read-variables.ts';

/** A name that other programs use, and that can mean only this. */
const usernameAlias = { name: 'MQTT_USER', setting: 'MQTT_USERNAME' } as const;

const isSet = (env: Environment, name: string) => (env[name] ?? '').trim() !== '';

/** The variables with MQTT_USER as MQTT_USERNAME, unless that is set as well. */
export function withMqttUserAsMqttUsername(
  env: Environment,
  texts = settingErrorTexts,
): { env: Environment; notices: string[] } {
  const { name, setting } = usernameAlias;
  const { [name]: value, ...others } = env;
  if (!isSet(env, name)) return { env: others, notices: [] };
  if (isSet(env, setting)) return { env: others, notices: [texts.ignored(name, setting)] };
  return {
    env: { ...others, [setting]: value },
    notices: [texts.usedAs(name, setting)],
  };
}

/** Warnings for values that are valid and may not be what was meant. */
export const oddValueWarnings = (
  env: Environment,
  schemas: readonly SettingsSchema[],
  texts = settingErrorTexts,
): string[] => [
  ...new Set(
    schemas.flatMap(({ shape }) =>
      Object.entries(shape).flatMap(([name, field]) => {
        const notice = settingMetaRegistry.get(field as never)?.notice?.(env[name] ?? '', texts);
        return notice === undefined ? [] : [`${name}: ${notice}`];
      }),
    ),
  ),
];

/** Warnings for values in quotation marks, which belong to the value where no shell or settings file has removed
 * them. */
export const quotedValueWarnings = (env: Environment, names: readonly string[], texts = settingErrorTexts): string[] =>
  names.filter((name) => /^(["']).*\1$/s.test(env[name]?.trim() ?? '')).map(texts.quoted);
