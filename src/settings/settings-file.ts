import { isUtf8 } from 'node:buffer';
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  existsSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { readBoundedFileSync } from '../lib/bounded-file.ts';
import { bounds } from '../model/bounds.ts';
import { describeError, UsageError } from '../model/errors.ts';
import { parseEnvFile } from './env-file.ts';
import type { Environment } from './read-variables.ts';

/** Settings file of the service. */
export const serviceSettingsPath = '/etc/infra-monitor.env';

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : undefined);

/** The text of a settings file; empty if there is none. What is no UTF-8 could not be written back as it was. */
export function readSettingsTextOrEmpty(path: string): string {
  try {
    const content = readBoundedFileSync(path, bounds.settingsFile);
    if (!content.includes(0) && !isUtf8(content)) throw new Error(`${path} is not in UTF-8: save it as UTF-8`);
    return content.toString('utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return '';
    throw new UsageError(`${describeError(error)}${codeOf(error) === 'EACCES' ? ': use sudo' : ''}`);
  }
}

/** Throws UsageError for a line that is no setting. */
export function parseSettingsVariables(text: string): Environment {
  const { variables, problems } = parseEnvFile(text);
  if (problems.length > 0) throw new UsageError(`The settings file is wrong: ${problems.join('; ')}`);
  return variables;
}

/** The given environment variables of this process that are set. */
export const pickProcessVariables = (names: readonly string[]): Environment =>
  Object.fromEntries(names.map((name) => [name, process.env[name]]).filter(([, value]) => value));

/** A line that is read back unchanged. */
function quoted(name: string, value: string): string {
  const forms = [value, `'${value}'`, `"${value}"`, `\`${value}\``].map((form) => `${name}=${form}`);
  const found = forms.find((line) => !line.includes('\n') && parseEnvFile(line).variables[name] === value);
  if (found === undefined)
    throw new UsageError(
      `${name} contains ${/[\r\n]/.test(value) ? 'a line break' : 'every kind of quotation mark'}, which a settings file cannot hold${name.endsWith('_PASSWORD') ? `: write it to a separate file and set ${name}_FILE to its path` : ''}`,
    );
  return found;
}

/** Replaces one setting or its commented-out example, or appends it with its description. Undefined removes it. All
 * else is kept. */
function withSetting(text: string, name: string, value: string | undefined, description: string | undefined): string {
  const lines = text.split('\n');
  const isSet = (line: string) => new RegExp(`^\\s*(export\\s+)?${name}\\s*[=:]`).test(line);
  const isExample = (line: string) => new RegExp(`^#\\s?${name}=`).test(line);
  const first = Math.max(lines.findIndex(isSet), -1);
  const at = first === -1 ? lines.findIndex(isExample) : first;
  const line = value === undefined ? undefined : quoted(name, value);
  if (at !== -1)
    return lines
      .flatMap((old, index) => (index === at ? (line ?? (first === -1 ? old : [])) : isSet(old) ? [] : old))
      .join('\n');
  if (line === undefined) return text;
  const before = text === '' || text.endsWith('\n\n') ? text : text.endsWith('\n') ? `${text}\n` : `${text}\n\n`;
  return `${before}${description === undefined ? '' : `# ${description}\n`}${line}\n`;
}

/** Changes these settings and keeps everything else. Throws if the result would not be read back as meant. */
export function editSettingsText(text: string, values: Environment, descriptions: ReadonlyMap<string, string>): string {
  const changed = Object.entries(values).reduce(
    (all, [name, value]) => withSetting(all, name, value, descriptions.get(name)),
    text,
  );
  const [before, after] = [parseSettingsVariables(text), parseSettingsVariables(changed)];
  const wrong = [...new Set([...Object.keys(before), ...Object.keys(after)])].find(
    (name) => after[name] !== (name in values ? values[name] : before[name]),
  );
  if (wrong !== undefined)
    throw new UsageError(`${wrong} cannot be changed in this file automatically: edit it by hand`);
  return changed;
}

/** Throws UsageError if the file cannot be written, before anything is asked for it. */
export function refuseUnlessWritable(path: string): void {
  const folder = dirname(existsSync(path) ? realpathSync(path) : resolve(path));
  try {
    accessSync(folder, constants.W_OK);
  } catch (error) {
    const reason =
      codeOf(error) === 'ENOENT'
        ? `there is no folder ${folder}`
        : `${describeError(error)}${codeOf(error) === 'EACCES' ? ': use sudo' : ''}`;
    throw new UsageError(`${path} cannot be written: ${reason}`);
  }
}

/** Replaces the file atomically. A new file has mode 0600; an existing one keeps its mode and owner. */
export function writeSettingsFile(path: string, text: string): void {
  let place = path;
  let before: { mode: number; uid: number; gid: number } | undefined;
  try {
    place = realpathSync(path);
    before = statSync(place);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw new UsageError(describeError(error));
  }
  const scratch = `${place}.${process.pid}.new`;
  try {
    writeFileSync(scratch, text, { mode: 0o600, flag: 'wx' });
    if (before !== undefined) {
      chownSync(scratch, before.uid, before.gid);
      chmodSync(scratch, before.mode & 0o7777);
    }
    renameSync(scratch, place);
  } catch (error) {
    rmSync(scratch, { force: true });
    throw new UsageError(
      `${path} cannot be written: ${describeError(error).replaceAll(scratch, place)}${codeOf(error) === 'EACCES' ? ': use sudo' : ''}`,
    );
  }
}
