import {
  type ListedSetting,
  listSettingsOfSchema,
  type TitledSettingsSchema,
} from '../../src/settings/list-settings.ts';

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
    `${expects}.`,
    ...(standard !== undefined && example !== undefined ? [`Example: ${example}.`] : []),
    ...(secret ? [`Alternatively, set ${name}_FILE to the path of a file that contains it.`] : []),
    ...(perName ? [`${name}_<NAME> overrides it for the one with that name.`] : []),
  ];
  return [`# ${description}`, `# ${hints.join(' ')}`, `# ${name}=${value}`].join('\n');
}

/** `.env.example`: every setting as a comment, with its default or an example. */
export const renderEnvExample = (groups: readonly TitledSettingsSchema[]): string =>
  `${[
    '# Copy this file to .env and uncomment the settings that you change. Environment variables override them.',
    ...groups.flatMap((group) => [`# --- ${group.title} ---`, ...listSettingsOfSchema(group).map(settingLines)]),
  ].join('\n\n')}\n`;
