import type { MemberRole } from './pools/pool.ts';

const maxNamed = 4;

/** The first names of a list; `last` joins the last of few, `more` says how many are left out. */
export function joinFirstNames(names: readonly string[], last: string, more: (count: number) => string): string {
  const shown = names.slice(0, maxNamed);
  const left = names.length - shown.length;
  if (left > 0) return `${shown.join(', ')} ${more(left)}`;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} ${last} ${shown.at(-1)}`;
}

/** “/srv, /home and 3 more”. */
export const joinFirstNamesAndMore = (names: readonly string[]) =>
  joinFirstNames(names, 'and', (count) => `and ${count} more`);

const roleNames: Partial<Record<MemberRole, string>> = {
  spare: 'a spare',
  rebuilding: 'being rebuilt as a member',
  failed: 'a failed member',
  unknown: 'a member',
  cache: 'a cache',
  log: 'a log device',
};

/** What is said if drives, or what is built of them, can't be asked. `node`: path of a device; `command`: what mends
 * it. */
export const accessTexts = {
  noRightToAsk: (node: string, command: string) => `no right to ask ${node}: ${command}`,
  noRightToAskHelper: (command: string) => `no right to ask the drives helper: ${command}`,
  missingNode: (node: string, command: string) => `${node} is not there, as in a container: ${command}`,
  /** `other`: a command that gives the agent itself every right. */
  orWithOwnRight: (command: string, other: string) => `${command} (or, so that the agent could erase it: ${other})`,
  unprivilegedContainer:
    'an unprivileged container can’t ask drives, whatever it is given: run the agent on the machine itself',
  rootWithoutCapability: (capability: string, command: string) =>
    `root without CAP_${capability} can’t ask drives: ${command}`,
  notInstalled: (program: string, command: string) => `${program} is not installed: ${command}`,
  neitherInstalled: (command: string) => `neither nvme nor smartctl is installed: ${command}`,
  noAnswer: (drive: string, seconds: number) => `${drive}: no answer in ${seconds} s`,
  otherDriveAnswers: (drive: string, expected: string, serial: string) =>
    `${drive}: another drive answers: its serial number is ${serial}, not ${expected}`,
  noLongerSameDrive: (name: string, serial: string) => `${name} is no longer the drive ${serial}`,
  unreadable: (path: string) => `${path} can’t be read`,
  /** `answer`: smartctl's words. */
  unknownBridge: (answer: string) => `${answer}; STORAGE_DRIVE_TYPES can say how to ask it (smartctl -d)`,
  smartOff: (command: string) => `SMART is off: ${command}`,
  containerLacksZpool:
    'a container lacks zpool, which has to be of the machine’s version: run the agent on the machine itself',
  silent: (asked: string) => `${asked} does not answer`,
  helperLacksFolder: 'the container of the drives helper needs the folder /var/lib/btrfs: docs/storage.md',
  scrubsUnknown: (why: string) => `scrubs are unknown: ${why}`,
  snapshotsUnknown: (why: string) =>
    `whether LVM snapshots are full or lost, and caches have failed, is not known: ${why}`,
};

export type AccessTexts = typeof accessTexts;

/** What is said of drives of every kind. */
export const commonDriveTexts = {
  ...accessTexts,
  /** As state of the metric *Problem reason*. */
  noReason: 'none',
  tooHot: (limit: number | undefined) => `too hot${limit === undefined ? '' : `: at its limit of ${limit} °C`}`,
  belowCelsius: (celsius: number | undefined) => (celsius === undefined ? 'below its limit' : `below ${celsius} °C`),
  checkAirflow: 'check the airflow',
  replaceDrive: 'back up and replace the drive',
  failedSelfTest: (block: string | undefined) =>
    `the last self-test failed${block === undefined ? '' : ` at block ${block}`}`,
  /** “one of 2 members of srv”. `active`: how many members hold their share of the data. */
  memberOf(pool: string, role: MemberRole, active: number): string {
    const named = role === 'active' && active > 1 ? `one of ${active} members` : roleNames[role];
    return `${named ?? 'the only member'} of ${pool}`;
  },
  areLost: (mounts: readonly string[]) => `${joinFirstNamesAndMore(mounts)} ${mounts.length === 1 ? 'is' : 'are'} lost`,
  goOnDegraded: (mounts: readonly string[]) =>
    `${joinFirstNamesAndMore(mounts)} ${mounts.length === 1 ? 'goes' : 'go'} on, degraded`,
  haveUnknownFate: (mounts: readonly string[]) => `what becomes of ${joinFirstNamesAndMore(mounts)} is not known`,
  ifItDies: (effects: readonly string[]) => `if it dies, ${effects.join(', and ')}`,
  whichHolds: (mounts: readonly string[]) => `which holds ${joinFirstNamesAndMore(mounts)}`,
};

export type CommonDriveTexts = typeof commonDriveTexts;
