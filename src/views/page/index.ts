import type { AgentDirectory } from '../../model/agent-directory.ts';
import type { CollectorMetadata } from '../../model/collector.ts';
import type { StepwiseWork } from '../../model/event-loop-turns.ts';
import type { HistoryRange, MetricHistory } from '../../model/metric-history.ts';
import type { AgentIdentity, AgentState } from '../../model/state.ts';
import { english, type Language } from '../language.ts';
import { findProblems } from '../problems.ts';
import { buildCollectorSections } from './collector-sections.ts';
import { type Html, html } from './html.ts';
import { buildOtherAgentSections } from './other-agents.ts';
import { renderPageDocument } from './page-document.ts';
import { renderProblemsAndAgent } from './problems-and-agent.ts';
import { withoutTimeElementTexts } from './relative-time.ts';
import type { RenderingContext } from './rendering-context.ts';
import { renderSection } from './section-html.ts';
import { renderSectionIndex, siteHeadingId } from './section-index.ts';

/** What the page shows. */
export interface PageContext {
  catalogue: readonly CollectorMetadata[];
  agent: AgentIdentity;
  state: AgentState;
  history: MetricHistory;
  /** The other agents, where this one monitors the lab. */
  agentDirectory?: Pick<AgentDirectory, 'agents'>;
  /** English by default. */
  language?: Language;
}

/** The page's parts, each with the id of its HTML element. */
export interface RenderedPage extends RenderingContext {
  agent: AgentIdentity;
  range: HistoryRange;
  index: Html;
  summary: Html;
  sections: { id: string; site: string | undefined; html: Html }[];
}

/** Renders all parts. */
export function* renderPageParts(
  { catalogue, agent, state, history, agentDirectory, language = english }: PageContext,
  range: HistoryRange,
  now: Date,
): StepwiseWork<RenderedPage> {
  const context = { language, now };
  const problems = findProblems(catalogue, agent, state, language);
  const sections = [
    ...(yield* buildCollectorSections(agent, catalogue, state, problems, { history, range, ...context })),
    ...(agentDirectory === undefined
      ? []
      : yield* buildOtherAgentSections(catalogue, agent, agentDirectory.agents, context)),
  ];
  const page: RenderedPage = {
    agent,
    range,
    ...context,
    index: renderSectionIndex(sections, language.page),
    summary: renderProblemsAndAgent(agent, state, problems, context),
    sections: [],
  };
  for (const section of sections) {
    page.sections.push({ id: `${section.id}/`, site: section.site, html: yield* renderSection(section, context) });
    yield 1;
  }
  return page;
}

/** Other agents below the name of their site: one site's sections stand together. */
const groupBySite = (sections: RenderedPage['sections']): Html[] =>
  sections.flatMap(({ site, html: section }, index) =>
    site === undefined || site === sections[index - 1]?.site
      ? section
      : [html`<h2 class="site" id="${siteHeadingId(site)}" tabindex="-1">${site}</h2>`, section],
  );

/** The page as a document. `prefix`: the path below which a proxy serves it. */
export const pageDocument = (
  { agent, range, language, now, index, summary, sections }: RenderedPage,
  prefix?: string,
): string =>
  renderPageDocument({ agent, range, index, content: [summary, ...groupBySite(sections)] }, { language, now }, prefix);

/** HTML of each section by its id, without elapsed times, which the browser fills in: with them every section would
 * always change. */
export const liveSectionsById = ({ index, summary, sections }: RenderedPage): Map<string, string> =>
  new Map(
    [{ id: 'index', html: index }, { id: 'summary', html: summary }, ...sections].map(({ id, html: { text } }) => [
      id,
      withoutTimeElementTexts(text),
    ]),
  );
