import { isFault, type Problem } from '../../model/problem.ts';
import type { AgentIdentity, AgentState } from '../../model/state.ts';
import { type Html, html } from './html.ts';
import { renderElapsedTime } from './relative-time.ts';

/** Id of the HTML element that shows where a problem stands. */
const anchorOf = ({ place, path }: Problem) =>
  place === 'broker' ? 'agent' : place === 'collector' ? `${path}/` : path;

const renderProblem = (problem: Problem, now: Date) =>
  html`<li class="${problem.severity}"><a href="#${anchorOf(problem)}">${problem.subject}</a> ${problem.text}${problem.certain ? '' : ' (last known)'}, for ${renderElapsedTime(problem.since, now)}${problem.remedy === undefined ? '' : html`<small>${problem.remedy}</small>`}</li>`;

/** All problems first, then the state of the agent, its loop and its broker. */
export function renderSummary(agent: AgentIdentity, state: AgentState, problems: readonly Problem[], now: Date): Html {
  const { broker, collectors } = state;
  const shown = problems.filter(({ explainedBy }) => explainedBy === undefined);
  const count = shown.filter(({ severity }) => isFault(severity)).length;
  const headline = count === 0 ? 'All is well' : count === 1 ? 'One thing is wrong' : `${count} things are wrong`;
  const unread = [...collectors.values()].filter(({ lastRun }) => lastRun === undefined).length;
  return html`<section id="summary" class="${count === 0 ? 'well' : 'wrong'}" data-title="${count === 0 ? '' : `(${count}) `}${agent.name}">
<div role="status"><h2>${headline}</h2></div>${
    shown.length === 0
      ? ''
      : html`
<ul>${shown.map((problem) => renderProblem(problem, now))}</ul>`
  }
<dl class="facts" id="agent" tabindex="-1">
<div><dt>Agent</dt><dd>${agent.version}, running for ${renderElapsedTime(agent.startedAt, now)}</dd></div>
<div><dt>Loop</dt><dd>${collectors.size} collectors, ${unread === 0 ? 'all read' : `${unread} not read yet`}</dd></div>
<div><dt>Broker</dt><dd>${broker.connected ? 'connected' : 'disconnected'} for ${renderElapsedTime(broker.since, now)}, ${broker.url}</dd></div>
</dl></section>`;
}
