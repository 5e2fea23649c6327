import type * as z from 'zod/mini';
import { type SettingMeta, settingMetaRegistry } from '../../src/model/setting.ts';

/** Settings of one part of the program, below one heading. */
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

function settingLines({
  name,
  description,
  expects,
  default: standard,
  example,
  secret,
  perName,
}: ListedSetting): string {
  const value = standard ?? (secret ? '' : (example ?? ''));
  const hints = [
    `Expects ${expects}.`,
    ...(standard !== undefined && example !== undefined ? [`Example: ${example}.`] : []),
    ...(secret ? [`${name}_FILE is the path of a file that holds it.`] : []),
    ...(perName ? [`${name}_<NAME> sets it for one of them.`] : []),
  ];
  return [`# ${description}`, `# ${hints.join(' ')}`, `# ${name}=${value}`].join('\n');
}

/** `.env.example`: every setting as a comment, with its default or an example. */
export const renderEnvExample = (groups: readonly SettingGroup[]): string =>
  `${[
    '# Copy this file to .env and remove the # before each setting that you change. Every setting can also be an environment variable.',
    ...groups.flatMap((group) => [`# --- ${group.title} ---`, ...listSettings(group).map(settingLines)]),
  ].join('\n\n')}\n`;
