import { type HttpSettings, httpSettingsSchema } from '../http/settings.ts';
import { readVariables, type SettingProblem, SettingsError } from './read-variables.ts';
import { readVariablesOfFile } from './variables-of-file.ts';

/** Where the agent with these settings is asked. Other settings are not loaded: their tables take longer than the
 * question, which a container asks again and again. */
export function loadHttpSettings(file: string | undefined): HttpSettings {
  const problems: SettingProblem[] = [];
  const http = readVariables(httpSettingsSchema, { ...readVariablesOfFile(file), ...process.env }, problems);
  if (problems.length > 0) throw new SettingsError(problems);
  return http;
}
