import type { ReportedAgent, ReportedDevice, ReportedProblem } from '../../model/agent-directory.ts';
import { bounds } from '../../model/bounds.ts';
import type { CollectorMetadata } from '../../model/collector.ts';
import type { StepwiseWork } from '../../model/event-loop-turns.ts';
import { groupBy } from '../../model/group-by.ts';
import type { AnyMetricDeclaration, MetricValue, UpdateVersions } from '../../model/metric.ts';
import { SiteSpellings } from '../../model/site-spellings.ts';
import type { AgentIdentity } from '../../model/state.ts';
import type { AnyTableDeclaration } from '../../model/table.ts';
import { buildDate } from '../../version.ts';
import { namesOfTable, translateCollector } from '../language.ts';
import { formatProblem } from '../problem-groups.ts';
import { type DeviceView, httpUrlOrUndefined, type PageSection, type ProblemView } from './device-view.ts';
import { type Html, html } from './html.ts';
import { buildMetricViews, type ShownMetric } from './metric-views.ts';
import { renderDistanceToNow } from './relative-time.ts';
import type { RenderingContext } from './rendering-context.ts';
import type { PageTexts } from './texts.ts';

const isVersions = (value: unknown): value is UpdateVersions =>
  typeof value === 'object' &&
  value !== null &&
  'installed' in value &&
  'latest' in value &&
  typeof value.installed === 'string' &&
  typeof value.latest === 'string';

const cut = (text: string) => text.slice(0, bounds.reportedText.characters);

/** The metric's value that a state topic has; `null` for one that this version would not publish. */
function parseTopicValue({ kind }: AnyMetricDeclaration, value: unknown): MetricValue {
  switch (kind) {
    case 'gauge':
    case 'counter':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return value === 'ON' ? true : value === 'OFF' ? false : null;
    case 'timestamp':
      return typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? value : null;
    case 'update':
      return isVersions(value) ? { installed: cut(value.installed), latest: cut(value.latest) } : null;
    case 'enum':
    case 'text':
      return typeof value === 'string' ? cut(value) : null;
  }
}

/** The device table that the keys fit best: a topic does not say its table, and another version of the agent may lack
 * some keys. */
function tableOfValues(
  { tables }: CollectorMetadata,
  values: object,
): [id: string, table: AnyTableDeclaration] | undefined {
  const [best] = Object.entries(tables)
    .filter(([, { kind }]) => kind === 'device')
    .map(([id, table]) => {
      const keys = Object.keys(table.metrics);
      const known = keys.filter((key) => Object.hasOwn(values, key)).length;
      // The keys that only one of both has, less those of the values, which are the same for all tables.
      return { table: [id, table] as [string, AnyTableDeclaration], distance: keys.length - 2 * known };
    })
    .sort((a, b) => a.distance - b.distance);
  return best?.table;
}

function otherDeviceView(
  agent: Pick<ReportedAgent, 'id' | 'name'>,
  collector: CollectorMetadata,
  { address: { device }, values = {}, isAvailable }: ReportedDevice,
  context: RenderingContext,
): DeviceView {
  const { id, title } = translateCollector(context.language, collector);
  const [table, { title: kind, metrics }] = tableOfValues(collector, values) ?? ['', { title, metrics: {} }];
  const names = namesOfTable(context.language, id, table);
  const shown = Object.entries(metrics).flatMap(([key, metric]): ShownMetric[] => {
    const value = parseTopicValue(metric, values[key]);
    return metric.enabled === false || value === null ? [] : [{ table, key, metric, names, value }];
  });
  const name = device === agent.id || device === id ? title : `${title} ${device}`;
  return {
    id: `${agent.id}/${id}/${device}`,
    kind,
    name,
    fullName: `${agent.name}: ${name}`,
    details: isAvailable === false ? context.language.page.lastKnownValues : '',
    problems: [],
    ...buildMetricViews(shown, context),
    parts: [],
  };
}

/** Milliseconds by which the clocks of two machines may differ without anybody noticing. */
const clockToleranceMs = 60_000;

/** Since when a problem lasts. The clock of another machine may be wrong: a beginning in the future, or before this
 * program existed, says no more than that the problem was there when it was first seen. */
function renderBeginning({ since, firstSeen }: ReportedProblem, context: RenderingContext): Html {
  const texts = context.language.page;
  const seen = firstSeen.date;
  return since.getTime() > seen.getTime() + clockToleranceMs || since < buildDate
    ? texts.lastingAtLeast(renderDistanceToNow(seen, context))
    : texts.lasting(renderDistanceToNow(since < seen ? since : seen, context));
}

const renderReportedProblem = (problem: ReportedProblem, isOnline: boolean, context: RenderingContext): Html =>
  html`<strong>${context.language.severities[problem.severity]}</strong> ${formatProblem({ ...problem, certain: isOnline && problem.certain }, context.language.problems)}, ${renderBeginning(problem, context)}${problem.remedy === undefined ? '' : html` <small>${problem.remedy}</small>`}`;

function problemViews({ isOnline, problems }: ReportedAgent, context: RenderingContext): ProblemView[] {
  if (problems === undefined) return [];
  const views = problems.list
    .filter(({ explainedBy }) => explainedBy === undefined)
    .map((problem) => ({ severity: problem.severity, text: renderReportedProblem(problem, isOnline, context) }));
  return problems.omittedCount === 0
    ? views
    : [...views, { severity: 'notice', text: context.language.page.moreProblems(problems.omittedCount) }];
}

const noteOf = ({ isOnline, problems }: ReportedAgent, texts: PageTexts) =>
  !isOnline ? texts.lost : problems === undefined ? texts.onlineWithoutProblems : texts.online;

/** So many, those with something wrong first, in the order of all. */
function mostImportant(agents: readonly ReportedAgent[]): readonly ReportedAgent[] {
  const isWell = ({ isOnline, problems }: ReportedAgent) => isOnline && (problems?.list.length ?? 0) === 0;
  const inOrder = [...agents.filter((agent) => !isWell(agent)), ...agents.filter(isWell)];
  const shown = new Set(inOrder.slice(0, bounds.agentsOnPage.items));
  return agents.filter((agent) => shown.has(agent));
}

/** What stands in place of the agents that are not shown. */
const sectionOfOmitted = (count: number, texts: PageTexts): PageSection => ({
  id: 'lab',
  title: texts.moreAgents(count),
  problems: [],
  isFailing: false,
  site: texts.otherSites,
  note: texts.onTheirOwnPages,
  devices: [],
});

/** Id of the section of another agent. */
export const otherAgentSectionId = (agent: string): string => `lab/${agent}`;

/** The devices that have values, in the order of the catalogue. */
function devicesByCollector(
  catalogue: readonly CollectorMetadata[],
  { devices }: ReportedAgent,
): [declaration: CollectorMetadata, device: ReportedDevice][] {
  const byCollector = groupBy(
    devices.filter(({ values }) => values !== undefined),
    ({ address }) => address.collector,
  );
  return catalogue.flatMap((declaration) =>
    (byCollector.get(declaration.id) ?? []).map((device): [CollectorMetadata, ReportedDevice] => [declaration, device]),
  );
}

/** In the order of sites, the agent's own first, and those without a site last. */
const bySite = (own: string | undefined, sections: readonly PageSection[], { noSite }: PageTexts) => {
  const rank = ({ site = noSite }: PageSection) => (site === own ? 0 : site === noSite ? 2 : 1);
  return [...sections].sort((a, b) => rank(a) - rank(b) || (a.site ?? '').localeCompare(b.site ?? '', 'en'));
};

/** A section for each other agent of the lab, up to a bound, by site, with what it says is wrong, and the last state of
 * its devices without their parts. */
export function* buildOtherAgentSections(
  catalogue: readonly CollectorMetadata[],
  self: AgentIdentity,
  agents: readonly ReportedAgent[],
  context: RenderingContext,
): StepwiseWork<PageSection[]> {
  const texts = context.language.page;
  const ownIds = new Set([self.id, ...catalogue.filter(({ scope }) => scope === 'lab').map(({ id }) => id)]);
  const others = agents.filter(({ id }) => !ownIds.has(id));
  const shown = mostImportant(others);
  const spellings = SiteSpellings.ofAgents(agents, self);
  const maxDevices = Math.floor(bounds.devicesOfAgentsOnPage.items / Math.max(1, shown.length));
  const sections: PageSection[] = [];
  for (const agent of shown) {
    const known = devicesByCollector(catalogue, agent);
    const devices: DeviceView[] = [];
    for (const [declaration, device] of known.slice(0, maxDevices)) {
      devices.push(otherDeviceView(agent, declaration, device, context));
      yield 1;
    }
    sections.push({
      id: otherAgentSectionId(agent.id),
      title: agent.name,
      site: agent.site === undefined ? texts.noSite : spellings.chosenSpelling(agent.site),
      href: httpUrlOrUndefined(agent.problems?.pageUrl),
      problems: problemViews(agent, context),
      isFailing: !agent.isOnline,
      note: [noteOf(agent, texts), ...(known.length > maxDevices ? [texts.moreDevices] : [])].join('; '),
      devices,
    });
    yield 1;
  }
  const ownSite = self.site === undefined ? undefined : spellings.chosenSpelling(self.site);
  const inOrder = bySite(ownSite, sections, texts);
  return shown.length === others.length ? inOrder : [...inOrder, sectionOfOmitted(others.length - shown.length, texts)];
}
