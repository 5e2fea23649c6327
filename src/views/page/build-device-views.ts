import type { CollectorMetadata } from '../../model/collector.ts';
import type { Device } from '../../model/device.ts';
import type { StepwiseWork } from '../../model/event-loop-turns.ts';
import type { AnyMetricDeclaration } from '../../model/metric.ts';
import type { HistoryRange, MetricHistory } from '../../model/metric-history.ts';
import { slug } from '../../model/naming.ts';
import type { Problem } from '../../model/problem.ts';
import type { AgentIdentity, CollectorState, StateEntry } from '../../model/state.ts';
import { shortenToStateLength } from '../../model/state-length.ts';
import { namesOfTable, translateDevice, translatePartName } from '../language.ts';
import { describeMakerAndModel } from '../maker-and-model.ts';
import { type DeviceView, httpUrlOrUndefined } from './device-view.ts';
import { buildMetricViews, type ShownMetric } from './metric-views.ts';
import { viewOfProblem } from './problem-view.ts';
import type { RenderingContext } from './rendering-context.ts';

/** Problems by where they stand, and by their ids. */
export interface ProblemIndex {
  byPath: ReadonlyMap<string, readonly Problem[]>;
  byId: ReadonlyMap<string, Problem>;
}

/** What device views need beside the state. */
export interface DeviceViewContext extends RenderingContext {
  agent: AgentIdentity;
  history: MetricHistory;
  range: HistoryRange;
  problems: ProblemIndex;
}

const isProblemFlag = (metric: AnyMetricDeclaration) => metric.kind === 'boolean' && metric.deviceClass === 'problem';

/** Whether a metric has a place on the page: not if it is about the broker, which has a line at the top, disabled,
 * optional and so far without a value, a missing text, or a problem that there is not. */
const isShown = (metric: AnyMetricDeclaration, key: string, { presentMetrics, sample }: StateEntry) =>
  !('followsAgentStatus' in metric) &&
  metric.enabled !== false &&
  (!metric.optional || presentMetrics.has(key)) &&
  (metric.kind !== 'text' || typeof sample?.[key] === 'string') &&
  !(isProblemFlag(metric) && sample?.[key] === false);

/** Whether a problem or the hint above the metrics has the same content already; any problem says that there is one. */
const isShownElsewhere = (key: string, { sample, hint }: StateEntry, problems: readonly Problem[]) =>
  (key === 'problem' && problems.length > 0) ||
  problems.some((problem) => problem.key === key || shortenToStateLength(problem.text) === sample?.[key]) ||
  (hint !== undefined && sample?.[key] === shortenToStateLength(hint));

const deviceOfPath = (path: string) => path.split('/', 2).join('/');

/** Whether the card of its device says what explains a problem. */
function isExplainedBySameDevice({ path, explainedBy }: Problem, { byId }: ProblemIndex): boolean {
  const other = explainedBy === undefined ? undefined : byId.get(explainedBy);
  return other !== undefined && deviceOfPath(other.path) === deviceOfPath(path);
}

const describeDevice = (device: Device) =>
  [describeMakerAndModel(device), device.softwareVersion, device.serialNumber].filter(Boolean).join(' · ');

const viewOfDevice = (id: string, device: Device, kind: string): DeviceView => ({
  id,
  kind,
  name: device.name,
  fullName: device.name,
  details: describeDevice(device),
  href: httpUrlOrUndefined(device.configurationUrl),
  problems: [],
  numbers: [],
  uptimes: [],
  facts: [],
  parts: [],
});

function viewOfEntry(
  { id, tables }: CollectorMetadata,
  path: string,
  entry: StateEntry,
  context: DeviceViewContext,
): DeviceView {
  const { agent, history, range, problems, language, now } = context;
  const { part, error, hint, since } = entry;
  const names = namesOfTable(language, id, entry.table);
  const device = translateDevice(names, agent, entry.device);
  const partName = part && translatePartName(names, part);
  const place = `${id}/${path}`;
  const ownProblems = (problems.byPath.get(place) ?? []).filter(
    (problem) => !isExplainedBySameDevice(problem, problems),
  );
  const metrics = Object.entries(tables[entry.table]?.metrics ?? {})
    .filter(([key, metric]) => isShown(metric, key, entry) && !isShownElsewhere(key, entry, ownProblems))
    .map(
      ([key, metric]): ShownMetric => ({
        table: entry.table,
        key,
        metric,
        names,
        value: entry.sample?.[key] ?? null,
        line: history.lineOf(range, id, path, key, now),
      }),
    );
  return {
    ...viewOfDevice(place, device, tables[entry.table]?.title ?? ''),
    plural: names?.plural,
    ...(partName === undefined
      ? {}
      : { name: partName, fullName: `${device.name} ${partName}`, details: '', href: undefined }),
    problems: ownProblems.map((problem) => viewOfProblem(problem, problems.byId, language)),
    ...(error === undefined ? {} : { lostSince: since }),
    hint: hint ?? (entry.missingSince !== undefined && ownProblems.length === 0 ? error : undefined),
    ...buildMetricViews(metrics, context),
  };
}

/** Moves a device below another of the same list (`via`) to the other's parts, unless it has parts itself; one level
 * deep. */
function nestBelowParents(devices: ReadonlyMap<string, { view: DeviceView; device: Device }>): DeviceView[] {
  const parentOf = ({ via }: Device) => (via === undefined ? undefined : devices.get(slug(via)));
  const nested = new Map<DeviceView, DeviceView[]>();
  const topLevel: DeviceView[] = [];
  for (const { view, device } of devices.values()) {
    const parent = view.parts.length === 0 ? parentOf(device) : undefined;
    if (parent === undefined || parentOf(parent.device) !== undefined) topLevel.push(view);
    else {
      const siblings: DeviceView[] = nested.get(parent.view) ?? [];
      nested.set(parent.view, siblings);
      siblings.push(view);
    }
  }
  return topLevel.map((view) => ({ ...view, parts: [...view.parts, ...(nested.get(view) ?? [])] }));
}

/** Views of a collector's devices, each with its parts. */
export function* buildDeviceViews(
  declaration: CollectorMetadata,
  { entries }: CollectorState,
  context: DeviceViewContext,
): StepwiseWork<DeviceView[]> {
  const devices = new Map<string, { view: DeviceView; device: Device; parts: DeviceView[] }>();
  const tables = Object.keys(declaration.tables);
  const inOrder = [...entries]
    .filter(([, { excluded }]) => !excluded)
    .sort(([, a], [, b]) => tables.indexOf(a.table) - tables.indexOf(b.table));
  for (const [path, entry] of inOrder) {
    const key = entry.address.device;
    const found = viewOfEntry(declaration, path, entry, context);
    const { view, parts } = devices.get(key) ?? {
      view: viewOfDevice(`${declaration.id}/${key}`, entry.device, ''),
      parts: [] as DeviceView[],
    };
    if (entry.part !== undefined) parts.push(found);
    devices.set(key, { device: entry.device, view: { ...(entry.part === undefined ? found : view), parts }, parts });
    yield 1;
  }
  return nestBelowParents(devices);
}
