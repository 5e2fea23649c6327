import { slug } from './naming.ts';

/** How bad a problem is, the worst first. `notice`: worth knowing, but not a fault. */
export const severities = ['data_at_risk', 'outage', 'degraded', 'notice'] as const;
export type Severity = (typeof severities)[number];

/** Each severity as people read it. */
export const severityNames: Readonly<Record<Severity, string>> = {
  data_at_risk: 'data at risk',
  outage: 'outage',
  degraded: 'degraded',
  notice: 'notice',
};

/** Negative if the first is worse. */
export const compareSeverities = (a: Severity, b: Severity): number => severities.indexOf(a) - severities.indexOf(b);

/** Whether it turns an entity *Problem* on. */
export const isFaultSeverity = (severity: Severity): boolean => severity !== 'notice';

/** Key of the problem that a device, part or collector can't be read. */
export const unreadableProblemKey = 'unreadable';
/** Key of the problem that a device or part is no longer there. */
export const missingProblemKey = 'missing';

/** Key of the problem that a collector cannot do what the settings want. `complaint`: its own key. */
export const complaintProblemKey = (complaint: string): string => `complaint_${slug(complaint)}`;

/** Something that a table's `problems` finds wrong in a reading. */
export interface ActiveFinding {
  /** The same as long as the problem lasts. */
  key: string;
  severity: Severity;
  /** Without durations and values that change all the time: the text is kept while the problem lasts. */
  text: string;
  /** A new step is worth a new text: one more failed unit, a day less. */
  step?: string | number;
  /** When it will be over: “below 93 %”. */
  clearsAt?: string;
  /** What the user can do. */
  remedy?: string;
  /** It explains the other problems of its device, of the device's parts, and of what is below the device or reached
   * through it. */
  explainsDevice?: true;
  /** It explains the problems of what is reached through its device. */
  explainsBeyond?: true;
  /** What is mounted on its device cannot be used, which explains the problems of those file systems. */
  explainsMounts?: true;
  /** Its pool has failed, and is not only at risk. */
  isLoss?: true;
  /** The settings ask for what does not work, so that `check` fails. */
  failsCheck?: true;
  /** Keys of the same device's findings that explain this one. */
  explainedBy?: readonly string[];
  /** Ids of other devices that this is due to, as a degraded array is to its drive: it and their problems are one. */
  blames?: readonly string[];
}

/** The reading does not tell whether this is wrong: what was found before is not over. */
export interface UnknownFinding {
  key: string;
  isUnknown: true;
  /** It would be no fault. */
  isNotice?: true;
}

export type Finding = ActiveFinding | UnknownFinding;

/** A finding that lasts. */
export interface LastingFinding extends ActiveFinding {
  since: Date;
  /** False while it can't be read whether it lasts. */
  isCertain: boolean;
  /** In which its text is, which may be that of an earlier process; English without. */
  language?: string | undefined;
}

/** By key. */
export type LastingFindings = ReadonlyMap<string, LastingFinding>;

/** A finding that depends on one condition; undefined: the condition is unknown. */
export function findingIf(
  key: string,
  condition: boolean | undefined,
  describe: () => Omit<ActiveFinding, 'key'>,
): Finding[] {
  if (condition === undefined) return [{ key, isUnknown: true }];
  return condition ? [{ key, ...describe() }] : [];
}

/** A problem that an earlier process, or an earlier connection, has published. */
export interface RestoredProblem {
  /** Where it stands: `host/nas/filesystem_root`. */
  path: string;
  subject: string;
  cause?: string;
  serialNumber?: string;
  finding: LastingFinding;
  /** The worst severity with which it was reported to the user; absent if it was not. */
  toldSeverity?: Severity;
  /** It has ended, but its end was not reported. */
  isOver?: true;
}

/** A device that an earlier process, or an earlier connection, has announced, and that the user has not removed. */
export interface EarlierAnnouncedDevice {
  /** Where it stands: `nvme/s4ewnx0n123`. */
  path: string;
  name: string;
  serialNumber?: string;
  /** The area that was suggested to Home Assistant. */
  area?: string;
}

/** What a problem concerns. */
export type ProblemPlaceKind = 'broker' | 'collector' | 'device' | 'part';

/** Something that is wrong now, or was when it could last be read. */
export interface Problem {
  /** The same as long as the problem lasts: `host/nas/filesystem_root/full`. */
  id: string;
  /** The same for all agents that see the same fault: MAC address or serial number, and key. */
  cause: string;
  /** Other agents may see the same fault. */
  isSeenByOthers?: true;
  place: ProblemPlaceKind;
  /** Where it stands: `broker`, `host`, `host/nas/filesystem_root`. */
  path: string;
  key: string;
  /** Name of the broker, collector, device or part. */
  subject: string;
  serialNumber?: string;
  severity: Severity;
  text: string;
  since: Date;
  /** False while it can't be read whether it lasts. */
  certain: boolean;
  /** Id of the problem that explains it. */
  explainedBy?: string;
  step?: string | number;
  clearsAt?: string;
  remedy?: string;
  /** Of its text; English without. */
  language?: string;
}

/** What is needed of a reported problem to report its end, also after a restart. The severity is the worst that was
 * reported. */
export type ToldProblemForEndReport = Pick<
  Problem,
  'path' | 'subject' | 'serialNumber' | 'severity' | 'text' | 'since'
>;
