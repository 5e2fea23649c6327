import type { AgentDirectory } from '../../model/agent-directory.ts';
import type { CollectorDeclaration } from '../../model/collector.ts';
import type { MetricHistory } from '../../model/metric-history.ts';
import type { AgentIdentity, AgentState } from '../../model/state.ts';
import { findProblems } from '../problems.ts';
import { collectorSections } from './collector-sections.ts';
import type { Html } from './html.ts';
import { otherAgentSections } from './other-agents.ts';
import { removeElapsedTimes } from './relative-time.ts';
import { renderSection } from './section-html.ts';
import { renderStatusPage } from './status-page.ts';
import { renderSummary } from './summary.ts';

/** What the page shows. */
export interface PageContext {
  catalogue: readonly CollectorDeclaration[];
  agent: AgentIdentity;
  state: AgentState;
  history: MetricHistory;
  /** The other agents, where this one monitors the lab. */
  agentDirectory?: Pick<AgentDirectory, 'topics' | 'unresponsive'>;
}

function* renderSections(
  { catalogue, agent, state, history, agentDirectory }: PageContext,
  now: Date,
): Iterable<[id: string, Html]> {
  const sections = [
    ...collectorSections(catalogue, state, { history, problems: findProblems(catalogue, state), now }),
    ...(agentDirectory === undefined ? [] : otherAgentSections(catalogue, agent, agentDirectory, now)),
  ];
  yield ['summary', renderSummary(agent, state, sections, now)];
  for (const section of sections) yield [`${section.id}/`, renderSection(section, now)];
}

/** The page as a document. `prefix`: the path below which a proxy serves it. */
export const renderPage = (context: PageContext, now: Date, prefix?: string): string =>
  renderStatusPage(
    context.agent,
    [...renderSections(context, now)].map(([, section]) => section),
    now,
    prefix,
  );

/** HTML of each section by its id, without elapsed times, which the browser fills in: with them every section would always change. */
export const renderLiveSections = (context: PageContext, now: Date): Map<string, string> =>
  new Map([...renderSections(context, now)].map(([id, { text }]) => [id, removeElapsedTimes(text)]));
