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

/** What the page tells of. */
export interface PageContext {
  catalogue: readonly CollectorDeclaration[];
  agent: AgentIdentity;
  state: AgentState;
  history: MetricHistory;
  /** What the other agents say, where this one has the watch. */
  agentDirectory?: Pick<AgentDirectory, 'topics' | 'unresponsive'>;
}

function* renderSections(
  { catalogue, agent, state, history, agentDirectory }: PageContext,
  now: Date,
): Iterable<[id: string, Html]> {
  const found = [
    ...collectorSections(catalogue, state, { history, problems: findProblems(catalogue, state), now }),
    ...(agentDirectory === undefined ? [] : otherAgentSections(catalogue, agent, agentDirectory, now)),
  ];
  yield ['summary', renderSummary(agent, state, found, now)];
  for (const section of found) yield [`${section.id}/`, renderSection(section, now)];
}

/** The page as a document. `prefix`: the path that it stands below, where a proxy tells it. */
export const renderPage = (context: PageContext, now: Date, prefix?: string): string =>
  renderStatusPage(
    context.agent,
    [...renderSections(context, now)].map(([, section]) => section),
    now,
    prefix,
  );

/** Each section by its id, without the ages, which are the reader's to tell: else all would change all the time. */
export const renderLiveSections = (context: PageContext, now: Date): Map<string, string> =>
  new Map([...renderSections(context, now)].map(([id, { text }]) => [id, removeElapsedTimes(text)]));
