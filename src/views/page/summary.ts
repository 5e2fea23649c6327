import type { AgentIdentity, AgentState } from '../../model/state.ts';
import { agentHealth } from '../health.ts';
import type { PageSection } from './device-view.ts';
import { type Html, html } from './html.ts';
import { listProblemItems, type ProblemItem } from './problem-items.ts';
import { renderElapsedTime } from './relative-time.ts';

const item = ({ subject, texts, since, place }: ProblemItem, now: Date) =>
  html`<li><a href="#${place}">${subject}</a> ${texts.join('; ')}${since === undefined ? '' : html`, for ${renderElapsedTime(since, now)}`}</li>`;

/** What is wrong, first of all; then how the agent, its loop and its broker are. */
export function renderSummary(
  agent: AgentIdentity,
  state: AgentState,
  sections: readonly PageSection[],
  now: Date,
): Html {
  const { broker, collectors } = state;
  const reasons = agentHealth(agent, state, now).reasons.map(
    (words): ProblemItem => ({ subject: 'This agent', texts: [words], place: 'agent' }),
  );
  const wrong = [...reasons, ...listProblemItems(sections)];
  const headline =
    wrong.length === 0 ? 'All is well' : wrong.length === 1 ? 'One thing is wrong' : `${wrong.length} things are wrong`;
  const waiting = [...collectors.values()].filter(({ lastRun }) => lastRun === undefined).length;
  return html`<section id="summary" class="${wrong.length === 0 ? 'well' : 'wrong'}" data-title="${wrong.length === 0 ? '' : `(${wrong.length}) `}${agent.name}">
<div role="status"><h2>${headline}</h2></div>${
    wrong.length === 0
      ? ''
      : html`
<ul>${wrong.map((one) => item(one, now))}</ul>`
  }
<dl class="facts" id="agent" tabindex="-1">
<div><dt>Agent</dt><dd>${agent.version}, running for ${renderElapsedTime(agent.startedAt, now)}</dd></div>
<div><dt>Loop</dt><dd>${collectors.size} collectors, ${waiting === 0 ? 'all read' : `${waiting} not read yet`}</dd></div>
<div><dt>Broker</dt><dd>${broker.connected ? 'connected' : 'away'} for ${renderElapsedTime(broker.since, now)}, ${broker.url}</dd></div>
</dl></section>`;
}
