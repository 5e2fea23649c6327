import { isFaultSeverity, type Problem, severityNames } from '../../model/problem.ts';
import type { AgentIdentity, AgentState } from '../../model/state.ts';
import { formatProblemText, groupProblems, type ProblemGroup } from '../problem-groups.ts';
import { type Html, html } from './html.ts';
import { renderDistanceToNow } from './relative-time.ts';

/** Id of the HTML element that shows where a problem stands. */
const anchorOf = ({ place, path }: Problem) =>
  place === 'broker' ? 'agent' : place === 'collector' ? `${path}/` : path;

/** Reads as in a message and in a terminal: “nas cloud: does not answer”. */
const renderSubjectAndText = (problem: Problem) =>
  html`<a href="#${anchorOf(problem)}">${problem.subject}</a>: ${formatProblemText(problem)}`;

const renderConsequences = (consequences: readonly Problem[]) =>
  consequences.length === 0
    ? ''
    : html`<details><summary>also affected: ${consequences.length}</summary>${consequences.map((problem) => html`<p class="also">${renderSubjectAndText(problem)}</p>`)}</details>`;

const renderGroup = ({ problem, consequences }: ProblemGroup, now: Date) => {
  const { severity, since, serialNumber, remedy } = problem;
  return html`<li class="${severity}"><strong>${severityNames[severity]}</strong> ${renderSubjectAndText(problem)}, for ${renderDistanceToNow(since, now)}${
    serialNumber === undefined ? '' : html` <small>serial number ${serialNumber}</small>`
  }${remedy === undefined ? '' : html`<p class="remedy">${remedy}</p>`}${renderConsequences(consequences)}</li>`;
};

const renderList = (groups: readonly ProblemGroup[], now: Date) =>
  groups.length === 0 ? '' : html`<ul>${groups.map((group) => renderGroup(group, now))}</ul>`;

/** All problems first, then the state of the agent, its loop and its broker. */
export function renderProblemsAndAgent(
  agent: AgentIdentity,
  state: AgentState,
  problems: readonly Problem[],
  now: Date,
): Html {
  const { broker, collectors } = state;
  const groups = groupProblems(problems);
  const faults = groups.filter(({ problem }) => isFaultSeverity(problem.severity));
  const notices = groups.filter(({ problem }) => !isFaultSeverity(problem.severity));
  const count = faults.length;
  const headline = count === 0 ? 'All is well' : count === 1 ? 'One thing is wrong' : `${count} things are wrong`;
  const worst = faults[0]?.problem.severity ?? 'well';
  const unread = [...collectors.values()].filter(({ lastRun }) => lastRun === undefined).length;
  return html`<section id="summary" class="${worst}" data-title="${count === 0 ? '' : `(${count}) `}${agent.name}">
<div role="status"><h2>${headline}</h2></div>
${renderList(faults, now)}${notices.length === 0 ? '' : html`<h3>Notices</h3>`}${renderList(notices, now)}
<dl class="facts" id="agent" tabindex="-1">
<div><dt>Agent</dt><dd>${agent.version}, running for ${renderDistanceToNow(agent.startedAt, now)}</dd></div>
<div><dt>Collectors</dt><dd>${collectors.size}, ${unread === 0 ? 'all read' : `${unread} not read yet`}</dd></div>
<div><dt>Broker</dt><dd>${broker.connected ? 'connected' : 'disconnected'} for ${renderDistanceToNow(broker.since, now)}, ${broker.url}</dd></div>
</dl></section>`;
}
