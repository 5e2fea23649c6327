import type { AnyCollectorDefinition } from '../model/collector.ts';
import { settingMetaRegistry } from '../model/setting.ts';
import { settingErrorTexts } from '../model/setting-error-texts.ts';
import { describeUnmatchedPerNameVariables, SharedOrPerNameValues } from '../model/shared-or-per-name-values.ts';
import type { Environment, SettingsSchema } from './read-variables.ts';

/** How many letters must be added, removed or changed to turn one word into the other (Levenshtein distance); infinite
 * beyond `maxDistance`, which most words are after a few letters. */
export function editDistance(a: string, b: string, maxDistance = Number.POSITIVE_INFINITY): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 0; i < a.length; i += 1) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j += 1)
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1)));
    if (Math.min(...next) > maxDistance) return Number.POSITIVE_INFINITY;
    row = next;
  }
  return row[b.length] ?? 0;
}

/** What other programs call these settings. */
const otherNames = new Map([
  ...['HOST', 'HOSTNAME', 'PORT', 'SERVER', 'BROKER', 'ADDRESS', 'URI'].map(
    (name) => [`MQTT_${name}`, 'MQTT_URL'] as const,
  ),
  ['HA_URL', 'HA_BASE_URL'],
]);

/** Prefixes of settings that other programs are not likely to use. */
const ownPrefixes = ['MQTT_', 'FRITZBOX_', 'HA_', 'PING_', 'NVME_'];

/** A setting whose name one of them begins with, as MQTT_PASS or FRITZBOX_USER. */
const beginningName = (name: string, settingNames: readonly string[]): string | undefined =>
  ownPrefixes.some((prefix) => name.startsWith(prefix) && name.length > prefix.length + 2)
    ? settingNames.find((settingName) => settingName.startsWith(name))
    : undefined;

/** Words that people add to a name: SITE_NAME, AGENT_SITE. */
const addedWords = /^(AGENT|NAME|SETTING|VALUE)$/;

/** A setting whose name is this one without such a word. */
const nameWithoutAddedWord = (name: string, settingNames: readonly string[]): string | undefined => {
  const words = name.split('_');
  const shorter = words.flatMap((word, index) => (addedWords.test(word) ? words.toSpliced(index, 1).join('_') : []));
  return settingNames.find((settingName) => shorter.includes(settingName));
};

/** The setting whose name is the fewest letters away, at most `maxDistance`. */
function nearestName(name: string, settingNames: readonly string[], maxDistance: number): string | undefined {
  const candidates = settingNames
    .filter((settingName) => Math.abs(settingName.length - name.length) <= maxDistance)
    .map((settingName) => ({ settingName, distance: editDistance(name, settingName, maxDistance) }));
  return candidates.filter(({ distance }) => distance <= maxDistance).sort((a, b) => a.distance - b.distance)[0]
    ?.settingName;
}

/** Warnings for variables that look like a misspelled setting: `MQTT_PASSWROD`. */
export function misspelledVariableWarnings(
  env: Environment,
  schemas: readonly SettingsSchema[],
  texts = settingErrorTexts,
): string[] {
  const fields = schemas.flatMap((schema) => Object.entries(schema.shape));
  const names = fields.flatMap(([name, field]) =>
    settingMetaRegistry.get(field as never)?.secret ? [name, `${name}_FILE`] : [name],
  );
  const mqttNames = names.filter((name) => name.startsWith('MQTT_'));
  const perNamePrefixes = fields.flatMap(([name, field]) =>
    settingMetaRegistry.get(field as never)?.perName ? `${name}_` : [],
  );
  return Object.keys(env)
    .filter((name) => !names.includes(name) && !perNamePrefixes.some((prefix) => name.startsWith(prefix)))
    .flatMap((name) => {
      // A variable that starts with MQTT_ is certainly meant for this program; another one only if its name is nearly
      // the same.
      const suggestion =
        otherNames.get(name) ??
        beginningName(name, names) ??
        nameWithoutAddedWord(name, names) ??
        (name.startsWith('MQTT_')
          ? nearestName(name, mqttNames, name.length)
          : nearestName(name, names, Math.min(2, Math.floor(name.length / 4))));
      return suggestion === undefined ? [] : [texts.misspelled(name, suggestion)];
    });
}

/** Errors for variables such as `HA_TOKEN_BERLIN` that name nothing of this collector, with the names that there
 * are. */
export function unmatchedPerNameVariableErrors(
  collector: AnyCollectorDefinition,
  env: Record<string, unknown>,
  texts = settingErrorTexts,
): string[] {
  return (collector.perNameSettingTargets?.(env) ?? []).flatMap(({ thing, settings, names }) =>
    settings.flatMap((setting) => {
      const values = env[setting];
      if (!(values instanceof SharedOrPerNameValues)) return [];
      return describeUnmatchedPerNameVariables(setting, thing, values, names, texts);
    }),
  );
}
