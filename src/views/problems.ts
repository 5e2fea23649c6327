import type { CollectorMetadata } from '../model/collector.ts';
import { nameOfDeviceOrPart } from '../model/device.ts';
import type { GeneralProblemTexts } from '../model/general-problem-texts.ts';
import { slug } from '../model/naming.ts';
import {
  compareSeverities,
  complaintProblemKey,
  isFaultSeverity,
  type LastingFinding,
  missingProblemKey,
  type Problem,
  type RestoredProblem,
  unreadableProblemKey,
} from '../model/problem.ts';
import type { AgentIdentity, AgentState, BrokerConnectionState, CollectorState, StateEntry } from '../model/state.ts';
import { english, type Language, translateCollector, translateDeviceAndPart } from './language.ts';
import { collectorOverdueMs } from './overdue.ts';
import { createPendingExplanationCheck, maxExplanationWaitMs } from './pending-explanation-check.ts';

/** A problem before it is known what explains it. */
interface Candidate extends Problem {
  finding?: LastingFinding;
  /** Slug of the device. */
  device?: string;
  /** Slug of the device above its own. */
  parent?: string;
  /** Slug of the device through which its own is reached. */
  reachedThrough?: string | undefined;
  /** Of a file system. */
  mountPoint?: string | undefined;
  /** The ids of what its device is built of. */
  liesOn?: readonly string[] | undefined;
  /** Where file systems are that cannot be used because of it. */
  mounts?: readonly string[] | undefined;
}

function brokerProblems(
  state: BrokerConnectionState,
  { code, problems: { broker, notConnected } }: Language,
): Candidate[] {
  const { url, connected, error } = state;
  if (connected && error === undefined) return [];
  const text = [...(connected ? [] : [notConnected]), ...(error === undefined ? [] : [error])].join(': ');
  return [
    {
      id: 'broker',
      cause: `broker ${url}`,
      place: 'broker',
      path: 'broker',
      key: 'broker',
      subject: broker(url),
      severity: connected ? 'degraded' : 'outage',
      text,
      ...(code === undefined ? {} : { language: code }),
      since: state.since,
      certain: true,
    },
  ];
}

/** Problems of a collector as a whole. A lab-wide one reads over the broker, which explains its error. */
function collectorProblems(
  agent: AgentIdentity,
  collector: CollectorState,
  { title, scope }: CollectorMetadata,
  { connected }: BrokerConnectionState,
  monotonicMs: number,
  { code, problems: { readingDoesNotEnd } }: Language,
): Candidate[] {
  const { id, error, errorLanguage, complaints, lastSuccess, nextRun } = collector;
  const problem = (key: string, text: string, since: Date, language: string | undefined): Candidate => ({
    id: `${id}/${key}`,
    cause: `${agent.id}/${id}/${key}`,
    place: 'collector',
    path: id,
    key,
    subject: title,
    severity: 'degraded',
    text,
    ...(language === undefined ? {} : { language }),
    since,
    certain: true,
    ...(scope === 'lab' && !connected ? { explainedBy: 'broker' } : {}),
  });
  return [
    ...(collectorOverdueMs(collector, monotonicMs) === undefined
      ? []
      : [problem('overdue', readingDoesNotEnd, nextRun ?? agent.startedAt, code)]),
    ...(error === undefined
      ? []
      : [problem(unreadableProblemKey, error, lastSuccess ?? agent.startedAt, errorLanguage)]),
    ...complaints.map(({ key, text, since, language }) => problem(complaintProblemKey(key), text, since, language)),
  ];
}

/** What identifies a device for every agent that sees it. What a collector reads of the whole lab is the same whoever
 * reads it. */
const globalIdOf = (agent: AgentIdentity, { id, scope }: CollectorMetadata, { device }: StateEntry) =>
  device.macAddress ?? device.serialNumber ?? `${scope === 'lab' ? id : agent.id}/${id}/${slug(device.id)}`;

/** How the problem ends that something is no longer there. */
const missingAdvice = ({ clearsWhenBack, forgetIfRemoved }: GeneralProblemTexts) => ({
  clearsAt: clearsWhenBack,
  remedy: forgetIfRemoved,
});

/** Since when devices are gone, by their slugs. */
type GoneSince = ReadonlyMap<string, Date>;

/** Of the devices that something was built of, those that went before or with it, as those in a dock that was
 * unplugged: one cause. One that goes later has a cause of its own. */
const goneTogether = (liesOn: readonly string[], since: Date, goneSince: GoneSince): string[] =>
  liesOn.filter((id) => {
    const at = goneSince.get(slug(id))?.getTime();
    return at !== undefined && at - since.getTime() <= maxExplanationWaitMs;
  });

function entryProblems(
  agent: AgentIdentity,
  declaration: CollectorMetadata,
  collector: CollectorState,
  path: string,
  entry: StateEntry,
  { gateway, goneSince }: { gateway: string | undefined; goneSince: GoneSince },
  language: Language,
): Candidate[] {
  const { address, device, part, error, missingSince, findings } = entry;
  if (error === undefined && findings.size === 0) return [];
  const cause = [globalIdOf(agent, declaration, entry), ...(part === undefined ? [] : [part.id])].join('/');
  const candidate = (finding: LastingFinding): Candidate => ({
    id: `${collector.id}/${path}/${finding.key}`,
    cause: `${cause}/${finding.key}`,
    ...(device.shared === undefined && declaration.scope !== 'lab' ? {} : { isSeenByOthers: true as const }),
    place: part === undefined ? 'device' : 'part',
    path: `${collector.id}/${path}`,
    key: finding.key,
    subject: nameOfDeviceOrPart(translateDeviceAndPart(language, agent, entry)),
    ...(device.serialNumber === undefined ? {} : { serialNumber: device.serialNumber }),
    severity: finding.severity,
    text: finding.text,
    since: finding.since,
    certain: finding.isCertain && collector.error === undefined,
    ...(finding.step === undefined ? {} : { step: finding.step }),
    ...(finding.clearsAt === undefined ? {} : { clearsAt: finding.clearsAt }),
    ...(finding.remedy === undefined ? {} : { remedy: finding.remedy }),
    ...(finding.language === undefined ? {} : { language: finding.language }),
    finding,
    device: address.device,
    ...(device.via === undefined ? {} : { parent: slug(device.via) }),
    reachedThrough: device.isBeyondGateway ? gateway : device.reachedThrough && slug(device.reachedThrough),
    mountPoint: part?.mountPoint,
    mounts: finding.explainsMounts ? device.mounts : undefined,
    liesOn: device.liesOn,
  });
  const own = (key: string, severity: LastingFinding['severity'], text: string): LastingFinding => ({
    key,
    severity,
    text,
    since: entry.since,
    isCertain: true,
    ...(part === undefined ? { explainsDevice: true } : {}),
    ...(key === missingProblemKey
      ? { ...missingAdvice(language.problems), ...blamesOfMissing, explainsMounts: true, language: language.code }
      : { language: entry.errorLanguage }),
  });
  // What is reached through one device is explained by that.
  const blamesOfMissing =
    device.reachedThrough === undefined && device.liesOn !== undefined
      ? { blames: goneTogether(device.liesOn, missingSince ?? entry.since, goneSince) }
      : {};
  const missing = declaration.tables[entry.table]?.missing;
  const unreadable =
    error === undefined || (missingSince !== undefined && missing === undefined)
      ? []
      : [
          missingSince && missing
            ? own(missingProblemKey, missing, error)
            : own(unreadableProblemKey, 'degraded', error),
        ];
  return [...unreadable, ...findings.values()].map(candidate);
}

/** What was missing before the agent started, or has vanished while it did not run, and is still missing. */
function stillMissingProblems(
  catalogue: readonly CollectorMetadata[],
  agent: AgentIdentity,
  { collectors, restoredProblems, announcedDevices, memories }: AgentState,
  goneSince: GoneSince,
  { code, problems }: Language,
): Candidate[] {
  const candidate = (problem: Omit<RestoredProblem, 'finding'> & { finding: Omit<LastingFinding, 'isCertain'> }) => {
    const { path, subject, cause, serialNumber, finding } = problem;
    const collector = [...collectors.values()].find(({ id }) => path.startsWith(`${id}/`));
    if (collector === undefined || collector.entries.has(path.slice(collector.id.length + 1))) return [];
    const [, device] = path.split('/');
    const id = `${path}/${finding.key}`;
    return [
      {
        id,
        cause: cause ?? `${serialNumber ?? `${agent.id}/${path}`}/${finding.key}`,
        place: 'device' as const,
        path,
        key: finding.key,
        subject,
        ...(serialNumber === undefined ? {} : { serialNumber }),
        severity: finding.severity,
        // What was mounted on it is known only in the words of an earlier process.
        text: finding.language === code ? finding.text : problems.noLongerPresent,
        since: finding.since,
        ...missingAdvice(problems),
        ...(code === undefined ? {} : { language: code }),
        certain: collector.lastSuccess !== undefined,
        ...(device === undefined ? {} : { device }),
      },
    ];
  };
  const restored = [...restoredProblems.values()].filter(({ finding }) => finding.key === missingProblemKey);
  const vanished = [...announcedDevices.values()].flatMap(({ path, name, serialNumber, since }) => {
    const declaration = catalogue.find(({ id }) => path.startsWith(`${id}/`));
    const severity = Object.values(declaration?.tables ?? {}).find(({ missing }) => missing !== undefined)?.missing;
    const isRead = declaration !== undefined && collectors.get(declaration.id)?.lastSuccess !== undefined;
    // Before the first reading, everything may be there.
    if (severity === undefined || !isRead || restored.some((problem) => problem.path === path)) return [];
    const finding = { key: missingProblemKey, severity, text: problems.noLongerPresent, since, language: code };
    return [{ path, subject: name, ...(serialNumber === undefined ? {} : { serialNumber }), finding }];
  });
  const found = [...restored, ...vanished].flatMap(candidate);
  const allGoneSince = new Map([...goneSince, ...found.map(({ device = '', since }) => [device, since] as const)]);
  return found.map((one): Candidate => {
    const { path, key, severity, text, since } = one;
    const memory = memories.get(path);
    const liesOn = catalogue.find(({ id }) => path.startsWith(`${id}/`))?.memory?.liesOn;
    const blames = memory === undefined ? [] : goneTogether(liesOn?.(memory.content) ?? [], since, allGoneSince);
    return blames.length === 0 ? one : { ...one, finding: { key, severity, text, since, isCertain: true, blames } };
  });
}

/** Slug of the device that is this machine's way to other networks. */
function gatewayOf({ collectors }: AgentState): string | undefined {
  for (const { entries } of collectors.values())
    for (const { device, part, address } of entries.values())
      if (part === undefined && device.isGateway) return address.device;
  return undefined;
}

function readGoneSince({ collectors }: AgentState): GoneSince {
  const goneSince = new Map<string, Date>();
  for (const { entries } of collectors.values())
    for (const { part, missingSince, address } of entries.values())
      if (part === undefined && missingSince !== undefined) goneSince.set(address.device, missingSince);
  return goneSince;
}

/** The worst first; of equal ones the oldest. */
const compareProblems = (a: Candidate, b: Candidate) =>
  compareSeverities(a.severity, b.severity) || a.since.getTime() - b.since.getTime() || a.id.localeCompare(b.id);

/** Of a problem and those of the devices that it blames, the worst explains the others; of equal ones the one that
 * blames. That a device is gone is never the worst: the other one says what that means. */
function explanationByBlame(
  candidate: Candidate,
  byDevice: ReadonlyMap<string | undefined, readonly Candidate[]>,
  blamedBy: ReadonlyMap<string, readonly Candidate[]>,
): Candidate | undefined {
  const { device = '', key, severity, finding } = candidate;
  return (
    blamedBy
      .get(device)
      ?.find((other) => key === missingProblemKey || compareSeverities(other.severity, severity) <= 0) ??
    finding?.blames
      ?.flatMap((blamed) => byDevice.get(slug(blamed)) ?? [])
      .find((other) => other.key !== missingProblemKey && compareSeverities(other.severity, severity) < 0)
  );
}

/** Of problems that blame the same devices, as those of two arrays on one drive that died, the worst explains the
 * others; of equal ones that of a loss, then the oldest. One that blames another device besides has a cause of its
 * own. */
function explanationBySharedBlame(
  candidate: Candidate,
  blamedBy: ReadonlyMap<string, readonly Candidate[]>,
): Candidate | undefined {
  const [first, ...more] = candidate.finding?.blames ?? [];
  if (first === undefined) return undefined;
  return blamedBy
    .get(slug(first))
    ?.filter((other) => compareLosses(other, candidate) < 0)
    .filter(({ finding }) => more.every((blamed) => finding?.blames?.includes(blamed)))
    .sort(compareLosses)[0];
}

/** What is lost comes before what is at risk. */
const compareLosses = (a: Candidate, b: Candidate) =>
  compareSeverities(a.severity, b.severity) ||
  Number(b.finding?.isLoss ?? false) - Number(a.finding?.isLoss ?? false) ||
  compareProblems(a, b);

/** The problem that explains another one: one of the same device, of what its file system or pool lies on, or of a
 * device that it is reached through. */
function explanationOf(
  candidate: Candidate,
  byDevice: ReadonlyMap<string | undefined, readonly Candidate[]>,
  blamedBy: ReadonlyMap<string, readonly Candidate[]>,
  byMount: ReadonlyMap<string | undefined, readonly Candidate[]>,
): string | undefined {
  const { device, path, finding, parent, reachedThrough, mountPoint, liesOn = [] } = candidate;
  if (device === undefined) return undefined;
  // What is worse is no consequence: a drive that is dying and can't be read is dying.
  const explainsEverything = (other: Candidate) =>
    other.place === 'device' &&
    other.finding?.explainsDevice === true &&
    compareSeverities(other.severity, candidate.severity) <= 0;
  const ofSameDevice = (byDevice.get(device) ?? []).find((other) => {
    if (other === candidate) return false;
    if (other.path === path && finding?.explainedBy?.includes(other.key)) return true;
    // Of two that explain everything, the worse or older one explains the other.
    return explainsEverything(other) && (!candidate.finding?.explainsDevice || compareProblems(other, candidate) < 0);
  });
  if (ofSameDevice !== undefined) return ofSameDevice.id;
  const losses = liesOn.flatMap((id) => byDevice.get(slug(id)) ?? []).filter((other) => other.finding?.isLoss);
  const below = [...(byMount.get(mountPoint) ?? []), ...losses].find(
    (other) => compareSeverities(other.severity, candidate.severity) <= 0,
  );
  if (below !== undefined) return below.id;
  const blaming = explanationByBlame(candidate, byDevice, blamedBy) ?? explanationBySharedBlame(candidate, blamedBy);
  if (blaming !== undefined) return blaming.id;
  const problemsOf = (other: string | undefined) =>
    other === undefined || other === device ? [] : (byDevice.get(other) ?? []);
  const explanation =
    problemsOf(parent).find(explainsEverything) ??
    problemsOf(reachedThrough).find((other) => explainsEverything(other) || other.finding?.explainsBeyond);
  return explanation?.id;
}

/** Everything that is wrong, the worst first, in a language. The agent's own readings repeat the collectors' states and
 * are left out. `monotonicMs` is `performance.now()`, by which a reading is overdue. */
export function findProblems(
  catalogue: readonly CollectorMetadata[],
  agent: AgentIdentity,
  state: AgentState,
  language: Language = english,
  monotonicMs = performance.now(),
): Problem[] {
  const surroundings = { gateway: gatewayOf(state), goneSince: readGoneSince(state) };
  const isExplainedSoon = createPendingExplanationCheck(state);
  const candidates = [
    ...brokerProblems(state.broker, language),
    ...catalogue.flatMap((declaration) => {
      const collector = state.collectors.get(declaration.id);
      if (collector === undefined) return [];
      return [
        ...collectorProblems(
          agent,
          collector,
          translateCollector(language, declaration),
          state.broker,
          monotonicMs,
          language,
        ),
        ...[...collector.entries]
          .filter(([, { excluded }]) => !excluded && declaration.id !== 'agent')
          .flatMap(([path, entry]) =>
            entryProblems(agent, declaration, collector, path, entry, surroundings, language),
          ),
      ];
    }),
    ...stillMissingProblems(catalogue, agent, state, surroundings.goneSince, language),
  ].filter(
    ({ key, path, device, since }) => key !== missingProblemKey || !device || !isExplainedSoon(path, device, since),
  );
  const byDevice = new Map<string | undefined, Candidate[]>();
  const blamedBy = new Map<string, Candidate[]>();
  const byMount = new Map<string | undefined, Candidate[]>();
  for (const candidate of candidates) {
    byDevice.get(candidate.device)?.push(candidate) ?? byDevice.set(candidate.device, [candidate]);
    for (const blamed of candidate.finding?.blames ?? [])
      blamedBy.get(slug(blamed))?.push(candidate) ?? blamedBy.set(slug(blamed), [candidate]);
    for (const mount of candidate.mounts ?? []) byMount.get(mount)?.push(candidate) ?? byMount.set(mount, [candidate]);
  }
  return candidates
    .map((candidate): Problem => {
      const { finding, device, parent, reachedThrough, mountPoint, mounts, liesOn, ...problem } = candidate;
      const explainedBy = problem.explainedBy ?? explanationOf(candidate, byDevice, blamedBy, byMount);
      const restored = state.restoredProblems.get(problem.id)?.finding.since;
      return {
        ...problem,
        ...(explainedBy === undefined ? {} : { explainedBy }),
        since: restored !== undefined && restored < problem.since ? restored : problem.since,
      };
    })
    .sort(compareProblems);
}

/** Whether a problem is to be reported: it certainly lasts, it is a fault, and no other one explains it. */
export const isReportableProblem = ({
  certain,
  severity,
  explainedBy,
}: Pick<Problem, 'certain' | 'severity' | 'explainedBy'>): boolean =>
  certain && explainedBy === undefined && isFaultSeverity(severity);
