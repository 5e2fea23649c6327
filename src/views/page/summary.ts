import type { AgentIdentity, AgentState } from '../../model/state.ts';
import { agentHealth } from '../health.ts';
import type { PageSection } from './device-view.ts';
import { type Html, html } from './html.ts';
import { listProblemItems, type ProblemItem } from './problem-items.ts';
import { renderElapsedTime } from './relative-time.ts';

const renderItem = ({ subject, texts, since, place }: ProblemItem, now: Date) =>
  html`<li><a href="#${place}">${subject}</a> ${texts.join('; ')}${since === undefined ? '' : html`, for ${renderElapsedTime(since, now)}`}</li>`;

/** All problems first, then the state of the agent, its loop and its broker. */
export function renderSummary(
  agent: AgentIdentity,
  state: AgentState,
  sections: readonly PageSection[],
  now: Date,
): Html {
  const { broker, collectors } = state;
  const reasons = agentHealth(agent, state, now).reasons.map(
    (text): ProblemItem => ({ subject: 'This agent', texts: [text], place: 'agent' }),
  );
  const items = [...reasons, ...listProblemItems(sections)];
  const headline =
    items.length === 0 ? 'All is well' : items.length === 1 ? 'One thing is wrong' : `${items.length} things are wrong`;
  const unread = [...collectors.values()].filter(({ lastRun }) => lastRun === undefined).length;
  return html`<section id="summary" class="${items.length === 0 ? 'well' : 'wrong'}" data-title="${items.length === 0 ? '' : `(${items.length}) `}${agent.name}">
<div role="status"><h2>${headline}</h2></div>${
    items.length === 0
      ? ''
      : html`
<ul>${items.map((item) => renderItem(item, now))}</ul>`
  }
<dl class="facts" id="agent" tabindex="-1">
<div><dt>Agent</dt><dd>${agent.version}, running for ${renderElapsedTime(agent.startedAt, now)}</dd></div>
<div><dt>Loop</dt><dd>${collectors.size} collectors, ${unread === 0 ? 'all read' : `${unread} not read yet`}</dd></div>
<div><dt>Broker</dt><dd>${broker.connected ? 'connected' : 'disconnected'} for ${renderElapsedTime(broker.since, now)}, ${broker.url}</dd></div>
</dl></section>`;
}
