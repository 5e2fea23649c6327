import { isFaultSeverity, type Problem } from '../../model/problem.ts';
import type { AgentIdentity, AgentState } from '../../model/state.ts';
import { groupProblemsByCause, markProblemTextIfLastKnown, type ProblemWithConsequences } from '../problem-groups.ts';
import { type Html, html } from './html.ts';
import { renderDistanceToNow } from './relative-time.ts';
import type { RenderingContext } from './rendering-context.ts';

/** Id of the HTML element that shows where a problem stands. */
const anchorOf = ({ place, path }: Problem) =>
  place === 'broker' ? 'agent' : place === 'collector' ? `${path}/` : path;

/** Reads as in a message and in a terminal: “nas cloud: does not answer”. */
const renderSubjectAndText = (problem: Problem, { language }: RenderingContext) =>
  html`<a href="#${anchorOf(problem)}">${problem.subject}</a>: ${markProblemTextIfLastKnown(problem, language.problems)}`;

const renderConsequences = (consequences: readonly Problem[], context: RenderingContext) =>
  consequences.length === 0
    ? ''
    : html`<details><summary>${context.language.page.alsoAffected(consequences.length)}</summary>${consequences.map((problem) => html`<p class="also">${renderSubjectAndText(problem, context)}</p>`)}</details>`;

const renderGroup = ({ problem, consequences }: ProblemWithConsequences, context: RenderingContext) => {
  const { severity, since, serialNumber, remedy } = problem;
  const { severities, page: texts } = context.language;
  return html`<li class="${severity}"><strong>${severities[severity]}</strong> ${renderSubjectAndText(problem, context)}, ${texts.lasting(renderDistanceToNow(since, context))}${
    serialNumber === undefined ? '' : html` <small>${texts.serialNumber(serialNumber)}</small>`
  }${remedy === undefined ? '' : html`<p class="remedy">${remedy}</p>`}${renderConsequences(consequences, context)}</li>`;
};

const renderList = (groups: readonly ProblemWithConsequences[], context: RenderingContext) =>
  groups.length === 0 ? '' : html`<ul>${groups.map((group) => renderGroup(group, context))}</ul>`;

/** All problems first, then the state of the agent, its loop and its broker. */
export function renderProblemsAndAgent(
  agent: AgentIdentity,
  state: AgentState,
  problems: readonly Problem[],
  context: RenderingContext,
): Html {
  const { broker, collectors } = state;
  const texts = context.language.page;
  const groups = groupProblemsByCause(problems);
  const faults = groups.filter(({ problem }) => isFaultSeverity(problem.severity));
  const notices = groups.filter(({ problem }) => !isFaultSeverity(problem.severity));
  const count = faults.length;
  const worst = faults[0]?.problem.severity ?? 'well';
  const unread = [...collectors.values()].filter(({ lastRun }) => lastRun === undefined).length;
  return html`<section id="summary" class="${worst}" data-title="${count === 0 ? '' : `(${count}) `}${agent.name}">
<div role="status"><h2>${texts.headline(count)}</h2></div>
${renderList(faults, context)}${notices.length === 0 ? '' : html`<h3>${texts.notices}</h3>`}${renderList(notices, context)}
<dl class="facts" id="agent" tabindex="-1">
<div><dt>${texts.agent}</dt><dd>${texts.running(agent.version, renderDistanceToNow(agent.startedAt, context))}</dd></div>
<div><dt>${texts.collectors}</dt><dd>${texts.collectorsRead(collectors.size, unread)}</dd></div>
<div><dt>${texts.broker}</dt><dd>${texts.brokerState(broker.connected, renderDistanceToNow(broker.since, context), broker.url)}</dd></div>
</dl></section>`;
}
