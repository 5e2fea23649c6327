import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnvFile } from '../settings/env-file.ts';
import { languageOfVariables } from '../settings/index.ts';
import { pickProcessVariables, readSettingsTextOrEmpty, serviceSettingsPath } from '../settings/settings-file.ts';
import { loadCheckAndOnceTexts } from './load-language.ts';
import { systemdService } from './service.ts';
import { printNote } from './terminal.ts';

/** Longer than the longest check. */
const limitSeconds = 600;

/** Where systemd keeps what it hands over to services. */
const credentials = '/run/credentials';
const transientUnit = `infra-monitor-check-${process.pid}.service`;

/** Lines of a unit that are not about the rights and files of its processes: how they are started, and what is made of
 * their end. */
const startupKeys =
  /^(Exec\w+|Type|NotifyAccess|PIDFile|BusName|RemainAfterExit|GuessMainPID|Standard\w+|(Timeout|Watchdog|Restart|RuntimeMax|Success|Kill|FinalKill)\w*)$/;

interface ServiceUnit {
  /** What it runs, with its arguments. */
  command: string[];
  /** `User=infra-monitor` */
  assignments: string[];
}

/** The assignments of the section [Service], drop-ins included, in their order. `text`: what `systemctl cat` prints. */
export function parseServiceUnit(text: string): ServiceUnit {
  let section = '';
  let command = '';
  const assignments: string[] = [];
  for (const line of text.replace(/\\\n/g, ' ').split('\n')) {
    section = /^\[(.+)\]\s*$/.exec(line)?.[1] ?? section;
    const [, key = '', value = ''] = /^([A-Za-z]\w*)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (section !== 'Service' || key === '') continue;
    if (key === 'ExecStart') command = value.replace(/^[-@:+!]+/, '');
    else if (!startupKeys.test(key)) assignments.push(`${key}=${value}`);
  }
  const words = command.match(/"[^"]*"|'[^']*'|\S+/g) ?? [];
  return { command: words.map((word) => word.replace(/^(["'])(.*)\1$/, '$2')), assignments };
}

/** The effective value of each property, as `systemctl show` prints them. */
const parseProperties = (text: string): Record<string, string> =>
  Object.fromEntries(text.split('\n').map((line) => [line.split('=')[0] ?? '', line.slice(line.indexOf('=') + 1)]));

const capabilitySets = ['AmbientCapabilities', 'CapabilityBoundingSet'] as const;

/** Whether `check` of this settings file is one of the service with this unit: of a file that it names, or where
 * nothing else names a broker. */
function concernsService(env: string | undefined, unit: string): boolean {
  if (env !== undefined) return unit.split(/[\s:=]+/).includes(resolve(env));
  return !existsSync('.env') && Object.keys(pickProcessVariables(['MQTT_URL'])).length === 0;
}

/** Runs `check` as the installed service runs: with its user, groups, rights, credentials and limits, since root may
 * read and do what the service may not. Undefined if this process is not root's, or no service is concerned; otherwise
 * the exit status. */
export async function runCheckAsService(env: string | undefined): Promise<number | undefined> {
  // What systemd itself has started is the one that this function runs.
  const isOfSystemd = process.ppid === 1;
  if (process.getuid?.() !== 0 || isOfSystemd || !(await systemdService.exists())) return undefined;
  const unit = await systemdService.readUnit();
  if (!concernsService(env, unit)) return undefined;
  const { command, assignments } = parseServiceUnit(unit);
  const shown = parseProperties(
    await systemdService.readProperties(['User', 'DynamicUser', 'SupplementaryGroups', ...capabilitySets]),
  );
  // Of these systemd-run takes the last assignment alone.
  const sets = capabilitySets.map((name) => `${name}=${shown[name] ?? ''}`);
  const properties = [
    ...assignments.filter((one) => !capabilitySets.some((name) => one.startsWith(`${name}=`))),
    ...sets,
    `RuntimeMaxSec=${limitSeconds}`,
    // Settings name the service's own folder, which systemd hides from any other unit.
    `BindReadOnlyPaths=-${credentials}/${transientUnit}:${credentials}/${systemdService.unit}`,
  ];
  const rights = [shown.SupplementaryGroups, shown.AmbientCapabilities].filter(Boolean).join(' ');
  const { variables } = parseEnvFile(readSettingsTextOrEmpty(env ?? serviceSettingsPath));
  const texts = await loadCheckAndOnceTexts({ language: languageOfVariables(variables) });
  const user = shown.User || (shown.DynamicUser === 'yes' ? texts.userOfItsOwn : 'root');
  printNote(texts.asServiceRuns(systemdService.unit, user, rights));
  const child = spawn(
    'systemd-run',
    [
      ...['--quiet', '--pipe', '--wait', '--collect', `--unit=${transientUnit}`],
      ...properties.map((property) => `--property=${property}`),
      '--',
      ...command.filter((word) => word !== 'run'),
      'check',
    ],
    { stdio: 'inherit' },
  );
  const [status] = (await once(child, 'exit')) as [number | null];
  return status ?? 1;
}
