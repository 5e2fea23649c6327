import { type ActiveFinding, type Finding, findingIf } from '../../../model/problem.ts';
import { noLongerMember, type PoolFindingsInput, type PoolMember } from './pool.ts';
import { type PoolTexts, poolTexts } from './texts.ts';

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

const describeLacking = (lacking: readonly PoolMember[], texts: PoolTexts) =>
  lacking.map((member) => texts.lackingMember(member)).join('; ');

/** Ids of the drives that a problem of the pool is due to. */
export const blamedDrivesOf = (members: readonly PoolMember[]): { blames?: readonly string[] } => {
  const ids = members.flatMap(({ drive, role }) => (drive === undefined || role === 'rebuilding' ? [] : [drive.id]));
  return ids.length === 0 ? {} : { blames: [...new Set(ids)] };
};

/** A pool that lacks members and goes on. */
export function degradedPoolFinding(
  pool: PoolFindingsInput,
  remedy: string,
  texts: PoolTexts,
): Omit<ActiveFinding, 'key'> {
  const { layout, expectedMembers, redundancyLeft, mounts } = pool;
  const active = countActiveMembers(pool);
  const lacking = inactiveAndGoneMembers(pool);
  const what = texts.layoutWithMembers(layout, active, expectedMembers);
  return {
    severity: redundancyLeft === 0 ? 'data_at_risk' : 'degraded',
    text: [texts.degraded, what, describeLacking(lacking, texts)]
      .filter(Boolean)
      .join(': ')
      .concat(redundancyLeft === undefined ? texts.itHolds(mounts) : texts.goesOn(mounts, redundancyLeft)),
    step: [
      active,
      redundancyLeft,
      ...lacking.map(({ id, role, state }) => `${id} ${state === noLongerMember ? state : role}`),
    ].join(),
    clearsAt: texts.clearsWhenRebuilt,
    remedy,
    ...blamedDrivesOf(lacking),
  };
}

/** A pool whose data can't be read any more. */
export function failedPoolFinding(pool: PoolFindingsInput, why: string, texts: PoolTexts): Omit<ActiveFinding, 'key'> {
  const lacking = inactiveAndGoneMembers(pool);
  return {
    severity: 'data_at_risk',
    text: [texts.failed(why), describeLacking(lacking, texts)]
      .filter(Boolean)
      .join(': ')
      .concat(texts.mountsAre(pool.mounts, 'notReadable')),
    step: lacking.map(({ id }) => id).join(),
    clearsAt: texts.clearsWhenWhole,
    remedy: texts.bringMembersBack,
    isLoss: true,
    explainsMounts: true,
    ...blamedDrivesOf(lacking),
  };
}

/** Writing lets a ratio go to and fro around its limit. */
const hysteresisRatio = 0.02;

/** The limit of a ratio that was above it before, or was not. */
export const limitWithHysteresis = (limit: number, wasAbove: boolean): number =>
  wasAbove ? limit - hysteresisRatio : limit;

/** “below 78 %”: where what began at this limit ends. */
export const describeHysteresisEnd = (limit: number, texts: PoolTexts): string =>
  texts.below(Math.round((limit - hysteresisRatio) * 100));

/** Errors that members have had since the user last looked. */
export function membersWithNewErrors({ newCounts = {}, members }: PoolFindingsInput, prefix: string): PoolMember[] {
  return members.filter(({ id }) => (newCounts[`${prefix} ${id}`] ?? 0) > 0);
}

/** Parity that differs from the data; mirrors differ where swap or memory maps wrote. Whatever an array is busy with
 * counts anew. */
export function mismatchFindings(
  pool: PoolFindingsInput,
  mismatches: number | undefined,
  remedy: string,
  texts: PoolTexts,
): Finding[] {
  const key = 'mismatches';
  if (pool.layout !== undefined && !/^raid[456](_|$)/.test(pool.layout)) return [];
  if (pool.layout === undefined || pool.activity !== 'idle' || mismatches === undefined)
    return [{ key, isUnknown: true, isNotice: true }];
  return findingIf(key, mismatches > 0, () => ({
    severity: 'notice',
    text: texts.mismatches,
    clearsAt: texts.clearsWithCleanCheck,
    remedy,
  }));
}

/** What is wrong; what is unknown is as it was before. */
export const activeFindingsUnknownAsBefore = (
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
  /** English without texts. */
  findings: (texts?: PoolTexts) => readonly Finding[];
}

/** A drive that fails is one problem, however many pools lie on it: each text names the others, since one of them
 * stands for all. */
export function nameOtherPoolsInFindings(judged: readonly JudgedPool[]): JudgedPool[] {
  const poolsByDrive = new Map<string, Set<PoolFindingsInput>>();
  for (const { pool, findings } of judged)
    for (const finding of findings())
      for (const drive of 'isUnknown' in finding ? [] : (finding.blames ?? []))
        poolsByDrive.set(drive, (poolsByDrive.get(drive) ?? new Set()).add(pool));
  const withOthers = (finding: Finding, pool: PoolFindingsInput, texts: PoolTexts): Finding => {
    if ('isUnknown' in finding) return finding;
    const all = new Set(finding.blames?.flatMap((drive) => [...(poolsByDrive.get(drive) ?? [])]));
    const others = [...all].filter((other) => other !== pool);
    if (others.length === 0) return finding;
    const names = others.map((other) => describePool(other, texts));
    return {
      ...finding,
      text: `${finding.text}${texts.alsoAffects(names)}`,
      step: `${finding.step ?? ''} ${others.map(({ name }) => name).join()}`,
    };
  };
  return judged.map(({ pool, findings }) => ({
    pool,
    findings: (texts) => findings(texts).map((finding) => withOthers(finding, pool, texts ?? poolTexts)),
  }));
}

/** “home (/home)”. */
const describePool = ({ name, mounts }: PoolFindingsInput, texts: PoolTexts): string =>
  mounts.length === 0 ? name : `${name} (${texts.listFirstNames(mounts)})`;
