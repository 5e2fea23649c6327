import {
  buildPartAddress,
  collectorDeviceAddress,
  type DeviceOrPartAddress,
  partAddressWithHash,
  pathBelowCollector,
} from '../model/address.ts';
import type { AnyCollectorDefinition, Observation } from '../model/collector.ts';
import { nameOfDeviceOrPart } from '../model/device.ts';
import { type GeneralProblemTexts, generalProblemTexts } from '../model/general-problem-texts.ts';
import type { AnyMetricDeclaration, MetricValuesByKey } from '../model/metric.ts';
import type { StateEntry } from '../model/state.ts';
import { translatableTextOfError } from '../model/translatable-error.ts';
import { type CollectorTextsAndLanguage, renderTranslatableText, renderWithLanguage } from '../model/translation.ts';
import type { EvaluatedMetrics } from './evaluate-metrics.ts';
import { markFindingsUncertain } from './findings.ts';

const none: ReadonlySet<string> = new Set();
const noValues: ReadonlyMap<string, string> = new Map();

/** A change to report once: something became unavailable, is available again, or has a new hint; or one of its values
 * became impossible, or is possible again. */
export interface ReportableEntryChange {
  subject: string;
  /** Without any of these, the subject is available again. */
  error?: string;
  hint?: string;
  impossibleValue?: string;
  possibleMetric?: string;
  /** How long the previous state lasted; absent if unknown. */
  seconds?: number;
}

/** The address of an observation; with a hash if another part of the same reading has it already. */
export function uniqueAddressOfObservation(
  { id }: AnyCollectorDefinition,
  { table, device, part }: Observation<Record<string, unknown>>,
  used: ReadonlySet<string>,
): DeviceOrPartAddress {
  if (part === undefined) return collectorDeviceAddress(id, device);
  const address = buildPartAddress(id, device, table, part);
  return used.has(pathBelowCollector(address)) ? partAddressWithHash(address, part) : address;
}

/** The entry after an observation, without what is wrong with it. */
export function entryWithoutFindings(
  before: StateEntry | undefined,
  metrics: Record<string, AnyMetricDeclaration>,
  address: DeviceOrPartAddress,
  observation: Observation<Record<string, unknown>>,
  evaluation: EvaluatedMetrics | undefined,
  at: Date,
  texts: CollectorTextsAndLanguage = {},
): Omit<StateEntry, 'findings'> {
  const { table, device, part } = observation;
  const sample = evaluation?.sample ?? before?.sample;
  const { text: error, language: errorLanguage } =
    'error' in observation
      ? renderWithLanguage(translatableTextOfError(observation.error), texts)
      : { text: undefined, language: undefined };
  const hasChanged = before === undefined || (before.error === undefined) !== (error === undefined);
  const impossibleMetrics = impossibleMetricsAfter(before?.impossibleMetrics, evaluation);
  return {
    address,
    table,
    device,
    ...(part === undefined ? {} : { part }),
    ...(sample === undefined ? {} : { sample }),
    ...(evaluation === undefined ? {} : { rawNumbers: evaluation.rawNumbers }),
    ...(impossibleMetrics.size === 0 ? {} : { impossibleMetrics }),
    ...(error === undefined ? {} : { error }),
    ...(errorLanguage === undefined ? {} : { errorLanguage }),
    ...('hint' in observation && observation.hint !== undefined
      ? { hint: renderTranslatableText(observation.hint, texts.texts) }
      : {}),
    ...('canBeForgotten' in observation && observation.canBeForgotten ? { canBeForgotten: true } : {}),
    ...('excluded' in observation ? { excluded: true } : {}),
    presentMetrics: presentMetricsAfter(metrics, sample, before?.presentMetrics),
    since: hasChanged ? at : before.since,
  };
}

/** A metric stays impossible while it is unknown or the device can't be read: only a value proves it possible. */
const impossibleMetricsAfter = (
  before: ReadonlySet<string> = none,
  { rawNumbers = {}, impossibleValues = noValues }: Partial<EvaluatedMetrics> = {},
): ReadonlySet<string> =>
  before.size === 0 && impossibleValues.size === 0
    ? none
    : new Set([...[...before].filter((key) => rawNumbers[key] === undefined), ...impossibleValues.keys()]);

/** The values that became impossible, or are possible again. */
export function impossibleValueChanges(
  before: StateEntry | undefined,
  entry: StateEntry,
  metrics: Record<string, AnyMetricDeclaration>,
  { impossibleValues = noValues }: Partial<EvaluatedMetrics> = {},
): ReportableEntryChange[] {
  const known = before?.impossibleMetrics ?? none;
  if (known.size === 0 && impossibleValues.size === 0) return [];
  const subject = nameOfDeviceOrPart(entry);
  return [
    ...[...impossibleValues]
      .filter(([key]) => !known.has(key))
      .map(([key, text]) => ({ subject, impossibleValue: `${metrics[key]?.name}: ${text}` })),
    ...[...known]
      .filter((key) => !entry.impossibleMetrics?.has(key))
      .map((key) => ({ subject, possibleMetric: metrics[key]?.name ?? key })),
  ];
}

/** With what was mounted on a drive that is gone; of the drives of a pool, the pool says it. */
export const missingText = (
  { device: { mounts = [] }, part }: StateEntry,
  texts: GeneralProblemTexts = generalProblemTexts,
): string =>
  part !== undefined || mounts.length === 0
    ? texts.noLongerPresent
    : `${texts.noLongerPresent}; ${texts.wasOnIt(mounts.join(', '))}`;

/** `isMissed`: it is a problem that the entry is missing. If not, neither is what was wrong with it. */
export const entryMarkedMissing = (
  entry: StateEntry,
  isMissed: boolean,
  at: Date,
  texts: GeneralProblemTexts = generalProblemTexts,
): StateEntry =>
  entry.missingSince !== undefined
    ? entry
    : {
        ...entry,
        error: missingText(entry, texts),
        missingSince: at,
        findings: isMissed ? markFindingsUncertain(entry.findings) : new Map(),
        since: entry.error === undefined ? at : entry.since,
      };

/** The optional metrics that have had a value; the same Set object as before if none is new. */
function presentMetricsAfter(
  metrics: Record<string, AnyMetricDeclaration>,
  sample: MetricValuesByKey = {},
  before: ReadonlySet<string> = new Set(),
): ReadonlySet<string> {
  const added = Object.keys(sample).filter((key) => metrics[key]?.optional && sample[key] !== null && !before.has(key));
  return added.length === 0 ? before : new Set([...before, ...added]);
}

/** Whether two entries of one device or part are announced alike. */
export const hasSameDiscovery = (a: StateEntry, b: StateEntry) =>
  a.presentMetrics === b.presentMetrics &&
  a.excluded === b.excluded &&
  a.missingSince === b.missingSince &&
  a.canBeForgotten === b.canBeForgotten &&
  a.part?.name === b.part?.name &&
  (a.device === b.device || JSON.stringify(a.device) === JSON.stringify(b.device));
