import type { Agent, State } from '../../model/state.ts';
import { health } from '../health.ts';
import { age } from './age.ts';
import { type Html, html } from './html.ts';
import type { Section } from './thing.ts';
import { type Wrong, wrongOf } from './wrong.ts';

const item = ({ subject, words, since, place }: Wrong, now: Date) =>
  html`<li><a href="#${place}">${subject}</a> ${words.join('; ')}${since === undefined ? '' : html`, for ${age(since, now)}`}</li>`;

/** What is wrong, first of all; then how the agent, its loop and its broker are. */
export function summary(agent: Agent, state: State, sections: readonly Section[], now: Date): Html {
  const { broker, collectors } = state;
  const reasons = health(agent, state, now).reasons.map((words): Wrong => ({ subject: 'This agent', words: [words], place: 'agent' }));
  const wrong = [...reasons, ...wrongOf(sections)];
  const headline = wrong.length === 0 ? 'All is well' : wrong.length === 1 ? 'One thing is wrong' : `${wrong.length} things are wrong`;
  const waiting = [...collectors.values()].filter(({ lastRun }) => lastRun === undefined).length;
  return html`<section id="summary" class="${wrong.length === 0 ? 'well' : 'wrong'}" data-title="${wrong.length === 0 ? '' : `(${wrong.length}) `}${agent.name}">
<div role="status"><h2>${headline}</h2></div>${
    wrong.length === 0
      ? ''
      : html`
<ul>${wrong.map((one) => item(one, now))}</ul>`
  }
<dl class="facts" id="agent" tabindex="-1">
<div><dt>Agent</dt><dd>${agent.version}, running for ${age(agent.startedAt, now)}</dd></div>
<div><dt>Loop</dt><dd>${collectors.size} collectors, ${waiting === 0 ? 'all read' : `${waiting} not read yet`}</dd></div>
<div><dt>Broker</dt><dd>${broker.connected ? 'connected' : 'away'} for ${age(broker.since, now)}, ${broker.url}</dd></div>
</dl></section>`;
}
