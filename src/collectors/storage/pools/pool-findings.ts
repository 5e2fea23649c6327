import { type ActiveFinding, type Finding, findingIf } from '../../../model/problem.ts';
import type { PoolFindingsInput, PoolMember } from './pool.ts';

const maxNamed = 4;

/** “/srv, /home and 3 more”. */
export function listFirstNames(names: readonly string[]): string {
  const shown = names.slice(0, maxNamed);
  const more = names.length - shown.length;
  if (more > 0) return `${shown.join(', ')} and ${more} more`;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}

/** “LABDISK-4T (serial LAB-0002, ata3, sdh1)”: what a person needs to find the drive. */
export function describePoolMember({ drive, device, number, role }: PoolMember): string {
  const place = [
    ...(drive?.serial === undefined ? [] : [`serial ${drive.serial}`]),
    ...(drive?.slot === undefined ? [] : [drive.slot]),
    ...(number === undefined ? [] : [`slot ${number}`]),
    ...(device === undefined ? [] : [role === 'missing' ? `was ${device}` : device]),
  ];
  const name = drive?.model ?? (drive === undefined && device !== undefined ? device : 'drive');
  const details = place.filter((text) => text !== name);
  return details.length === 0 ? name : `${name} (${details.join(', ')})`;
}

/** “; /srv goes on without redundancy”. */
export function describeRemainingRedundancy({ mounts, redundancyLeft }: PoolFindingsInput): string {
  if (redundancyLeft === undefined) return mounts.length === 0 ? '' : `; it holds ${listFirstNames(mounts)}`;
  const subject = mounts.length === 0 ? 'it goes' : `${listFirstNames(mounts)} ${mounts.length === 1 ? 'goes' : 'go'}`;
  return redundancyLeft === 0
    ? `; ${subject} on without redundancy: the next failure loses data`
    : `; ${subject} on and can lose ${redundancyLeft} more`;
}

/** “; /srv is lost”. */
export const describeLostMounts = ({ mounts }: PoolFindingsInput, what: string): string =>
  mounts.length === 0 ? '' : `; ${listFirstNames(mounts)} ${mounts.length === 1 ? 'is' : 'are'} ${what}`;

const howItIs: Partial<Record<PoolMember['role'], string>> = {
  failed: 'has failed',
  missing: 'is gone',
  rebuilding: 'is being rebuilt',
};

/** How many members hold their share of the data; undefined if that is not known of one, or of any. */
export const countActiveMembers = ({ members }: PoolFindingsInput): number | undefined =>
  members.length === 0 || members.some(({ role }) => role === 'unknown')
    ? undefined
    : members.filter(({ role }) => role === 'active').length;

/** Members that do not hold their share of the data, and those that it had and that are gone. */
export const inactiveAndGoneMembers = ({ members, gone }: PoolFindingsInput): PoolMember[] => [
  ...members.filter(({ role }) => role === 'failed' || role === 'missing' || role === 'rebuilding'),
  ...gone,
];

const describeLacking = (lacking: readonly PoolMember[]) =>
  lacking
    .map((member) => {
      const how = member.state === 'OFFLINE' ? 'was taken offline' : (howItIs[member.role] ?? member.state);
      return `${describePoolMember(member)} ${how}`;
    })
    .join('; ');

/** Ids of the drives that a problem of the pool is due to. */
export const blamedDrivesOf = (members: readonly PoolMember[]): { blames?: readonly string[] } => {
  const ids = members.flatMap(({ drive, role }) => (drive === undefined || role === 'rebuilding' ? [] : [drive.id]));
  return ids.length === 0 ? {} : { blames: [...new Set(ids)] };
};

/** A pool that lacks members and goes on. */
export function degradedPoolFinding(pool: PoolFindingsInput, remedy: string): Omit<ActiveFinding, 'key'> {
  const { layout, expectedMembers, redundancyLeft } = pool;
  const active = countActiveMembers(pool);
  const lacking = inactiveAndGoneMembers(pool);
  const count =
    active === undefined
      ? []
      : [
          'with',
          expectedMembers === undefined
            ? `${active} ${active === 1 ? 'member' : 'members'}`
            : `${active} of ${expectedMembers} members`,
        ];
  const what = [layout, ...count].filter(Boolean).join(' ');
  return {
    severity: redundancyLeft === 0 ? 'data_at_risk' : 'degraded',
    text: ['degraded', what, describeLacking(lacking)]
      .filter(Boolean)
      .join(': ')
      .concat(describeRemainingRedundancy(pool)),
    step: [active, redundancyLeft, ...lacking.map(({ id, role }) => `${id} ${role}`)].join(),
    clearsAt: 'when it has all its members again and the rebuild is done',
    remedy,
    ...blamedDrivesOf(lacking),
  };
}

/** A pool whose data can't be read any more. */
export function failedPoolFinding(pool: PoolFindingsInput, text: string): Omit<ActiveFinding, 'key'> {
  const lacking = inactiveAndGoneMembers(pool);
  return {
    severity: 'data_at_risk',
    text: [`failed: ${text}`, describeLacking(lacking)]
      .filter(Boolean)
      .join(': ')
      .concat(describeLostMounts(pool, 'not readable, or only in part')),
    step: lacking.map(({ id }) => id).join(),
    clearsAt: 'when it is whole again',
    remedy: 'do not write to its drives; bring back the members that are gone, or restore a backup',
    ...blamedDrivesOf(lacking),
  };
}

/** Writing lets a ratio go to and fro around its limit. */
const hysteresisRatio = 0.02;

/** The limit of a ratio that was above it before, or was not. */
export const stickyLimit = (limit: number, wasAbove: boolean): number => (wasAbove ? limit - hysteresisRatio : limit);

/** “below 78 %”: where what began at this limit ends. */
export const describeStickyEnd = (limit: number): string => `below ${Math.round((limit - hysteresisRatio) * 100)} %`;

/** Errors that members have had since the user last looked. */
export function membersWithNewErrors({ newCounts = {}, members }: PoolFindingsInput, prefix: string): PoolMember[] {
  return members.filter(({ id }) => (newCounts[`${prefix} ${id}`] ?? 0) > 0);
}

/** Parity that differs from the data; mirrors differ where swap or memory maps wrote. Whatever an array is busy with
 * counts anew. */
export function mismatchFindings(pool: PoolFindingsInput, mismatches: number | undefined, remedy: string): Finding[] {
  const key = 'mismatches';
  if (pool.layout !== undefined && !/^raid[456](_|$)/.test(pool.layout)) return [];
  if (pool.layout === undefined || pool.activity !== 'idle' || mismatches === undefined)
    return [{ key, isUnknown: true, isNotice: true }];
  return findingIf(key, mismatches > 0, () => ({
    severity: 'notice',
    text: 'the last check found data and parity that do not match',
    clearsAt: 'when a check finds none',
    remedy,
  }));
}

/** What is wrong; what is unknown is as it was before. */
export const activeFindingsByKey = (
  findings: readonly Finding[],
  before: ReadonlyMap<string, ActiveFinding>,
): ReadonlyMap<string, ActiveFinding> =>
  new Map(
    findings.flatMap((finding) => {
      const active = 'isUnknown' in finding ? before.get(finding.key) : finding;
      return active === undefined ? [] : [[finding.key, active] as const];
    }),
  );

export interface JudgedPool {
  pool: PoolFindingsInput;
  findings: readonly Finding[];
}

/** A drive that fails is one problem, however many pools lie on it: each text names the others, since one of them
 * stands for all. */
export function nameOthersAffected(judged: readonly JudgedPool[]): JudgedPool[] {
  const poolsByDrive = new Map<string, Set<PoolFindingsInput>>();
  for (const { pool, findings } of judged)
    for (const finding of findings)
      for (const drive of 'isUnknown' in finding ? [] : (finding.blames ?? []))
        poolsByDrive.set(drive, (poolsByDrive.get(drive) ?? new Set()).add(pool));
  return judged.map(({ pool, findings }) => ({
    pool,
    findings: findings.map((finding): Finding => {
      if ('isUnknown' in finding) return finding;
      const all = new Set(finding.blames?.flatMap((drive) => [...(poolsByDrive.get(drive) ?? [])]));
      const others = [...all].filter((other) => other !== pool).map(describePool);
      if (others.length === 0) return finding;
      const affected = listFirstNames(others);
      return {
        ...finding,
        text: `${finding.text}; this also affects ${affected}`,
        step: `${finding.step ?? ''} ${affected}`,
      };
    }),
  }));
}

/** “home (/home)”. */
const describePool = ({ name, mounts }: PoolFindingsInput): string =>
  mounts.length === 0 ? name : `${name} (${listFirstNames(mounts)})`;
