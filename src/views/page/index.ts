import type { AgentDirectory } from '../../model/agent-directory.ts';
import type { CollectorMetadata } from '../../model/collector.ts';
import type { MetricHistory } from '../../model/metric-history.ts';
import type { AgentIdentity, AgentState } from '../../model/state.ts';
import { findProblems } from '../problems.ts';
import { buildCollectorSections } from './collector-sections.ts';
import type { Html } from './html.ts';
import { buildOtherAgentSections } from './other-agents.ts';
import { renderPageDocument } from './page-document.ts';
import { renderProblemsAndAgent } from './problems-and-agent.ts';
import { emptyTimeElements } from './relative-time.ts';
import { renderSection } from './section-html.ts';

/** What the page shows. */
export interface PageContext {
  catalogue: readonly CollectorMetadata[];
  agent: AgentIdentity;
  state: AgentState;
  history: MetricHistory;
  /** The other agents, where this one monitors the lab. */
  agentDirectory?: Pick<AgentDirectory, 'agents'>;
}

function* renderSections(
  { catalogue, agent, state, history, agentDirectory }: PageContext,
  now: Date,
): Iterable<[id: string, Html]> {
  const problems = findProblems(catalogue, agent, state);
  const sections = [
    ...buildCollectorSections(catalogue, state, { history, problems, now }),
    ...(agentDirectory === undefined ? [] : buildOtherAgentSections(catalogue, agent, agentDirectory.agents, now)),
  ];
  yield ['summary', renderProblemsAndAgent(agent, state, problems, now)];
  for (const section of sections) yield [`${section.id}/`, renderSection(section, now)];
}

/** The page as a document. `prefix`: the path below which a proxy serves it. */
export const renderPage = (context: PageContext, now: Date, prefix?: string): string =>
  renderPageDocument(
    context.agent,
    [...renderSections(context, now)].map(([, section]) => section),
    now,
    prefix,
  );

/** HTML of each section by its id, without elapsed times, which the browser fills in: with them every section would always change. */
export const renderLiveSectionsById = (context: PageContext, now: Date): Map<string, string> =>
  new Map([...renderSections(context, now)].map(([id, { text }]) => [id, emptyTimeElements(text)]));
