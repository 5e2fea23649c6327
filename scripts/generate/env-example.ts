import type * as z from 'zod/mini';
import { type SettingMeta, settingMetaRegistry } from '../../src/model/setting.ts';

/** Settings of one part of the program. */
export interface SettingGroup {
  title: string;
  schema: z.ZodMiniObject<z.core.$ZodLooseShape>;
}

export interface ListedSetting extends SettingMeta {
  name: string;
}

export const listSettings = ({ schema }: SettingGroup): ListedSetting[] =>
  Object.entries(schema.shape).flatMap(([name, field]) => {
    const meta = settingMetaRegistry.get(field as never);
    return meta === undefined ? [] : [{ name, ...meta }];
  });

function lines({ name, description, expects, default: standard, example, secret, perName }: ListedSetting): string {
  const value = standard ?? (secret ? '' : (example ?? ''));
  const hints = [
    `Wants ${expects}.`,
    ...(standard !== undefined && example !== undefined ? [`Example: ${example}.`] : []),
    ...(secret ? [`Or ${name}_FILE with the path of a file that holds it.`] : []),
    ...(perName ? [`${name}_<NAME> is for one of them alone.`] : []),
  ];
  return [`# ${description}`, `# ${hints.join(' ')}`, `# ${name}=${value}`].join('\n');
}

/** `.env.example`: every setting, commented out, with its default or an example. */
export const renderEnvExample = (groups: readonly SettingGroup[]): string =>
  `${[
    '# Copy to .env and take away the # before what you set. All settings can also come from the process’s environment.',
    ...groups.flatMap((group) => [`# --- ${group.title} ---`, ...listSettings(group).map(lines)]),
  ].join('\n\n')}\n`;
