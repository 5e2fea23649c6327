import type * as z from 'zod/mini';
import { type About, about } from '../model/setting.ts';

/** Settings of one part of the program. */
export interface SettingGroup {
  title: string;
  schema: z.ZodMiniObject<z.core.$ZodLooseShape>;
}

export interface Setting extends About {
  name: string;
}

export const settingsOf = ({ schema }: SettingGroup): Setting[] =>
  Object.entries(schema.shape).flatMap(([name, field]) => {
    const told = about.get(field as never);
    return told === undefined ? [] : [{ name, ...told }];
  });

function lines({ name, description, wants, default: standard, example, secret, byName }: Setting): string {
  const value = standard ?? (secret ? '' : (example ?? ''));
  const hints = [
    `Wants ${wants}.`,
    ...(standard !== undefined && example !== undefined ? [`Example: ${example}.`] : []),
    ...(secret ? [`Or ${name}_FILE with the path of a file that holds it.`] : []),
    ...(byName ? [`${name}_<NAME> is for one of them alone.`] : []),
  ];
  return [`# ${description}`, `# ${hints.join(' ')}`, `# ${name}=${value}`].join('\n');
}

/** `.env.example`: every setting, commented out, with its default or an example. */
export const envExample = (groups: readonly SettingGroup[]): string =>
  `${[
    '# Copy to .env and take away the # before what you set. All settings can also come from the process’s environment.',
    ...groups.flatMap((group) => [`# --- ${group.title} ---`, ...settingsOf(group).map(lines)]),
  ].join('\n\n')}\n`;
