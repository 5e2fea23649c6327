import { existsSync } from 'node:fs';
import { readBoundedFileSync } from '../lib/bounded-file.ts';
import { bounds } from '../model/bounds.ts';
import { describeError } from '../model/errors.ts';
import { type SettingErrorTexts, settingErrorTexts } from '../model/setting-error-texts.ts';
import { type ParsedEnvFile, parseEnvFile } from './env-file.ts';
import { type Environment, SettingsError } from './read-variables.ts';

/** `shown`: how the user named it. */
function readNamed(file: string, shown: string, texts: SettingErrorTexts): string {
  try {
    return readBoundedFileSync(file, bounds.settingsFile).toString('utf8');
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const reason = isMissing ? texts.fileDoesNotExist(file) : describeError(error);
    throw new SettingsError([{ text: `${shown}: ${reason}` }], texts);
  }
}

/** Without a file of this name in the working folder, there are no variables. */
export function parseSettingsFile(file: string | undefined, texts: SettingErrorTexts): ParsedEnvFile {
  const isThere = file !== undefined || existsSync('.env');
  return parseEnvFile(isThere ? readNamed(file ?? '.env', file === undefined ? '.env' : '--env', texts) : '', texts);
}

/** The variables of the settings file. Throws SettingsError for lines that are no settings. */
export function readVariablesOfFile(file: string | undefined, texts = settingErrorTexts): Environment {
  const { variables, problems } = parseSettingsFile(file, texts);
  if (problems.length > 0)
    throw new SettingsError(
      problems.map((problem) => ({ text: `${file ?? '.env'}, ${problem}` })),
      texts,
    );
  return variables;
}

/** Environment variables override those of the settings file. */
export const withEnvironment = (variables: Environment): Environment => ({ ...variables, ...process.env });
