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

const capitalize = (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1);

export const listSettings = ({ schema }: SettingGroup): ListedSetting[] =>
  Object.entries(schema.shape).flatMap(([name, field]) => {
    const meta = settingMetaRegistry.get(field as never);
    return meta === undefined ? [] : [{ name, ...meta, expects: capitalize(meta.expects) }];
  });

function lines({ name, description, expects, default: standard, example, secret, perName }: ListedSetting): string {
  const value = standard ?? (secret ? '' : (example ?? ''));
  const hints = [
    `${expects}.`,
    ...(standard !== undefined && example !== undefined ? [`Example: ${example}.`] : []),
    ...(secret ? [`Alternatively, set ${name}_FILE to the path of a file that contains it.`] : []),
    ...(perName ? [`${name}_<NAME> overrides it for the one with that name.`] : []),
  ];
  return [`# ${description}`, `# ${hints.join(' ')}`, `# ${name}=${value}`].join('\n');
}

/** `.env.example`: every setting, commented out, with its default or an example. */
export const renderEnvExample = (groups: readonly SettingGroup[]): string =>
  `${[
    '# Copy this file to .env and uncomment the settings that you change. Environment variables override them.',
    ...groups.flatMap((group) => [`# --- ${group.title} ---`, ...listSettings(group).map(lines)]),
  ].join('\n\n')}\n`;
